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
  let source = nextNonZero(input, 0, inputs)
  while (source < inputs) {
    const second = nextNonZero(input, source + 1, inputs)
    const third = nextNonZero(input, second + 1, inputs)
    const fourth = nextNonZero(input, third + 1, inputs)
    if (fourth < inputs) {
      addRows(layer, input, [source, second, third, fourth], sums)
      source = nextNonZero(input, fourth + 1, inputs)
    } else {
      const value = input[source]!
      const row = source * outputs
      for (let unit = 0; unit < outputs; unit++) sums[unit]! += value * weights[row + unit]!
      source = second
    }
  }
  if (layer.normalisation) normalise(sums, outputs, layer.normalisation)
  for (let unit = 0; unit < outputs; unit++) {
    const sum = sums[unit]!
    output[unit] = activation === 'tanh' ? exact.tanh(sum) : Math.min(Math.max(0, sum), MAX_FLOAT32)
  }
}

/** The first input from `from` on that is not zero, as half of a ReLU layer's outputs are; `end` or above where there is none. */
function nextNonZero(input: ArrayLike<number>, from: number, end: number): number {
  while (from < end && input[from] === 0) from++
  return from
}

/**
 * Adds the products of four inputs to all sums, in their order: one pass over the sums takes half the time of four, with the same
 * roundings.
 */
function addRows(
  { outputs, weights }: DenseLayer,
  input: ArrayLike<number>,
  [source0, source1, source2, source3]: readonly [number, number, number, number],
  sums: Float64Array,
): void {
  const value0 = input[source0]!
  const value1 = input[source1]!
  const value2 = input[source2]!
  const value3 = input[source3]!
  const row0 = source0 * outputs
  const row1 = source1 * outputs
  const row2 = source2 * outputs
  const row3 = source3 * outputs
  for (let unit = 0; unit < outputs; unit++) {
    let sum = sums[unit]! + value0 * weights[row0 + unit]!
    sum += value1 * weights[row1 + unit]!
    sum += value2 * weights[row2 + unit]!
    sum += value3 * weights[row3 + unit]!
    sums[unit] = sum
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
