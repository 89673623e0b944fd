/** Which of a run's policies is the best: each is evaluated on the same episodes, and reported on others. */
import type { Policy } from '../policy/policy.ts'
import type { Environment } from '../sim/environment.ts'
import { DiscountedReturns } from './discounted-return.ts'
import { type Evaluation, episodeSeeds, evaluatePolicy, REPORT_BLOCK, SELECTION_BLOCK } from './evaluate.ts'
import type { TrainingSettings } from './settings.ts'

/** When the best policy was evaluated, and its mean return then; -Infinity before the first evaluation. */
export interface BestPolicy {
  step: number
  episode: number
  selectionReturn: number
}

/** What metrics.ndjson keeps of an evaluation; returns are means over its episodes. */
export interface SelectionEvaluation extends Pick<Evaluation, 'meanReturn' | 'stdReturn' | 'minReturn' | 'meanLength'> {
  /** In the unit of the critic's Q: with the reward scale. */
  discountedReturn: number
  isBest: boolean
}

export class PolicySelection {
  private readonly environment: Environment
  private readonly settings: TrainingSettings
  private chosen: BestPolicy = { step: 0, episode: 0, selectionReturn: Number.NEGATIVE_INFINITY }
  private chosenPolicy: Policy

  /** `initial` counts as the best until a policy is evaluated. */
  constructor(environment: Environment, settings: TrainingSettings, initial: Policy) {
    this.environment = environment
    this.settings = settings
    this.chosenPolicy = initial
  }

  get best(): Readonly<BestPolicy> {
    return this.chosen
  }

  get bestPolicy(): Policy {
    return this.chosenPolicy
  }

  restore(best: BestPolicy, policy: Policy): void {
    this.chosen = best
    this.chosenPolicy = policy
  }

  /** Plays the selection episodes with the policy as it is after this step and episode. */
  evaluate(policy: Policy, step: number, episode: number): SelectionEvaluation {
    const { evaluationEpisodes, discount, rewardScale } = this.settings
    const seeds = episodeSeeds(SELECTION_BLOCK, evaluationEpisodes)
    const returns = new DiscountedReturns(discount)
    const evaluation = evaluatePolicy(this.environment, policy, seeds, { observers: [returns] })
    const { meanReturn, stdReturn, minReturn, meanLength } = evaluation
    const isBest = meanReturn > this.chosen.selectionReturn
    if (isBest) this.restore({ step, episode, selectionReturn: meanReturn }, policy)
    return { meanReturn, stdReturn, minReturn, meanLength, discountedReturn: rewardScale * returns.mean, isBest }
  }

  /** Plays the report episodes, which chose nothing, with the best policy and with the last one, of this step. */
  report(last: Policy, step: number): { evaluation: Evaluation; finalEvaluation: Evaluation } {
    const seeds = episodeSeeds(REPORT_BLOCK, this.settings.reportEpisodes)
    const play = (policy: Policy): Evaluation => evaluatePolicy(this.environment, policy, seeds)
    const evaluation = play(this.chosenPolicy)
    // The same episodes of the same policy have the same returns.
    return { evaluation, finalEvaluation: step === this.chosen.step ? evaluation : play(last) }
  }
}
