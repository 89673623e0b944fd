/**
 * The TensorFlow.js engine: networks as variables, gradients by its autodiff, its Adam.
 * It runs on the native library where that is installed, and on WebAssembly elsewhere; it has every setting.
 */
import type * as TensorFlow from '@tensorflow/tfjs'
import { RandomStream } from '../common/random.ts'
import type { Network } from '../policy/network.ts'
import { ADAM_BETA1, ADAM_BETA2, ADAM_EPSILON } from './constants.ts'
import {
  type ChosenBatch,
  checkBatch,
  type EngineName,
  type EngineOptions,
  type LearningEngine,
  learningNetworks,
  momentsPlace,
  type Networks,
  type UpdateMetrics,
  visitRecords,
} from './engine.ts'
import { drawTargetNoise } from './noise.ts'
import { type Batch, ReplayBuffer } from './replay-buffer.ts'
import { createSampler, type Sampler } from './sampler.ts'
import { arrayOf, prefixed, type StateArrays, withoutPrefix } from './state.ts'
import {
  firstNonFiniteMoment,
  optimizerState,
  restoreOptimizer,
  restoreVariables,
  setLearningRate,
  variablesState,
} from './tensorflow/engine-state.ts'
import { runActor } from './tensorflow/forward.ts'
import {
  actorGradients,
  criticGradients,
  type Gradients,
  type TensorBatch,
  targetValues,
} from './tensorflow/gradients.ts'
import {
  createNetworkSet,
  exportNetworkSet,
  findNonFiniteLayer,
  type NetworkSet,
  tensorBatch,
} from './tensorflow/network-set.ts'
import { allOf, exportNetwork, follow, type NetworkVariables, type Tf, tidy } from './tensorflow/variables.ts'

/** A network and what moves it. */
interface Learner {
  network: NetworkVariables
  optimizer: TensorFlow.AdamOptimizer
}

interface Update {
  metrics: UpdateMetrics
  /** |Q(s, a) - y| [B]; with twin critics the mean of both. */
  errors: Float64Array
}

export class TensorFlowEngine implements LearningEngine {
  readonly name: EngineName
  private readonly tf: Tf
  private readonly options: EngineOptions
  private readonly replay: ReplayBuffer
  private readonly sampler: Sampler
  private readonly targetNoiseRandom: RandomStream
  private readonly networks: NetworkSet
  private readonly actor: Learner
  /** One, or the twins. */
  private readonly critics: Learner[]
  private readonly mean: Float32Array
  private readonly scale: Float32Array
  /** What `update` draws. */
  private readonly drawn: { indices: Uint32Array; weights: Float32Array; targetNoise?: Float32Array }
  private readonly batch: Batch

  constructor(tf: Tf, name: EngineName, options: EngineOptions) {
    this.tf = tf
    this.name = name
    this.options = options
    const { settings, size, random } = options
    const { batchSize } = settings
    this.replay = new ReplayBuffer(settings.replayCapacity, size)
    this.batch = this.replay.allocateBatch(batchSize)
    this.sampler = createSampler(settings, RandomStream.restore(random.replay))
    this.targetNoiseRandom = RandomStream.restore(random.targetNoise)
    this.drawn = {
      indices: new Uint32Array(batchSize),
      weights: new Float32Array(batchSize),
      ...(settings.targetNoise > 0 && { targetNoise: new Float32Array(batchSize * size.action) }),
    }
    this.networks = createNetworkSet(tf, options)
    const learner = (network: NetworkVariables, rate: number): Learner => ({
      network,
      optimizer: tf.train.adam(rate, ADAM_BETA1, ADAM_BETA2, ADAM_EPSILON),
    })
    const { actor, critic, secondCritic } = this.networks
    this.actor = learner(actor, settings.actorLearningRate)
    const critics = secondCritic ? [critic, secondCritic] : [critic]
    this.critics = critics.map((network) => learner(network, settings.criticLearningRate))
    this.mean = new Float32Array(size.observation)
    this.scale = new Float32Array(size.observation).fill(1)
  }

  get stored(): number {
    return this.replay.stored
  }

  act(observation: Float32Array, action: Float32Array): void {
    const { tf } = this
    const scaled = observation.slice()
    this.scaleRows(scaled)
    tf.tidy(() => {
      const input = tf.tensor2d(scaled, [1, scaled.length])
      action.set(runActor(tf, this.networks.actor, input).actions.dataSync())
    })
  }

  store(
    observation: Float32Array,
    action: Float32Array,
    reward: number,
    nextObservation: Float32Array,
    discount: number,
  ): void {
    this.sampler.added(this.replay.store(observation, action, reward, nextObservation, discount))
  }

  update(updatesPolicy: boolean): UpdateMetrics {
    const { drawn, sampler, targetNoiseRandom } = this
    sampler.sample(this.replay.stored, drawn.indices, drawn.weights)
    if (drawn.targetNoise) drawTargetNoise(this.options.settings, targetNoiseRandom, drawn.targetNoise)
    const { metrics, errors } = this.learnFrom(drawn, updatesPolicy)
    sampler.learned(drawn.indices, errors)
    return metrics
  }

  updateOn(batch: ChosenBatch, updatesPolicy: boolean): UpdateMetrics {
    const { size, settings } = this.options
    checkBatch(batch, size, settings, this.stored)
    return this.learnFrom(batch, updatesPolicy).metrics
  }

  setObservationScaling(mean: Float32Array, scale: Float32Array): void {
    this.mean.set(mean)
    this.scale.set(scale)
  }

