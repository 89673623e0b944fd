import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { presets } from '../../src/agent/presets.ts'
import { builtInNames, openSceneTraining } from '../../src/host/scenes.ts'
import { loadSceneTraining, trainingFileOf } from '../../src/training/scene-training.ts'
import { settingsOf } from '../../src/training/settings.ts'

const valid = {
  format: 'torquelab-training',
  version: 1,
  algorithm: 'td3',
  steps: 5000,
  settings: { td3: [{ setting: 'batchSize', value: 32, reason: 'Faster.' }] },
}
const textOf = (changes: object): string => JSON.stringify({ ...valid, ...changes }, null, 2)
const load = (text: string) => loadSceneTraining(text, 'arm.training.json')

describe('Given the training files of the built-in scenes', () => {
  const files = readdirSync('scenes').filter((file) => file.endsWith('.training.json'))

  it.each(files)('Then %s is valid and belongs to a scene', (file) => {
    const training = load(readFileSync(path.join('scenes', file), 'utf8'))
    expect(builtInNames()).toContain(file.replace('.training.json', ''))
    // The algorithm that is taken is one that has settings here.
    expect(training.settings).toHaveProperty(training.algorithm)
  })

  it('Then the three tasks of the mission have one, and none is taken for a scene', () => {
    expect(files).toEqual(
      expect.arrayContaining(['double-inverted-pendulum', 'hopper', 'pendulum'].map((name) => `${name}.training.json`)),
    )
    expect(builtInNames().filter((name) => name.includes('training'))).toEqual([])
  })
})

describe('Given a training file', () => {
  it('Then the preset "scene" is the preset "default" with its changes, and what is asked for goes before both', () => {
    const changes = load(textOf({})).settings.td3
    const general = settingsOf('td3', 'default')
    expect(settingsOf('td3', 'scene', {}, changes)).toEqual({ ...general, batchSize: 32 })
    expect(settingsOf('td3', 'scene', { batchSize: 8 }, changes).batchSize).toBe(8)
  })

  it('Then the other presets know nothing of it', () => {
    const changes = load(textOf({})).settings.td3
    expect(settingsOf('td3', 'paper', {}, changes)).toMatchObject(presets.td3.paper)
    expect(settingsOf('td3', 'default', {}, changes)).toEqual(settingsOf('td3', 'default'))
  })

  it.each([
    ['no JSON', '{"format": }', /^arm\.training\.json:1:12: This is not valid JSON/],
    [
      'another format',
      textOf({ format: 'torquelab-scene' }),
      /^arm\.training\.json:2:13: format: .*torquelab-training/,
    ],
    ['an unknown algorithm', textOf({ algorithm: 'sac' }), /^arm\.training\.json:4:16: algorithm: .*ddpg.*td3/],
    ['an unknown key', textOf({ step: 1 }), /: step: The key "step" is not known here/],
    [
      'an unknown setting',
      textOf({ settings: { td3: [{ setting: 'batchSiz', value: 1, reason: 'x' }] } }),
      /settings\.td3\[0\]\.setting: There is no setting called "batchSiz"\. Did you mean "batchSize"/,
    ],
    [
      'a value that cannot be',
      textOf({ settings: { td3: [{ setting: 'batchSize', value: 0, reason: 'x' }] } }),
      /settings\.td3\[0\]\.setting: The setting "batchSize" cannot be 0/,
    ],
    [
      'a change without its reason',
      textOf({ settings: { td3: [{ setting: 'batchSize', value: 9 }] } }),
      /settings\.td3\[0\]: "reason" is missing \(why, in a sentence\)/,
    ],
    [
      'a setting changed twice',
      textOf({ settings: { td3: [...valid.settings.td3, ...valid.settings.td3] } }),
      /settings\.td3\[1\]\.setting: The setting "batchSize" is changed twice/,
    ],
  ])('When it has %s, Then the error names file, place and remedy', (_what, text, message) => {
    expect(() => load(text)).toThrow(message)
  })
})

describe('Given a scene file of a user', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'torquelab-training-file-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('Then its training file is the one beside it', () => {
    const scene = path.join(folder, 'arm.json')
    expect(openSceneTraining(scene)).toBeUndefined()
    writeFileSync(path.join(folder, 'arm.training.json'), textOf({}))
    expect(trainingFileOf(scene)).toBe(path.join(folder, 'arm.training.json'))
    expect(openSceneTraining(scene)).toMatchObject({ algorithm: 'td3', steps: 5000 })
  })
})
