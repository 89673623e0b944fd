/**
 * The TensorFlow.js engine: networks as variables, gradients by its autodiff, its Adam.
 * It runs on the native library where that is installed, and on WebAssembly elsewhere.
 */
import type * as TensorFlow from '@tensorflow/tfjs'
import type { Network } from '../policy/network.ts'
import {
  criticActionLayer,
  type EngineName,
  type EngineOptions,
  type LearningEngine,
  type Networks,
  type UpdateMetrics,
} from './engine.ts'
import { type Batch, ReplayBuffer } from './replay-buffer.ts'

/** A network's layers as TensorFlow.js variables. */
interface Variables {
  weights: TensorFlow.Variable<TensorFlow.Rank.R2>[]
  biases: TensorFlow.Variable<TensorFlow.Rank.R1>[]
}

/** Adam's ε, as in its paper (Kingma and Ba 2015); β1 0.9 and β2 0.999. */
const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }

export class TensorFlowEngine implements LearningEngine {
  readonly name: EngineName
  private readonly tf: typeof TensorFlow
  private readonly options: EngineOptions
  private readonly replay: ReplayBuffer
  private readonly variables: Record<keyof Networks, Variables>
  private readonly actorOptimizer: TensorFlow.AdamOptimizer
  private readonly criticOptimizer: TensorFlow.AdamOptimizer
  private batch: Batch

  constructor(tf: typeof TensorFlow, name: EngineName, options: EngineOptions) {
    this.tf = tf
    this.name = name
    this.options = options
    const { settings, size, networks } = options
    this.replay = new ReplayBuffer(settings.replayCapacity, size)
    this.batch = this.replay.allocateBatch(settings.batchSize)
    this.variables = {
      actor: createVariables(tf, networks.actor, true),
      critic: createVariables(tf, networks.critic, true),
      targetActor: createVariables(tf, networks.targetActor, false),
      targetCritic: createVariables(tf, networks.targetCritic, false),
    }
    const { beta1, beta2, epsilon } = ADAM
    this.actorOptimizer = tf.train.adam(settings.actorLearningRate, beta1, beta2, epsilon)
    this.criticOptimizer = tf.train.adam(settings.criticLearningRate, beta1, beta2, epsilon)
  }

  get stored(): number {
    return this.replay.stored
  }

  act(observation: Float32Array, action: Float32Array): void {
    const { tf } = this
    tf.tidy(() => {
      const input = tf.tensor2d(observation, [1, observation.length])
      action.set(this.runActor(this.variables.actor, input).dataSync())
    })
  }

  store(
    observation: Float32Array,
    action: Float32Array,
    reward: number,
    nextObservation: Float32Array,
    terminated: boolean,
  ): void {
    this.replay.store(observation, action, reward, nextObservation, terminated)
  }

  updateOn(indices: Uint32Array): UpdateMetrics {
    const { tf } = this
    const rows = indices.length
    if (this.batch.rewards.length !== rows) this.batch = this.replay.allocateBatch(rows)
    this.replay.gather(indices, this.batch)
    return tf.tidy(() => {
      const { size } = this.options
      const observations = tf.tensor2d(this.batch.observations, [rows, size.observation])
      const actions = tf.tensor2d(this.batch.actions, [rows, size.action])
      const targets = this.targets(rows)
      const { criticLoss, meanQ } = this.updateCritic(observations, actions, targets)
      const policyLoss = this.updateActor(observations)
      this.updateTargets()
      return { criticLoss, policyLoss, meanQ }
    })
  }

  exportNetworks(): Networks {
    const { actor, critic, targetActor, targetCritic } = this.variables
    return {
      actor: exportNetwork(actor),
      critic: exportNetwork(critic),
      targetActor: exportNetwork(targetActor),
      targetCritic: exportNetwork(targetCritic),
    }
  }

  dispose(): void {
    for (const { weights, biases } of Object.values(this.variables)) this.tf.dispose([...weights, ...biases])
    this.actorOptimizer.dispose()
    this.criticOptimizer.dispose()
  }

  /** y = r + γ·(1 - terminated)·Q'(s', actor'(s')): [B, 1] */
  private targets(rows: number): TensorFlow.Tensor2D {
    const { tf, batch } = this
    const { size, settings } = this.options
    const nextObservations = tf.tensor2d(batch.nextObservations, [rows, size.observation])
    const nextActions = this.runActor(this.variables.targetActor, nextObservations)
    const nextQ = this.runCritic(this.variables.targetCritic, nextObservations, nextActions)
    const continues = tf.sub(1, tf.tensor2d(batch.terminated, [rows, 1]))
    const future = tf.mul(tf.mul(continues, settings.discount), nextQ)
    return tf.add(tf.tensor2d(batch.rewards, [rows, 1]), future)
  }

