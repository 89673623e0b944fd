/** Statistics over seeds, against numbers worked out elsewhere (scipy.stats.trim_mean, numpy) and against what an interval must do. */
import { describe, expect, it } from 'vitest'
import { RandomStream } from '../../src/common/random.ts'
import { bootstrapInterval, interquartileMean, mean, standardDeviation } from '../../src/common/statistics.ts'
import { fc } from '../properties.ts'

describe('Given values', () => {
  it('Then mean and deviation are those of a sample', () => {
    expect(mean([2, 4, 4, 4, 5, 5, 7, 9])).toBe(5)
    // numpy.std([2, 4, 4, 4, 5, 5, 7, 9], ddof=1)
    expect(standardDeviation([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(2.138089935299395, 12)
    expect(standardDeviation([3])).toBe(0)
  })

  it('Then the interquartile mean leaves out the outer quarters', () => {
    // scipy.stats.trim_mean(..., 0.25)
    expect(interquartileMean([1, 2, 3, 4, 5, 6, 7, 1000])).toBe(4.5)
    expect(interquartileMean([10, 0, 5, 2, 100])).toBeCloseTo(17 / 3, 12)
    expect(interquartileMean([1, 2, 6])).toBe(3)
    expect(interquartileMean([-7])).toBe(-7)
  })

  it('When one of them is moved far out, Then the interquartile mean of four or more hardly moves', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 4, maxLength: 12 }),
        (values) => {
          const moved = [...values.toSorted((a, b) => a - b).slice(0, -1), 1e6]
          expect(Math.abs(interquartileMean(moved))).toBeLessThanOrEqual(10)
        },
      ),
    )
  })
})

describe('Given the bootstrap', () => {
  it('Then it is the same every time, and lies within the values', () => {
    const strata = [
      [1, 2, 3, 4, 5],
      [11, 12, 13],
    ]
    const interval = bootstrapInterval(strata)
    expect(bootstrapInterval(strata)).toEqual(interval)
    expect(interval.low).toBeGreaterThanOrEqual(1)
    expect(interval.high).toBeLessThanOrEqual(13)
    expect(interval.low).toBeLessThan(interval.high)
    expect(bootstrapInterval([[7, 7, 7]])).toEqual({ low: 7, high: 7 })
  })

  it('Then strata keep their sizes: two constants give no spread', () => {
    expect(
      bootstrapInterval([
        [0, 0, 0, 0],
        [8, 8, 8, 8],
      ]),
    ).toEqual({ low: 4, high: 4 })
  })

  it('Then it covers the true value of a normal sample about as often as it says', () => {
    let covered = 0
    for (let trial = 0; trial < 60; trial++) {
      const random = RandomStream.derive(trial, 'coverage')
      const { low, high } = bootstrapInterval([Array.from({ length: 20 }, () => random.normal(3, 2))])
      if (low <= 3 && 3 <= high) covered++
    }
    // 95 % of 60 is 57; the percentile bootstrap of 20 is a little narrow.
    expect(covered).toBeGreaterThanOrEqual(50)
  })
})
