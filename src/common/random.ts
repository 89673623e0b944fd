/**
 * Random numbers from one seed: a stream per use, so that drawing more of one kind never shifts another.
 * The generator is pure-rand's xoroshiro128+; its whole state can be read and restored.
 */

import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus'
import * as exact from './exact-math/exact-math.ts'

type Generator = ReturnType<typeof xoroshiro128plusFromState>

/** Largest seed: seeds are unsigned 32-bit integers. */
export const MAX_SEED = 0xffff_ffff

export class RandomStream {
  private generator: Generator

  private constructor(state: readonly number[]) {
    this.generator = xoroshiro128plusFromState(state)
  }

  /** The stream called `use` of a seed (an integer in [0, MAX_SEED]). Streams of different names are unrelated. */
  static derive(seed: number, use: string): RandomStream {
    return new RandomStream(stateFrom(seed, use))
  }

  static restore(state: readonly number[]): RandomStream {
    return new RandomStream(state)
  }

  /** Four signed 32-bit integers. */
  state(): number[] {
    return [...this.generator.getState()]
  }

  /** Goes on from that state. */
  setState(state: ArrayLike<number>): void {
    this.generator = xoroshiro128plusFromState(Array.from(state))
  }

  /** Uniform in [low, high). */
  uniform(low: number, high: number): number {
    return low + (high - low) * uniformFloat64(this.generator)
  }

  /** A uniform integer in [0, count). */
  integer(count: number): number {
    return uniformInt(this.generator, 0, count - 1)
  }

  /** A fresh seed for something that derives its own streams. */
  seed(): number {
    return uniformInt(this.generator, 0, MAX_SEED)
  }

  /**
   * Normal with the given mean and standard deviation: Marsaglia's polar method, as the learner's kernel has it
   * (src/agent/kernel/assembly/random.ts), so that every engine draws the same up to the last bit of the logarithm. The second
   * value is dropped, so that the generator's state is all the state.
   */
  normal(mean = 0, deviation = 1): number {
    let x: number
    let square: number
    do {
      x = this.uniform(-1, 1)
      const y = this.uniform(-1, 1)
      square = x * x + y * y
    } while (square >= 1 || square === 0)
    return mean + deviation * x * Math.sqrt((-2 * exact.log(square)) / square)
  }
}

/** Hashes (seed, use) into 128 bits of state: FNV-1a over the name, then MurmurHash3's finaliser over a counter. */
function stateFrom(seed: number, use: string): number[] {
  let name = 0x811c9dc5
  for (let index = 0; index < use.length; index++) {
    name = Math.imul(name ^ use.charCodeAt(index), 0x01000193)
  }
  const state: number[] = []
  let word = mix(seed | 0) ^ name
  for (let index = 0; index < 4; index++) {
    word = mix(word + 0x9e3779b9 + index)
    state.push(word | 0)
  }
  return state
}

/** MurmurHash3's 32-bit finaliser (Appleby, public domain): every input bit flips each output bit with probability 1/2. */
function mix(word: number): number {
  let hash = word | 0
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}
