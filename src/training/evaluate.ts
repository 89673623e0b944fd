/** Evaluation: a policy without noise, on seeds of its own. */
import { RandomStream } from '../common/random.ts'
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
  returns: number[]
}

/** Seeds of `count` episodes. Each use has its own: what chooses a policy must not also report it. */
export function episodeSeeds(seed: number, use: 'selection' | 'report', count: number): number[] {
  const random = RandomStream.derive(seed, `evaluation: ${use}`)
  return Array.from({ length: count }, () => random.seed())
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
    returns,
  }
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
