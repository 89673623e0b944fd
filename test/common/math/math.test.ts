/** The functions of our own are those of Math but for the last bits, and have the same bits on every JavaScript engine. */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { exp, log, pow, tanh } from '../../../src/common/math/exponential.ts'
import { atan2, cos, sin, tan } from '../../../src/common/math/trigonometry.ts'
import { RandomStream } from '../../../src/common/random.ts'
import {
  answerOfChromium,
  answerOfElectron,
  answersOfOtherNodes,
  bundleProgram,
  whyNoChromium,
  whyNoElectron,
} from '../../runtimes.ts'
import { answer } from './math-hash.ts'

const SAMPLES = 100_000
const SPECIAL = [0, -0, 1, -1, 0.5, -0.5, 2, -2, 3, -3, 5e-324, -1e-310, 1e-9, 709.5, -744, 1e300, -1e300]
const NOT_FINITE = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN]

const bits = new BigInt64Array(1)
const double = new Float64Array(bits.buffer)

/** Numbers that a double can hold between two of the same sign; 0 for the same number, sign of zero included. */
function unitsApart(one: number, other: number): number {
  if (Object.is(one, other)) return 0
  const [a, b] = [one, other].map((value) => {
    double[0] = value
    return bits[0]!
  })
  return Number.isNaN(one) || Number.isNaN(other) ? Number.POSITIVE_INFINITY : Math.abs(Number(a! - b!))
}

/** The worst disagreement with a function of Math, and where. */
function worst(ours: (...args: number[]) => number, its: (...args: number[]) => number, samples: Iterable<number[]>) {
  let [units, at]: [number, number[]] = [0, []]
  for (const args of samples) {
    const apart = unitsApart(ours(...args), its(...args))
    if (apart > units) [units, at] = [apart, args]
  }
  return { units, at }
}

const random = RandomStream.derive(1, 'math')
const within = (limit: number) => () => random.uniform(-limit, limit)
/** Of any size from 10^-decades to 10^decades. */
const anySize = (decades: number) => () => Math.sign(random.uniform(-1, 1)) * 10 ** random.uniform(-decades, decades)
const list = (...draws: (() => number)[]) => Array.from({ length: SAMPLES }, () => draws.map((draw) => draw()))

describe('Given numbers of all sizes', () => {
  test.each<[string, (x: number) => number, (x: number) => number, () => number, number]>([
    ['sin', sin, Math.sin, within(100), 1],
    ['sin', sin, Math.sin, anySize(6), 1],
    ['cos', cos, Math.cos, within(100), 1],
    ['cos', cos, Math.cos, anySize(6), 1],
    ['tan', tan, Math.tan, within(100), 2],
    ['exp', exp, Math.exp, within(740), 1],
    ['log', log, Math.log, () => Math.abs(anySize(300)()), 1],
    ['tanh', tanh, Math.tanh, within(6), 3],
    ['tanh', tanh, Math.tanh, anySize(10), 3],
  ])('then %s is that of Math within units in the last place', (_, ours, its, draw, most) => {
    const { units, at } = worst(ours, its, list(draw))
    expect(units, `at ${at}`).toBeLessThanOrEqual(most)
  })

  test('then atan2 and pow are those of Math within a unit in the last place', () => {
    const cases = [
      worst(atan2, Math.atan2, list(anySize(6), anySize(6))),
      worst(
        pow,
        Math.pow,
        list(() => Math.abs(anySize(20)()), within(20)),
      ),
      worst(
        pow,
        Math.pow,
        list(within(20), () => Math.round(within(20)())),
      ),
    ]
    for (const { units, at } of cases) expect(units, `at ${at}`).toBeLessThanOrEqual(1)
  })
})

describe('Given special numbers', () => {
  const near = (one: number, other: number) => unitsApart(one, other) <= 1
  const functions = { sin, cos, tan, exp, log, tanh }

  test.each(Object.entries(functions))('then %s is that of Math, signs of zeros included', (name, ours) => {
    for (const x of [
      ...SPECIAL.filter((value) => Math.abs(value) < 1e6 || name === 'exp' || name === 'log'),
      ...NOT_FINITE,
    ]) {
      const its = Math[name as keyof typeof functions](x)
      expect(near(ours(x), its), `${name}(${x}) is ${ours(x)}, not ${its}`).toBe(true)
    }
  })

  test.each(Object.entries({ atan2, pow }))('then %s is that of Math for every pair of them', (name, ours) => {
    for (const x of [...SPECIAL, ...NOT_FINITE]) {
      for (const y of [...SPECIAL, ...NOT_FINITE]) {
        const its = Math[name as 'atan2' | 'pow'](x, y)
        expect(near(ours(x, y), its), `${name}(${x}, ${y}) is ${ours(x, y)}, not ${its}`).toBe(true)
      }
    }
  })

  test('then angles beyond 1.6 million rad are still taken modulo a turn', () => {
    for (const turns of [1e6, 1e7, 1e8]) {
      expect(sin(turns * 2 * Math.PI + 0.5)).toBeCloseTo(Math.sin(0.5), 6)
      expect(cos(-turns * 2 * Math.PI + 0.5)).toBeCloseTo(Math.cos(0.5), 6)
    }
    for (const large of [1e16, 1e300]) expect(Math.abs(sin(large))).toBeLessThanOrEqual(1)
  })
})

test('On every JavaScript engine at hand they have the same bits', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'torquelab-math-'))
  try {
    const here = await answer()
    const bundle = await bundleProgram('common/math/math-hash.ts', folder)
    for (const { runtime, answer: other } of await answersOfOtherNodes(bundle)) expect(other, runtime).toEqual(here)
    if (!whyNoElectron()) expect(await answerOfElectron(bundle)).toEqual(here)
    if (!(await whyNoChromium())) expect(await answerOfChromium(bundle)).toEqual(here)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
