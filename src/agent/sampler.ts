/** Which transitions an update learns from: drawn uniformly, or by priority (Schaul et al. 2016). Both draw with replacement. */
import type { RandomStream } from '../common/random.ts'
import { PRIORITY_FLOOR } from './constants.ts'
import type { AgentSettings } from './settings.ts'
import { arrayOf, type StateArrays } from './state.ts'
import { SumTree } from './sum-tree.ts'

export interface Sampler {
  /** A transition was stored in this slot of the replay buffer. */
  added(slot: number): void
  /** Draws slots below `stored` (at least 1) into `indices` [B], and their importance weights into `weights` [B]. */
  sample(stored: number, indices: Uint32Array, weights: Float32Array): void
  /** The batch was learned from; `errors` [B] are the sizes |δ| of its temporal-difference errors before. */
  learned(indices: Uint32Array, errors: ArrayLike<number>): void
  /** Copies of all that the next sample depends on, of a buffer that holds `stored` transitions. */
  state(stored: number): StateArrays
  restore(state: StateArrays): void
}

type SamplerSettings = Pick<
  AgentSettings,
  'replayCapacity' | 'prioritisedReplay' | 'priorityExponent' | 'importanceExponent' | 'importanceUpdates'
>

export function createSampler(settings: SamplerSettings, random: RandomStream): Sampler {
  return settings.prioritisedReplay ? new PrioritisedSampler(settings, random) : new UniformSampler(random)
}

/** Index floor(u·stored), u uniform in [0, 1), one u a row in the order of the rows. */
class UniformSampler implements Sampler {
  private readonly random: RandomStream

  constructor(random: RandomStream) {
    this.random = random
  }

  added(): void {}

  sample(stored: number, indices: Uint32Array, weights: Float32Array): void {
    for (let row = 0; row < indices.length; row++) indices[row] = Math.floor(this.random.uniform(0, 1) * stored)
    weights.fill(1)
  }

  learned(): void {}

  state(): StateArrays {
    return { random: Int32Array.from(this.random.state()) }
  }

  restore(state: StateArrays): void {
    this.random.setState(arrayOf(state, 'random', Int32Array, 4))
  }
}

/**
 * Proportional prioritisation (Schaul et al. 2016, section 3.3 and appendix B.2.1): transition i is drawn with probability
 * p_i/Σp, p = (|δ| + 1e-6)^α; its loss is weighted by (N·p_i/Σp)^-β, divided by the largest weight of the batch.
 * A new transition gets the largest p so far (1 at first), so that each is likely to be seen once.
 */
class PrioritisedSampler implements Sampler {
  private readonly settings: SamplerSettings
  private readonly random: RandomStream
  private readonly priorities: SumTree
  private largest = 1
  private samples = 0

  constructor(settings: SamplerSettings, random: RandomStream) {
    this.settings = settings
    this.random = random
    this.priorities = new SumTree(settings.replayCapacity)
  }

  added(slot: number): void {
    this.priorities.set(slot, this.largest)
  }

  sample(stored: number, indices: Uint32Array, weights: Float32Array): void {
    const { priorities, random } = this
    const { total } = priorities
    const stratum = total / indices.length
    for (let row = 0; row < indices.length; row++) {
      const value = (row + random.uniform(0, 1)) * stratum
      indices[row] = Math.min(priorities.find(value), stored - 1)
    }
    this.weigh(indices, weights)
  }

  learned(indices: Uint32Array, errors: ArrayLike<number>): void {
    for (let row = 0; row < indices.length; row++) {
      const priority = (errors[row]! + PRIORITY_FLOOR) ** this.settings.priorityExponent
      this.priorities.set(indices[row]!, priority)
      this.largest = Math.max(this.largest, this.priorities.get(indices[row]!))
    }
  }

  state(stored: number): StateArrays {
    return {
      random: Int32Array.from(this.random.state()),
      priorities: this.priorities.firstLeaves(stored),
      progress: Float64Array.of(this.largest, this.samples),
    }
  }

  restore(state: StateArrays): void {
    this.random.setState(arrayOf(state, 'random', Int32Array, 4))
    this.priorities.setLeaves(arrayOf(state, 'priorities', Float32Array))
    const [largest, samples] = arrayOf(state, 'progress', Float64Array, 2)
    this.largest = largest!
    this.samples = samples!
  }

  /** (N·p_i/Σp)^-β over the largest of the batch is (p_least/p_i)^β: N and Σp cancel. */
  private weigh(indices: Uint32Array, weights: Float32Array): void {
    const { priorities } = this
    const exponent = this.nextImportanceExponent()
    let least = Number.POSITIVE_INFINITY
    for (const index of indices) least = Math.min(least, priorities.get(index))
    for (let row = 0; row < indices.length; row++) weights[row] = (least / priorities.get(indices[row]!)) ** exponent
  }

  /** β of this batch: rises in a straight line from the setting to 1. */
  private nextImportanceExponent(): number {
    const { importanceExponent, importanceUpdates } = this.settings
    const progress = Math.min(1, this.samples++ / importanceUpdates)
    return importanceExponent + (1 - importanceExponent) * progress
  }
}
