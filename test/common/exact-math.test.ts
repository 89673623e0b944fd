import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import * as exact from '../../src/common/exact-math/exact-math.ts'
import { RandomStream } from '../../src/common/random.ts'

// The scripts are JavaScript, which the type checker of the project does not read: hence an import by a computed name.
const { mathBinaryText } = await import(new URL('../../scripts/build-math.mjs', import.meta.url).href)

/** The same as an object, to be taken by name. */
const functions = { ...exact }

test('given the sources, when they are compiled, then the committed binary comes out', async () => {
  const committed = readFileSync(new URL('../../src/common/exact-math/math-binary.ts', import.meta.url), 'utf8')
  expect(committed, 'run "npm run build:math"').toBe(await mathBinaryText())
})

describe('Given many arguments', () => {
  const random = RandomStream.derive(1, 'arguments')
  const values = Array.from({ length: 20_000 }, () => random.uniform(-30, 30))

  test.each(['sin', 'cos', 'tan', 'exp', 'tanh'] as const)(
    'when %s is taken of them, then it is that of JavaScript but for the last bits',
    (name) => {
      for (const value of values) expectClose(functions[name](value), Math[name](value))
    },
  )

  test('when log, pow and atan2 are taken, then so are they', () => {
    for (const [index, value] of values.entries()) {
      const other = values[values.length - 1 - index]!
      expectClose(exact.log(Math.abs(value)), Math.log(Math.abs(value)))
      expectClose(exact.pow(Math.abs(value), other / 10), Math.abs(value) ** (other / 10))
      expectClose(exact.atan2(value, other), Math.atan2(value, other))
    }
  })

  test('when the arguments are at the edges, then the answers are those of JavaScript', () => {
    const edges = [0, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e300, -1e-300]
    for (const edge of edges) {
      for (const name of ['sin', 'cos', 'tan', 'exp', 'tanh', 'log'] as const) {
        expectClose(functions[name](edge), Math[name](edge))
      }
      for (const other of edges) {
        expectClose(exact.pow(edge, other), edge ** other)
        expectClose(exact.atan2(edge, other), Math.atan2(edge, other))
      }
    }
  })
})

/** Equal to a few units in the last place; NaN, infinities and zeros alike. */
function expectClose(found: number, expected: number): void {
  if (Object.is(found, expected)) return
  const distance = Math.abs(found - expected) / Math.max(Math.abs(expected), 1e-300)
  expect(distance, `${found} and ${expected}`).toBeLessThan(1e-13)
}
