/** Re-simulates a rollout's actions and compares everything, bit for bit. */
import { type Controller, Episode } from '../episode/episode.ts'
import type { Scene } from '../scene/schema.ts'
import { effortCount, effortReader, type ReadEfforts, thrustersOf } from '../sim/efforts.ts'
import type { Environment } from '../sim/environment.ts'
import type { Frame, Rollout, Step } from './rollout.ts'

export interface Verification {
  verified: boolean
  /** The first place where the re-simulation differs, in words. */
  difference?: string
}

/** The first place where a re-simulation differs. */
export interface Difference {
  /** Control step; 0 is the reset. */
  step: number
  /** The same in words, with the step and its time. */
  words: string
  /** Which value it is, such as `angle of "rod"`, and what it is in the file and when simulated; absent where the two end differently. */
  value?: { name: string; recorded: number; simulated: number }
}

/** `environment` must be of the rollout's scene. */
export function verifyRollout(rollout: Rollout, environment: Environment): Verification {
  const { steps, seed, start, terminated, truncated } = rollout
  if (steps.length === 0) return { verified: false, difference: 'the rollout has no step' }
  const verifier = new Verifier(seed, environment)
  let difference = verifier.checkStart(start)
  for (let index = 0; index < steps.length && !difference; index++) difference = verifier.checkStep(steps[index]!)
  difference ??= verifier.checkEnd({ terminated, truncated })
  return difference ? { verified: false, difference: difference.words } : { verified: true }
}

/** Simulates a rollout again as its steps come, so that it need not be in memory as a whole. */
export class Verifier {
  private readonly scene: Scene
  private readonly environment: Environment
  private readonly episode: Episode
  private readonly readEfforts: ReadEfforts
  private readonly efforts: Float64Array
  /** Of the step that is simulated next. */
  private action: ArrayLike<number> = []

  /** Resets `environment`, which must be of the rollout's scene. */
  constructor(seed: number, environment: Environment) {
    this.scene = environment.scene
    this.environment = environment
    const controller: Controller = { act: (_, action) => action.set(this.action) }
    this.episode = new Episode(environment, controller, { seed })
    this.readEfforts = effortReader(environment)
    this.efforts = new Float64Array(effortCount(this.scene))
  }

  checkStart(start: Frame): Difference | undefined {
    return toDifference(0, 'at the reset', this.compareFrame(start))
  }

  /** Simulates the next step; every one before it must have been checked. */
  checkStep(step: Step): Difference | undefined {
    const { episode, scene } = this
    const before = episode.summary.steps
    if (episode.over) {
      return { step: before + 1, words: `the re-simulation ends after ${before} steps, and the rollout goes on` }
    }
    this.action = step.action
    episode.step()
    this.readEfforts(this.efforts)
    const place = `at step ${before + 1} (${((before + 1) * scene.world.controlStep).toFixed(3)} s)`
    return toDifference(before + 1, place, this.compareFrame(step) ?? this.compareRewards(step))
  }

  /** How a whole rollout ended; not for one whose file is cut off. */
  checkEnd({ terminated, truncated }: Pick<Rollout, 'terminated' | 'truncated'>): Difference | undefined {
    const { summary } = this.episode
    if (terminated === summary.terminated && truncated === summary.truncated) return undefined
    return { step: summary.steps, words: 'the two end differently (terminated or truncated)' }
  }

  private compareFrame(recorded: Frame): Unequal | undefined {
    const { scene, environment, episode } = this
    const state = firstUnequal(recorded.state, environment.state)
    if (state) {
      const body = scene.bodies[Math.floor(state.index / STATE_NAMES.length)]!.name
      return { ...state, name: `${STATE_NAMES[state.index % STATE_NAMES.length]} of "${body}"` }
    }
    const seen = firstUnequal(recorded.observation, episode.observation)
    return seen && { ...seen, name: `the observation "${scene.task.observation[seen.index]!.name}"` }
  }

  private compareRewards(recorded: Step): Unequal | undefined {
    const { scene, episode } = this
    const { reward, terms } = episode.result!
    const effort = recorded.efforts && firstUnequal(recorded.efforts, this.efforts)
    if (effort) {
      const names = [...scene.joints, ...thrustersOf(scene).map(({ actuator }) => actuator)]
      return { ...effort, name: `the effort of "${names[effort.index]?.name}"` }
    }
    const simulatedTerms = scene.task.reward.map(({ name }) => terms[name]!)
    const term = firstUnequal(recorded.terms, simulatedTerms)
    if (term) return { ...term, name: `the reward term "${scene.task.reward[term.index]!.name}"` }
    if (Object.is(recorded.reward, reward)) return undefined
    return { name: 'the reward', recorded: recorded.reward, simulated: reward }
  }
}

interface Unequal {
  name: string
  recorded: number
  simulated: number
}

function toDifference(step: number, place: string, unequal: Unequal | undefined): Difference | undefined {
  if (!unequal) return undefined
  const { name, recorded, simulated } = unequal
  const words = `${place}, ${name} is ${recorded} in the file and ${simulated} when simulated`
  return { step, words, value: { name, recorded, simulated } }
}

const STATE_NAMES = ['x', 'y', 'angle', 'vx', 'vy', 'angular velocity']

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
