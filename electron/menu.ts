/** The menu: files and their history, the workspaces, the view, help. */
import path from 'node:path'
import { Menu, type MenuItemConstructorOptions } from 'electron'
import type { EventPayload } from '../src/host/rpc/contract.ts'

type MenuAction = EventPayload<'menu.chosen'>['action']

export interface MenuCommands {
  openScene(): void
  openRecent(file: string): void
  clearRecent(): void
  /** Done by the window. */
  send(action: MenuAction): void
  showRuns(): void
  showDocumentation(): void
  openPaper(): void
  about(): void
}

export function setMenu(commands: MenuCommands, recent: readonly string[], isDevelopment: boolean): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(commands, recent, isDevelopment)))
}

export function menuTemplate(
  commands: MenuCommands,
  recent: readonly string[],
  isDevelopment: boolean,
): MenuItemConstructorOptions[] {
  const workspace = (label: string, key: number, action: MenuAction): MenuItemConstructorOptions => ({
    label,
    accelerator: `CmdOrCtrl+${key}`,
    click: () => commands.send(action),
  })
  const separator: MenuItemConstructorOptions = { type: 'separator' }
  return [
    ...(process.platform === 'darwin' ? [{ role: 'appMenu' } as const] : []),
    {
      label: '&File',
      submenu: [
        { label: '&Open scene…', accelerator: 'CmdOrCtrl+O', click: commands.openScene },
        { label: 'Open &recent', enabled: recent.length > 0, submenu: recentItems(commands, recent) },
        separator,
        { label: 'Show the folder of &runs', click: commands.showRuns },
        separator,
        { role: 'quit', label: '&Quit', accelerator: 'CmdOrCtrl+Q' },
      ],
    },
    { role: 'editMenu' },
    {
      label: '&View',
      submenu: [
        workspace('&Design', 1, 'workspace-design'),
        workspace('&Train', 2, 'workspace-train'),
        workspace('&Replay', 3, 'workspace-replay'),
        separator,
        { label: 'Toggle t&heme', accelerator: 'CmdOrCtrl+Shift+L', click: () => commands.send('toggle-theme') },
        separator,
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'togglefullscreen' },
        ...(isDevelopment ? [separator, { role: 'reload' } as const, { role: 'toggleDevTools' } as const] : []),
      ],
    },
    {
      role: 'help',
      label: '&Help',
      submenu: [
        { label: '&Documentation', accelerator: 'F1', click: commands.showDocumentation },
        { label: 'The DDPG &paper (arXiv)', click: commands.openPaper },
        separator,
        { label: '&About TorqueLab', click: commands.about },
      ],
    },
  ]
}

function recentItems(commands: MenuCommands, recent: readonly string[]): MenuItemConstructorOptions[] {
  return [
    ...recent.map((file) => ({
      // In a menu an & marks a shortcut; two are one.
      label: `${path.basename(file)}  (${path.dirname(file)})`.replaceAll('&', '&&'),
      click: () => commands.openRecent(file),
    })),
    { type: 'separator' },
    { label: 'Clear the list', click: commands.clearRecent },
  ]
}
