/** Multilayer perceptrons as plain numbers: the shape that engines export, policy files store and `Policy` runs. */

/** One layer: output = input · weights + bias. */
export interface DenseLayer {
  inputs: number
  outputs: number
  /** [inputs, outputs], row-major. */
  weights: Float32Array
  /** [outputs] */
  bias: Float32Array
}

/** Hidden layers are ReLU; the last layer's activation is what the network is for (tanh for an actor). */
export interface Network {
  layers: DenseLayer[]
}

/** `output` ← activation(`input` · weights + bias), accumulated in double precision. */
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
  for (let unit = 0; unit < outputs; unit++) {
    const sum = sums[unit]!
    output[unit] = activation === 'tanh' ? Math.tanh(sum) : Math.max(0, sum)
  }
}
