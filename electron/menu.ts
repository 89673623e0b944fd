/** The menu: what the window can do, as the window says it, joined by what only the system can: files, zoom, help. */
import path from 'node:path'
import { Menu, type MenuItemConstructorOptions } from 'electron'
import type { MenuContent } from '../src/host/rpc/contract.ts'

export interface MenuCommands {
  openScene(): void
  openRecent(file: string): void
  clearRecent(): void
  /** Done by the window: the name of one of its items. */
  send(action: string): void
  showRuns(): void
  showDocumentation(): void
  openPaper(): void
  about(): void
}

type Item = MenuItemConstructorOptions

const SEPARATOR: Item = { type: 'separator' }

export function setMenu(
  commands: MenuCommands,
  menus: readonly MenuContent[],
  recent: readonly string[],
  isDevelopment: boolean,
): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(commands, menus, recent, isDevelopment)))
}

/** `menus`: the window's; empty until it has spoken. */
export function menuTemplate(
  commands: MenuCommands,
  menus: readonly MenuContent[],
  recent: readonly string[],
  isDevelopment: boolean,
): Item[] {
  const isMac = process.platform === 'darwin'
  const own = (title: string): Item[][] =>
    (menus.find((menu) => menu.title === title)?.sections ?? []).map((section) =>
      section.map((item) => windowItem(item, commands)),
    )
  const others = menus.filter(({ title }) => !['File', 'Edit', 'View', 'Help'].includes(title))
  // On a Mac, text fields have no keys for copying but the menu's.
  const editing: Item[] = isMac ? [{ role: 'cut' }, { role: 'copy' }, { role: 'paste' }, { role: 'selectAll' }] : []
  const edit = joined([...own('Edit'), editing])
  return [
    ...(isMac ? [{ role: 'appMenu' } as const] : []),
    {
      label: '&File',
      submenu: joined([
        [
          ...(menus.length === 0 ? [{ label: 'Open scene…', click: commands.openScene }] : []),
          ...(own('File')[0] ?? []),
          { label: 'Open &recent', enabled: recent.length > 0, submenu: recentItems(commands, recent) },
        ],
        ...own('File').slice(1),
        [{ label: 'Show the folder of &runs', click: commands.showRuns }],
        [{ role: 'quit', label: '&Quit', accelerator: 'CmdOrCtrl+Q' }],
      ]),
    },
    ...(edit.length > 0 ? [{ label: '&Edit', submenu: edit }] : []),
    ...others
      .filter(({ title }) => title === 'Insert')
      .map(({ title }): Item => ({ label: `&${title}`, submenu: joined(own(title)) })),
    {
      label: '&View',
      submenu: joined([
        ...own('View'),
        [{ role: 'resetZoom' }, { role: 'zoomIn' }, { role: 'zoomOut' }, { role: 'togglefullscreen' }],
        isDevelopment ? [{ role: 'reload' }, { role: 'toggleDevTools' }] : [],
      ]),
    },
    ...others
      .filter(({ title }) => title !== 'Insert')
      .map(({ title }): Item => ({ label: `&${title}`, submenu: joined(own(title)) })),
    {
      role: 'help',
      label: '&Help',
      submenu: joined([
        ...own('Help'),
        [
          { label: '&Documentation', click: commands.showDocumentation },
          { label: 'The DDPG &paper (arXiv)', click: commands.openPaper },
        ],
        [{ label: '&About TorqueLab', click: commands.about }],
      ]),
    },
  ]
}

function windowItem(item: MenuContent['sections'][number][number], commands: MenuCommands): Item {
  const { name, label, enabled, checked, accelerator } = item
  return {
    // In a menu an & marks a shortcut; two are one.
    label: label.replaceAll('&', '&&'),
    enabled,
    ...(checked !== undefined && { type: 'checkbox', checked }),
    // The window listens for its keys itself, and knows when someone types.
    ...(accelerator && { accelerator, registerAccelerator: false }),
    click: (clicked) => {
      // A click ticks the item; whether it is ticked, the window says.
      if (checked !== undefined) clicked.checked = checked
      // The dialog is the system's, and explains a wrong file itself.
      if (name === 'scene.open') commands.openScene()
      else commands.send(name)
    },
  }
}

/** Sections with lines between them. */
function joined(sections: readonly Item[][]): Item[] {
  return sections
    .filter((section) => section.length > 0)
    .flatMap((section, index) => (index === 0 ? section : [SEPARATOR, ...section]))
}

function recentItems(commands: MenuCommands, recent: readonly string[]): Item[] {
  return [
    ...recent.map((file) => ({
      label: `${path.basename(file)}  (${path.dirname(file)})`.replaceAll('&', '&&'),
      click: () => commands.openRecent(file),
    })),
    SEPARATOR,
    { label: 'Clear the list', click: commands.clearRecent },
  ]
}
