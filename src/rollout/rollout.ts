/** A rollout in memory: everything that happened in one episode, and the observer that records it. */
import type { Observer } from '../episode/episode.ts'
import type { Scene } from '../scene/schema.ts'
import { effortCount, effortReader, type ReadEfforts } from '../sim/efforts.ts'

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

/** Records the next episode that it observes; `rollout()` is that episode. */
export function recordRollout(policy?: Uint8Array): Observer & { rollout(): Rollout } {
  let recorded: Rollout | undefined
  let readEfforts: ReadEfforts = () => {}
  return {
    onReset(environment, observation, seed) {
      readEfforts = effortReader(environment)
      recorded = {
        scene: environment.scene,
        seed,
        start: { state: environment.state.slice(), observation: observation.slice() },
        steps: [],
        terminated: false,
        truncated: false,
        ...(policy && { policy }),
      }
    },
    onStep(environment, action, { observation, reward, terms, terminated, truncated }) {
      if (!recorded) throw new Error('recordRollout saw a step before a reset.')
      const efforts = new Float64Array(effortCount(environment.scene))
      readEfforts(efforts)
      recorded.steps.push({
        state: environment.state.slice(),
        observation: observation.slice(),
        action: action.slice(),
        efforts,
        reward,
        terms: Float64Array.from(environment.spec.rewardTerms, (name) => terms[name]!),
      })
      recorded.terminated = terminated
      recorded.truncated = truncated
    },
    rollout() {
      if (!recorded) throw new Error('recordRollout has seen no episode.')
      return recorded
    },
  }
}
