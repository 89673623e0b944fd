// Curves as a file: what is drawn on the page is drawn there, in the same strength and on the same axis.
import { DOMParser, parseHTML } from 'linkedom'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { PlotSeries } from '../../src/ui/plots/series.ts'
import { type FigurePanel, svgOf } from '../../src/ui/train/overview/figure.ts'

// What a browser has by itself.
beforeAll(() => {
  const { document } = parseHTML('<html><body></body></html>')
  vi.stubGlobal('document', document)
  vi.stubGlobal('window', { document })
  vi.stubGlobal(
    'XMLSerializer',
    class {
      serializeToString = (node: object) => String(node)
    },
  )
})
afterAll(() => {
  vi.unstubAllGlobals()
})

const x = Float64Array.of(0, 1, 2, 3)

function curve(y: number[], rest: Partial<PlotSeries> = {}): PlotSeries {
  return { name: 'loss', colour: 0, style: 'line', x, y: Float64Array.from(y), ...rest }
}

async function draw(panel: Partial<FigurePanel> & Pick<FigurePanel, 'series'>) {
  const text = await svgOf([{ title: 'Loss', x: 'steps', y: 'loss', ...panel }])
  const root = new DOMParser().parseFromString(text, 'image/svg+xml').documentElement
  const all = (selector: string) => [...root.querySelectorAll(selector)]
  const ticks = all('[aria-label="y-axis tick label"] text').map((label) => label.textContent ?? '')
  const paths = (mark: string) => all(`[aria-label="${mark}"] path`).map((path) => path.getAttribute('d') ?? '')
  return { text, all, ticks, lines: paths('line'), bands: paths('area') }
}

describe('curves as an SVG file', () => {
  it('has a line for each series, a band where there is one, and their names', async () => {
    const band = { low: Float64Array.of(0, 1, 2, 3), high: Float64Array.of(2, 3, 4, 5) }
    const { lines, bands, all } = await draw({
      series: [curve([1, 2, 3, 4], { band }), curve([4, 3, 2, 1], { name: 'b' })],
    })
    expect(lines).toHaveLength(2)
    expect(bands).toHaveLength(1)
    const words = all('text').map((each) => each.textContent)
    for (const word of ['Loss', 'loss', 'b']) expect(words).toContain(word)
  })

  it('draws raw values fainter than their mean', async () => {
    const { all } = await draw({ series: [curve([1, 4, 2, 5], { name: 'raw', style: 'faint' }), curve([1, 2, 3, 4])] })
    const [raw, mean] = all('[aria-label="line"]').map((line) => ({
      opacity: Number(line.getAttribute('stroke-opacity') ?? 1),
      width: Number(line.getAttribute('stroke-width')),
    }))
    expect(raw!.opacity).toBeLessThan(0.5 * mean!.opacity)
    expect(raw!.width).toBeLessThan(mean!.width)
  })

  it('has a logarithmic axis: powers of ten are as far apart, and nothing that is not positive is drawn', async () => {
    const decades = [curve([1, 10, 100, 1000])]
    const heights = (path: string) =>
      path
        .slice(1)
        .split('L')
        .map((point) => Number(point.split(',')[1]))
    const [linear, logarithmic] = [
      await draw({ series: decades }),
      await draw({ series: decades, isLogarithmic: true }),
    ]
    const steps = (path: string) =>
      heights(path)
        .slice(1)
        .map((height, index) => heights(path)[index]! - height)
    const [first, second, third] = steps(logarithmic.lines[0]!)
    expect(second).toBeCloseTo(first!, 1)
    expect(third).toBeCloseTo(first!, 1)
    expect(steps(linear.lines[0]!)[2]!).toBeGreaterThan(5 * steps(linear.lines[0]!)[1]!)
    expect(logarithmic.ticks).toEqual(expect.arrayContaining(['1', '10', '100']))

    const band = { low: Float64Array.of(-1, 0, 50, 500), high: Float64Array.of(2, 20, 200, 2000) }
    const { lines, bands, text } = await draw({ series: [curve([-1, 10, 100, 1000], { band })], isLogarithmic: true })
    expect(heights(lines[0]!)).toHaveLength(3)
    expect(bands).toHaveLength(1)
    expect(text).not.toMatch(/NaN|Infinity/)
  })

  it.each([200, -3, 0, 1e-7, 1e7])('labels the axis of a constant %d so that it can be read', async (value) => {
    const { ticks, lines, text } = await draw({ series: [curve([value, value, value, value])] })
    const numbers = ticks.map((tick) => Number(tick.replaceAll(',', '').replace('−', '-')))
    expect(numbers.length).toBeGreaterThan(2)
    expect(new Set(numbers).size).toBe(numbers.length)
    for (const tick of ticks) expect(tick.length).toBeLessThanOrEqual(11)
    expect(lines).toHaveLength(1)
    expect(text).not.toMatch(/NaN|Infinity/)
  })
})
