/** A rollout in memory: everything that happened in one episode, and the observer that records it. */
import type { Observer } from '../episode/episode.ts'
import type { Scene } from '../scene/schema.ts'
import { effortCount, effortReader } from '../sim/efforts.ts'
import type { Environment, StepResult } from '../sim/environment.ts'

/** The world at the end of a control step (or at the reset). */
export interface Frame {
  /** [bodies × 6]: x, y (m), angle (rad), vx, vy (m/s), angular velocity (rad/s) of each body in the scene's order. */
  state: Float64Array
  /** [observation size] */
  observation: Float32Array
}

/** One control step: the action, and what came of it. */
export interface Step extends Frame {
  /** [action size] */
  action: Float32Array
  /** [joints + thrusters] N·m or N, in the order of src/sim/efforts.ts; absent from rollouts of older versions of TorqueLab. */
  efforts?: Float64Array
  reward: number
  /** Each reward term, in the scene's order. */
  terms: Float64Array
}

export interface Rollout {
  scene: Scene
  /** Seed of the environment's reset. */
  seed: number
  start: Frame
  steps: Step[]
  terminated: boolean
  truncated: boolean
  /** The policy file that chose the actions, where one did. */
  policy?: Uint8Array
}

/** The sum of the rewards, in the order in which they came. */
export function returnOf({ steps }: Rollout): number {
  return steps.reduce((sum, { reward }) => sum + reward, 0)
}

/** The sum of a step's reward terms [terms], in the order of the scene: what the reward of every scene is. */
export function sumOf(terms: ArrayLike<number>): number {
  let sum = 0
  for (let index = 0; index < terms.length; index++) sum += terms[index]!
  return sum
}

/** Copies what an episode's observer sees. Made once for an environment. */
export function frameTaker(environment: Environment) {
  const readEfforts = effortReader(environment)
  const count = effortCount(environment.scene)
  const frame = (observation: Float32Array): Frame => ({
    state: environment.state.slice(),
    observation: observation.slice(),
  })
  const step = (action: Float32Array, { observation, reward, terms }: StepResult): Step => {
    const efforts = new Float64Array(count)
    readEfforts(efforts)
    return {
      ...frame(observation),
      action: action.slice(),
      efforts,
      reward,
      terms: Float64Array.from(environment.spec.rewardTerms, (name) => terms[name]!),
    }
  }
  return { frame, step }
}

/** Records the next episode that it observes in memory; `rollout()` is that episode. A file is recorded by `recordEpisode`. */
export function recordRollout(policy?: Uint8Array): Observer & { rollout(): Rollout } {
  let recorded: Rollout | undefined
  let take: ReturnType<typeof frameTaker>
  return {
    onReset(environment, observation, seed) {
      take = frameTaker(environment)
      recorded = {
        scene: environment.scene,
        seed,
        start: take.frame(observation),
        steps: [],
        terminated: false,
        truncated: false,
        ...(policy && { policy }),
      }
    },
    onStep(_, action, result) {
      if (!recorded) throw new Error('recordRollout saw a step before a reset.')
      recorded.steps.push(take.step(action, result))
      recorded.terminated = result.terminated
      recorded.truncated = result.truncated
    },
    rollout() {
      if (!recorded) throw new Error('recordRollout has seen no episode.')
      return recorded
    },
  }
}
