/** Runs beside each other: which are one group, what differs between groups, and the statistics of each. */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { formatCompare } from '../../src/cli/format-compare.ts'
import { compareRuns } from '../../src/host/compare-runs.ts'
import { type RunDescription, RunFolder } from '../../src/training/run-folder.ts'
import { settingsOf, type TrainingSettings } from '../../src/training/settings.ts'

let runsFolder: string
beforeEach(() => {
  runsFolder = mkdtempSync(path.join(os.tmpdir(), 'torquelab-compare-'))
})
afterEach(() => rmSync(runsFolder, { recursive: true, force: true }))

interface Made {
  seed?: number
  settings?: Partial<TrainingSettings>
  /** Mean return by step. */
  curve?: Record<number, number>
  /** Of the best and the last policy; absent where the run has not ended. */
  end?: [best: number, last: number]
  more?: Partial<RunDescription>
}

function makeRun(name: string, { seed = 1, settings = {}, curve = {}, end, more = {} }: Made): void {
  const folder = RunFolder.create(runsFolder, name, '')
  const evaluation = (meanReturn: number) => ({
    episodes: 1,
    meanReturn,
    stdReturn: 0,
    minReturn: meanReturn,
    meanLength: 1,
    terminated: 0,
    truncated: 1,
    seeds: [0],
    returns: [meanReturn],
  })
  folder.writeDescription({
    format: 'torquelab-run',
    version: 1,
    name,
    scene: 'pendulum',
    sceneSource: 'pendulum',
    algorithm: 'ddpg',
    engine: 'fused',
    seed,
    preset: 'default',
    settings: settingsOf('ddpg', 'default', settings),
    budget: { steps: 100 },
    versions: {},
    machine: { platform: 'linux', architecture: 'x64' },
    startedAt: '2026-01-01T10:00:00.000Z',
    status: end ? 'finished' : 'stopped',
    ...(end && {
      result: {
        steps: 100,
        episodes: 1,
        seconds: 1,
        stepsPerSecond: 100,
        best: { step: 100, episode: 1, selectionReturn: end[0] },
        evaluation: evaluation(end[0]),
        finalEvaluation: evaluation(end[1]),
      },
    }),
    ...more,
  })
  for (const [step, meanReturn] of Object.entries(curve)) {
    folder.append('metrics', { type: 'evaluation', step: Number(step), episode: 0, meanReturn })
  }
  folder.close()
}

describe('Given runs of two settings over seeds', () => {
  beforeEach(() => {
    for (const [seed, value] of [-100, -200, -300, -400].entries()) {
      const curve = { 0: -1000, 500: 2 * value, 1000: value }
      makeRun(`small-${seed}`, { seed, curve, end: [value, value - 1] })
    }
    // Another interval between checkpoints changes nothing that counts.
    makeRun('small-9', { seed: 9, settings: { checkpointInterval: 7 }, curve: { 0: -1000, 500: -900 } })
    makeRun('large-1', {
      settings: { hiddenSizes: [64] },
      curve: { 0: -1000, 500: -700, 1000: -600 },
      end: [-600, -650],
    })
  })

  it('Then those that differ by their seed alone are one group, and what differs between groups is named', () => {
    const { groups } = compareRuns({ runsFolder, runs: ['small-*', 'large-1'], steps: [1000] })
    expect(groups.map(({ differences }) => differences)).toEqual([
      { hiddenSizes: settingsOf('ddpg', 'default').hiddenSizes },
      { hiddenSizes: [64] },
    ])
    expect(groups.map(({ runs }) => runs.map(({ name }) => name))).toEqual([
      ['small-0', 'small-1', 'small-2', 'small-3', 'small-9'],
      ['large-1'],
    ])
    // The run that has not come so far does not count there.
    expect(groups[0]!.atSteps[0]).toMatchObject({
      step: 1000,
      return: { runs: 4, mean: -250, interquartileMean: -250, values: [-100, -200, -300, -400] },
    })
    expect(groups[0]!.atSteps[0]!.return!.deviation).toBeCloseTo(129.0994, 4)
    expect(groups[0]!.best).toMatchObject({ runs: 4, mean: -250 })
    expect(groups[0]!.last).toMatchObject({ mean: -251 })
    expect(groups[1]!.best).toEqual({ runs: 1, mean: -600, deviation: 0, interquartileMean: -600, values: [-600] })
  })

  it('When another algorithm or scene is beside them, Then its settings are no difference of theirs', () => {
    makeRun('other', { settings: { batchSize: 7 }, curve: { 500: 0 }, more: { algorithm: 'td3' } })
    makeRun('elsewhere', { settings: { discount: 0.5 }, curve: { 500: 0 }, more: { scene: 'hopper' } })
    const { groups } = compareRuns({ runsFolder, runs: ['small-*', 'other', 'elsewhere'], steps: [500] })
    expect(groups.map(({ differences }) => differences)).toEqual([{}, {}, {}])
  })

  it('When no steps are given, Then it compares where every run has an evaluation', () => {
    const { groups } = compareRuns({ runsFolder, runs: ['*'] })
    expect(groups[0]!.atSteps.map(({ step }) => step)).toEqual([500])
  })

  it('When a run is named twice, Then it counts once', () => {
    const { groups } = compareRuns({ runsFolder, runs: ['small-1', 'small-*', 'small-1'] })
    expect(groups[0]!.runs).toHaveLength(5)
  })

  it('Then the table has a line for each group and step', () => {
    const lines = formatCompare(compareRuns({ runsFolder, runs: ['small-*', 'large-1'], steps: [500, 1000] }))
    const text = lines.join('\n')
    expect(text).toMatch(
      /^A {2}pendulum, DDPG, seeds 0, 1, 2, 3, 9: hiddenSizes=\[400,300\]\n {3}small-9 is stopped\nB /,
    )
    expect(text).toMatch(/\nA +step 1000 +4 +-250\.0 +129\.1 +-250\.0 +-\d+\.\d to -\d+\.\d\n/)
    expect(text).toMatch(/\nB +last policy, fresh episodes +1 +-650\.0 +-650\.0$/)
  })
})

describe('Given a comparison that cannot be', () => {
  beforeEach(() => makeRun('one', { curve: { 0: -1000, 500: -500 } }))

  it('Then a pattern that finds nothing, a name that is none and a step without evaluation are named', () => {
    expect(() => compareRuns({ runsFolder, runs: ['two-*'] })).toThrow(/No run in .* matches "two-\*"/)
    expect(() => compareRuns({ runsFolder, runs: ['onee'] })).toThrow(/There is no run called "onee".*"one"/)
    expect(() => compareRuns({ runsFolder, runs: ['one'], steps: [600] })).toThrow(
      /No run has an evaluation at step 600\. The nearest are at 500 and 0\./,
    )
  })
})
