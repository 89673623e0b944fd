/** One chart on the page: uPlot with zoom by dragging, a playhead, decimation to the view and cheap refreshing.
 * It knows nothing of Preact; plot.tsx owns one. */
import uPlot from 'uplot'
import { plotColours } from './colours.ts'
import { type AlignedColumns, alignSeries, countPoints, extentOf, type PlotSeries } from './series.ts'
import { type ChartState, type PlotAxes, uplotOptions } from './uplot-options.ts'

/** How near the pointer must be to the playhead to take hold of it, CSS pixels. */
const GRAB_DISTANCE = 7
/** A press that moves less is a click, CSS pixels. */
const CLICK_DISTANCE = 4

export interface ChartEvents {
  /** x under the pointer; undefined where it left the chart. */
  onHover(x: number | undefined): void
  onZoom(isZoomed: boolean): void
  onDrawn(points: number): void
  /** Someone clicked at x or dragged the playhead there. Without it there is no playhead. */
  onSeek?: ((x: number) => void) | undefined
}

export class PlotChart {
  private readonly container: HTMLElement
  private readonly axes: PlotAxes
  private readonly events: ChartEvents
  private readonly state: ChartState
  private chart: uPlot | undefined
  private shape = ''
  private series: readonly PlotSeries[] = []
  private isLogarithmic = false
  private end = 0
  private zoom: [number, number] | undefined
  private playhead: number | undefined
  private readonly line = document.createElement('div')

  constructor(container: HTMLElement, axes: PlotAxes, events: ChartEvents) {
    this.container = container
    this.axes = axes
    this.events = events
    this.state = { colours: plotColours(), view: [0, 1] }
    this.line.className = 'plot-playhead'
  }

  /** Draws these series up to x = `end` at least; the chart is rebuilt only when their kinds change. */
  show(series: readonly PlotSeries[], isLogarithmic: boolean, end = 0): void {
    this.series = series
    this.end = end
    this.isLogarithmic = isLogarithmic
    const { clientWidth: width, clientHeight: height } = this.container
    // A hidden workspace has no size; it is drawn when it gets one.
    if (width === 0 || height === 0) return
    const shape = JSON.stringify([
      isLogarithmic,
      series.map(({ name, colour, style, band }) => [name, colour, style, !!band]),
    ])
    if (shape !== this.shape) this.build(shape, width, height)
    else this.chart!.setData(this.columns(width))
    this.events.onDrawn(countPoints(series, ...this.state.view))
  }

  resize(): void {
    const { clientWidth: width, clientHeight: height } = this.container
    if (width > 0 && height > 0) this.chart?.setSize({ width, height })
    this.show(this.series, this.isLogarithmic, this.end)
  }

  /** The colours are read anew: the theme changed. */
  recolour(): void {
    this.state.colours = plotColours()
    this.chart?.redraw(false)
  }

  setPlayhead(x: number | undefined): void {
    this.playhead = x
    this.placePlayhead()
  }

  resetZoom(): void {
    this.setZoom(undefined)
  }

  destroy(): void {
    this.chart?.destroy()
    this.chart = undefined
    this.shape = ''
  }

  private build(shape: string, width: number, height: number): void {
    this.chart?.destroy()
    this.shape = shape
    const options: uPlot.Options = {
      width,
      height,
      ...uplotOptions(this.series, this.axes, this.isLogarithmic, this.state),
      cursor: {
        y: false,
        points: { size: 6 },
        drag: { x: true, y: false, setScale: false, dist: CLICK_DISTANCE },
        bind: {
          mousedown: (_, __, handler) => (event) => (this.press(event) ? null : handler(event)),
          dblclick: () => () => {
            this.resetZoom()
            return null
          },
        },
      },
      hooks: {
        setCursor: [(chart) => this.hover(chart)],
        setSelect: [(chart) => this.select(chart)],
        draw: [() => this.placePlayhead()],
      },
    }
    this.chart = new uPlot(options, this.columns(width), this.container)
    if (this.events.onSeek) this.chart.over.append(this.line)
  }

  /** The data to draw for what is in view, which is everything unless it is zoomed. */
  private columns(width: number): uPlot.AlignedData {
    this.state.view = this.zoom ?? extentOf(this.series, this.end)
    const columns = alignSeries(this.series, ...this.state.view, width)
    return (this.isLogarithmic ? positiveOnly(columns) : columns) as uPlot.AlignedData
  }

  private hover(chart: uPlot): void {
    const left = chart.cursor.left ?? -1
    this.events.onHover(left < 0 ? undefined : chart.posToVal(left, 'x'))
  }

  private select(chart: uPlot): void {
    const { left, width } = chart.select
    if (width < CLICK_DISTANCE) return
    const zoom: [number, number] = [chart.posToVal(left, 'x'), chart.posToVal(left + width, 'x')]
    chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
    this.setZoom(zoom)
  }

  private setZoom(zoom: [number, number] | undefined): void {
    this.zoom = zoom
    this.events.onZoom(zoom !== undefined)
    this.show(this.series, this.isLogarithmic, this.end)
  }

  /** A press near the playhead drags it; elsewhere a click moves it there. Returns whether the press was the playhead's. */
  private press(event: MouseEvent): boolean {
    const { chart } = this
    const { onSeek } = this.events
    if (!chart || !onSeek || event.button !== 0) return false
    const { left } = chart.over.getBoundingClientRect()
    const seekTo = ({ clientX }: MouseEvent) => {
      const [from, to] = this.state.view
      onSeek(Math.min(to, Math.max(from, chart.posToVal(clientX - left, 'x'))))
    }
    const start = event.clientX
    const grip = this.playhead === undefined ? Number.NaN : left + chart.valToPos(this.playhead, 'x')
    if (Math.abs(start - grip) > GRAB_DISTANCE || Number.isNaN(grip)) {
      const release = (up: MouseEvent) => {
        if (Math.abs(up.clientX - start) < CLICK_DISTANCE) seekTo(up)
      }
      window.addEventListener('mouseup', release, { once: true })
      return false
    }
    window.addEventListener('mousemove', seekTo)
    window.addEventListener('mouseup', () => window.removeEventListener('mousemove', seekTo), { once: true })
    return true
  }

  private placePlayhead(): void {
    const { chart, playhead } = this
    if (!chart || !this.events.onSeek) return
    const [from, to] = this.state.view
    const isVisible = playhead !== undefined && playhead >= from && playhead <= to
    this.line.hidden = !isVisible
    if (isVisible) this.line.style.transform = `translateX(${chart.valToPos(playhead, 'x')}px)`
  }
}

/** A logarithmic scale has no place for 0 and less. */
function positiveOnly([x, ...columns]: AlignedColumns): AlignedColumns {
  return [x, ...columns.map((column) => column.map((value) => (value !== null && value > 0 ? value : null)))]
}
