/** The curves of one run, as growing columns. Rows can come twice - from runs.metrics and as events - and count once.
 * Pure: state.ts feeds it. */
import type { Answer, EpisodePoint, EvaluationPoint, ProgressPoint, WarningPoint } from '../../host/rpc/contract.ts'
import { Column } from '../plots/column.ts'

/** A quantity against environment steps. */
export interface StepCurve {
  step: Column
  value: Column
}

const newCurve = (): StepCurve => ({ step: new Column(), value: new Column() })

export class RunMetrics {
  readonly return = newCurve()
  readonly length = newCurve()
  readonly epsilon = newCurve()
  readonly policyLoss = newCurve()
  readonly criticLoss = newCurve()
  readonly meanQ = newCurve()
  readonly saturation = newCurve()
  readonly evaluation = newCurve()
  /** Mean less and plus one standard deviation of the evaluation's returns. */
  readonly evaluationLow = new Column()
  readonly evaluationHigh = new Column()
  /** What mean Q should come near to: of each evaluation, as the critic's rewards are scaled. */
  readonly discountedReturn = newCurve()
  readonly speed = newCurve()
  /** Training time (s) at steps. */
  readonly clock = newCurve()
  /** The best evaluation so far. */
  best: EvaluationPoint | undefined
  /** What the run was warned of, in words, and when: each thing once. */
  warnings: readonly WarningPoint[] = []
  /** The newest numbers of the clock. */
  progress: ProgressPoint | undefined
  private lastEpisode = -1
  /** Events that came before the rows of the past; undefined once those are here. */
  private waiting: ((metrics: RunMetrics) => void)[] | undefined = []

  /** Environment steps of the newest row of any kind. */
  get step(): number {
    const steps = [this.return.step.last, this.evaluation.step.last, this.progress?.step ?? 0]
    return Math.max(0, ...steps.filter((step) => !Number.isNaN(step)))
  }

  get episodes(): number {
    return this.return.step.length
  }

  /** Takes an event: at once, or after the past where that is still on its way. Rows come in the order of their steps. */
  follow(add: (metrics: RunMetrics) => void): void {
    if (this.waiting) this.waiting.push(add)
    else add(this)
  }

  /** The past is here (or cannot be had: nothing), and what waited for it comes behind it. */
  catchUp(past?: Answer<'runs.metrics'>): void {
    for (const point of past?.episodes ?? []) this.addEpisode(point)
    for (const point of past?.evaluations ?? []) this.addEvaluation(point)
    for (const point of past?.warnings ?? []) this.addWarning(point)
    for (const point of past?.progress ?? []) this.addProgress(point)
    const waiting = this.waiting ?? []
    this.waiting = undefined
    for (const add of waiting) add(this)
  }

  addEpisode(point: EpisodePoint): void {
    if (point.episode <= this.lastEpisode) return
    this.lastEpisode = point.episode
    const add = ({ step, value }: StepCurve, number: number | undefined) => {
      // Losses are absent until the first update.
      if (number === undefined) return
      step.push(point.step)
      value.push(number)
    }
    add(this.return, point.return)
    add(this.length, point.length)
    add(this.epsilon, point.epsilon)
    add(this.policyLoss, point.policyLoss)
    add(this.criticLoss, point.criticLoss)
    add(this.meanQ, point.meanQ)
    add(this.saturation, point.saturation)
  }

  addEvaluation(point: EvaluationPoint): void {
    const { step, value } = this.evaluation
    if (point.step <= step.last) return
    step.push(point.step)
    value.push(point.meanReturn)
    this.evaluationLow.push(point.meanReturn - point.stdReturn)
    this.evaluationHigh.push(point.meanReturn + point.stdReturn)
    if (point.discountedReturn !== undefined) {
      this.discountedReturn.step.push(point.step)
      this.discountedReturn.value.push(point.discountedReturn)
    }
    if (point.isBest) this.best = point
  }

  addWarning(point: WarningPoint): void {
    if (this.warnings.every(({ message }) => message !== point.message)) this.warnings = [...this.warnings, point]
  }

  dismissWarning(message: string): void {
    this.warnings = this.warnings.filter((warning) => warning.message !== message)
  }

  addProgress(point: ProgressPoint): void {
    if (this.progress && point.step < this.progress.step) return
    const isNew = point.step !== this.progress?.step
    this.progress = point
    if (!isNew) return
    this.speed.step.push(point.step)
    this.speed.value.push(point.stepsPerSecond)
    this.clock.step.push(point.step)
    this.clock.value.push(point.seconds)
  }
}