  setLearningRates(share: number): void {
    const { actorLearningRate, criticLearningRate } = this.options.settings
    setLearningRate(this.actor.optimizer, share * actorLearningRate)
    for (const { optimizer } of this.critics) setLearningRate(optimizer, share * criticLearningRate)
  }

  findNonFinite(): string | undefined {
    const weights = findNonFiniteLayer(this.networks)
    if (weights !== undefined) return weights
    for (const [index, { optimizer, network }] of [this.actor, ...this.critics].entries()) {
      const layer = firstNonFiniteMoment(optimizer, network)
      if (layer !== undefined) return momentsPlace(learningNetworks[index]!, layer)
    }
    return undefined
  }

  exportActor(): Network {
    return exportNetwork(this.networks.actor)
  }

  exportNetworks(): Networks {
    return exportNetworkSet(this.networks)
  }

  state(): StateArrays {
    const state: StateArrays = {
      noiseRandom: Int32Array.from(this.targetNoiseRandom.state()),
      observationMean: this.mean.slice(),
      observationScale: this.scale.slice(),
      ...this.replay.state(),
      ...prefixed('sampler.', this.sampler.state(this.stored)),
    }
    for (const [name, network] of Object.entries(this.networks)) {
      Object.assign(state, prefixed(`${name}.`, variablesState(network)))
    }
    for (const [name, { network, optimizer }] of this.learners()) {
      Object.assign(state, prefixed(`${name}.adam.`, optimizerState(optimizer, network)))
    }
    return state
  }

  restore(state: StateArrays): void {
    const { observation } = this.options.size
    this.targetNoiseRandom.setState(arrayOf(state, 'noiseRandom', Int32Array, 4))
    this.mean.set(arrayOf(state, 'observationMean', Float32Array, observation))
    this.scale.set(arrayOf(state, 'observationScale', Float32Array, observation))
    this.replay.restore(state)
    this.sampler.restore(withoutPrefix('sampler.', state))
    for (const [name, network] of Object.entries(this.networks)) {
      restoreVariables(this.tf, network, withoutPrefix(`${name}.`, state))
    }
    for (const [name, { network, optimizer }] of this.learners()) {
      restoreOptimizer(this.tf, optimizer, network, withoutPrefix(`${name}.adam.`, state))
    }
  }

  restoreTransitions(firstSlot: number, records: Float32Array): void {
    const { size, settings } = this.options
    visitRecords(firstSlot, records, size, settings.replayCapacity, (slot, record) =>
      this.replay.restoreRecord(slot, record),
    )
  }

  dispose(): void {
    for (const network of Object.values(this.networks)) this.tf.dispose(allOf(network))
    for (const { optimizer } of [this.actor, ...this.critics]) optimizer.dispose()
  }

  private learners(): [name: string, learner: Learner][] {
    const critics = this.critics.map((critic, index): [string, Learner] => [`critic${index}`, critic])
    return [['actor', this.actor], ...critics]
  }

  private learnFrom(chosen: ChosenBatch, updatesPolicy: boolean): Update {
    const { tf } = this
    this.replay.gather(chosen.indices, this.batch)
    this.scaleRows(this.batch.observations)
    this.scaleRows(this.batch.nextObservations)
    return tidy(tf, () => {
      const batch = tensorBatch(tf, this.options.size, this.batch, chosen)
      const update = this.updateCritics(batch)
      if (updatesPolicy) {
        Object.assign(update.metrics, this.updateActor(batch))
        this.updateTargets()
      }
      return update
    })
  }

  private updateCritics(batch: TensorBatch): Update {
    const { tf, networks } = this
    const { settings } = this.options
    const targets = targetValues(tf, networks, batch, settings)
    const results = this.critics.map(({ network, optimizer }) => {
      const result = criticGradients(tf, network, targets, batch, settings)
      optimizer.applyGradients(namedTensors(result.gradients))
      result.statistics.moveAverages()
      return result
    })
    const count = results.length
    const errors = Float64Array.from(
      results[0]!.errors,
      (_, row) => results.reduce((sum, result) => sum + Math.abs(result.errors[row]!), 0) / count,
    )
    const criticLoss = results.reduce((sum, { loss }) => sum + loss, 0) / count
    return { metrics: { criticLoss, meanQ: results[0]!.meanQ }, errors }
  }

  private updateActor(batch: TensorBatch): { policyLoss: number; saturation: number } {
    const { tf, actor } = this
    const result = actorGradients(tf, actor.network, this.networks.critic, batch, this.options.settings)
    actor.optimizer.applyGradients(namedTensors(result.gradients))
    result.statistics.moveAverages()
    return { policyLoss: result.loss, saturation: result.saturation }
  }

  private updateTargets(): void {
    const { tf } = this
    const { actor, critic, secondCritic, targetActor, targetCritic, targetSecondCritic } = this.networks
    const { softUpdateRate } = this.options.settings
    follow(tf, targetActor, actor, softUpdateRate)
    follow(tf, targetCritic, critic, softUpdateRate)
    if (secondCritic && targetSecondCritic) follow(tf, targetSecondCritic, secondCritic, softUpdateRate)
  }

  /** Each row [O] of `observations` becomes (observation - mean)·scale. */
  private scaleRows(observations: Float32Array): void {
    const { mean, scale } = this
    for (let index = 0; index < observations.length; index++) {
      const entry = index % mean.length
      observations[index] = (observations[index]! - mean[entry]!) * scale[entry]!
    }
  }
}

function namedTensors(gradients: Gradients): { name: string; tensor: TensorFlow.Tensor }[] {
  return Object.entries(gradients).map(([name, tensor]) => ({ name, tensor }))
}
