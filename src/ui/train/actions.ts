/** Actions on the run that Train shows. */
import type { Action } from '../app/actions/action.ts'
import { command, shownRun } from './state.ts'

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
