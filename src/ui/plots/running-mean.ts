/** Smoothing of a noisy curve: each value becomes the mean of itself and those before it.
 * Only the past is used, so that a smoothed curve does not change when data are appended. */

/** The mean of the last `window` values up to each one (fewer at the beginning). NaN counts as absent. */
export function runningMean(values: ArrayLike<number>, window: number): Float64Array {
  const means = new Float64Array(values.length)
  for (let index = 0; index < values.length; index++) {
    let sum = 0
    let count = 0
    // Summed anew each time: a running sum would drift, and one NaN would stay in it for ever.
    for (let past = Math.max(0, index - window + 1); past <= index; past++) {
      const value = values[past]!
      if (Number.isNaN(value)) continue
      sum += value
      count++
    }
    means[index] = count === 0 ? Number.NaN : sum / count
  }
  return means
}
