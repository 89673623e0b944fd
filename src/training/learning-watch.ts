/**
 * Notices two ways in which learning goes wrong: a critic that believes in returns far beyond those that are there (Fujimoto
 * et al. 2018, section 4: overestimation feeds on itself), and a policy that has not become better than the untrained one for long.
 */
import * as z from 'zod'

/** How far mean Q may be above the true discounted return, in sizes of the largest one so far; and for so many evaluations in a row. */
const FAR_ABOVE = 10
const OVERESTIMATED_EVALUATIONS = 3
/** After so many evaluations the policy should be better than at first: judged by the mean of the last ones. */
const LONG = 20
const RECENT = 10

const count = z.int().min(0)

export const learningWatchSchema = z.object({
  evaluations: count,
  overestimated: count,
  /** Of the newest episode with updates; null before the first. */
  meanQ: z.number().nullable(),
  largestReturn: z.number(),
  /** Mean and deviation of the first evaluation, of the untrained policy. */
  first: z.object({ mean: z.number(), deviation: z.number() }).nullable(),
  recent: z.array(z.number()),
  hasWarnedOfQ: z.boolean(),
  hasWarnedOfLearning: z.boolean(),
})
export type LearningWatchState = z.infer<typeof learningWatchSchema>

export class LearningWatch {
  private now: LearningWatchState = {
    evaluations: 0,
    overestimated: 0,
    meanQ: null,
    largestReturn: 0,
    first: null,
    recent: [],
    hasWarnedOfQ: false,
    hasWarnedOfLearning: false,
  }

  state(): LearningWatchState {
    return structuredClone(this.now)
  }

  restore(state: LearningWatchState): void {
    this.now = structuredClone(state)
  }

  /** Mean Q over an episode's updates; undefined where there were none, which changes nothing. */
  addEpisode(meanQ: number | undefined): void {
    if (meanQ !== undefined) this.now.meanQ = meanQ
  }

  /** Takes in an evaluation; `discountedReturn` in the scale of the critic. Returns warnings in words, each once, when they are due. */
  addEvaluation(evaluation: { meanReturn: number; stdReturn: number; discountedReturn: number }): string[] {
    this.now.evaluations++
    return [this.watchQ(evaluation.discountedReturn), this.watchLearning(evaluation)].filter(
      (message) => message !== undefined,
    )
  }

  private watchQ(discountedReturn: number): string | undefined {
    const { now } = this
    now.largestReturn = Math.max(now.largestReturn, Math.abs(discountedReturn))
    const { meanQ, largestReturn } = now
    const isFarAbove = meanQ !== null && largestReturn > 0 && meanQ - discountedReturn > FAR_ABOVE * largestReturn
    now.overestimated = isFarAbove ? now.overestimated + 1 : 0
    if (now.hasWarnedOfQ || now.overestimated < OVERESTIMATED_EVALUATIONS) return undefined
    now.hasWarnedOfQ = true
    return (
      `The critic overestimates: mean Q is ${readable(meanQ!)}, the policy's true discounted return ${readable(discountedReturn)}, ` +
      `and so it was at ${now.overestimated} evaluations in a row. Try TD3 (twinCritics), a smaller criticLearningRate or ` +
      'softUpdateRate, or a rewardScale below 1.'
    )
  }

  private watchLearning({ meanReturn, stdReturn }: { meanReturn: number; stdReturn: number }): string | undefined {
    const { now } = this
    now.first ??= { mean: meanReturn, deviation: stdReturn }
    now.recent = [...now.recent, meanReturn].slice(-RECENT)
    if (now.hasWarnedOfLearning || now.evaluations < LONG) return undefined
    const mean = now.recent.reduce((sum, value) => sum + value, 0) / now.recent.length
    if (mean > now.first.mean + now.first.deviation) return undefined
    now.hasWarnedOfLearning = true
    return (
      `No learning for long: after ${now.evaluations} evaluations the policy is no better than the untrained one ` +
      `(mean return ${mean.toPrecision(4)} over the last ${now.recent.length}, ${now.first.mean.toPrecision(4)} at first). Try more exploration ` +
      '(noiseSigma, randomSteps), another seed, a rewardScale that brings rewards near 1, or a reward that says more about the way to the goal.'
    )
  }
}

/** Three significant digits, as one reads them: 3,720 and no power of ten. */
function readable(value: number): string {
  return value.toLocaleString('en', { maximumSignificantDigits: 3 })
}
