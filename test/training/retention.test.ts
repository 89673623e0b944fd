/** Replay buffers of finished runs: bounded together, the oldest go first, and nothing else is touched. */
import { existsSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { releaseOldReplays } from '../../src/training/retention.ts'
import { type RunDescription, RunFolder } from '../../src/training/run-folder.ts'
import { resumabilityOf } from '../../src/training/run-status.ts'
import { settingsOf } from '../../src/training/settings.ts'

let runs: string
beforeEach(() => {
  runs = mkdtempSync(path.join(os.tmpdir(), 'torquelab-retention-'))
})
afterEach(() => rmSync(runs, { recursive: true, force: true }))

/** A run that ended at `time` (s), with a replay buffer of `bytes`. */
function makeRun(name: string, status: RunDescription['status'], time: number, bytes: number): RunFolder {
  const folder = RunFolder.create(runs, name, '')
  const evaluation = {
    episodes: 1,
    meanReturn: 0,
    stdReturn: 0,
    minReturn: 0,
    meanLength: 1,
    terminated: 0,
    truncated: 1,
  }
  const whole = { ...evaluation, seeds: [0], returns: [0] }
  const best = { step: 1, episode: 1, selectionReturn: 0 }
  folder.writeDescription({
    format: 'torquelab-run',
    version: 1,
    name,
    scene: 'pendulum',
    sceneSource: 'pendulum',
    sceneHash: 'some',
    algorithm: 'ddpg',
    engine: 'fused',
    seed: 1,
    preset: 'default',
    settings: settingsOf('ddpg', 'default'),
    budget: { steps: 1 },
    versions: {},
    machine: { platform: 'linux', architecture: 'x64' },
    startedAt: '2026-01-01T10:00:00.000Z',
    status,
    result: { steps: 1, episodes: 1, seconds: 1, stepsPerSecond: 1, best, evaluation: whole, finalEvaluation: whole },
  })
  utimesSync(folder.path('run.json'), time, time)
  writeFileSync(path.join(folder.ensureFolder('replay'), '000000.f32'), new Uint8Array(bytes))
  for (const file of ['state-000000001.safetensors', 'policy.safetensors'])
    writeFileSync(path.join(folder.ensureFolder('checkpoint'), file), 'x')
  return folder
}

it('When finished runs keep too much together, Then the oldest lose their buffers, and say why they cannot go on', () => {
  const oldest = makeRun('oldest', 'finished', 1000, 50)
  makeRun('middle', 'finished', 2000, 50)
  makeRun('newest', 'finished', 3000, 50)
  expect(releaseOldReplays(runs, 100)).toEqual(['oldest'])
  expect(existsSync(oldest.path('replay'))).toBe(false)
  expect(readdirSync(oldest.path('checkpoint'))).toEqual(['policy.safetensors'])
  expect(resumabilityOf(oldest, oldest.readDescription())).toEqual({
    obstacle: 'its checkpoints were removed to save space',
  })
  expect(releaseOldReplays(runs, 100)).toEqual([])
})

it('When a run was stopped, failed or interrupted, Then it keeps its buffer, however old and large', () => {
  for (const status of ['stopped', 'failed', 'running'] as const) makeRun(status, status, 1000, 500)
  makeRun('done', 'finished', 2000, 50)
  expect(releaseOldReplays(runs, 100)).toEqual([])
})

it('When the newest alone is too large, Then it keeps its buffer all the same', () => {
  makeRun('older', 'finished', 1000, 10)
  makeRun('newest', 'finished', 2000, 500)
  expect(releaseOldReplays(runs, 100)).toEqual(['older'])
})

it('When a run.json is damaged, Then nothing of its run is touched', () => {
  const damaged = makeRun('damaged', 'finished', 1000, 500)
  writeFileSync(damaged.path('run.json'), '{')
  makeRun('done', 'finished', 2000, 50)
  expect(releaseOldReplays(runs, 100)).toEqual([])
})
