/** Binary searches in ascending columns: where a time or a step is. Used by hover values, seeking and decimation. */

/** Index of the first value that is at least `value`; the length where there is none. */
export function lowerBound(ascending: ArrayLike<number>, value: number): number {
  let low = 0
  let high = ascending.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (ascending[middle]! < value) low = middle + 1
    else high = middle
  }
  return low
}

/** Index of the value nearest to `value`, the earlier one of two that are equally near; -1 in an empty column. */
export function nearestIndex(ascending: ArrayLike<number>, value: number): number {
  const after = lowerBound(ascending, value)
  if (after === 0) return ascending.length === 0 ? -1 : 0
  if (after === ascending.length) return after - 1
  return ascending[after]! - value < value - ascending[after - 1]! ? after : after - 1
}
