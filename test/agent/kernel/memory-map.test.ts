/** What does not fit into WebAssembly's addresses is refused with the setting to change. */
import { describe, expect, test } from 'vitest'
import { mapMemory } from '../../../src/agent/kernel/memory-map.ts'
import { presets } from '../../../src/agent/presets.ts'
import type { AgentSettings } from '../../../src/agent/settings.ts'
import { UserError } from '../../../src/common/user-error.ts'

const map = (changes: Partial<AgentSettings>, observation = 400) =>
  mapMemory({
    size: { observation, action: 3 },
    settings: { ...presets.ddpg.paper, ...changes },
    threads: 1,
    base: 1024,
    listBytes: (width) => 16 + 8 * (width + 8),
  })

describe('Given a replay buffer that does not fit', () => {
  test.each([false, true])(
    'when the capacity that the message names is taken (prioritised %s), then it fits, and 1% more does not',
    (prioritisedReplay) => {
      const wanted = () => map({ replayCapacity: 10_000_000, prioritisedReplay })
      expect(wanted).toThrow(UserError)
      expect(wanted).toThrow(/"replayCapacity" cannot be 10000000 with 400 observations.*Take \d+ or less/)
      let message = ''
      try {
        wanted()
      } catch (error) {
        message = (error as Error).message
      }
      const capacity = Number(/Take (\d+) or less/.exec(message)![1])
      expect(map({ replayCapacity: capacity, prioritisedReplay }).bytes).toBeLessThanOrEqual(2 ** 32)
      // The sum tree of a smaller buffer is smaller, which the message leaves out.
      const more = Math.ceil(capacity * (prioritisedReplay ? 1.05 : 1.01))
      expect(() => map({ replayCapacity: more, prioritisedReplay })).toThrow(UserError)
    },
  )
})

test('Given networks that do not fit with their batch, when they are laid out, then both settings are named and not the buffer', () => {
  const wanted = () => map({ batchSize: 65536, hiddenSizes: [4096, 4096], replayCapacity: 10 })
  expect(wanted).toThrow(UserError)
  expect(wanted).toThrow(/"batchSize" 65536 and "hiddenSizes" 4096,4096 together need \d+ MB: .* room for 4 GiB/)
  expect(wanted).not.toThrow(/replayCapacity/)
})
