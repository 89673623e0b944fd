/**
 * What an engine is: the networks, their optimisers and the replay buffer, with one DDPG update as one call.
 * The algorithm around it (exploration, when to learn) is in ddpg.ts and is the same for every engine.
 *
 * | call | in | out |
 * |---|---|---|
 * | `act` | observation [O] | action [A] = tanh(actor), no noise |
 * | `store` | observation [O], action [A], reward, next observation [O], terminated | - |
 * | `updateOn` | indices [B] of stored transitions | losses before the update |
 *
 * The critic's input joins the action to the outputs of its first hidden layer (to the observation where there is only one).
 */
import type { Network } from '../policy/network.ts'
import type { AgentSettings } from './settings.ts'

export const engineNames = ['tfjs-node', 'tfjs-wasm', 'tfjs-cpu'] as const
export type EngineName = (typeof engineNames)[number]

/** Sizes of a problem. */
export interface ProblemSize {
  observation: number
  action: number
}

/** The four networks of DDPG. */
export interface Networks {
  actor: Network
  critic: Network
  targetActor: Network
  targetCritic: Network
}

export interface UpdateMetrics {
  /** Mean squared temporal-difference error over the batch, without the L2 term. */
  criticLoss: number
  /** Minus the mean of Q(s, actor(s)) over the batch, with the critic just updated. */
  policyLoss: number
  /** Mean of Q(s, a) over the batch, before the update. */
  meanQ: number
}

export interface LearningEngine {
  readonly name: EngineName
  /** Transitions now in the replay buffer. */
  readonly stored: number
  act(observation: Float32Array, action: Float32Array): void
  /** `terminated` is true only where nothing can be earned afterwards: a time limit is not a termination. */
  store(
    observation: Float32Array,
    action: Float32Array,
    reward: number,
    nextObservation: Float32Array,
    terminated: boolean,
  ): void
  /** One update of critic, actor and targets on the stored transitions with these indices (0 is the oldest slot of the buffer's array). */
  updateOn(indices: Uint32Array): UpdateMetrics
  /** Copies of the weights. */
  exportNetworks(): Networks
  dispose(): void
}

export interface EngineOptions {
  size: ProblemSize
  settings: AgentSettings
  /** The initial weights; copied. */
  networks: Networks
}

/** Index of the critic's layer that takes the action: its second hidden layer (the paper), or the only one. */
export function criticActionLayer(hiddenSizes: readonly number[]): number {
  return Math.min(1, hiddenSizes.length - 1)
}
