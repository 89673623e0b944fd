/** Drawings as SVG text, without a browser: panels of Observable Plot on a white page, readable at the width of a README. */
import * as Plot from '@observablehq/plot'
import { parseHTML } from 'linkedom'

export interface Panel {
  title: string
  /** Under the title, smaller. */
  subtitle?: string
  /** What Plot draws; size and font are the figure's. */
  plot: Plot.PlotOptions
}

export interface FigureOptions {
  title: string
  /** Panels in a row. */
  columns: number
  /** Of the whole, px; 860 if absent. */
  width?: number
  /** Of a panel without its title, px; 240 if absent. */
  panelHeight?: number
}

const MARGIN = 16
const TITLE = 40
const PANEL_TITLE = 40
const GAP = 20
const INK = '#1f2328'
const FAINT = '#59636e'

/** The text of an SVG file. */
export function figure(
  panels: readonly Panel[],
  { title, columns, width = 860, panelHeight = 240 }: FigureOptions,
): string {
  const panelWidth = (width - 2 * MARGIN - (columns - 1) * GAP) / columns
  const rows = Math.ceil(panels.length / columns)
  const height = TITLE + rows * (PANEL_TITLE + panelHeight + GAP) + MARGIN - GAP
  const parts = panels.map((panel, index) => {
    const x = MARGIN + (index % columns) * (panelWidth + GAP)
    const y = TITLE + Math.floor(index / columns) * (PANEL_TITLE + panelHeight + GAP)
    return drawPanel(panel, x, y, panelWidth, panelHeight)
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif" color="${INK}">
<title>${escapeText(title)}</title>
<rect width="100%" height="100%" fill="#ffffff"/>
<text x="${MARGIN}" y="26" font-size="16" font-weight="600" fill="${INK}">${escapeText(title)}</text>
${parts.join('\n')}
</svg>
`
}

function drawPanel({ title, subtitle, plot }: Panel, x: number, y: number, width: number, height: number): string {
  const { document } = parseHTML('<html><body></body></html>')
  const drawn = Plot.plot({
    marginLeft: 48,
    // Room for the name of the axis below its numbers.
    marginBottom: plot.x?.label === null ? 30 : 42,
    marginTop: 20,
    marginRight: 16,
    ...plot,
    width,
    height,
    style: { fontSize: '12px', ...(typeof plot.style === 'object' ? plot.style : {}) },
    document: document as unknown as Document,
  })
  drawn.setAttribute('x', '0')
  drawn.setAttribute('y', String(PANEL_TITLE))
  return `<g transform="translate(${x}, ${y})">
<text x="0" y="16" font-size="14" font-weight="600" fill="${INK}">${escapeText(title)}</text>
${subtitle === undefined ? '' : `<text x="0" y="33" font-size="12" fill="${FAINT}">${escapeText(subtitle)}</text>`}
${drawn.outerHTML}
</g>`
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
