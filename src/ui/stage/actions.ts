/** Actions on the stage of the workspace on show. */
import type { Action } from '../app/actions/action.ts'
import { isFollowing, stageOnShow } from './stages.ts'

const common = {
  group: 'View',
  section: 'stage',
  contexts: ['stage'],
  isEnabled: () => stageOnShow() !== undefined,
} as const

export const stageActions: readonly Action[] = [
  { ...common, name: 'stage.fit', label: 'Zoom to fit', shortcuts: ['0'], perform: () => stageOnShow()?.fit() },
  {
    ...common,
    name: 'stage.zoomIn',
    label: 'Zoom in',
    shortcuts: ['+', '=', 'Shift++'],
    repeats: true,
    contexts: [],
    perform: () => stageOnShow()?.zoom(1.25),
  },
  {
    ...common,
    name: 'stage.zoomOut',
    label: 'Zoom out',
    shortcuts: ['-'],
    repeats: true,
    contexts: [],
    perform: () => stageOnShow()?.zoom(1 / 1.25),
  },
  {
    ...common,
    name: 'stage.follow',
    label: 'Follow the robot',
    shortcuts: ['F'],
    isChecked: () => isFollowing.value,
    perform: () => {
      isFollowing.value = !isFollowing.value
    },
  },
]
