/** The pure parts of the plots: columns, searches, smoothing, decimation, alignment and number formats.
 * Properties are checked against the plainest computation that could be right. */
import { describe, expect, it } from 'vitest'
import { Column } from '../../src/ui/plots/column.ts'
import { decimate, pointsWithin, visibleRange } from '../../src/ui/plots/decimate.ts'
import { formatTicks, formatValue } from '../../src/ui/plots/format.ts'
import { lowerBound, nearestIndex } from '../../src/ui/plots/nearest-index.ts'
import { runningMean } from '../../src/ui/plots/running-mean.ts'
import { alignSeries, countPoints, extentOf, type PlotSeries } from '../../src/ui/plots/series.ts'
import { fc } from '../properties.ts'

const ascending = fc
  .array(fc.integer({ min: -1000, max: 1000 }), { maxLength: 200 })
  .map((values) => values.sort((a, b) => a - b))

describe('Column', () => {
  it('keeps every value while it grows', () => {
    const column = new Column([1, 2])
    for (let value = 3; value <= 1000; value++) column.push(value)
    expect(column.length).toBe(1000)
    expect(column.last).toBe(1000)
    expect([...column.values]).toEqual(Array.from({ length: 1000 }, (_, index) => index + 1))
  })

  it('says NaN for the last value of nothing', () => {
    expect(new Column().last).toBeNaN()
  })
})

describe('nearestIndex', () => {
  it('finds what a search through all values finds', () => {
    fc.assert(
      fc.property(ascending, fc.integer({ min: -1100, max: 1100 }), (values, value) => {
        const distances = values.map((each) => Math.abs(each - value))
        const found = nearestIndex(values, value)
        if (values.length === 0) return found === -1
        return distances[found] === Math.min(...distances)
      }),
    )
  })

  it('takes the earlier of two that are equally near', () => {
    expect(nearestIndex([0, 1, 2], 0.5)).toBe(0)
    expect(nearestIndex([0, 1, 2], 0.51)).toBe(1)
  })

  it('finds a time among control steps that are no exact binary fractions', () => {
    const times = Array.from({ length: 1001 }, (_, step) => step * 0.05)
    for (let step = 0; step <= 1000; step++) expect(nearestIndex(times, Number((step * 0.05).toFixed(2)))).toBe(step)
  })

  it('has a lower bound that separates smaller values from the rest', () => {
    fc.assert(
      fc.property(ascending, fc.integer({ min: -1100, max: 1100 }), (values, value) => {
        const bound = lowerBound(values, value)
        return (
          values.slice(0, bound).every((each) => each < value) && values.slice(bound).every((each) => each >= value)
        )
      }),
    )
  })
})

describe('runningMean', () => {
  it('is the mean of the last values, of fewer at the beginning', () => {
    expect([...runningMean([2, 4, 6, 8], 2)]).toEqual([2, 3, 5, 7])
  })

  it('leaves absent values out and recovers after them', () => {
    expect([...runningMean([Number.NaN, 4, Number.NaN, 8, 2], 2)]).toEqual([Number.NaN, 4, 4, 8, 5])
  })
})

describe('decimate', () => {
  const count = 100_000
  const x = Float64Array.from({ length: count }, (_, index) => index)
  const y = x.map((value) => Math.sin(value / 5000))

  it('keeps everything where there are few points', () => {
    expect([...decimate([0, 1, 2], [5, 6, 7], 0, 2, 100)]).toEqual([0, 1, 2])
  })

  it('leaves NaN out', () => {
    expect([...decimate([0, 1, 2], [5, Number.NaN, 7], 0, 2, 100)]).toEqual([0, 2])
  })

  it('keeps single spikes, the ends and the order, at four points a pixel at most', () => {
    const spiked = y.slice()
    spiked[54_321] = 9
    spiked[12_345] = -9
    const chosen = decimate(x, spiked, 0, count - 1, 500)
    expect(chosen.length).toBeLessThanOrEqual(4 * 501)
    expect(chosen).toContain(54_321)
    expect(chosen).toContain(12_345)
    expect(chosen[0]).toBe(0)
    expect(chosen.at(-1)).toBe(count - 1)
    expect([...chosen].every((index, place) => place === 0 || index > chosen[place - 1]!)).toBe(true)
  })

  it('goes one point beyond each edge of the view', () => {
    expect([...decimate([0, 1, 2, 3, 4], [0, 0, 0, 0, 0], 1.5, 2.5, 100)]).toEqual([1, 2, 3])
    expect(visibleRange([0, 1, 1, 2], 1, 1)).toEqual([0, 4])
  })

  it('counts the points within the edges', () => {
    expect(pointsWithin([0, 1, 1, 2, 3], 1, 2)).toBe(3)
    expect(pointsWithin([], 0, 1)).toBe(0)
  })

  it('keeps the extremes of whatever it is given', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 50, maxLength: 400 }), (values) => {
        const steps = values.map((_, index) => index)
        const chosen = [...decimate(steps, values, 0, values.length - 1, 5)].map((index) => values[index]!)
        return Math.min(...chosen) === Math.min(...values) && Math.max(...chosen) === Math.max(...values)
      }),
    )
  })
})

describe('alignSeries', () => {
  const line = (name: string, x: number[], y: number[]): PlotSeries => ({
    name,
    colour: 0,
    style: 'line',
    x: Float64Array.from(x),
    y: Float64Array.from(y),
  })

  it('puts series with different x along one', () => {
    const banded = {
      ...line('evaluation', [2, 3], [20, 30]),
      band: { low: Float64Array.of(19, 29), high: Float64Array.of(21, 31) },
    }
    expect(alignSeries([line('episode', [1, 2, 4], [1, 2, 4]), banded], 0, 10, 100)).toEqual([
      [1, 2, 3, 4],
      [1, 2, null, 4],
      [null, 20, 30, null],
      [null, 19, 29, null],
      [null, 21, 31, null],
    ])
  })

  it('knows the extent and the number of points in view', () => {
    const series = [line('a', [1, 2, 4], [1, 2, 4]), line('b', [], []), line('c', [0, 3], [1, 1])]
    expect(extentOf(series)).toEqual([0, 4])
    expect(extentOf([line('b', [], [])])).toEqual([0, 1])
    expect(extentOf([line('a', [5, 8], [1, 2])])).toEqual([0, 8])
    expect(countPoints(series, 0, 4)).toBe(3)
    expect(countPoints(series, 2.5, 3.5)).toBe(1)
  })
})

describe('formats', () => {
  it('gives all ticks of an axis the same unit', () => {
    expect(formatTicks([0, 500, 1000])).toEqual(['0', '500', '1,000'])
    expect(formatTicks([0, 50_000, 100_000])).toEqual(['0', '50k', '100k'])
    expect(formatTicks([-1_500_000, 0, null])).toEqual(['-1.5M', '0', ''])
    expect(formatTicks([1e-5, 1e-4, 1e-3])).toEqual(['1e-5', '1e-4', '0.001'])
    expect(formatTicks([0.1, 0.2])).toEqual(['0.1', '0.2'])
  })

  it('gives values four significant digits', () => {
    expect(formatValue(-151.3456)).toBe('-151.3')
    expect(formatValue(0)).toBe('0')
    expect(formatValue(100)).toBe('100')
    expect(formatValue(12_345.6)).toBe('12,346')
    expect(formatValue(0.00001234)).toBe('1.23e-5')
    expect(formatValue(Number.NaN)).toBe('–')
    expect(formatValue(undefined)).toBe('–')
  })
})
