/** What a plot shows: named series, each with its own x, and their merging into the one x that uPlot draws along.
 * Series with different x (episodes, evaluations) share a plot this way. */
import { decimate, pointsWithin } from './decimate.ts'

export interface PlotSeries {
  name: string
  /** Which of the theme's series colours, from 0. */
  colour: number
  /** `line`; `faint` for raw data behind a smoothed line; `marked`, a line with its points; `steps`, held since the point before. */
  style: 'line' | 'faint' | 'marked' | 'steps'
  /** Ascending. */
  x: Float64Array
  /** As long as x; NaN where there is no value. */
  y: Float64Array
  /** What the legend shows in place of y, where curves are drawn stacked; as long as x. */
  values?: Float64Array
  /** The edges of a shaded band, such as mean ± deviation; as long as x. */
  band?: { low: Float64Array; high: Float64Array }
}

/** One x, ascending, and a column for each of the series: y, or y, low, high where it has a band. */
export type AlignedColumns = [x: number[], ...columns: (number | null)[][]]

/** The x to show when nothing is zoomed: from 0, where steps and times begin, to the last point or to `end`. */
export function extentOf(series: readonly PlotSeries[], end = 0): [from: number, to: number] {
  const last = Math.max(end, ...series.map(({ x }) => x.at(-1) ?? 0))
  return [0, last > 0 ? last : 1]
}

/** Number of points in view: of the series that has most. */
export function countPoints(series: readonly PlotSeries[], from: number, to: number): number {
  return Math.max(0, ...series.map(({ x }) => pointsWithin(x, from, to)))
}

/** The points to draw for x in [from, to] on `pixels` columns, along one x. */
export function alignSeries(series: readonly PlotSeries[], from: number, to: number, pixels: number): AlignedColumns {
  const chosen = series.map(({ x, y }) => decimate(x, y, from, to, pixels))
  const places = new Set<number>()
  series.forEach(({ x }, number) => {
    for (const index of chosen[number]!) places.add(x[index]!)
  })
  const merged = [...places].sort((a, b) => a - b)
  const columns = series.flatMap(({ x, y, band }, number) => {
    const spread = (values: Float64Array) => spreadOver(merged, x, values, chosen[number]!)
    return band ? [spread(y), spread(band.low), spread(band.high)] : [spread(y)]
  })
  return [merged, ...columns]
}

/** The chosen values at their places in `merged`, null elsewhere. Where an x comes twice, the last of its values stays. */
function spreadOver(merged: readonly number[], x: Float64Array, values: Float64Array, chosen: Uint32Array) {
  const column: (number | null)[] = new Array(merged.length).fill(null)
  let place = 0
  for (const index of chosen) {
    while (merged[place]! < x[index]!) place++
    const value = values[index]!
    column[place] = Number.isFinite(value) ? value : null
  }
  return column
}
