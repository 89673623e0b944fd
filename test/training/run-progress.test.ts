/** How far a run has come, as its events tell it. */
import { describe, expect, it } from 'vitest'
import { NO_PROGRESS, progressAfter } from '../../src/training/run-progress.ts'
import type { TrainingEvent } from '../../src/training/train.ts'

const at = (step: number) => ({ step, episode: 0 })
const evaluation = (step: number, meanReturn: number, isBest: boolean): TrainingEvent => ({
  ...{ type: 'evaluation', ...at(step), meanReturn, stdReturn: 0, discountedReturn: 0, isBest },
})
const follow = (...events: TrainingEvent[]) =>
  events.reduce(
    (progress, event) => (event.type === 'started' ? progress : progressAfter(progress, event)),
    NO_PROGRESS,
  )

describe('Given the events of a run', () => {
  it('Then the best evaluation, the last step and the longest time are kept', () => {
    const progress = follow(
      evaluation(0, -1000, true),
      { type: 'progress', ...at(150), seconds: 1.5, stepsPerSecond: 100 },
      evaluation(200, -500, true),
      evaluation(400, -700, false),
      { type: 'warning', ...at(410), message: 'words' },
    )
    expect(progress).toEqual({ steps: 410, seconds: 1.5, best: { step: 200, meanReturn: -500 } })
  })

  it('When a checkpoint is on disk only after more steps, Then it takes nothing back', () => {
    const progress = follow(
      { type: 'progress', ...at(500), seconds: 5, stepsPerSecond: 100 },
      { type: 'checkpoint', ...at(450), seconds: 4.5 },
    )
    expect(progress).toEqual({ steps: 500, seconds: 5 })
  })

  it('When the run is resumed, Then it stands where its checkpoint did, and what was best after that is forgotten', () => {
    const resumed: TrainingEvent = { type: 'resumed', ...at(300), seconds: 3, notices: [] }
    const before = [evaluation(400, -100, true), evaluation(600, -50, true)]
    const best = { step: 200, meanReturn: -500 }
    expect(follow(...before, { ...resumed, best })).toEqual({ steps: 300, seconds: 3, best })
    expect(follow(...before, resumed)).toEqual({ steps: 300, seconds: 3 })
  })
})
