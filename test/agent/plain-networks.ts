/** Networks run in plain float64, apart from every engine. */
import type { DenseLayer, Network } from '../../src/policy/network.ts'

/** Output of the last layer, before any tanh; the action joins the input of layer `actionLayer`. */
export function outputOf(
  { layers }: Network,
  observation: ArrayLike<number>,
  joined?: { action: ArrayLike<number>; layer: number },
): number[] {
  let input = Array.from(observation)
  layers.forEach((layer, index) => {
    if (index === joined?.layer) input = [...input, ...Array.from(joined.action)]
    const sums = normalised(layer, sumsOf(layer, input))
    input = index === layers.length - 1 ? sums : sums.map((sum) => Math.max(0, sum))
  })
  return input
}

function sumsOf({ outputs, weights, bias }: DenseLayer, input: readonly number[]): number[] {
  return Array.from(bias, (start, unit) =>
    input.reduce((sum, value, index) => sum + value * weights[index * outputs + unit]!, start),
  )
}

function normalised({ normalisation }: DenseLayer, sums: number[]): number[] {
  if (!normalisation) return sums
  const mean = sums.reduce((sum, value) => sum + value, 0) / sums.length
  const variance = sums.reduce((sum, value) => sum + (value - mean) ** 2, 0) / sums.length
  const { gain, offset } = normalisation
  return sums.map((sum, unit) => (gain[unit]! * (sum - mean)) / Math.sqrt(variance + 1e-5) + offset[unit]!)
}
