/** Actions of the whole window: workspaces, scenes, theme, palette and help. */
import type { SceneEntry } from '../../../host/rpc/contract.ts'
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

/** Files in the menu; the gallery has all of them. */
const MOST_FILES = 8

/** A choice of scenes: the files written last, then the built-ins. */
export function sceneActions(): readonly Action[] {
  const isFile = ({ source }: SceneEntry) => source === 'file'
  const files = sceneEntries.value.filter(isFile).slice(0, MOST_FILES)
  const builtIn = sceneEntries.value.filter((entry) => !isFile(entry))
  return [...files, ...builtIn].map(
    (entry): Action => ({
      name: `scene.choose.${entry.id}`,
      label: `Open ${entry.name}${isFile(entry) ? ' (file)' : ''}`,
      group: 'File',
      section: isFile(entry) ? 'recent' : 'scenes',
      isChecked: () => chosenScene.value?.entry.id === entry.id,
      perform: () => chooseScene(entry),
    }),
  )
}
