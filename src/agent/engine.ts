/**
 * What an engine is: the networks, their optimisers, the replay buffer and its sampler, with one update as one call.
 * The algorithm around it (exploration, n-step returns, when to learn) is in agent.ts and is the same for every engine.
 *
 * | call | in | out |
 * |---|---|---|
 * | `act` | observation [O] | action [A] = tanh(actor), no noise |
 * | `store` | observation [O], action [A], reward, next observation [O], discount | - |
 * | `update` | whether the policy is updated too | metrics, as they were before the update |
 * | `updateOn` | the same, for a batch chosen by the caller | the same |
 * | `state`, `restore` | - , or a state | all that the next update depends on, as named arrays; the stored transitions apart |
 * | `restoreTransitions` | first slot, records | - |
 *
 * One update, on a batch of B transitions (s, a, r, s', d) with importance weights w (1 where sampling is uniform):
 * 1. a' = clip(targetActor(s') + target noise, -1, 1);  y = r + d·Q'(s', a'), the smaller Q' of twin critics;
 * 2. each critic descends mean(w·(Q(s, a) - y)²) + L2, by Adam;
 * 3. where the policy is updated: the actor descends mean(-Q(s, actor(s)) + preactivationPenalty·|z|²), z the input of
 *    its tanh, with the (first) critic just updated; then all targets follow: θ' ← θ' + τ(θ - θ').
 *
 * The critic's input joins the action to the input of its layer `criticActionLayer(settings)`, after the other inputs.
 */
import type { Network } from '../policy/network.ts'
import type { AgentSettings } from './settings.ts'
import type { StateArrays } from './state.ts'

/** In the order in which they are preferred, where the settings leave a choice. */
export const engineNames = ['fused', 'tfjs-node', 'tfjs-wasm', 'tfjs-cpu'] as const
export type EngineName = (typeof engineNames)[number]

/** Sizes of a problem. */
export interface ProblemSize {
  observation: number
  action: number
}

/** The networks of DDPG; with twin critics (TD3) a second critic and its target beside the first. */
export interface Networks {
  actor: Network
  critic: Network
  targetActor: Network
  targetCritic: Network
  secondCritic?: Network
  targetSecondCritic?: Network
}

export interface UpdateMetrics {
  /** Mean squared temporal-difference error over the batch, weighted by importance, without the L2 term; the mean of both with twin critics. */
  criticLoss: number
  /** Mean of Q(s, a) over the batch, of the first critic, before the update. */
  meanQ: number
  /** Minus the mean of Q(s, actor(s)) over the batch, with the critic just updated; only where the policy was updated. */
  policyLoss?: number
  /** Share of the batch's actions actor(s) with |a| > 0.99, where tanh hardly learns; only where the policy was updated. */
  saturation?: number
}

/** A batch chosen by the caller; B is the settings' `batchSize`. */
export interface ChosenBatch {
  /** [B] of stored transitions; 0 is the first slot of the buffer's ring. */
  indices: Uint32Array
  /** [B], multiplies each transition's loss; 1 where absent. */
  weights?: Float32Array
  /** [B, A], added to the target policy's actions, already clipped; 0 where absent. */
  targetNoise?: Float32Array
}

