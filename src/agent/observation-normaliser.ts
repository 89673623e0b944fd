/**
 * Running mean and variance of each entry of the observation (Welford 1962), in float64, so that networks can see
 * observations as (observation - mean)/deviation whatever their units.
 */
import { arrayOf, type StateArrays } from './state.ts'

/** Keeps the scale of an entry that never changes finite (VecNormalize of Stable-Baselines3). */
const SMALLEST_VARIANCE = 1e-8

export class ObservationNormaliser {
  private readonly means: Float64Array
  /** Sums of squared distances from the mean. */
  private readonly squares: Float64Array
  private count = 0

  constructor(size: number) {
    this.means = new Float64Array(size)
    this.squares = new Float64Array(size)
  }

  /** Observations seen. */
  get seen(): number {
    return this.count
  }

  /** Takes in one observation [O]. */
  add(observation: ArrayLike<number>): void {
    this.count++
    for (let index = 0; index < this.means.length; index++) {
      const distance = observation[index]! - this.means[index]!
      this.means[index]! += distance / this.count
      this.squares[index]! += distance * (observation[index]! - this.means[index]!)
    }
  }

  /** Means [O] of what was seen, rounded once; 0 before the first. */
  mean(): Float32Array {
    return Float32Array.from(this.means)
  }

  /** 1/√(variance + 1e-8) [O], of the population's variance; 1 before the first observation. */
  scale(): Float32Array {
    if (this.count === 0) return new Float32Array(this.squares.length).fill(1)
    return Float32Array.from(this.squares, (sum) => 1 / Math.sqrt(sum / this.count + SMALLEST_VARIANCE))
  }

  state(): StateArrays {
    return { means: this.means.slice(), squares: this.squares.slice(), count: Float64Array.of(this.count) }
  }

  restore(state: StateArrays): void {
    this.means.set(arrayOf(state, 'means', Float64Array, this.means.length))
    this.squares.set(arrayOf(state, 'squares', Float64Array, this.squares.length))
    this.count = arrayOf(state, 'count', Float64Array, 1)[0]!
  }
}
