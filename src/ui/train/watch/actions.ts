/** Actions on the policy in play: those of every live play, and a push by a key, so that nobody has to look away from the robot. */
import type { Action } from '../../app/actions/action.ts'
import { shortcutText } from '../../app/actions/shortcuts.ts'
import { playActions } from '../../design/actions.ts'
import { canPush, push, speedChange, strongest, weakest } from './push.ts'
import { play, trainedSteps } from './state.ts'

/** Where left and right lie under the left hand; the arrows move the stage and the sliders. */
const PUSH_KEYS = { '-1': 'A', '1': 'D' } as const
const GIVE_BACK_KEY = 'G'

export const pushKeyText = (side: -1 | 1) => shortcutText(PUSH_KEYS[side])
export const giveBackKeyText = shortcutText(GIVE_BACK_KEY)

/** Whether there is a policy, and a hand in its place at some actuator. */
export const isTakenOver = () => trainedSteps.value !== undefined && play.action.value.some((value) => value !== null)

const common = { group: 'Simulate', workspace: 'train' } as const

export const watchActions: readonly Action[] = [
  ...playActions(play, 'watch'),
  ...([-1, 1] as const).map(
    (side): Action => ({
      ...common,
      name: side < 0 ? 'watch.pushLeft' : 'watch.pushRight',
      label: side < 0 ? 'Push the robot left' : 'Push the robot right',
      section: 'hand',
      shortcuts: [PUSH_KEYS[side]],
      isEnabled: () => canPush.value,
      perform: () => push(side),
    }),
  ),
  {
    ...common,
    name: 'watch.pushStronger',
    label: 'Push stronger',
    section: 'hand',
    shortcuts: ['W'],
    repeats: true,
    isEnabled: () => speedChange.value < strongest,
    perform: () => changeStrength(1),
  },
  {
    ...common,
    name: 'watch.pushWeaker',
    label: 'Push weaker',
    section: 'hand',
    shortcuts: ['S'],
    repeats: true,
    isEnabled: () => speedChange.value > weakest,
    perform: () => changeStrength(-1),
  },
  {
    ...common,
    name: 'watch.giveBack',
    label: 'Give back to the policy',
    section: 'hand',
    shortcuts: [GIVE_BACK_KEY],
    isEnabled: isTakenOver,
    perform: () => play.giveBack(),
  },
]

function changeStrength(by: -1 | 1): void {
  speedChange.value = Math.min(strongest, Math.max(weakest, Number((speedChange.peek() + by * 0.1).toFixed(1))))
}
