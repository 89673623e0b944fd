/** Actions on the run that Train shows, and on its policy where that is watched. */
import type { Action } from '../app/actions/action.ts'
import { overlayActionsOf } from '../design/overlays.ts'
import { command, shownRun, view } from './state.ts'
import { watchActions } from './watch/actions.ts'

const common = { group: 'Train', workspace: 'train' } as const
const status = () => shownRun.value?.status

export const trainActions: readonly Action[] = [
  {
    ...common,
    name: 'train.start',
    label: 'Start a run',
    shortcuts: ['$mod+Enter'],
    // The form knows whether its fields can be read, and says so where they cannot.
    perform: () => document.querySelector<HTMLFormElement>('#workspace-train form')?.requestSubmit(),
  },
  {
    ...common,
    name: 'train.pause',
    label: () => (status() === 'paused' ? 'Resume the run' : 'Pause the run'),
    shortcuts: ['Space'],
    isEnabled: () => status() === 'running' || status() === 'paused',
    perform: () => command(status() === 'paused' ? 'resume' : 'pause', shownRun.peek()!.name),
  },
  {
    ...common,
    name: 'train.stop',
    label: 'Stop the run',
    isEnabled: () => status() === 'running' || status() === 'paused',
    perform: () => command('stop', shownRun.peek()!.name),
  },
]

/** Where the policy is watched, Space and its like are for its play: training is paused from the menu there. */
const besideWatching = trainActions.map(({ shortcuts, ...action }): Action => {
  const others = shortcuts?.filter((key) => !watchActions.some((watch) => watch.shortcuts?.includes(key)))
  return { ...action, ...(others?.length && { shortcuts: others }) }
})
const whileWatching = [...besideWatching, ...watchActions, ...overlayActionsOf('train')]

/** Those of the view that Train shows. */
export const actionsOfView = (): readonly Action[] => (view.value === 'watch' ? whileWatching : trainActions)
