/** A plot: title, legend with values, chart. Drag zooms, a double click shows everything again.
 * Redrawn at most ten times a second, however often its data change. */
import { effect, type ReadonlySignal, type Signal, useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import 'uplot/dist/uPlot.min.css'
import { theme } from '../theme/theme.ts'
import { colourProperty } from './colours.ts'
import { formatValue } from './format.ts'
import { nearestIndex } from './nearest-index.ts'
import './plot.css'
import { PlotChart } from './plot-chart.ts'
import type { PlotSeries } from './series.ts'
import { throttle } from './throttle.ts'

/** ms between two drawings of growing data. */
const REDRAW_INTERVAL = 100

interface PlotProps {
  /** Names the plot to tests and to machines (data-plot). */
  id: string
  title: string
  /** Axis labels with their units. */
  x: string
  y: string
  /** Values of y that are always in view. */
  yRange?: readonly [least: number, greatest: number] | undefined
  /** How far x goes at least, so that plots side by side show the same. */
  end?: () => number
  /** Read whenever `revision` changes, at most ten times a second. */
  series: () => readonly PlotSeries[]
  revision: ReadonlySignal<unknown>
  /** What to say while there is no point. */
  empty: string
  /** Offers a logarithmic y axis: whether it is on. Kept outside, so that a file shows what the plot shows. */
  isLogarithmic?: Signal<boolean> | undefined
  /** A line at this x; `onSeek` is called when someone clicks elsewhere or drags it. */
  playhead?: ReadonlySignal<number | undefined>
  onSeek?: (x: number) => void
  /** The value of x under the pointer, with its unit. */
  formatX?: (x: number) => string
}

export function Plot(props: PlotProps) {
  const { id, title, empty, formatX = formatValue } = props
  const container = useRef<HTMLDivElement>(null)
  const chart = useRef<PlotChart | undefined>(undefined)
  const latest = useRef(props)
  latest.current = props
  const shown = useSignal<readonly PlotSeries[]>([])
  const points = useSignal(0)
  const hovered = useSignal<number | undefined>(undefined)
  const isZoomed = useSignal(false)
  const linear = useSignal(false)
  const isLogarithmic = props.isLogarithmic ?? linear

  // The chart lives as long as the plot; what it shows is read through `latest`.
  useEffect(() => {
    const element = container.current!
    const { x, y, yRange, revision, playhead, onSeek } = latest.current
    const created = new PlotChart(
      element,
      { x, y, yRange },
      {
        onHover: (x) => {
          hovered.value = x
        },
        onZoom: (value) => {
          isZoomed.value = value
        },
        onDrawn: (count) => {
          points.value = count
        },
        onSeek: onSeek && ((x) => latest.current.onSeek?.(x)),
      },
    )
    chart.current = created
    const drawing = throttle(() => {
      shown.value = latest.current.series()
      created.show(shown.value, isLogarithmic.peek(), latest.current.end?.())
    }, REDRAW_INTERVAL)
    // What is scrolled out of view is drawn when it comes into it.
    let isInView = false
    let isStale = false
    const draw = () => {
      isStale = !isInView
      if (isInView) drawing.request()
    }
    const seeing = new IntersectionObserver(
      (entries) => {
        isInView = entries.at(-1)!.isIntersecting
        if (isInView && isStale) draw()
      },
      { rootMargin: '200px' },
    )
    // The legend belongs to it, and what is about to come into view.
    seeing.observe(element.closest('figure') ?? element)
    const resizing = new ResizeObserver(() => created.resize())
    resizing.observe(element)
    const stop = [
      effect(() => {
        void revision.value
        void isLogarithmic.value
        draw()
      }),
      effect(() => {
        void theme.value
        created.recolour()
      }),
      effect(() => created.setPlayhead(playhead?.value)),
    ]
    return () => {
      for (const each of stop) each()
      seeing.disconnect()
      resizing.disconnect()
      drawing.cancel()
      created.destroy()
    }
  }, [isLogarithmic, hovered, isZoomed, points, shown])

  const at = hovered.value ?? props.playhead?.value
  return (
    <figure class="plot" data-plot={id} data-points={points.value}>
      <figcaption class="plot-head">
        <h3 class="plot-title">{title}</h3>
        <span class="plot-at">{hovered.value === undefined ? '' : formatX(hovered.value)}</span>
        {isZoomed.value && (
          <button type="button" class="plot-button" onClick={() => chart.current?.resetZoom()}>
            Show all
          </button>
        )}
        {props.isLogarithmic && (
          <button
            type="button"
            class="plot-button"
            aria-pressed={isLogarithmic.value}
            title="Logarithmic y axis"
            onClick={() => {
              isLogarithmic.value = !isLogarithmic.value
            }}
          >
            log
          </button>
        )}
      </figcaption>
      <ul class="plot-legend">
        {shown.value.map((series, index) => (
          <LegendEntry key={`${series.name}/${index}`} series={series} at={at} />
        ))}
      </ul>
      <div class="plot-canvas" ref={container}>
        {points.value === 0 && !isZoomed.value && <p class="plot-empty">{empty}</p>}
      </div>
    </figure>
  )
}

/** Name and value of a series at x, or its last value. */
function LegendEntry({ series, at }: { series: PlotSeries; at: number | undefined }) {
  const { name, colour, style, x, band } = series
  const y = series.values ?? series.y
  const index = at === undefined ? y.length - 1 : nearestIndex(x, at)
  const deviation = band && !series.values && index >= 0 ? ` ± ${formatValue(band.high[index]! - y[index]!)}` : ''
  return (
    <li class="plot-entry" style={{ '--series': `var(${colourProperty(colour)})` }}>
      <span class={style === 'faint' ? 'plot-swatch faint' : 'plot-swatch'} />
      <span class="plot-name">{name}</span>
      <span class="plot-value">
        {formatValue(y[index])}
        {deviation}
      </span>
    </li>
  )
}
