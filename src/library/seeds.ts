/** The seeds of episodes whose caller names none. */
import { randomBytes } from 'node:crypto'
import { MAX_SEED, RandomStream } from '../common/random.ts'
import { UserError } from '../common/user-error.ts'

/** As in Gymnasium: a named seed starts a sequence; resets without one go on with it, or with an unpredictable one where none was ever named. */
export class SeedSequence {
  private stream: RandomStream | undefined

  /** The seed of the next episode: `named`, or the next of the sequence. Throws a UserError where `named` is no seed. */
  next(named: number | undefined): number {
    if (named === undefined) {
      this.stream ??= RandomStream.derive(randomBytes(4).readUInt32LE(), 'episodes')
      return this.stream.seed()
    }
    requireSeed(named)
    this.stream = RandomStream.derive(named, 'episodes')
    return named
  }
}

export function requireSeed(seed: number): void {
  if (Number.isInteger(seed) && seed >= 0 && seed <= MAX_SEED) return
  throw new UserError(`The seed cannot be ${String(seed)}: it is an integer from 0 to ${MAX_SEED}.`)
}
