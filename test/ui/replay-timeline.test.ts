/** What the timeline marks, and how it draws rewards into few or many pixels. */
import { describe, expect, it } from 'vitest'
import { markBeside, rewardColumns, timelineMarks } from '../../src/ui/replay/timeline/marks.ts'
import { fc } from '../properties.ts'

const entry = { steps: 80, terminated: false, truncated: false }

describe('timelineMarks', () => {
  it('marks how the episode ended, and says so', () => {
    expect(timelineMarks({ entry: { ...entry, terminated: true } })).toEqual([
      { kind: 'termination', step: 80, words: 'terminated at step 80' },
    ])
    expect(timelineMarks({ entry: { ...entry, truncated: true } })).toEqual([
      { kind: 'truncation', step: 80, words: 'truncated by the time limit at step 80' },
    ])
    expect(timelineMarks({ entry: { ...entry, missing: 3 } })[0]).toMatchObject({ kind: 'cut', step: 80 })
    expect(timelineMarks({ entry })).toEqual([])
    expect(timelineMarks({ entry: { ...entry, missing: 0 } })).toEqual([])
  })

  it('comes in the order of steps, with the first difference and the end of a shorter ghost', () => {
    const marks = timelineMarks({ entry: { ...entry, terminated: true }, difference: 0, ghostEnd: 40 })
    expect(marks.map(({ kind, step }) => [kind, step])).toEqual([
      ['difference', 0],
      ['ghost', 40],
      ['termination', 80],
    ])
    expect(timelineMarks({ entry, ghostEnd: 80 })).toEqual([])
  })
})

describe('markBeside', () => {
  it('is the nearest on that side, and never the one at the playhead', () => {
    const marks = timelineMarks({ entry: { ...entry, terminated: true }, difference: 10, ghostEnd: 40 })
    expect([0, 10, 39, 40, 79, 80].map((step) => markBeside(marks, step, 1))).toEqual([10, 40, 40, 80, 80, undefined])
    expect([80, 40, 11, 10, 0].map((step) => markBeside(marks, step, -1))).toEqual([40, 10, 10, undefined, undefined])
  })
})

describe('rewardColumns', () => {
  it('fills the way to each reward where there are more pixels than rewards', () => {
    const { low, high, least, greatest } = rewardColumns([0, 1, 2], [Number.NaN, -2, 3], 2, 5)
    expect([...low]).toEqual([-2, -2, -2, 3, 3])
    expect([...high]).toEqual([...low])
    expect([least, greatest]).toEqual([-2, 3])
  })

  it('keeps every extreme where there are fewer', () => {
    const reward = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 300 })
    fc.assert(
      fc.property(reward, fc.integer({ min: 1, max: 20 }), (rewards, pixels) => {
        const time = rewards.map((_, index) => (index + 1) * 0.05)
        const { low, high, least, greatest } = rewardColumns(time, rewards, time.at(-1)!, pixels)
        const [min, max] = [Math.min(0, ...rewards), Math.max(0, ...rewards)]
        expect([least, greatest]).toEqual([min + 0, max + 0])
        // Every column has some reward's range, and together they have all of it.
        expect(Math.min(...low)).toBe(Math.min(...rewards))
        expect(Math.max(...high)).toBe(Math.max(...rewards))
        expect(low.every((value, column) => value <= high[column]!)).toBe(true)
      }),
    )
  })

  it('has the range 0 to 0 of rewards that are all the negative of a cost of 0', () => {
    const { least, greatest } = rewardColumns([0.05, 0.1], [-0, -0], 0.1, 3)
    expect([least, greatest]).toEqual([0, 0])
  })

  it('draws nothing of a rollout that is not read yet, and one reward that ends at once', () => {
    expect([...rewardColumns([], [], 1, 3).low]).toEqual([Number.NaN, Number.NaN, Number.NaN])
    expect([...rewardColumns([0], [4], 0, 2).high]).toEqual([4, Number.NaN])
  })
})
