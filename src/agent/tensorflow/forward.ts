/** Actor and critic of a batch, differentiable: B rows, O observation entries, A actions. */
import type * as TensorFlow from '@tensorflow/tfjs'
import { LAYER_NORMALISATION_EPSILON } from '../../policy/network.ts'
import { BATCH_EPSILON, type BatchNormalisation, type NetworkVariables, type Tf } from './variables.ts'

type Tensor2D = TensorFlow.Tensor2D

/** Share of a running average that an update keeps (Keras's default). */
const BATCH_MOMENTUM = 0.99

/** Means and variances of the batches that passed through a network in training, to move its running averages by. */
export class BatchStatistics {
  private readonly tf: Tf
  private readonly seen: {
    normalisation: BatchNormalisation
    mean: TensorFlow.Tensor
    variance: TensorFlow.Tensor
    rows: number
  }[] = []

  constructor(tf: Tf) {
    this.tf = tf
  }

  /** Normalises a batch by its own mean and variance, and keeps them. */
  normalise(input: Tensor2D, normalisation: BatchNormalisation): Tensor2D {
    const { tf } = this
    const { mean, variance } = tf.moments(input, 0)
    this.seen.push({ normalisation, mean: tf.keep(mean), variance: tf.keep(variance), rows: input.shape[0] })
    return normaliseBatch(tf, input, { ...normalisation, mean, variance })
  }

  /** Moves the running averages, the variance by its unbiased estimate (Ioffe and Szegedy 2015, algorithm 2), and lets go. */
  moveAverages(): void {
    const { tf } = this
    tf.tidy(() => {
      for (const { normalisation, mean, variance, rows } of this.seen) {
        const unbiased = tf.mul(variance, rows / Math.max(1, rows - 1))
        const move = (average: TensorFlow.Variable, value: TensorFlow.Tensor): void =>
          average.assign(tf.add(tf.mul(average, BATCH_MOMENTUM), tf.mul(value, 1 - BATCH_MOMENTUM)))
        move(normalisation.mean, mean)
        move(normalisation.variance, unbiased)
      }
    })
    this.dispose()
  }

  dispose(): void {
    this.tf.dispose(this.seen.splice(0).map(({ mean, variance }) => [mean, variance]))
  }
}

/**
 * `preactivations` [B, A] are the inputs of the tanh that gives the `actions` [B, A]. Batch normalisation goes by the batch
 * where `training` is given, and by the running averages otherwise.
 */
export function runActor(
  tf: Tf,
  actor: NetworkVariables,
  observations: Tensor2D,
  training?: BatchStatistics,
): { preactivations: Tensor2D; actions: Tensor2D } {
  const preactivations = runLayers(tf, actor, observations, training)
  return { preactivations, actions: tf.tanh(preactivations) }
}

/** Q [B, 1]; the actions [B, A] join the input of the layer `actionLayer`. Batch normalisation as in `runActor`. */
export function runCritic(
  tf: Tf,
  critic: NetworkVariables,
  actionLayer: number,
  observations: Tensor2D,
  actions: Tensor2D,
  training?: BatchStatistics,
): Tensor2D {
  return runLayers(tf, critic, observations, training, { actions, layer: actionLayer })
}

/**
 * The outputs [B, units] of the last layer; hidden layers are dense, normalised where they have it, then ReLU. `joined`: actions
 * [B, A] that are added to the input of one layer.
 */
function runLayers(
  tf: Tf,
  { inputNormalisation, layers }: NetworkVariables,
  observations: Tensor2D,
  training?: BatchStatistics,
  joined?: { actions: Tensor2D; layer: number },
): Tensor2D {
  const normalise = (input: Tensor2D, normalisation: BatchNormalisation): Tensor2D =>
    training ? training.normalise(input, normalisation) : normaliseBatch(tf, input, normalisation)
  let hidden = inputNormalisation ? normalise(observations, inputNormalisation) : observations
  layers.forEach(({ weights, bias, layerNormalisation, batchNormalisation }, index) => {
    const input = index === joined?.layer ? tf.concat([hidden, joined.actions], 1) : hidden
    let output = tf.add(tf.matMul(input, weights), bias) as Tensor2D
    if (layerNormalisation) output = normaliseLayer(tf, output, layerNormalisation)
    if (batchNormalisation) output = normalise(output, batchNormalisation)
    hidden = index === layers.length - 1 ? output : tf.relu(output)
  })
  return hidden
}

/** gain·(x - mean)/√(variance + ε) + offset for each column of the input [B, units]; mean and variance are [units]. */
function normaliseBatch(
  tf: Tf,
  input: Tensor2D,
  { gain, offset, mean, variance }: Record<keyof BatchNormalisation, TensorFlow.Tensor>,
): Tensor2D {
  const deviation = tf.sqrt(tf.add(variance, BATCH_EPSILON))
  return tf.add(tf.mul(tf.div(tf.sub(input, mean), deviation), gain), offset)
}

/** gain·(z - mean)/√(variance + ε) + offset, mean and variance over the units of each row. */
function normaliseLayer(
  tf: Tf,
  input: Tensor2D,
  { gain, offset }: { gain: TensorFlow.Tensor; offset: TensorFlow.Tensor },
): Tensor2D {
  const { mean, variance } = tf.moments(input, 1, true)
  const deviation = tf.sqrt(tf.add(variance, LAYER_NORMALISATION_EPSILON))
  return tf.add(tf.mul(tf.div(tf.sub(input, mean), deviation), gain), offset)
}