  private updateCritic(
    observations: TensorFlow.Tensor2D,
    actions: TensorFlow.Tensor2D,
    targets: TensorFlow.Tensor2D,
  ): { criticLoss: number; meanQ: number } {
    const { tf } = this
    const { critic } = this.variables
    const { criticL2 } = this.options.settings
    let error: TensorFlow.Scalar | undefined
    let meanQ: TensorFlow.Scalar | undefined
    const { grads, value } = tf.variableGrads(() => {
      const q = this.runCritic(critic, observations, actions)
      error = tf.keep(tf.mean(tf.squaredDifference(q, targets)) as TensorFlow.Scalar)
      meanQ = tf.keep(tf.mean(q) as TensorFlow.Scalar)
      if (criticL2 === 0) return error
      // Half of the squared norm: its gradient is criticL2 times each weight.
      const squares = tf.addN(critic.weights.map((weights) => tf.sum(tf.square(weights))))
      return tf.add(error, tf.mul(squares, criticL2 / 2)) as TensorFlow.Scalar
    }, trainable(critic))
    this.criticOptimizer.applyGradients(namedTensors(grads))
    const metrics = { criticLoss: error!.dataSync()[0]!, meanQ: meanQ!.dataSync()[0]! }
    tf.dispose([error!, meanQ!, value, grads])
    return metrics
  }

  private updateActor(observations: TensorFlow.Tensor2D): number {
    const { tf } = this
    const { actor, critic } = this.variables
    const { grads, value } = tf.variableGrads(() => {
      const q = this.runCritic(critic, observations, this.runActor(actor, observations))
      return tf.neg(tf.mean(q)) as TensorFlow.Scalar
    }, trainable(actor))
    this.actorOptimizer.applyGradients(namedTensors(grads))
    return value.dataSync()[0]!
  }

  /** target ← target + τ·(weights - target) */
  private updateTargets(): void {
    const { tf } = this
    const { softUpdateRate } = this.options.settings
    const follow = (targets: Variables, sources: Variables): void => {
      const followed = trainable(targets)
      trainable(sources).forEach((source, index) => {
        const target = followed[index]!
        target.assign(tf.add(target, tf.mul(tf.sub(source, target), softUpdateRate)))
      })
    }
    follow(this.variables.targetActor, this.variables.actor)
    follow(this.variables.targetCritic, this.variables.critic)
  }

  private runActor({ weights, biases }: Variables, observations: TensorFlow.Tensor2D): TensorFlow.Tensor2D {
    const { tf } = this
    let hidden = observations
    weights.forEach((layer, index) => {
      const output = tf.add(tf.matMul(hidden, layer), biases[index]!) as TensorFlow.Tensor2D
      hidden = index === weights.length - 1 ? tf.tanh(output) : tf.relu(output)
    })
    return hidden
  }

  private runCritic(
    { weights, biases }: Variables,
    observations: TensorFlow.Tensor2D,
    actions: TensorFlow.Tensor2D,
  ): TensorFlow.Tensor2D {
    const { tf } = this
    const actionLayer = criticActionLayer(this.options.settings.hiddenSizes)
    let hidden = observations
    weights.forEach((layer, index) => {
      const input = index === actionLayer ? tf.concat([hidden, actions], 1) : hidden
      const output = tf.add(tf.matMul(input, layer), biases[index]!) as TensorFlow.Tensor2D
      hidden = index === weights.length - 1 ? output : tf.relu(output)
    })
    return hidden
  }
}

function createVariables(tf: typeof TensorFlow, { layers }: Network, isTrainable: boolean): Variables {
  // tidy: a variable copies the tensor that it starts from.
  return tf.tidy(() => ({
    weights: layers.map(({ weights, inputs, outputs }) =>
      tf.variable(tf.tensor2d(weights.slice(), [inputs, outputs]), isTrainable),
    ),
    biases: layers.map(({ bias }) => tf.variable(tf.tensor1d(bias.slice()), isTrainable)),
  })) as unknown as Variables
}

function trainable({ weights, biases }: Variables): TensorFlow.Variable[] {
  return [...weights, ...biases]
}

function namedTensors(grads: TensorFlow.NamedTensorMap): { name: string; tensor: TensorFlow.Tensor }[] {
  return Object.entries(grads).map(([name, tensor]) => ({ name, tensor }))
}

function exportNetwork({ weights, biases }: Variables): Network {
  return {
    layers: weights.map((layer, index) => {
      const [inputs, outputs] = layer.shape
      return {
        inputs,
        outputs,
        weights: Float32Array.from(layer.dataSync()),
        bias: Float32Array.from(biases[index]!.dataSync()),
      }
    }),
  }
}
