/** Multilayer perceptrons as plain numbers: the shape that engines export, policy files store and `Policy` runs. */
import * as exact from '../common/exact-math/exact-math.ts'

/** Added to the variance in layer normalisation, so that equal sums are not divided by zero. */
export const LAYER_NORMALISATION_EPSILON = 1e-5

/** One layer: output = input · weights + bias, normalised where `normalisation` is present. */
export interface DenseLayer {
  inputs: number
  outputs: number
  /** [inputs, outputs], row-major. */
  weights: Float32Array
  /** [outputs] */
  bias: Float32Array
  /** Hidden layers only: normalise before the ReLU. */
  normalisation?: LayerNormalisation
}

/**
 * Layer normalisation (Ba, Kiros and Hinton 2016): x becomes gain · (x - mean) / √(variance + ε) + offset, with mean and
 * population variance over the layer's outputs and ε LAYER_NORMALISATION_EPSILON.
 */
export interface LayerNormalisation {
  /** [outputs] */
  gain: Float32Array
  /** [outputs] */
  offset: Float32Array
}

/** Hidden layers are ReLU; the last layer's activation is what the network is for (tanh for an actor). */
export interface Network {
  layers: DenseLayer[]
}

/** The largest finite number in single precision. */
const MAX_FLOAT32 = (2 - 2 ** -23) * 2 ** 127

/**
 * `output` ← activation(`input` · weights + bias), with the layer's normalisation before the activation: [inputs] in,
 * [outputs] out, in double precision with `sums` ([outputs] or longer) as its memory. Finite single-precision inputs give
 * finite outputs (ReLU saturates at the largest number); a NaN among them makes every output NaN.
 */
export function runLayer(
  layer: DenseLayer,
  input: ArrayLike<number>,
  output: Float32Array,
  activation: 'relu' | 'tanh',
  sums: Float64Array,
): void {
  const { inputs, outputs, weights, bias } = layer
  for (let unit = 0; unit < outputs; unit++) sums[unit] = bias[unit]!
  for (let source = 0; source < inputs; source++) {
    const value = input[source]!
    // Half of a ReLU layer's outputs are zero.
    if (value === 0) continue
    const row = source * outputs
    for (let unit = 0; unit < outputs; unit++) sums[unit]! += value * weights[row + unit]!
  }
  if (layer.normalisation) normalise(sums, outputs, layer.normalisation)
  for (let unit = 0; unit < outputs; unit++) {
    const sum = sums[unit]!
    output[unit] = activation === 'tanh' ? exact.tanh(sum) : Math.min(Math.max(0, sum), MAX_FLOAT32)
  }
}

/** Normalises the first `count` sums in place. */
function normalise(sums: Float64Array, count: number, { gain, offset }: LayerNormalisation): void {
  let total = 0
  for (let unit = 0; unit < count; unit++) total += sums[unit]!
  const mean = total / count
  let squares = 0
  for (let unit = 0; unit < count; unit++) squares += (sums[unit]! - mean) ** 2
  const scale = 1 / Math.sqrt(squares / count + LAYER_NORMALISATION_EPSILON)
  for (let unit = 0; unit < count; unit++) sums[unit] = gain[unit]! * (sums[unit]! - mean) * scale + offset[unit]!
}
