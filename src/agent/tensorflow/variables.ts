/** Networks as TensorFlow.js variables: made from plain numbers, followed by targets, and back. */
import type * as TensorFlow from '@tensorflow/tfjs'
import type { DenseLayer, Network } from '../../policy/network.ts'
import { foldInputScaling, foldOutputScaling } from '../folding.ts'

export type Tf = typeof TensorFlow
type Vector = TensorFlow.Variable<TensorFlow.Rank.R1>
type Matrix = TensorFlow.Variable<TensorFlow.Rank.R2>

/** Batch normalisation of one tensor: learned gain and offset, running mean and variance for when there is no batch. */
export interface BatchNormalisation {
  gain: Vector
  offset: Vector
  mean: Vector
  variance: Vector
}

export interface LayerVariables {
  weights: Matrix
  bias: Vector
  layerNormalisation?: { gain: Vector; offset: Vector }
  batchNormalisation?: BatchNormalisation
}

export interface NetworkVariables {
  /** Of the observation. */
  inputNormalisation?: BatchNormalisation
  layers: LayerVariables[]
}

export interface VariableOptions {
  /** False for targets, which follow. */
  trainable: boolean
  /** Batch normalisation of the observation, of this size, and of so many of the first layers. */
  batchNormalisation?: { observation: number; layers: number } | undefined
}

/** What is added to a batch's variance under the root; with the momentum 0.99 of the running averages, Keras's defaults. */
export const BATCH_EPSILON = 1e-3

/**
 * A network as variables that start at its numbers, to be disposed of; layer normalisation comes with it, batch normalisation
 * by the options.
 */
export function createVariables(tf: Tf, { layers }: Network, options: VariableOptions): NetworkVariables {
  const { trainable, batchNormalisation } = options
  const normaliseBatch = (size: number): BatchNormalisation => ({
    gain: tf.variable(tf.ones([size]), trainable),
    offset: tf.variable(tf.zeros([size]), trainable),
    mean: tf.variable(tf.zeros([size]), false),
    variance: tf.variable(tf.ones([size]), false),
  })
  const createLayer = ({ weights, bias, inputs, outputs, normalisation }: DenseLayer, index: number) => ({
    weights: tf.variable(tf.tensor2d(weights.slice(), [inputs, outputs]), trainable),
    bias: tf.variable(tf.tensor1d(bias.slice()), trainable),
    ...(normalisation && {
      layerNormalisation: {
        gain: tf.variable(tf.tensor1d(normalisation.gain.slice()), trainable),
        offset: tf.variable(tf.tensor1d(normalisation.offset.slice()), trainable),
      },
    }),
    ...(batchNormalisation && index < batchNormalisation.layers && { batchNormalisation: normaliseBatch(outputs) }),
  })
  // tidy: a variable copies the tensor that it starts from.
  return tidy(tf, () => ({
    ...(batchNormalisation && { inputNormalisation: normaliseBatch(batchNormalisation.observation) }),
    layers: layers.map(createLayer),
  }))
}

/** tf.tidy for results of any shape. */
export function tidy<Result>(tf: Tf, run: () => Result): Result {
  return tf.tidy(run as unknown as () => TensorFlow.TensorContainer) as unknown as Result
}

/** Those that a gradient moves, layer by layer. */
export function trainableOf({ inputNormalisation, layers }: NetworkVariables): TensorFlow.Variable[] {
  return [
    ...(inputNormalisation ? [inputNormalisation.gain, inputNormalisation.offset] : []),
    ...layers.flatMap(trainableOfLayer),
  ]
}

function trainableOfLayer(layer: LayerVariables): TensorFlow.Variable[] {
  const normalisations = [layer.layerNormalisation, layer.batchNormalisation].filter((item) => item !== undefined)
  return [layer.weights, layer.bias, ...normalisations.flatMap(({ gain, offset }) => [gain, offset])]
}

/** All of them: those that a gradient moves and the running averages. */
export function allOf(network: NetworkVariables): TensorFlow.Variable[] {
  const normalisations = [network.inputNormalisation, ...network.layers.map((layer) => layer.batchNormalisation)]
  const averages = normalisations.flatMap((item) => (item ? [item.mean, item.variance] : []))
  return [...trainableOf(network), ...averages]
}

/** target ← target + rate·(source - target), running averages included. */
export function follow(tf: Tf, target: NetworkVariables, source: NetworkVariables, rate: number): void {
  const sources = allOf(source)
  allOf(target).forEach((variable, index) => {
    variable.assign(tf.add(variable, tf.mul(tf.sub(sources[index]!, variable), rate)))
  })
}

/** Number (from 1) of the first layer that holds a value which is not finite; batch normalisation of the input counts as the first. */
export function firstNonFiniteLayer({ inputNormalisation, layers }: NetworkVariables): number | undefined {
  const areFinite = (variables: TensorFlow.Variable[]) =>
    variables.every((variable) => variable.dataSync().every((value: number) => Number.isFinite(value)))
  const index = layers.findIndex((layer, number) => {
    const input = number === 0 && inputNormalisation ? Object.values(inputNormalisation) : []
    return !areFinite([...input, ...allOf({ layers: [layer] })])
  })
  return index < 0 ? undefined : index + 1
}

/** Copies; batch normalisation by its running averages is folded into the weights. */
export function exportNetwork({ inputNormalisation, layers }: NetworkVariables): Network {
  return {
    layers: layers.map((variables, index) => {
      let layer = exportLayer(variables)
      if (index === 0 && inputNormalisation) {
        const { scale, shift } = asScaling(inputNormalisation)
        layer = foldInputScaling(layer, scale, shift)
      }
      if (variables.batchNormalisation) {
        const { scale, shift } = asScaling(variables.batchNormalisation)
        layer = foldOutputScaling(layer, scale, shift)
      }
      return layer
    }),
  }
}

function exportLayer({ weights, bias, layerNormalisation }: LayerVariables): DenseLayer {
  const [inputs, outputs] = weights.shape
  return {
    inputs,
    outputs,
    weights: numbersOf(weights),
    bias: numbersOf(bias),
    ...(layerNormalisation && {
      normalisation: { gain: numbersOf(layerNormalisation.gain), offset: numbersOf(layerNormalisation.offset) },
    }),
  }
}

/** gain·(x - mean)/√(variance + ε) + offset as scale·x + shift. */
function asScaling({ gain, offset, mean, variance }: BatchNormalisation): { scale: Float64Array; shift: Float64Array } {
  const [gains, offsets, means, variances] = [gain, offset, mean, variance].map(numbersOf)
  const scale = Float64Array.from(gains!, (value, index) => value / Math.sqrt(variances![index]! + BATCH_EPSILON))
  const shift = Float64Array.from(offsets!, (value, index) => value - means![index]! * scale[index]!)
  return { scale, shift }
}

function numbersOf(variable: TensorFlow.Tensor): Float32Array {
  return Float32Array.from(variable.dataSync())
}
