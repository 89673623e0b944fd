// The random streams: the same from the same seed and name, unrelated otherwise, with the moments of their
// distributions, and restored from their state. Statistical bounds are at least four standard errors wide.
import { describe, expect, test } from 'vitest'
import { MAX_SEED, RandomStream } from '../../src/common/random.ts'
import { fc } from '../properties.ts'

const seeds = fc.integer({ min: 0, max: MAX_SEED })
const names = fc.string({ minLength: 1, maxLength: 20 })

describe('Given a seed and a name', () => {
  test('when a stream is derived twice, then both give the same numbers of every kind', () => {
    fc.assert(
      fc.property(seeds, names, (seed, name) => {
        expect(drawSome(RandomStream.derive(seed, name))).toEqual(drawSome(RandomStream.derive(seed, name)))
      }),
    )
  })

  test('when another stream of the seed is drawn from in between, then the numbers stay the same', () => {
    const alone = RandomStream.derive(7, 'noise')
    const beside = RandomStream.derive(7, 'noise')
    const other = RandomStream.derive(7, 'replay')
    for (let count = 0; count < 50; count++) {
      other.integer(100)
      expect(beside.uniform(0, 1)).toBe(alone.uniform(0, 1))
    }
  })

  test('when the library that makes the numbers is upgraded, then they stay what they were', () => {
    const stream = RandomStream.derive(1, 'a stream')
    expect(stream.uniform(0, 1)).toBe(0.08576601652279292)
    expect(stream.normal()).toBeCloseTo(0.3843422410436001, 14)
    expect(stream.integer(1000)).toBe(259)
    expect(stream.seed()).toBe(1008151222)
  })
})

describe('Given two streams', () => {
  const others: [string, RandomStream][] = [
    ['of the next seed', RandomStream.derive(8, 'noise')],
    ['of a seed that differs in its highest bit', RandomStream.derive(2 ** 31 + 7, 'noise')],
    ['of the largest seed', RandomStream.derive(MAX_SEED, 'noise')],
    ['of a name that differs in one letter', RandomStream.derive(7, 'noisf')],
    ['of a name with its letters in another order', RandomStream.derive(7, 'oinse')],
    ['of a longer name', RandomStream.derive(7, 'noise ')],
  ]
  test.each(others)('when the second is %s, then they are uncorrelated, also one or two draws apart', (_, other) => {
    const count = 20_000
    const first = draw(count, RandomStream.derive(7, 'noise'))
    const second = draw(count, other)
    for (const lag of [0, 1, 2]) {
      expect(Math.abs(correlation(first.slice(lag), second.slice(0, count - lag)))).toBeLessThan(4 / Math.sqrt(count))
      expect(Math.abs(correlation(second.slice(lag), first.slice(0, count - lag)))).toBeLessThan(4 / Math.sqrt(count))
    }
  })

  test('when the first number of each of 20000 seeds is taken, then they are as one uniform stream', () => {
    const count = 20_000
    const firsts = Array.from({ length: count }, (_, seed) => RandomStream.derive(seed, 'noise').uniform(0, 1))
    expect(mean(firsts)).toBeCloseTo(0.5, 1.9)
    expect(
      chiSquare(
        firsts.map((value) => Math.floor(value * 100)),
        100,
      ),
    ).toBeLessThan(CHI_SQUARE_99)
    expect(Math.abs(correlation(firsts.slice(1), firsts.slice(0, -1)))).toBeLessThan(4 / Math.sqrt(count))
    expect(new Set(firsts).size).toBe(count)
  })
})

describe('Given uniform numbers', () => {
  test('when they are drawn, then they lie in [low, high)', () => {
    const bound = fc.double({ min: -1e6, max: 1e6, noNaN: true })
    fc.assert(
      fc.property(seeds, bound, fc.double({ min: 1e-3, max: 1e6, noNaN: true }), (seed, low, width) => {
        const stream = RandomStream.derive(seed, 'uniform')
        for (let count = 0; count < 20; count++) {
          const value = stream.uniform(low, low + width)
          expect(value).toBeGreaterThanOrEqual(low)
          expect(value).toBeLessThan(low + width)
        }
      }),
    )
  })

  test('when 100000 are drawn from [-3, 5), then their mean is 1, their variance 64/12 and all parts are as frequent', () => {
    const stream = RandomStream.derive(3, 'uniform')
    const values = Array.from({ length: 100_000 }, () => stream.uniform(-3, 5))
    expect(Math.abs(mean(values) - 1)).toBeLessThan(4 * Math.sqrt(64 / 12 / 100_000))
    expect(Math.abs(variance(values) / (64 / 12) - 1)).toBeLessThan(0.012)
    expect(
      chiSquare(
        values.map((value) => Math.floor((value + 3) * 12.5)),
        100,
      ),
    ).toBeLessThan(CHI_SQUARE_99)
    expect(Math.abs(correlation(values.slice(1), values.slice(0, -1)))).toBeLessThan(4 / Math.sqrt(100_000))
  })
})

