/** Actions of the whole window: workspaces, scenes, theme, palette and help. */
import { shell } from '../../host.ts'
import { toggleTheme } from '../../theme/theme.ts'
import { chooseScene, chosenScene, openScene, sceneEntries, type Workspace, workspace } from '../state.ts'
import type { Action } from './action.ts'
import { isPaletteOpen } from './palette.tsx'
import { isSheetOpen } from './shortcut-sheet.tsx'

export const WORKSPACES: readonly { id: Workspace; title: string }[] = [
  { id: 'design', title: 'Design' },
  { id: 'train', title: 'Train' },
  { id: 'replay', title: 'Replay' },
]

const workspaceActions = WORKSPACES.map(
  ({ id, title }, index): Action => ({
    name: `workspace.${id}`,
    label: title,
    group: 'View',
    section: 'workspaces',
    shortcuts: [`$mod+${index + 1}`, `Alt+${index + 1}`],
    isChecked: () => workspace.value === id,
    perform: () => {
      workspace.value = id
    },
  }),
)

/** Everything that is the same at all times. */
export const windowActions: readonly Action[] = [
  // A browser has no dialog of the machine that the host runs on.
  ...(shell === 'electron'
    ? [
        {
          name: 'scene.open',
          label: 'Open scene…',
          group: 'File',
          section: 'open',
          shortcuts: ['$mod+O'],
          perform: openScene,
        } satisfies Action,
      ]
    : []),
  ...workspaceActions,
  {
    name: 'theme.toggle',
    label: 'Toggle theme',
    group: 'View',
    section: 'look',
    shortcuts: ['$mod+Shift+L'],
    perform: toggleTheme,
  },
  {
    name: 'palette.open',
    label: 'Find a command…',
    group: 'Help',
    shortcuts: ['$mod+K', 'F1'],
    perform: () => {
      isPaletteOpen.value = true
    },
  },
  {
    name: 'shortcuts.show',
    label: 'Keyboard shortcuts',
    group: 'Help',
    shortcuts: ['Shift+?'],
    perform: () => {
      isSheetOpen.value = true
    },
  },
]

/** A choice of scenes, as the list in the inspector has it. */
export function sceneActions(): readonly Action[] {
  return sceneEntries.value.map(
    (entry): Action => ({
      name: `scene.choose.${entry.id}`,
      label: `Open ${entry.name}${entry.source === 'file' ? ' (file)' : ''}`,
      group: 'File',
      section: 'scenes',
      isChecked: () => chosenScene.value?.entry.id === entry.id,
      perform: () => chooseScene(entry),
    }),
  )
}
