/** Warnings of a critic that overestimates and of a policy that does not learn: when they come, and when they do not. */
import { describe, expect, it } from 'vitest'
import { DiscountedReturns } from '../../src/training/discounted-return.ts'
import { LearningWatch } from '../../src/training/learning-watch.ts'

const evaluation = (meanReturn: number, discountedReturn = meanReturn / 10) => ({
  meanReturn,
  stdReturn: 50,
  discountedReturn,
})

describe('Given a critic', () => {
  const watchWith = (meanQ: number | undefined, evaluations: number) => {
    const watch = new LearningWatch()
    return Array.from({ length: evaluations }, () => {
      watch.addEpisode(meanQ)
      return watch.addEvaluation(evaluation(1000, 100))
    }).flat()
  }

  it('When mean Q is far above the true discounted return three times in a row, Then it warns once and says what to try', () => {
    expect(watchWith(1101, 2)).toEqual([])
    expect(watchWith(1101, 10)).toEqual([expect.stringMatching(/mean Q is 1,100.* return 100,.*twinCritics/)])
  })

  it('When mean Q is near it, below it or not there yet, Then it does not', () => {
    for (const meanQ of [1099, 100, -5000, undefined]) expect(watchWith(meanQ, 10)).toEqual([])
  })

  it('When it was far above only now and then, Then it does not', () => {
    const watch = new LearningWatch()
    for (let number = 0; number < 18; number++) {
      watch.addEpisode(number % 3 === 2 ? 0 : 5000)
      expect(watch.addEvaluation(evaluation(1000, 100))).toEqual([])
    }
  })
})

describe('Given a policy', () => {
  it('When its last evaluations are no better than the untrained one, Then it warns after twenty, once', () => {
    const watch = new LearningWatch()
    const warnings = Array.from({ length: 30 }, () => watch.addEvaluation(evaluation(-1000)))
    expect(warnings.findIndex((messages) => messages.length > 0)).toBe(19)
    expect(warnings.flat()).toEqual([expect.stringMatching(/No learning for long.*-1000 over the last 10/)])
  })

  it('When it has become better, Then it does not', () => {
    const watch = new LearningWatch()
    for (let number = 0; number < 40; number++) {
      expect(watch.addEvaluation(evaluation(number < 12 ? -1000 : -900))).toEqual([])
    }
  })

  it('When the run is interrupted anywhere, Then it warns at the same evaluation', () => {
    for (const interruption of [0, 5, 18, 19, 25]) {
      let watch = new LearningWatch()
      const warned: number[] = []
      for (let number = 0; number < 30; number++) {
        if (number === interruption) {
          const resumed = new LearningWatch()
          resumed.restore(JSON.parse(JSON.stringify(watch.state())))
          watch = resumed
        }
        watch.addEpisode(1e6)
        if (watch.addEvaluation(evaluation(-1000)).length > 0) warned.push(number)
      }
      expect(warned).toEqual([2, 19])
    }
  })
})

describe('Given episodes', () => {
  it('When their rewards are seen, Then the mean of their discounted sums is known', () => {
    const returns = new DiscountedReturns(0.5)
    for (const rewards of [[1, 2, 4], [8]]) {
      returns.onReset()
      for (const reward of rewards) returns.onStep(undefined, undefined, { reward })
    }
    expect(returns.mean).toBe((3 + 8) / 2)
  })
})
