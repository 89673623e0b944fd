/** Actions of live play: of the scene in Design, and of a policy in Train. */
import type { Action } from '../app/actions/action.ts'
import { type LivePlay, MAX_SPEED, MIN_SPEED } from '../play/live-play.ts'

/** One press makes it so many times faster or slower. */
const SPEED_FACTOR = 2

/** `of`: Design's play, or the policy that Train watches. */
export function playActions(play: LivePlay, of: 'play' | 'watch' = 'play'): readonly Action[] {
  const common = { group: 'Simulate', workspace: of === 'play' ? 'design' : 'train' } as const
  const setSpeed = (speed: number) =>
    play.setSpeed(Math.min(MAX_SPEED, Math.max(MIN_SPEED, Number(speed.toPrecision(3)))))
  return [
    {
      ...common,
      name: `${of}.toggle`,
      label: () => (play.playing.value ? 'Pause' : 'Play'),
      section: 'play',
      shortcuts: ['Space'],
      contexts: ['stage'],
      isEnabled: () => play.playing.value || play.ready.value,
      perform: () => play.toggle(),
    },
    {
      ...common,
      name: `${of}.step`,
      label: 'Step',
      section: 'play',
      shortcuts: ['.'],
      repeats: true,
      isEnabled: () => play.ready.value,
      perform: () => play.step(),
    },
    {
      ...common,
      name: `${of}.stepBack`,
      label: 'Step back',
      section: 'play',
      shortcuts: [','],
      repeats: true,
      isEnabled: () => play.canStepBack.value,
      perform: () => play.stepBack(),
    },
    {
      ...common,
      name: `${of}.reset`,
      label: 'Reset',
      section: 'play',
      shortcuts: ['R'],
      contexts: ['stage'],
      isEnabled: () => play.frame.value !== undefined || play.problem.value !== undefined,
      perform: () => play.reset(),
    },
    {
      ...common,
      name: `${of}.faster`,
      label: 'Faster',
      section: 'speed',
      shortcuts: [']'],
      isEnabled: () => play.speed.value < MAX_SPEED,
      perform: () => setSpeed(play.speed.value * SPEED_FACTOR),
    },
    {
      ...common,
      name: `${of}.slower`,
      label: 'Slower',
      section: 'speed',
      shortcuts: ['['],
      isEnabled: () => play.speed.value > MIN_SPEED,
      perform: () => setSpeed(play.speed.value / SPEED_FACTOR),
    },
    {
      ...common,
      name: `${of}.realTime`,
      label: 'Real time',
      section: 'speed',
      isEnabled: () => play.speed.value !== 1,
      perform: () => setSpeed(1),
    },
    // A policy acts where no hand does.
    ...(of === 'play'
      ? [
          {
            ...common,
            name: 'play.clearActions',
            label: 'Set every actuator to 0',
            section: 'actuators',
            isEnabled: () => play.action.value.some((value) => value !== 0),
            perform: () => play.clearActions(),
          },
        ]
      : []),
  ]
}
