/** Curves as a drawing of its own, SVG or PNG, for papers and slides: by Observable Plot, which is loaded when it is first needed. */
import type { PlotSeries } from '../../plots/series.ts'

export interface FigurePanel {
  title: string
  x: string
  y: string
  series: readonly PlotSeries[]
  isLogarithmic?: boolean
}

const PANEL = { width: 640, height: 360 }
/** Room for a panel's title and its legend, px. */
const HEAD = 46
const NAMESPACE = 'http://www.w3.org/2000/svg'
/** PNG pixels for each of the SVG's. */
const PNG_SCALE = 2
/** Readable on white and told apart by people with colour blindness (Okabe and Ito 2008). */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#b8860b', '#56b4e9', '#555555']

/** The panels below one another as an SVG file's text, black on white. */
export async function svgOf(panels: readonly FigurePanel[], columns = 1): Promise<string> {
  const Plot = await import('@observablehq/plot')
  const rows = Math.ceil(panels.length / columns)
  const size = { width: PANEL.width * columns, height: (PANEL.height + HEAD) * rows }
  const root = element('svg', {
    xmlns: NAMESPACE,
    width: size.width,
    height: size.height,
    viewBox: `0 0 ${size.width} ${size.height}`,
    'font-family': 'system-ui, sans-serif',
    color: '#111111',
  })
  root.append(element('rect', { width: size.width, height: size.height, fill: '#ffffff' }))
  panels.forEach((panel, index) => {
    const place = element('g', {
      transform: `translate(${(index % columns) * PANEL.width} ${Math.floor(index / columns) * (PANEL.height + HEAD)})`,
    })
    place.append(text(panel.title, { x: 12, y: 20, 'font-size': 14, 'font-weight': 600, fill: '#111111' }))
    let at = 12
    panel.series.forEach(({ name, ...series }) => {
      const { stroke: fill, strokeOpacity: opacity } = strokeOf(series)
      place.append(element('rect', { x: at, y: 31, width: 12, height: 3, fill, opacity }))
      place.append(text(name, { x: at + 17, y: 36, 'font-size': 11, fill: '#333333' }))
      at += 30 + name.length * 6.2
    })
    const domain = domainOf(panel)
    const chart = Plot.plot({
      ...PANEL,
      marginLeft: 64,
      marginBottom: 38,
      x: { label: panel.x },
      y: { label: panel.y, grid: true, domain, ...(panel.isLogarithmic && { type: 'log' as const }) },
      marks: panel.series.flatMap(({ x, y, band, ...series }) => {
        const points = Array.from(x, (value, index) => ({
          x: value,
          y: y[index]!,
          // The edge of a band may lie below what a logarithmic axis reaches.
          low: band && Math.max(band.low[index]!, domain[0]),
          high: band?.high[index],
        })).filter((point) => Number.isFinite(point.y) && !(panel.isLogarithmic && point.y <= 0))
        const line = strokeOf(series)
        return [
          ...(band
            ? [Plot.areaY(points, { x: 'x', y1: 'low', y2: 'high', fill: line.stroke, fillOpacity: 0.15 })]
            : []),
          Plot.lineY(points, { x: 'x', y: 'y', ...line }),
        ]
      }),
    })
    chart.setAttribute('y', String(HEAD))
    place.append(chart)
    root.append(place)
  })
  return new XMLSerializer().serializeToString(root)
}

/** An SVG file's text as a PNG file. */
export async function pngOf(svg: string): Promise<Blob> {
  const address = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }))
  try {
    const image = new Image()
    image.src = address
    await image.decode()
    const canvas = document.createElement('canvas')
    canvas.width = image.width * PNG_SCALE
    canvas.height = image.height * PNG_SCALE
    canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height)
    return await new Promise((resolve, reject) =>
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('The picture cannot be made.')))),
    )
  } finally {
    URL.revokeObjectURL(address)
  }
}

/** The values on show from the least to the greatest, with room around a constant, as if it were a tenth off either way. */
function domainOf({ series, isLogarithmic = false }: FigurePanel): [number, number] {
  let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const { y, band } of series) {
    for (const values of band ? [y, band.low, band.high] : [y]) {
      for (const value of values) {
        if (!Number.isFinite(value) || (isLogarithmic && value <= 0)) continue
        least = Math.min(least, value)
        greatest = Math.max(greatest, value)
      }
    }
  }
  if (least > greatest) return isLogarithmic ? [0.1, 10] : [0, 1]
  // Means of equal values differ by rounding.
  if (greatest - least > 1e-9 * Math.abs(greatest)) return [least, greatest]
  if (isLogarithmic) return [least / 10, least * 10]
  const room = Math.abs(least) / 10 || 1
  return [least - room, least + room]
}

/** As on the page: a raw curve is faint, in the colour of its mean. */
function strokeOf({ colour, style }: Pick<PlotSeries, 'colour' | 'style'>) {
  const isFaint = style === 'faint'
  return {
    stroke: COLOURS[colour % COLOURS.length]!,
    strokeOpacity: isFaint ? 0.35 : 1,
    strokeWidth: isFaint ? 0.8 : 1.5,
  }
}

function element(name: string, attributes: Record<string, string | number>): SVGElement {
  const made = document.createElementNS(NAMESPACE, name)
  for (const [key, value] of Object.entries(attributes)) if (key !== 'xmlns') made.setAttribute(key, String(value))
  return made
}

function text(content: string, attributes: Record<string, string | number>): SVGElement {
  const made = element('text', attributes)
  made.textContent = content
  return made
}
