/** Thins a curve out to what its pixels can show: the extremes of each pixel column, so that no spike is lost.
 * A curve of 100,000 points becomes a few thousand, and looks the same. */
import { lowerBound } from './nearest-index.ts'

/** Curves with fewer points a pixel than this are shown whole. */
const POINTS_PER_PIXEL = 4

/** Half-open range of the points within [from, to] of x, and one more on either side, so that lines go on to the edge. */
export function visibleRange(x: ArrayLike<number>, from: number, to: number): [first: number, end: number] {
  const first = Math.max(0, lowerBound(x, from) - 1)
  let end = lowerBound(x, to)
  while (end < x.length && x[end]! <= to) end++
  return [first, Math.min(x.length, end + 1)]
}

/** Number of points with x in [from, to]. */
export function pointsWithin(x: ArrayLike<number>, from: number, to: number): number {
  const first = lowerBound(x, from)
  let end = lowerBound(x, to)
  while (end < x.length && x[end]! <= to) end++
  return end - first
}

/**
 * Ascending indices of the points to draw for x in [from, to] on `pixels` columns: all where they are few,
 * otherwise the first, least, greatest and last of each column. Points that are NaN are left out.
 */
export function decimate(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  from: number,
  to: number,
  pixels: number,
): Uint32Array {
  const [first, end] = visibleRange(x, from, to)
  const chosen: number[] = []
  if (end - first <= pixels * POINTS_PER_PIXEL || !(to > from)) {
    for (let index = first; index < end; index++) if (!Number.isNaN(y[index]!)) chosen.push(index)
    return Uint32Array.from(chosen)
  }
  const columnOf = (index: number) => Math.floor(((x[index]! - from) / (to - from)) * pixels)
  for (let index = first; index < end; ) {
    const column = columnOf(index)
    const start = index
    let least = -1
    let greatest = -1
    let earliest = -1
    let latest = -1
    for (; index < end && (index === start || columnOf(index) === column); index++) {
      const value = y[index]!
      if (Number.isNaN(value)) continue
      if (earliest < 0) earliest = index
      latest = index
      if (least < 0 || value < y[least]!) least = index
      if (greatest < 0 || value > y[greatest]!) greatest = index
    }
    if (earliest < 0) continue
    const kept = [earliest, Math.min(least, greatest), Math.max(least, greatest), latest]
    for (const candidate of kept) if (chosen.at(-1) !== candidate) chosen.push(candidate)
  }
  return Uint32Array.from(chosen)
}
