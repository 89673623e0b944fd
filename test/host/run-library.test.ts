/** A run's entry in the lists of windows. */
import { describe, expect, it } from 'vitest'
import { toRunEntry } from '../../src/host/run-library.ts'
import type { RunDescription } from '../../src/training/run-folder.ts'
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

describe('Given a run', () => {
  it("When its preset is one of its own algorithm, or nothing is known of that, Then the preset's name alone is shown", () => {
    expect(toRunEntry(description).preset).toBe('default')
    expect(toRunEntry({ ...description, presetAlgorithm: 'ddpg' }).preset).toBe('default')
  })

  it("When changed settings made it one of another algorithm, Then the preset's algorithm is shown too", () => {
    expect(toRunEntry({ ...description, presetAlgorithm: 'td3' }).preset).toBe('td3/default')
  })
})
