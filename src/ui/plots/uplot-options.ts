/** How uPlot draws our plots: axes sized by their longest label, series in the theme's colours, bands.
 * Everything that can change with the theme or the view is a function, so that a chart is never rebuilt for it. */
import uPlot from 'uplot'
import type { PlotColours } from './colours.ts'
import { formatTicks } from './format.ts'
import type { PlotSeries } from './series.ts'

export interface PlotAxes {
  /** Labels with their units: `environment steps`, `time (s)`. */
  x: string
  y: string
  /** Values of y that are always in view. */
  yRange?: readonly [least: number, greatest: number] | undefined
}

/** What changes while a chart lives. */
export interface ChartState {
  colours: PlotColours
  /** Least and greatest x on show. */
  view: [from: number, to: number]
}

const LABEL_GAP = 6
/** CSS pixels */
const LABEL_WIDTH = 36
const AXIS_FONT = '11px system-ui, sans-serif'

export function uplotOptions(
  series: readonly PlotSeries[],
  { x, y, yRange }: PlotAxes,
  isLogarithmic: boolean,
  state: ChartState,
): Pick<uPlot.Options, 'series' | 'bands' | 'scales' | 'axes' | 'padding' | 'legend'> {
  return {
    legend: { show: false },
    // Room for half of a tick's label beyond the plotting area on the right and above.
    padding: [8, 22, 0, 0],
    scales: {
      x: { time: false, range: () => state.view },
      y: {
        range: (_, least, greatest) => rangeOfY(least, greatest, isLogarithmic, yRange),
        ...(isLogarithmic && { distr: 3 }),
      },
    },
    axes: [
      { ...commonAxis(x, state), size: 22, labelSize: 15, space: 60 },
      {
        ...commonAxis(y, state),
        size: sizeOfLabels,
        labelSize: 16,
        space: (_, __, ___, ____, height) => Math.min(24, height / 4),
      },
    ],
    series: [{}, ...series.flatMap((each) => lineAndBand(each, state))],
    bands: bandsOf(series, state),
  }
}

function commonAxis(label: string, state: ChartState): uPlot.Axis {
  return {
    label,
    labelGap: 0,
    font: AXIS_FONT,
    labelFont: AXIS_FONT,
    gap: LABEL_GAP - 2,
    stroke: () => state.colours.text,
    grid: { stroke: () => state.colours.grid, width: 1 },
    ticks: { show: false },
    values: (_, ticks) => formatTicks(ticks),
  }
}

/** Wide enough for -1,500, so that plots below each other are in line, and for longer labels where there are any. */
function sizeOfLabels(chart: uPlot, values: string[] | null): number {
  const { ctx } = chart
  ctx.save()
  ctx.font = AXIS_FONT
  const widths = (values ?? []).map((value) => ctx.measureText(value).width)
  ctx.restore()
  return Math.ceil(Math.max(LABEL_WIDTH, ...widths)) + LABEL_GAP + 2
}

function rangeOfY(
  least: number | null,
  greatest: number | null,
  isLogarithmic: boolean,
  yRange: PlotAxes['yRange'],
): [number, number] {
  if (isLogarithmic) {
    return least === null || greatest === null ? [0.1, 10] : filled(uPlot.rangeLog(least, greatest, 10, false))
  }
  const [low, high] = yRange ?? [least ?? 0, greatest ?? 1]
  return filled(uPlot.rangeNum(Math.min(low, least ?? low), Math.max(high, greatest ?? high), 0.08, true))
}

function filled([least, greatest]: uPlot.Range.MinMax): [number, number] {
  return [least ?? 0, greatest ?? 1]
}

function lineAndBand({ name, colour, style, band }: PlotSeries, state: ChartState): uPlot.Series[] {
  const stroke = () => (style === 'faint' ? state.colours.faint(colour) : state.colours.series(colour))
  const stepped = style === 'steps' ? uPlot.paths.stepped?.({ align: -1 }) : undefined
  const line: uPlot.Series = {
    label: name,
    stroke,
    width: style === 'faint' ? 1 : 1.5,
    // Series of other x leave nulls between the points of this one.
    spanGaps: true,
    points: {
      size: style === 'marked' ? 6 : 4,
      fill: stroke,
      ...(style === 'marked' && { space: 4 }),
      ...(stepped && { show: false }),
    },
    ...(stepped && { paths: stepped }),
  }
  const edge: uPlot.Series = { stroke: 'transparent', width: 1, spanGaps: true, points: { show: false } }
  return band ? [line, edge, edge] : [line]
}

function bandsOf(series: readonly PlotSeries[], state: ChartState): uPlot.Band[] {
  const bands: uPlot.Band[] = []
  // uPlot's series 0 is x; the edges of a band come behind their line.
  let column = 1
  for (const { colour, band } of series) {
    if (band) bands.push({ series: [column + 2, column + 1], fill: () => state.colours.band(colour) })
    column += band ? 3 : 1
  }
  return bands
}
