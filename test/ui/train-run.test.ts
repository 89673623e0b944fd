/** A run as Train shows it: its curves from the past and from events, progress, time left, which run is on show. */
import { describe, expect, it } from 'vitest'
import type { EpisodePoint, EvaluationPoint, RunEntry } from '../../src/host/rpc/contract.ts'
import { RunMetrics } from '../../src/ui/train/metrics.ts'
import {
  defaultRun,
  engineText,
  formatDuration,
  reportText,
  secondsLeft,
  shareOf,
} from '../../src/ui/train/progress.ts'

const episode = (number: number): EpisodePoint => ({
  step: number * 200,
  episode: number,
  return: -1000 + number,
  length: 200,
  epsilon: 1 - number * 0.002,
  ...(number > 1 && { policyLoss: 1, criticLoss: 2, meanQ: 3, saturation: 0.25 }),
})
const evaluation = (step: number, isBest = true): EvaluationPoint => ({
  step,
  episode: step / 200,
  meanReturn: -500,
  stdReturn: 50,
  isBest,
})
const run = (change: Partial<RunEntry> = {}): RunEntry => ({
  name: 'pendulum-1',
  scene: 'pendulum',
  algorithm: 'ddpg',
  engine: 'tfjs-node',
  seed: 1,
  preset: 'default',
  status: 'running',
  startedAt: '2026-01-01T10:00:00.000Z',
  budget: { steps: 2000 },
  resumable: false,
  ...change,
})
describe('The report of a run', () => {
  it('is told with its spread and its episodes, and not before there is one', () => {
    expect(reportText(run())).toBeUndefined()
    const report = { reportReturn: -146.1, reportDeviation: 80.2, reportEpisodes: 20 }
    expect(reportText(run(report))).toBe('-146.1 ± 80.2 over 20 episodes')
    expect(reportText(run({ ...report, reportEpisodes: 1 }))).toMatch(/over 1 episode$/)
  })
})

const progress = { step: 500, episode: 2, seconds: 4, stepsPerSecond: 100 }

describe('RunMetrics', () => {
  it('puts events behind the past that they overtook, and counts no row twice', () => {
    const metrics = new RunMetrics()
    for (const number of [3, 4]) metrics.follow((curves) => curves.addEpisode(episode(number)))
    expect(metrics.episodes).toBe(0)
    metrics.catchUp({
      episodes: [1, 2, 3].map(episode),
      evaluations: [evaluation(600)],
      warnings: [],
      progress: [progress],
    })
    metrics.follow((curves) => curves.addEpisode(episode(5)))
    metrics.follow((curves) => curves.addEvaluation(evaluation(600)))
    expect([...metrics.return.step.values]).toEqual([200, 400, 600, 800, 1000])
    expect(metrics.evaluation.step.length).toBe(1)
    expect(metrics.step).toBe(1000)
  })

  it('goes on with the events where the past cannot be had', () => {
    const metrics = new RunMetrics()
    metrics.follow((curves) => curves.addEpisode(episode(7)))
    metrics.catchUp()
    expect([...metrics.return.step.values]).toEqual([1400])
  })

  it('leaves losses out until there are any', () => {
    const metrics = new RunMetrics()
    metrics.catchUp({ episodes: [1, 2, 3].map(episode), evaluations: [], warnings: [], progress: [] })
    expect([...metrics.criticLoss.step.values]).toEqual([400, 600])
    expect([...metrics.saturation.value.values]).toEqual([0.25, 0.25])
  })

  it('keeps what the run was warned of, each warning once', () => {
    const warning = { step: 400, episode: 2, message: 'The actor is saturated.' }
    const metrics = new RunMetrics()
    metrics.follow((curves) => curves.addWarning(warning))
    metrics.catchUp({ episodes: [], evaluations: [], warnings: [warning], progress: [] })
    expect(metrics.warnings).toEqual([warning])
    metrics.dismissWarning('The actor is saturated.')
    expect(metrics.warnings).toEqual([])
  })

  it('keeps the best evaluation and a band of one deviation', () => {
    const metrics = new RunMetrics()
    metrics.catchUp({
      episodes: [],
      evaluations: [evaluation(500), evaluation(1000, false)],
      warnings: [],
      progress: [],
    })
    expect(metrics.best?.step).toBe(500)
    expect([...metrics.evaluationLow.values]).toEqual([-550, -550])
    expect([...metrics.evaluationHigh.values]).toEqual([-450, -450])
  })

  it('draws the speed once per step and keeps the newest clock', () => {
    const metrics = new RunMetrics()
    metrics.catchUp({ episodes: [], evaluations: [], warnings: [], progress: [progress] })
    metrics.addProgress({ ...progress, seconds: 5 })
    metrics.addProgress({ ...progress, step: 100 })
    expect(metrics.speed.step.length).toBe(1)
    expect(metrics.progress).toMatchObject({ step: 500, seconds: 5 })
  })
})

describe('progress', () => {
  it('is the share of steps or of episodes', () => {
    expect(shareOf(run(), 500, 0)).toBe(0.25)
    expect(shareOf(run(), 2500, 0)).toBe(1)
    expect(shareOf(run({ budget: { episodes: 10 } }), 500, 5)).toBe(0.5)
    expect(shareOf(run({ budget: {} }), 500, 5)).toBeUndefined()
  })

  it('tells the time left only while the run trains', () => {
    expect(secondsLeft(run(), progress)).toBe(15)
    expect(secondsLeft(run({ budget: { episodes: 10 } }), progress)).toBe(16)
    expect(secondsLeft(run({ status: 'paused' }), progress)).toBeUndefined()
    expect(secondsLeft(run(), undefined)).toBeUndefined()
    expect(secondsLeft(run(), { ...progress, stepsPerSecond: 0 })).toBeUndefined()
  })

  it('writes durations with their units', () => {
    expect([8.4, 59.6, 125, 3661].map(formatDuration)).toEqual(['8 s', '1 min 0 s', '2 min 5 s', '1 h 1 min'])
  })
})

describe('the engine', () => {
  it('is named with its threads where it has a choice of them', () => {
    expect(engineText(run())).toBe('tfjs-node')
    expect(engineText(run({ engine: 'fused', threads: 1 }))).toBe('fused, 1 thread')
    expect(engineText(run({ engine: 'fused', threads: 3 }))).toBe('fused, 3 threads')
  })
})

describe('the run on show', () => {
  it('is one that trains, otherwise the newest', () => {
    const old = run({ name: 'old', status: 'paused' })
    const recent = run({ name: 'recent', status: 'finished', startedAt: '2026-01-02T10:00:00.000Z' })
    expect(defaultRun([recent, old])?.name).toBe('old')
    expect(defaultRun([{ ...old, status: 'stopped' }, recent])?.name).toBe('recent')
    expect(defaultRun([])).toBeUndefined()
  })
})
