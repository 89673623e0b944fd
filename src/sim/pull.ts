/** Where a hand pulls at a body. Apart from the spring that does it, since the public types of an environment name it and no type of the engine. */
import type { Vector } from './geometry.ts'

export interface Pull {
  /** Index of a dynamic body. */
  body: number
  /** Where it is held, in its frame, m. */
  point: Vector
  /** Where to, m. */
  target: Vector
}
