/** A push: what changes the momentum of a body at once. */
export interface Push {
  /** Index of a dynamic body. */
  body: number
  /** What is added to its momentum at its centre of mass: x, y, N·s. */
  impulse: readonly [number, number]
}
