/** Scalings before or after a layer, folded into the layer's own weights: the same function with nothing left to scale. */
import type { DenseLayer } from '../policy/network.ts'

/**
 * The layer for inputs x that equals the given one for inputs scale·x + shift: W' = diag(scale)·W, b' = b + shift·W.
 * Inputs beyond the length of `scale` stay as they are. In float64, rounded once.
 */
export function foldInputScaling(layer: DenseLayer, scale: ArrayLike<number>, shift: ArrayLike<number>): DenseLayer {
  const { outputs } = layer
  const weights = layer.weights.slice()
  const bias = Float64Array.from(layer.bias)
  for (let input = 0; input < scale.length; input++) {
    for (let unit = 0; unit < outputs; unit++) {
      const weight = layer.weights[input * outputs + unit]!
      weights[input * outputs + unit] = scale[input]! * weight
      bias[unit]! += shift[input]! * weight
    }
  }
  return { ...layer, weights, bias: Float32Array.from(bias) }
}

/** The layer whose sums z are scale·z + shift of the given one's: W' = W·diag(scale), b' = scale·b + shift. */
export function foldOutputScaling(layer: DenseLayer, scale: ArrayLike<number>, shift: ArrayLike<number>): DenseLayer {
  const { outputs } = layer
  return {
    ...layer,
    weights: layer.weights.map((weight, index) => weight * scale[index % outputs]!),
    bias: layer.bias.map((value, unit) => value * scale[unit]! + shift[unit]!),
  }
}
