/** A hash of the values of each function at the same 50,000 places, as a program for every runtime (test/runtimes.ts). */
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { exp, log, pow, tanh } from '../../../src/common/math/exponential.ts'
import { atan2, cos, sin, tan } from '../../../src/common/math/trigonometry.ts'

const functions: Record<string, (x: number, y: number) => number> = {
  sin,
  cos,
  tan,
  atan2,
  exp,
  log: (x) => log(Math.abs(x)),
  tanh,
  pow: (x, y) => pow(Math.abs(x), y),
}

export async function answer(): Promise<Record<string, string>> {
  return Object.fromEntries(Object.entries(functions).map(([name, evaluate]) => [name, hashOf(evaluate)]))
}

/** FNV-1a over the bits of the values. */
function hashOf(evaluate: (x: number, y: number) => number): string {
  const generator = xoroshiro128plus(1)
  const uniform = (limit: number) => (2 * uniformFloat64(generator) - 1) * limit
  const value = new Float64Array(1)
  const bytes = new Uint8Array(value.buffer)
  let hash = 0x811c9dc5
  for (let index = 0; index < 50_000; index++) {
    // Large ones too.
    value[0] = evaluate(uniform(index % 10 === 0 ? 1e7 : 20), uniform(20))
    for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193)
  }
  return (hash >>> 0).toString(16).padStart(8, '0')
}
