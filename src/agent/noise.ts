/** Noise on actions: what the agent explores with, and TD3's on the target policy. */
import type { RandomStream } from '../common/random.ts'
import type { AgentSettings } from './settings.ts'
import { arrayOf, type StateArrays } from './state.ts'

export interface ExplorationNoise {
  /** The noise now, one entry per action. */
  readonly value: Float64Array
  /** To be called at the start of each episode. */
  reset(): void
  /** Moves on by one action; the noise is then in `value`. */
  step(): void
  /** Copies of all that the next step depends on. */
  state(): StateArrays
  restore(state: StateArrays): void
}

/** The exploration noise that the settings name, for `size` actions; it starts at 0 and draws from `random`. */
export function createNoise(size: number, settings: AgentSettings, random: RandomStream): ExplorationNoise {
  const { noise, noiseTheta: theta, noiseSigma: sigma, noiseTimeStep: timeStep } = settings
  if (noise === 'gaussian') return new GaussianNoise(size, sigma, random)
  return new OrnsteinUhlenbeckNoise(size, { theta, sigma, timeStep }, random)
}

/** N(0, deviation²), independent for each action and step (Fujimoto et al. 2018, section 6.1). */
export class GaussianNoise implements ExplorationNoise {
  readonly value: Float64Array
  private readonly deviation: number
  private readonly random: RandomStream

  constructor(size: number, deviation: number, random: RandomStream) {
    this.value = new Float64Array(size)
    this.deviation = deviation
    this.random = random
  }

  reset(): void {
    this.value.fill(0)
  }

  step(): void {
    for (let index = 0; index < this.value.length; index++) this.value[index] = this.random.normal(0, this.deviation)
  }

  state(): StateArrays {
    return noiseState(this.value, this.random)
  }

  restore(state: StateArrays): void {
    restoreNoise(state, this.value, this.random)
  }
}

export interface OrnsteinUhlenbeckSettings {
  theta: number
  sigma: number
  /** The time step dt. It is seldom stated and matters: with 0.01 the noise is a tenth as strong at each step as with 1. */
  timeStep: number
}

/**
 * Exploration that stays on one side for a while, as a push does:
 * x ← x + θ(0 - x)dt + σ√dt·N(0, 1), one independent x per action (Uhlenbeck and Ornstein 1930; the paper, section 7).
 */
export class OrnsteinUhlenbeckNoise implements ExplorationNoise {
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

  step(): void {
    const { theta, sigma, timeStep } = this.settings
    const spread = sigma * Math.sqrt(timeStep)
    for (let index = 0; index < this.value.length; index++) {
      this.value[index]! += -theta * this.value[index]! * timeStep + spread * this.random.normal()
    }
  }

  state(): StateArrays {
    return noiseState(this.value, this.random)
  }

  restore(state: StateArrays): void {
    restoreNoise(state, this.value, this.random)
  }
}

function noiseState(value: Float64Array, random: RandomStream): StateArrays {
  return { value: value.slice(), random: Int32Array.from(random.state()) }
}

function restoreNoise(state: StateArrays, value: Float64Array, random: RandomStream): void {
  value.set(arrayOf(state, 'value', Float64Array, value.length))
  random.setState(arrayOf(state, 'random', Int32Array, 4))
}

/** Fills `noise` [B, A] with N(0, targetNoise²) clipped to ±targetNoiseClip (TD3, section 5.3), row by row. */
export function drawTargetNoise(
  { targetNoise, targetNoiseClip }: Pick<AgentSettings, 'targetNoise' | 'targetNoiseClip'>,
  random: RandomStream,
  noise: Float32Array,
): void {
  for (let index = 0; index < noise.length; index++) {
    noise[index] = Math.min(targetNoiseClip, Math.max(-targetNoiseClip, random.normal(0, targetNoise)))
  }
}
