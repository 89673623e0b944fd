/**
 * Statistics over seeds as Agarwal et al. 2021 (Deep reinforcement learning at the edge of the statistical precipice; the library
 * rliable) recommend for few runs: the interquartile mean, with a stratified percentile bootstrap.
 */
import { RandomStream } from './random.ts'

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Of a sample: divided by n - 1; 0 for one value. */
export function standardDeviation(values: readonly number[]): number {
  if (values.length < 2) return 0
  const centre = mean(values)
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1))
}

/** The mean without the lowest and the highest quarter (⌊n/4⌋ values each, as scipy.stats.trim_mean and rliable have it). */
export function interquartileMean(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const cut = Math.floor(values.length / 4)
  return mean(sorted.slice(cut, values.length - cut))
}

export interface Interval {
  low: number
  high: number
}

const RESAMPLES = 2000
const COVERED = 0.95

/**
 * The percentile bootstrap's 95 % interval of the interquartile mean over the runs of all strata (such as scenes): each resample
 * draws from every stratum as many runs as it has, with replacement. The draws are the same every time.
 */
export function bootstrapInterval(strata: readonly (readonly number[])[]): Interval {
  const random = RandomStream.derive(0, 'bootstrap')
  const means = Array.from({ length: RESAMPLES }, () => {
    const drawn = strata.flatMap((values) => values.map(() => values[random.integer(values.length)]!))
    return interquartileMean(drawn)
  }).sort((a, b) => a - b)
  const tail = (1 - COVERED) / 2
  return { low: quantile(means, tail), high: quantile(means, 1 - tail) }
}

/** Of sorted values, linear between neighbours (numpy's default). */
function quantile(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length - 1)
  const below = Math.floor(place)
  const above = Math.min(sorted.length - 1, below + 1)
  return sorted[below]! + (place - below) * (sorted[above]! - sorted[below]!)
}
