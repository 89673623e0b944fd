/**
 * Deep deterministic policy gradient (Lillicrap et al. 2016, algorithm 1), apart from the arithmetic of its
 * networks, which is an engine's. docs/algorithms.md lists what differs from the paper.
 */
import { RandomStream } from '../common/random.ts'
import { UserError } from '../common/user-error.ts'
import type { Network } from '../policy/network.ts'
import type { LearningEngine, ProblemSize, UpdateMetrics } from './engine.ts'
import { initialiseNetworks } from './initialisation.ts'
import { OrnsteinUhlenbeckNoise } from './noise.ts'
import type { AgentSettings } from './settings.ts'

export interface DdpgOptions {
  size: ProblemSize
  settings: AgentSettings
  seed: number
  /** Makes the engine that holds the given initial networks. */
  createEngine: (networks: ReturnType<typeof initialiseNetworks>) => LearningEngine
}

export class DdpgAgent {
  readonly settings: AgentSettings
  readonly engine: LearningEngine
  private readonly noise: OrnsteinUhlenbeckNoise
  private readonly replayRandom: RandomStream
  private readonly warmUpRandom: RandomStream
  private readonly indices: Uint32Array
  private stepCount = 0
  private updateCount = 0

  constructor({ size, settings, seed, createEngine }: DdpgOptions) {
    this.settings = settings
    const networks = initialiseNetworks(size, settings.hiddenSizes, RandomStream.derive(seed, 'initial weights'))
    this.engine = createEngine(networks)
    const { noiseTheta: theta, noiseSigma: sigma, noiseTimeStep: timeStep } = settings
    this.noise = new OrnsteinUhlenbeckNoise(
      size.action,
      { theta, sigma, timeStep },
      RandomStream.derive(seed, 'exploration'),
    )
    this.replayRandom = RandomStream.derive(seed, 'replay')
    this.warmUpRandom = RandomStream.derive(seed, 'random steps')
    this.indices = new Uint32Array(settings.batchSize)
  }

  /** Weight ε of the noise now. */
  get exploration(): number {
    return Math.max(0, this.settings.explorationStart - this.settings.explorationDecay * this.stepCount)
  }

  get updates(): number {
    return this.updateCount
  }

  /** To be called at the start of each training episode. */
  reset(): void {
    this.noise.reset()
  }

  /** The action to explore with: actor(s) + ε·noise, clipped to [-1, 1]; uniformly random during the random steps. */
  act(observation: Float32Array, action: Float32Array): void {
    if (this.stepCount < this.settings.randomSteps) {
      for (let index = 0; index < action.length; index++) action[index] = this.warmUpRandom.uniform(-1, 1)
      return
    }
    this.engine.act(observation, action)
    this.noise.step()
    const { exploration } = this
    for (let index = 0; index < action.length; index++) {
      action[index] = Math.min(1, Math.max(-1, action[index]! + exploration * this.noise.value[index]!))
    }
  }

  /** Takes in one transition and, once learning has started, makes one update. */
  learn(
    observation: Float32Array,
    action: Float32Array,
    reward: number,
    nextObservation: Float32Array,
    terminated: boolean,
  ): UpdateMetrics | undefined {
    const { engine, settings } = this
    engine.store(observation, action, reward, nextObservation, terminated)
    this.stepCount++
    if (this.stepCount < settings.learningStarts) return undefined
    // Uniform, with replacement.
    for (let row = 0; row < this.indices.length; row++) this.indices[row] = this.replayRandom.integer(engine.stored)
    const metrics = engine.updateOn(this.indices)
    this.updateCount++
    for (const [name, value] of Object.entries(metrics)) {
      if (Number.isFinite(value)) continue
      throw new UserError(
        `Training diverged: ${name} is ${value} at step ${this.stepCount}. The best policy so far is kept; try smaller learning rates.`,
        'failure',
      )
    }
    return metrics
  }

  /** A copy of the actor. */
  exportActor(): Network {
    return this.engine.exportNetworks().actor
  }

  dispose(): void {
    this.engine.dispose()
  }
}
