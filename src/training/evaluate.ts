/** Evaluation: a policy without noise, on seeds of its own. */
import { policyController } from '../episode/controllers.ts'
import { runEpisode } from '../episode/episode.ts'
import type { Policy } from '../policy/policy.ts'
import type { Environment } from '../sim/environment.ts'

export interface Evaluation {
  episodes: number
  meanReturn: number
  /** Standard deviation over the episodes (of the population: divided by their number). */
  stdReturn: number
  minReturn: number
  meanLength: number
  terminated: number
  truncated: number
  /** Reset seed and return of each episode. */
  seeds: number[]
  returns: number[]
}

/**
 * Evaluation episodes are reset with numbered seeds, in blocks of this many. The blocks of a run's own evaluations are the
 * same for every run: runs then differ by their policies, not by luck with where episodes start (common random numbers;
 * on the pendulum the return of a perfect policy over 20 episodes has a standard error of 17). And any one episode can be
 * recorded by its seed.
 */
const BLOCK = 100_000

/** What chooses a policy must not also report it: the two have blocks of their own. */
export const REPORT_BLOCK = 0
export const SELECTION_BLOCK = 40_000

/** The reset seeds of `count` episodes: block × 100,000 and up, modulo 2^32. */
export function episodeSeeds(block: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => (Math.imul(block, BLOCK) + index) >>> 0)
}

/** Plays one episode for each seed. */
export function evaluatePolicy(environment: Environment, policy: Policy, seeds: readonly number[]): Evaluation {
  const controller = policyController(policy, environment.spec)
  const summaries = seeds.map((seed) => runEpisode(environment, controller, { seed }))
  const returns = summaries.map((summary) => summary.return)
  const meanReturn = mean(returns)
  return {
    episodes: returns.length,
    meanReturn,
    stdReturn: Math.sqrt(mean(returns.map((value) => (value - meanReturn) ** 2))),
    minReturn: Math.min(...returns),
    meanLength: mean(summaries.map(({ steps }) => steps)),
    terminated: summaries.filter(({ terminated }) => terminated).length,
    truncated: summaries.filter(({ truncated }) => truncated).length,
    seeds: [...seeds],
    returns,
  }
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
