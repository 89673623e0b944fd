/** The library's order and search. */
import { describe, expect, it } from 'vitest'
import type { RolloutEntry } from '../../src/host/rpc/contract.ts'
import { endWords } from '../../src/ui/replay/format.ts'
import { filterRollouts, neighbourOf, SORTINGS, sortRollouts } from '../../src/ui/replay/library/listing.ts'
import { fc } from '../properties.ts'

const rollout = (part: Partial<RolloutEntry>): RolloutEntry => ({
  id: 'a/best.mcap',
  run: 'a',
  file: 'best.mcap',
  scene: 'hopper',
  seed: 1,
  steps: 10,
  duration: 1,
  return: 0,
  terminated: false,
  truncated: true,
  recordedAt: '2026-01-01T00:00:00.000Z',
  ...part,
})
const list = [
  rollout({ id: 'a', run: 'run-10', return: 5, duration: 3, recordedAt: '2026-01-02T00:00:00.000Z' }),
  rollout({ id: 'b', run: 'run-2', return: -3, duration: 1, recordedAt: '2026-01-03T00:00:00.000Z', scene: 'acrobot' }),
  rollout({ id: 'c', run: 'run-2', return: 5, duration: 2, recordedAt: '2026-01-01T00:00:00.000Z', terminated: true }),
]
const ids = (entries: readonly RolloutEntry[]) => entries.map(({ id }) => id).join('')

describe('sortRollouts', () => {
  it.each([
    ['newest', 'bac'],
    ['oldest', 'cab'],
    ['best', 'acb'],
    ['worst', 'bac'],
    ['longest', 'acb'],
    ['shortest', 'bca'],
    ['run', 'bca'],
    ['scene', 'bac'],
  ] as const)('%s: %s, equal ones newest first', (sorting, order) => {
    expect(ids(sortRollouts(list, sorting))).toBe(order)
  })

  it('has each rollout once, in one order whatever the order before', () => {
    const shuffled = fc.shuffledSubarray(list, { minLength: list.length })
    fc.assert(
      fc.property(shuffled, fc.constantFrom(...SORTINGS), (entries, { value }) => {
        expect(ids(sortRollouts(entries, value))).toBe(ids(sortRollouts(list, value)))
      }),
    )
  })
})

describe('neighbourOf', () => {
  it('is the next or the one before, none beyond an end, and the first of a list that has not the open one', () => {
    expect(neighbourOf(list, 'a', 1)?.id).toBe('b')
    expect(neighbourOf(list, 'b', -1)?.id).toBe('a')
    expect(neighbourOf(list, 'c', 1)).toBeUndefined()
    expect(neighbourOf(list, 'a', -1)).toBeUndefined()
    expect(neighbourOf(list, undefined, -1)?.id).toBe('a')
    expect(neighbourOf([], 'a', 1)).toBeUndefined()
  })
})

describe('filterRollouts', () => {
  it.each([
    ['', 'abc'],
    ['  ', 'abc'],
    ['RUN-2', 'bc'],
    ['run-2 acro', 'b'],
    ['seed 1', 'abc'],
    ['seed 9', ''],
    ['terminated', 'c'],
    ['cut off', ''],
  ])('%j leaves %j', (search, left) => {
    expect(ids(filterRollouts(list, search))).toBe(left)
  })
})

it.each([
  [{ terminated: true, truncated: false }, 'termination'],
  [{}, 'the time limit'],
  [{ truncated: false }, 'being stopped'],
  [{ truncated: false, missing: 3 }, 'being cut off'],
  [{ truncated: false, missing: null }, 'being cut off'],
  // Only what stands behind its steps is damaged.
  [{ missing: 0 }, 'the time limit'],
  [{ truncated: false, missing: 0 }, 'being stopped'],
])('a rollout with %j ended by %s', (part, words) => {
  expect(endWords(rollout(part))).toBe(words)
})
