/** A run's entry in the lists of windows. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { toRunEntry } from '../../src/host/run-library.ts'
import { type RunDescription, RunFolder } from '../../src/training/run-folder.ts'
import { thisProcess } from '../../src/training/run-status.ts'
import { settingsOf } from '../../src/training/settings.ts'

const description: RunDescription = {
  format: 'torquelab-run',
  version: 1,
  name: 'one',
  scene: 'pendulum',
  sceneSource: 'pendulum',
  algorithm: 'ddpg',
  engine: 'fused',
  seed: 1,
  preset: 'default',
  settings: settingsOf('ddpg', 'default'),
  budget: { steps: 100 },
  versions: {},
  machine: { platform: 'linux', architecture: 'x64' },
  startedAt: '2026-01-01T10:00:00.000Z',
  status: 'finished',
}

let runs: string
let folder: RunFolder
beforeEach(() => {
  runs = mkdtempSync(path.join(os.tmpdir(), 'torquelab-entries-'))
  folder = RunFolder.create(runs, 'one', 'unused')
})
afterEach(() => rmSync(runs, { recursive: true, force: true }))

const entryOf = (run: RunDescription) => toRunEntry(folder, run)

describe('Given a run', () => {
  it("When its preset is one of its own algorithm, or nothing is known of that, Then the preset's name alone is shown", () => {
    expect(entryOf(description).preset).toBe('default')
    expect(entryOf({ ...description, presetAlgorithm: 'ddpg' }).preset).toBe('default')
  })

  it("When changed settings made it one of another algorithm, Then the preset's algorithm is shown too", () => {
    expect(entryOf({ ...description, presetAlgorithm: 'td3' }).preset).toBe('td3/default')
  })
})

describe('Given a run that has not ended', () => {
  const interrupted = { ...description, status: 'running' as const }

  it('When run.json says how far it came, Then so does its entry', () => {
    const progress = { steps: 600, seconds: 2.5, best: { step: 400, meanReturn: -900 } }
    expect(entryOf({ ...interrupted, progress })).toMatchObject({ steps: 600, seconds: 2.5, meanReturn: -900 })
  })

  it('When it has made no evaluation, Then it has no best return', () => {
    const entry = entryOf({ ...interrupted, progress: { steps: 0, seconds: 0.1 } })
    expect(entry).toMatchObject({ steps: 0, seconds: 0.1 })
    expect(entry.meanReturn).toBeUndefined()
  })

  it('When an older version made it, Then it is there, with nothing that is not known', () => {
    const { steps, seconds, meanReturn } = entryOf(interrupted)
    expect({ steps, seconds, meanReturn }).toEqual({})
  })
})

describe('Given a run that has ended or not', () => {
  const checkpoint = (step: number) =>
    writeFileSync(
      path.join(folder.ensureFolder('checkpoint'), `state-${String(step).padStart(9, '0')}.safetensors`),
      '',
    )

  it('When it has checkpoints, Then it can be resumed from the newest', () => {
    for (const step of [5000, 20_000]) checkpoint(step)
    expect(entryOf(description)).toMatchObject({ checkpointStep: 20_000, resumable: true })
  })

  it('When it trains now, Then it cannot be resumed', () => {
    checkpoint(5000)
    const running = { ...description, status: 'running' as const }
    expect(entryOf({ ...running, ...thisProcess() })).toMatchObject({
      status: 'running',
      resumable: false,
      obstacle: 'it is training now',
    })
  })

  it("When its process is gone, or the number is another process's by now, Then it was interrupted and can be resumed", () => {
    checkpoint(5000)
    const running = { ...description, status: 'running' as const }
    // The largest number that a process can have on Linux is 2^22.
    expect(entryOf({ ...running, processId: 2 ** 22 + 1 })).toMatchObject({ status: 'interrupted', resumable: true })
    if (process.platform !== 'linux') return
    const other = { ...running, ...thisProcess(), processStart: '1' }
    expect(entryOf(other)).toMatchObject({ status: 'interrupted', resumable: true })
  })

  it('When it was ended before its first evaluation, Then it can be resumed from its beginning', () => {
    const entry = entryOf({ ...description, status: 'running' })
    expect(entry).toMatchObject({ status: 'interrupted', resumable: true })
    expect(entry.checkpointStep).toBeUndefined()
  })

  it('When an older version made it, Then it says that it has no checkpoint', () => {
    writeFileSync(path.join(folder.ensureFolder('checkpoint'), 'policy.safetensors'), '')
    expect(entryOf(description)).toMatchObject({ resumable: false, obstacle: expect.stringContaining('older version') })
  })
})
