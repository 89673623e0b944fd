/** Whether two contestants made the same update. */
import { type BenchNetworks, networkNames } from './start-state.ts'

/** Half a unit in the last place of float32, at most, relative to the number, and twice: each side rounds. */
const ROUNDING = 2 ** -23

/**
 * One number in so many may differ by any amount. Adam's first step is the learning rate in the direction of the gradient, however small that is: where a
 * gradient cancels to rounding errors, two right updates go opposite ways (one weight of 69,889 did, and made a difference of 0.8 % of the whole change).
 */
const SPARED = 10_000

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
    if (![...left, ...right].every(Number.isFinite)) return Number.NaN
    const squares = Float64Array.from(left, (value, index) => (value - right[index]!) ** 2).sort()
    const difference = squares.subarray(0, squares.length - Math.floor(squares.length / SPARED)).reduce(add, 0)
    const change = right.reduce((sum, value, index) => sum + (value - start[index]!) ** 2, 0)
    const size = start.reduce((sum, value) => sum + value * value, 0)
    const excess = Math.sqrt(difference) - ROUNDING * Math.sqrt(size)
    return Math.max(0, excess) / Math.sqrt(change)
  })
  return Math.max(...differences)
}

const add = (sum: number, value: number): number => sum + value

function numbersOf(networks: BenchNetworks, name: keyof BenchNetworks): number[] {
  return networks[name].layers.flatMap(({ weights, bias }) => [...weights, ...bias])
}