describe('Given normal numbers', () => {
  const count = 200_000

  test('when many are drawn, then the first four moments are those of N(0, 1)', () => {
    const values = normals(RandomStream.derive(4, 'normal'))
    const moment = (power: number) => mean(values.map((value) => value ** power))
    expect(Math.abs(moment(1))).toBeLessThan(4 * Math.sqrt(1 / count))
    expect(Math.abs(moment(2) - 1)).toBeLessThan(4 * Math.sqrt(2 / count))
    expect(Math.abs(moment(3))).toBeLessThan(4 * Math.sqrt(15 / count))
    expect(Math.abs(moment(4) - 3)).toBeLessThan(4 * Math.sqrt(96 / count))
  })

  test('when many are drawn, then as many lie within 1, 2 and 3 deviations as the error function says', () => {
    const values = normals(RandomStream.derive(5, 'normal'))
    for (const [deviations, share] of [
      [1, 0.682689],
      [2, 0.9545],
      [3, 0.9973],
    ] as const) {
      const within = values.filter((value) => Math.abs(value) < deviations).length / count
      expect(Math.abs(within - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / count))
    }
  })

  test('when one follows another, then the two are uncorrelated, and so are their squares', () => {
    const values = normals(RandomStream.derive(6, 'normal'))
    const squares = values.map((value) => value ** 2)
    for (const series of [values, squares]) {
      expect(Math.abs(correlation(series.slice(1), series.slice(0, -1)))).toBeLessThan(4 / Math.sqrt(count))
    }
  })

  test('when a mean and a deviation are given, then the standard number is scaled and shifted by them', () => {
    const standard = RandomStream.derive(8, 'normal')
    const shifted = RandomStream.derive(8, 'normal')
    for (let index = 0; index < 100; index++)
      expect(shifted.normal(-2, 0.5)).toBeCloseTo(-2 + 0.5 * standard.normal(), 12)
  })

  function normals(stream: RandomStream): number[] {
    return Array.from({ length: count }, () => stream.normal())
  }
})

describe('Given integers', () => {
  test('when one below a count is drawn, then it is an integer in [0, count)', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 2 ** 31 }), (seed, count) => {
        const value = RandomStream.derive(seed, 'integer').integer(count)
        expect(Number.isInteger(value)).toBe(true)
        expect(value).toBeGreaterThanOrEqual(0)
        expect(value).toBeLessThan(count)
      }),
    )
  })

  test('when 100000 below 100 are drawn, then each value is as frequent as any other', () => {
    const stream = RandomStream.derive(9, 'integer')
    const values = Array.from({ length: 100_000 }, () => stream.integer(100))
    expect(Math.min(...values)).toBe(0)
    expect(Math.max(...values)).toBe(99)
    expect(chiSquare(values, 100)).toBeLessThan(CHI_SQUARE_99)
  })

  test('when seeds are drawn, then they are integers over the whole range of seeds', () => {
    const stream = RandomStream.derive(10, 'seeds')
    const drawn = Array.from({ length: 100_000 }, () => stream.seed())
    expect(drawn.every((seed) => Number.isInteger(seed) && seed >= 0 && seed <= MAX_SEED)).toBe(true)
    const hundredths = drawn.map((seed) => Math.floor((seed / (MAX_SEED + 1)) * 100))
    expect(chiSquare(hundredths, 100)).toBeLessThan(CHI_SQUARE_99)
  })
})

describe('Given a stream that was drawn from', () => {
  test('when it is restored from its state, also after a way through JSON, then it goes on with the same numbers', () => {
    fc.assert(
      fc.property(seeds, fc.nat(20), (seed, drawn) => {
        const stream = RandomStream.derive(seed, 'restored')
        for (let count = 0; count < drawn; count++) stream.normal()
        const restored = RandomStream.restore(JSON.parse(JSON.stringify(stream.state())))
        expect(restored.state()).toEqual(stream.state())
        expect(drawSome(restored)).toEqual(drawSome(stream))
      }),
    )
  })

  test('when it goes on, then a state taken before stays as it was and brings back the numbers since', () => {
    const stream = RandomStream.derive(11, 'restored')
    const state = stream.state()
    const copy = [...state]
    const drawn = drawSome(stream)
    expect(state).toEqual(copy)
    expect(stream.state()).not.toEqual(copy)
    expect(drawSome(RandomStream.restore(state))).toEqual(drawn)
    expect(drawSome(RandomStream.restore(state))).toEqual(drawn)
  })

  test('when the state that it gave is written to, then its numbers do not change', () => {
    const stream = RandomStream.derive(12, 'restored')
    stream.state().fill(1)
    expect(drawSome(stream)).toEqual(drawSome(RandomStream.derive(12, 'restored')))
  })
})

/** The 99.9 % quantile of χ² with 99 degrees of freedom. */
const CHI_SQUARE_99 = 148.23

function drawSome(stream: RandomStream): number[] {
  return Array.from({ length: 5 }, () => [
    stream.uniform(-1, 1),
    stream.normal(),
    stream.integer(1000),
    stream.seed(),
  ]).flat()
}

function draw(count: number, stream: RandomStream): number[] {
  return Array.from({ length: count }, () => stream.uniform(0, 1))
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function variance(values: readonly number[]): number {
  const centre = mean(values)
  return mean(values.map((value) => (value - centre) ** 2))
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const [centreA, centreB] = [mean(a), mean(b)]
  const covariance = mean(a.map((value, index) => (value - centreA) * (b[index]! - centreB)))
  return covariance / Math.sqrt(variance(a) * variance(b))
}

/** Σ (observed - expected)²/expected of values in [0, bins) against equal frequencies. */
function chiSquare(values: readonly number[], bins: number): number {
  const counts = new Array<number>(bins).fill(0)
  for (const value of values) counts[value]!++
  const expected = values.length / bins
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
}
