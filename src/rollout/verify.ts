/** Re-simulates a rollout's actions and compares everything, bit for bit. */
import { recordedController } from '../episode/controllers.ts'
import { runEpisode } from '../episode/episode.ts'
import { thrustersOf } from '../sim/efforts.ts'
import { type Frame, type Rollout, recordRollout, type Step } from './rollout.ts'

type Environment = Parameters<typeof runEpisode>[0]

export interface Verification {
  verified: boolean
  /** The first place where the re-simulation differs, in words. */
  difference?: string
}

/** `environment` must be of the rollout's scene. */
export function verifyRollout(rollout: Rollout, environment: Environment): Verification {
  const recorder = recordRollout()
  const { steps, seed } = rollout
  if (steps.length === 0) return { verified: false, difference: 'the rollout has no step' }
  const controller = recordedController(steps.map(({ action }) => action))
  let played = 0
  runEpisode(environment, controller, { seed, observers: [recorder], stop: () => ++played >= steps.length })
  const difference = firstDifference(rollout, recorder.rollout())
  return difference === undefined ? { verified: true } : { verified: false, difference }
}

function firstDifference(recorded: Rollout, simulated: Rollout): string | undefined {
  const { scene } = recorded
  const start = differenceOfFrames(recorded.start, simulated.start, recorded)
  if (start) return `at the reset, ${start}`
  for (const [index, step] of recorded.steps.entries()) {
    const again = simulated.steps[index]
    if (!again) return `the re-simulation ends after ${simulated.steps.length} of ${recorded.steps.length} steps`
    const difference = differenceOfFrames(step, again, recorded) ?? differenceOfRewards(step, again, recorded)
    if (difference)
      return `at step ${index + 1} (${((index + 1) * scene.world.controlStep).toFixed(3)} s), ${difference}`
  }
  if (recorded.terminated !== simulated.terminated || recorded.truncated !== simulated.truncated) {
    return 'the two end differently (terminated or truncated)'
  }
  return undefined
}

const STATE_NAMES = ['x', 'y', 'angle', 'vx', 'vy', 'angular velocity']

function differenceOfFrames(recorded: Frame, simulated: Frame, { scene }: Rollout): string | undefined {
  const state = firstUnequal(recorded.state, simulated.state)
  if (state) {
    const body = scene.bodies[Math.floor(state.index / STATE_NAMES.length)]!.name
    return `${STATE_NAMES[state.index % STATE_NAMES.length]} of "${body}" is ${state.recorded} in the file and ${state.simulated} when simulated`
  }
  const seen = firstUnequal(recorded.observation, simulated.observation)
  if (!seen) return undefined
  const { name } = scene.task.observation[seen.index]!
  return `the observation "${name}" is ${seen.recorded} in the file and ${seen.simulated} when simulated`
}

function differenceOfRewards(recorded: Step, simulated: Step, { scene }: Rollout): string | undefined {
  const effort = recorded.efforts && firstUnequal(recorded.efforts, simulated.efforts ?? [])
  if (effort) {
    const names = [...scene.joints, ...thrustersOf(scene).map(({ actuator }) => actuator)]
    return `the effort of "${names[effort.index]?.name}" is ${effort.recorded} in the file and ${effort.simulated} when simulated`
  }
  const term = firstUnequal(recorded.terms, simulated.terms)
  if (term) {
    const { name } = scene.task.reward[term.index]!
    return `the reward term "${name}" is ${term.recorded} in the file and ${term.simulated} when simulated`
  }
  if (Object.is(recorded.reward, simulated.reward)) return undefined
  return `the reward is ${recorded.reward} in the file and ${simulated.reward} when simulated`
}

function firstUnequal(
  recorded: ArrayLike<number>,
  simulated: ArrayLike<number>,
): { index: number; recorded: number; simulated: number } | undefined {
  for (let index = 0; index < Math.max(recorded.length, simulated.length); index++) {
    if (Object.is(recorded[index], simulated[index])) continue
    return { index, recorded: recorded[index]!, simulated: simulated[index]! }
  }
  return undefined
}