export interface LearningEngine {
  readonly name: EngineName
  /** Transitions now in the replay buffer. */
  readonly stored: number
  act(observation: Float32Array, action: Float32Array): void
  /**
   * `discount` is what the value of `nextObservation` counts: γ after one step, γⁿ after n, 0 where the episode
   * terminated (nothing can be earned afterwards; a time limit is not a termination).
   */
  store(
    observation: Float32Array,
    action: Float32Array,
    reward: number,
    nextObservation: Float32Array,
    discount: number,
  ): void
  /** Samples a batch by the settings and learns from it; with prioritised replay the batch gets new priorities. */
  update(updatesPolicy: boolean): UpdateMetrics
  /** Learns from the given batch; no priority changes. Throws a RangeError for a batch that is none (`checkBatch`). */
  updateOn(batch: ChosenBatch, updatesPolicy: boolean): UpdateMetrics
  /** Every observation from here on, stored ones too, is seen as (observation - mean)·scale; both [O]. */
  setObservationScaling(mean: Float32Array, scale: Float32Array): void
  /** Learning rates from here on, as a share of the settings'; not part of the state. */
  setLearningRates(share: number): void
  /**
   * The first layer that holds a value which is not finite, such as "critic, layer 2", or whose moments do: a second moment that is infinite
   * holds its weight still for good. undefined where all is well.
   */
  findNonFinite(): string | undefined
  /** Copies of the weights. */
  exportNetworks(): Networks
  /**
   * Copies of all that the next update depends on: networks, targets, optimisers, generators, priorities, the scaling of
   * observations, and how full the replay buffer is; its transitions apart, which are many and never change.
   */
  state(): StateArrays
  /** Takes up such a state of an engine of the same name, sizes and settings. The transitions follow by `restoreTransitions`. */
  restore(state: StateArrays): void
  /** Writes records [count, `recordLength(size)`] to the slots of the ring from `firstSlot` on, over its end to its beginning. */
  restoreTransitions(firstSlot: number, records: Float32Array): void
  /** A copy of the actor's weights. */
  exportActor(): Network
  dispose(): void
}

export interface EngineOptions {
  size: ProblemSize
  settings: AgentSettings
  /** The initial weights; copied. */
  networks: Networks
  /** States of the generators (RandomStream.state()) that `update` draws from. */
  random: EngineRandom
  /** Threads that share an update, the caller's included; only the fused engine can choose. The results are the same bits. */
  threads?: number
  /** Lets the fused engine use relaxed SIMD: faster on some processors, and other bits on each. */
  relaxedSimd?: boolean
}

export interface EngineRandom {
  /** For the choice of transitions. */
  replay: number[]
  /** For TD3's noise on the target policy's actions. */
  targetNoise: number[]
}

/** The networks' names in messages, in the order in which they are searched for values that are not finite. */
export const networkTitles: Record<keyof Networks, string> = {
  actor: 'actor',
  critic: 'critic',
  secondCritic: 'second critic',
  targetActor: 'target actor',
  targetCritic: 'target critic',
  targetSecondCritic: 'target of the second critic',
}

/** Those that learn, and so have moments, in the order in which engines have them; the others follow. */
export const learningNetworks = ['actor', 'critic', 'secondCritic'] as const

/** Where moments are not finite, in words. */
export function momentsPlace(name: (typeof learningNetworks)[number], layer: number): string {
  return `${networkTitles[name]}, layer ${layer} (Adam's moments)`
}

/** Throws a RangeError where a batch is not of the settings' size, or names a transition that is not stored. */
export function checkBatch(
  { indices, weights, targetNoise }: ChosenBatch,
  { action }: ProblemSize,
  { batchSize }: AgentSettings,
  stored: number,
): void {
  const requireCount = (what: string, found: number, wanted: number): void => {
    if (found !== wanted) throw new RangeError(`A batch has ${wanted} ${what}, not ${found}.`)
  }
  requireCount('transitions', indices.length, batchSize)
  if (weights) requireCount('weights', weights.length, batchSize)
  if (targetNoise) requireCount('entries of noise', targetNoise.length, batchSize * action)
  for (const index of indices) {
    if (index >= stored) throw new RangeError(`There is no stored transition ${index}; ${stored} are stored.`)
  }
}

/** Numbers in a record of the replay buffer: observation, action, reward, discount, next observation. */
export function recordLength({ observation, action }: ProblemSize): number {
  return 2 * observation + action + 2
}

/** Calls `write` with each record of `records` and its slot, from `firstSlot` on around a ring of `capacity`. */
export function visitRecords(
  firstSlot: number,
  records: Float32Array,
  size: ProblemSize,
  capacity: number,
  write: (slot: number, record: Float32Array) => void,
): void {
  const length = recordLength(size)
  for (let at = 0, slot = firstSlot; at < records.length; at += length, slot++) {
    write(slot % capacity, records.subarray(at, at + length))
  }
}

/** Index of the critic's layer that takes the action. */
export function criticActionLayer({ hiddenSizes, criticActionInput }: AgentSettings): number {
  return Math.min(criticActionInput, hiddenSizes.length) - 1
}
