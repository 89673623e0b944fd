/** Feeds the agent with the transitions of an episode and averages what its updates report. */
import type { Agent } from '../agent/agent.ts'
import type { UpdateMetrics } from '../agent/engine.ts'
import type { Observer } from '../episode/episode.ts'
import type { Environment, StepResult } from '../sim/environment.ts'

const metricNames = ['criticLoss', 'policyLoss', 'meanQ', 'saturation'] as const satisfies (keyof UpdateMetrics)[]

export class EpisodeLearner implements Observer {
  private readonly agent: Pick<Agent, 'learn'>
  private previous = new Float32Array(0)
  private readonly averages = metricNames.map((name) => ({ name, sum: 0, count: 0 }))

  constructor(agent: Pick<Agent, 'learn'>) {
    this.agent = agent
  }

  onReset(_environment: Environment, observation: Float32Array): void {
    this.previous = observation.slice()
    for (const average of this.averages) average.sum = average.count = 0
  }

  onStep(_environment: Environment, action: Float32Array, result: StepResult): void {
    const { observation, reward, terminated, truncated } = result
    const metrics = this.agent.learn(this.previous, action, reward, observation, terminated, truncated)
    this.previous.set(observation)
    if (!metrics) return
    for (const average of this.averages) {
      const value = metrics[average.name]
      if (value === undefined) continue
      average.sum += value
      average.count++
    }
  }

  /** Sums and counts of the episode's metrics so far. */
  state(): { sum: number; count: number }[] {
    return this.averages.map(({ sum, count }) => ({ sum, count }))
  }

  /** Goes on within an episode that stands at `observation`. */
  restore(observation: Float32Array, state: readonly { sum: number; count: number }[]): void {
    this.previous = observation.slice()
    this.averages.forEach((average, index) => {
      Object.assign(average, state[index])
    })
  }

  /** The mean of each metric over the episode's updates that had it; metrics that none had are absent. */
  means(): Partial<UpdateMetrics> {
    const reported = this.averages.filter(({ count }) => count > 0)
    return Object.fromEntries(reported.map(({ name, sum, count }) => [name, sum / count]))
  }
}
