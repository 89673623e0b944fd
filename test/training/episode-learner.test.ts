/** What the agent is fed with in an episode, and the means of what its updates report. */
import { describe, expect, it } from 'vitest'
import type { UpdateMetrics } from '../../src/agent/engine.ts'
import type { Environment, StepResult } from '../../src/sim/environment.ts'
import { EpisodeLearner } from '../../src/training/episode-learner.ts'

const environment = {} as Environment

interface Transition {
  observation: number[]
  action: number[]
  reward: number
  next: number[]
  terminated: boolean
  truncated: boolean
}

/** A learner over an agent that keeps what it is fed with and answers with the given reports, one a step. */
function learnerOf(reports: (UpdateMetrics | undefined)[]): { learner: EpisodeLearner; fed: Transition[] } {
  const fed: Transition[] = []
  const learner = new EpisodeLearner({
    learn(observation, action, reward, next, terminated, truncated) {
      fed.push({ observation: [...observation], action: [...action], reward, next: [...next], terminated, truncated })
      return reports[fed.length - 1]
    },
  })
  return { learner, fed }
}

const step = (observation: number, change: Partial<StepResult> = {}): StepResult =>
  ({
    observation: Float32Array.of(observation),
    reward: -observation,
    terminated: false,
    truncated: false,
    ...change,
  }) as StepResult

describe('Given an episode of three steps that ends at its time limit', () => {
  it('Then the agent gets each transition with the observation before it, and the end as it was', () => {
    const { learner, fed } = learnerOf([])
    learner.onReset(environment, Float32Array.of(1))
    learner.onStep(environment, Float32Array.of(0.5), step(2))
    learner.onStep(environment, Float32Array.of(0.25), step(3))
    learner.onStep(environment, Float32Array.of(0), step(4, { truncated: true }))
    expect(fed.map(({ observation, next }) => [...observation, ...next])).toEqual([
      [1, 2],
      [2, 3],
      [3, 4],
    ])
    expect(fed[0]).toMatchObject({ action: [0.5], reward: -2, terminated: false, truncated: false })
    expect(fed[2]).toMatchObject({ terminated: false, truncated: true })
  })
})

describe('Given updates of which only some are of the policy', () => {
  const reports: (UpdateMetrics | undefined)[] = [
    undefined,
    { criticLoss: 4, meanQ: -1 },
    { criticLoss: 2, meanQ: -3, policyLoss: 3, saturation: 0.5 },
    { criticLoss: 3, meanQ: -2, policyLoss: 5, saturation: 0 },
  ]

  it('Then each mean is over the updates that had the metric', () => {
    const { learner } = learnerOf(reports)
    learner.onReset(environment, Float32Array.of(0))
    for (let index = 0; index < 4; index++) learner.onStep(environment, Float32Array.of(0), step(index))
    expect(learner.means()).toEqual({ criticLoss: 3, meanQ: -2, policyLoss: 4, saturation: 0.25 })
  })

  it('Then a new episode begins its own means', () => {
    const { learner } = learnerOf(reports)
    learner.onReset(environment, Float32Array.of(0))
    learner.onStep(environment, Float32Array.of(0), step(1))
    expect(learner.means()).toEqual({})
    learner.onStep(environment, Float32Array.of(0), step(2))
    expect(learner.means()).toEqual({ criticLoss: 4, meanQ: -1 })
    learner.onReset(environment, Float32Array.of(0))
    learner.onStep(environment, Float32Array.of(0), step(1))
    expect(learner.means()).toMatchObject({ criticLoss: 2, saturation: 0.5 })
  })
})
