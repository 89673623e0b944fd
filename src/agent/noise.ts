/** Ornstein-Uhlenbeck noise: exploration that stays on one side for a while, as a push does. */
import type { RandomStream } from '../common/random.ts'

export interface OrnsteinUhlenbeckSettings {
  theta: number
  sigma: number
  /** The time step dt. It is seldom stated and matters: with 0.01 the noise is a tenth as strong at each step as with 1. */
  timeStep: number
}

/** x ← x + θ(0 - x)dt + σ√dt·N(0, 1), one independent x per action (Uhlenbeck and Ornstein 1930; the paper, section 7). */
export class OrnsteinUhlenbeckNoise {
  readonly value: Float64Array
  private readonly settings: OrnsteinUhlenbeckSettings
  private readonly random: RandomStream

  constructor(size: number, settings: OrnsteinUhlenbeckSettings, random: RandomStream) {
    this.value = new Float64Array(size)
    this.settings = settings
    this.random = random
  }

  reset(): void {
    this.value.fill(0)
  }

  /** Moves on by one time step; the noise is then in `value`. */
  step(): void {
    const { theta, sigma, timeStep } = this.settings
    const spread = sigma * Math.sqrt(timeStep)
    for (let index = 0; index < this.value.length; index++) {
      this.value[index]! += -theta * this.value[index]! * timeStep + spread * this.random.normal()
    }
  }
}
