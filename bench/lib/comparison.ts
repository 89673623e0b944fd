/** Whether two contestants made the same update. */
import { type BenchNetworks, networkNames } from './start-state.ts'

/** Half a unit in the last place of float32, at most, relative to the number, and twice: each side rounds. */
const ROUNDING = 2 ** -23

/**
 * The largest relative difference, over the networks named, of what one update changed: |a - b| / |b - before| in L2, where
 * rounding the weights themselves explains none of it. The change of a target network is small against its weights, so
 * comparing the weights would miss a soft update left out. NaN where numbers are not finite.
 */
export function relativeDifference(
  before: BenchNetworks,
  a: BenchNetworks,
  b: BenchNetworks,
  names: readonly (keyof BenchNetworks)[] = networkNames,
): number {
  const differences = names.map((name) => {
    const [start, left, right] = [numbersOf(before, name), numbersOf(a, name), numbersOf(b, name)]
    let [difference, change, size] = [0, 0, 0]
    start.forEach((value, index) => {
      difference += (left[index]! - right[index]!) ** 2
      change += (right[index]! - value) ** 2
      size += value * value
    })
    const excess = Math.sqrt(difference) - ROUNDING * Math.sqrt(size)
    return Math.max(0, excess) / Math.sqrt(change)
  })
  return Math.max(...differences)
}

function numbersOf(networks: BenchNetworks, name: keyof BenchNetworks): number[] {
  return networks[name].layers.flatMap(({ weights, bias }) => [...weights, ...bias])
}
