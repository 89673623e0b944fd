/** Waits for things to come to rest, on however busy a machine. */
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'

/** ms: beyond it, what is looked at does not come to rest. */
const LONGEST = 40_000

/**
 * The value that `look` gives, once it has given the same for `quiet` ms: what was on its way when a thing was halted has come by then.
 * @param quiet ms, longer than the pauses that the value makes while it does change
 */
export async function standStill<Value>(look: () => Value | Promise<Value>, quiet: number): Promise<Value> {
  const end = performance.now() + LONGEST
  let value = await look()
  let since = performance.now()
  while (performance.now() - since < quiet) {
    if (performance.now() > end) throw new Error(`This did not stand still for ${quiet} ms: it is ${String(value)}.`)
    await sleep(25)
    const now = await look()
    if (isDeepStrictEqual(now, value)) continue
    value = now
    since = performance.now()
  }
  return value
}
