/**
 * Running mean and variance of each entry of the observation (Welford 1962), in float64, so that networks can see
 * observations as (observation - mean)/deviation whatever their units.
 */
import { arrayOf, type StateArrays } from './state.ts'

/**
 * Below it an entry counts as constant and is not scaled up: 1/√variance would make a large number of its rounding, and a jump of its first change.
 * (VecNormalize of Stable-Baselines3 adds it to every variance, which makes both.)
 */
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

  /** 1/√variance [O], of the population's; 1 for an entry that does not change, and before the first observation. */
  scale(): Float32Array {
    if (this.count === 0) return new Float32Array(this.squares.length).fill(1)
    return Float32Array.from(this.squares, (sum) => {
      const variance = sum / this.count
      return variance < SMALLEST_VARIANCE ? 1 : 1 / Math.sqrt(variance)
    })
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
