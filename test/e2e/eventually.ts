/** Expectations that come true after a while, on however busy a machine. */
import { expect } from 'vitest'

export const eventually = <Value>(look: () => Value) => expect.poll(look, { timeout: 40_000, interval: 50 })
