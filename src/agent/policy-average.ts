/**
 * The average of the actor's weights over the recent past: the policy that is evaluated and saved where `policyAveraging` is
 * on. Single actors of a deterministic policy gradient swing from one good policy to a bad one and back; their average does
 * not (Polyak and Juditsky 1992; Nikishin et al. 2018, Improving stability in deep reinforcement learning with weight averaging).
 */
import type { DenseLayer, Network } from '../policy/network.ts'
import { arrayOf, type StateArrays } from './state.ts'

/** Steps between two samples of the actor: it moves little in between, and reading its weights takes time. */
const INTERVAL = 20

export class PolicyAverage {
  private readonly horizon: number
  private average: Network | undefined
  private samples = 0

  /** `horizon`: steps over which a sample's weight falls to 1/e. */
  constructor(horizon: number) {
    this.horizon = horizon
  }

  /** Whether a sample is due after `step` steps of the environment. */
  isDue(step: number): boolean {
    return step % INTERVAL === 0
  }

  /**
   * Takes in the actor as it is now; keeps no reference to it. A plain mean at first, so that the initial weights count no
   * longer than any others, and an exponential one as soon as that forgets faster.
   */
  add(actor: Network): void {
    this.samples++
    this.average ??= structuredClone(actor)
    const share = Math.max(1 / this.samples, 1 - Math.exp(-INTERVAL / this.horizon))
    for (const [index, values] of numbersOf(actor).entries()) mix(numbersOf(this.average)[index]!, values, share)
  }

  /** A copy of the average; undefined before the first sample. */
  network(): Network | undefined {
    return structuredClone(this.average)
  }

  state(): StateArrays {
    const arrays = this.average ? numbersOf(this.average).map((values, index) => [String(index), values.slice()]) : []
    return { samples: Float64Array.of(this.samples), ...Object.fromEntries(arrays) }
  }

  /** Takes up such a state; `actor` has the shapes of the networks that were averaged. */
  restore(state: StateArrays, actor: Network): void {
    this.samples = arrayOf(state, 'samples', Float64Array, 1)[0]!
    this.average = undefined
    if (this.samples === 0) return
    this.average = structuredClone(actor)
    for (const [index, values] of numbersOf(this.average).entries()) {
      values.set(arrayOf(state, String(index), Float32Array, values.length))
    }
  }
}

/** All numbers of a network, layer by layer. */
function numbersOf({ layers }: Network): Float32Array[] {
  return layers.flatMap(({ weights, bias, normalisation }: DenseLayer) =>
    normalisation ? [weights, bias, normalisation.gain, normalisation.offset] : [weights, bias],
  )
}

/** average ← average + share·(values - average) */
function mix(average: Float32Array, values: Float32Array, share: number): void {
  for (let index = 0; index < average.length; index++) {
    average[index]! += share * (values[index]! - average[index]!)
  }
}
