/** Durations in words, at the places where one unit goes over into the next. */
import { expect, it } from 'vitest'
import { formatDuration } from '../../src/cli/format-duration.ts'

it.each([
  [0.2, '1 s'],
  [59.2, '1 min 0 s'],
  [65.2, '1 min 6 s'],
  [479.2, '8 min 0 s'],
  [3599.5, '1 h 0 min'],
  [7800, '2 h 10 min'],
])('%d s is %s', (seconds, words) => {
  expect(formatDuration(seconds)).toBe(words)
})
