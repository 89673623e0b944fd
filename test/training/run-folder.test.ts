/** A run's description: what is written is read back, and runs of older versions are still runs. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { UserError } from '../../src/common/user-error.ts'
import { type RunDescription, RunFolder } from '../../src/training/run-folder.ts'
import { settingsOf } from '../../src/training/settings.ts'

let runs: string
beforeEach(() => {
  runs = mkdtempSync(path.join(os.tmpdir(), 'torquelab-runs-'))
})
afterEach(() => rmSync(runs, { recursive: true, force: true }))

const description = (): RunDescription => ({
  format: 'torquelab-run',
  version: 1,
  name: 'one',
  scene: 'pendulum',
  sceneSource: 'pendulum',
  algorithm: 'td3',
  engine: 'fused',
  threads: 3,
  relaxedSimd: false,
  seed: 1,
  preset: 'paper',
  presetAlgorithm: 'td3',
  settings: settingsOf('td3', 'paper', { hiddenSizes: [16, 16] }),
  budget: { steps: 100 },
  versions: { torquelab: '0.2.0' },
  machine: { platform: 'linux', architecture: 'x64' },
  startedAt: '2026-01-01T10:00:00.000Z',
  status: 'running',
})

/** A run.json as TorqueLab 0.1.0 wrote it. */
const old = () => ({
  ...description(),
  algorithm: 'ddpg',
  engine: 'tfjs-wasm',
  threads: undefined,
  relaxedSimd: undefined,
  presetAlgorithm: undefined,
  status: 'finished',
  settings: {
    actorLearningRate: 1e-4,
    criticLearningRate: 1e-3,
    criticL2: 0,
    discount: 0.99,
    softUpdateRate: 0.01,
    batchSize: 64,
    replayCapacity: 1_000_000,
    hiddenSizes: [400, 300],
    learningStarts: 1000,
    randomSteps: 1000,
    noiseTheta: 0.15,
    noiseSigma: 0.2,
    noiseTimeStep: 1,
    explorationStart: 1,
    explorationDecay: 1e-5,
    evaluationInterval: 500,
    evaluationEpisodes: 10,
    reportEpisodes: 20,
  },
})

const folderWith = (content: unknown): RunFolder => {
  const folder = RunFolder.create(runs, 'one', 'unused')
  writeFileSync(folder.path('run.json'), JSON.stringify(content))
  return folder
}

describe('Given a run that TorqueLab has just written', () => {
  it('Then it is read back as it was', () => {
    const folder = RunFolder.create(runs, undefined, 'pendulum-td3-seed1')
    expect(folder.name).toBe('pendulum-td3-seed1-1')
    folder.writeDescription(description())
    expect(folder.readDescription()).toEqual(description())
  })
})

describe('Given a run of a version that knew fewer settings', () => {
  it('Then it is read, and what that version did not have is off', () => {
    const read = folderWith(old()).readDescription()
    expect(read.settings).toMatchObject({
      ...old().settings,
      twinCritics: false,
      noise: 'ornstein-uhlenbeck',
      nStep: 1,
    })
    expect(read.threads).toBeUndefined()
  })
})

describe('Given a damaged run.json', () => {
  it('Then the message says where', () => {
    const damaged = { ...old(), settings: { ...old().settings, batchSize: 'many' } }
    expect(() => folderWith(damaged).readDescription()).toThrow(/run\.json: .*damaged at "settings\.batchSize"/)
  })

  it('Then settings that are none are named', () => {
    expect(() => folderWith({ ...old(), settings: 'none' }).readDescription()).toThrow(/damaged at "settings"/)
  })
})

describe('Given a folder of runs', () => {
  it('When it is not there yet, Then there are no runs', () => {
    expect(RunFolder.names(path.join(runs, 'later'))).toEqual([])
  })

  it('When it is a file, Then the message says so', () => {
    const file = path.join(runs, 'file')
    writeFileSync(file, '')
    expect(() => RunFolder.names(file)).toThrow(UserError)
    expect(() => RunFolder.names(file)).toThrow(`${file}: runs cannot be read from it: it is a file, no folder.`)
  })
})
