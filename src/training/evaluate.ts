/** Evaluation: a policy without noise, on seeds of its own. */
import { policyController } from '../episode/controllers.ts'
import { type Controller, type Observer, runEpisode } from '../episode/episode.ts'
import type { Policy } from '../policy/policy.ts'
import type { Environment } from '../sim/environment.ts'

/** Puts something between an environment and the controller of its episodes. */
export type Perturb = (controller: Controller, environment: Environment) => Controller & Observer

export interface Evaluation {
  episodes: number
  meanReturn: number
  /** Standard deviation over the episodes (of the population: divided by their number). */
  stdReturn: number
  minReturn: number
  /** Share of episodes whose return is at least the task's `solvedAt`; absent where the task has none. */
  solvedShare?: number
  meanLength: number
  terminated: number
  truncated: number
  /** How many episodes each condition of the task ended, by name; one may be ended by several at once. */
  conditions: Record<string, number>
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

/**
 * Plays one episode for each seed. `observers` see every step; `perturb` may stand between the environment and the policy
 * (perturbations.ts), and sees every step as well.
 */
export function evaluatePolicy(
  environment: Environment,
  policy: Policy,
  seeds: readonly number[],
  { observers = [], perturb }: { observers?: readonly Observer[]; perturb?: Perturb | undefined } = {},
): Evaluation {
  const plain = policyController(policy, environment.spec)
  const perturbed = perturb?.(plain, environment)
  const controller = perturbed ?? plain
  const conditions: Record<string, number> = {}
  for (const { name } of environment.scene.task.terminate) conditions[name] = 0
  const counter: Observer = {
    onStep: (_environment, _action, { info }) => {
      for (const name of info.conditions) conditions[name]!++
    },
  }
  const watching = [...(perturbed ? [perturbed] : []), counter, ...observers]
  const summaries = seeds.map((seed) => runEpisode(environment, controller, { seed, observers: watching }))
  const returns = summaries.map((summary) => summary.return)
  const meanReturn = mean(returns)
  const { solvedAt } = environment.scene.task
  return {
    episodes: returns.length,
    meanReturn,
    stdReturn: Math.sqrt(mean(returns.map((value) => (value - meanReturn) ** 2))),
    minReturn: returns.reduce((least, value) => Math.min(least, value)),
    ...(solvedAt !== undefined && {
      solvedShare: returns.filter((value) => value >= solvedAt).length / returns.length,
    }),
    meanLength: mean(summaries.map(({ steps }) => steps)),
    terminated: summaries.filter(({ terminated }) => terminated).length,
    truncated: summaries.filter(({ truncated }) => truncated).length,
    conditions,
    seeds: [...seeds],
    returns,
  }
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
