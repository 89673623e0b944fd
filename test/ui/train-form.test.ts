/** The settings form as data: labels, reading what was typed, what differs from the preset and is sent. */
import { describe, expect, it } from 'vitest'
import type { Setting } from '../../src/host/rpc/contract.ts'
import {
  changedSettings,
  isChanged,
  parseNumber,
  parseSetting,
  settingLabel,
  settingText,
} from '../../src/ui/train/settings-form.ts'

const rate: Setting = {
  name: 'softUpdateRate',
  help: 'share τ of the new weights',
  kind: 'number',
  minimum: 0,
  maximum: 1,
  presets: { default: 0.01, paper: 0.001 },
}
const sizes: Setting = {
  name: 'hiddenSizes',
  help: 'units of each hidden layer',
  kind: 'integers',
  minimum: 1,
  maximum: 4096,
  presets: { default: [400, 300], paper: [400, 300] },
}
const batch: Setting = {
  ...rate,
  name: 'batchSize',
  kind: 'integer',
  maximum: 65_536,
  presets: { default: 64, paper: 64 },
}

describe('labels', () => {
  it('are words', () => {
    expect(settingLabel('actorLearningRate')).toBe('Actor learning rate')
    expect(settingLabel('criticL2')).toBe('Critic L2')
    expect(settingLabel('discount')).toBe('Discount')
  })
})

describe('what was typed', () => {
  it('is read as a number, within its limits', () => {
    expect(parseSetting(rate, ' 5e-3 ')).toEqual({ value: 0.005 })
    expect(parseSetting(rate, '2')).toEqual({ problem: 'The most is 1.' })
    expect(parseSetting(rate, '-1')).toEqual({ problem: 'The least is 0.' })
    for (const text of ['', ' ', '6x', 'NaN', 'Infinity', '1,5'])
      expect(parseSetting(rate, text)).toHaveProperty('problem')
  })

  it('is read as a whole number where one is needed', () => {
    expect(parseSetting(batch, '128')).toEqual({ value: 128 })
    expect(parseSetting(batch, '12.5')).toEqual({ problem: 'Enter a whole number.' })
    expect(parseNumber('1e4', { integer: true })).toEqual({ value: 10_000 })
  })

  it('is read as a list of whole numbers', () => {
    expect(parseSetting(sizes, '64,64')).toEqual({ value: [64, 64] })
    expect(settingText([64, 64])).toBe('64, 64')
    for (const text of ['', '64,', '64 64', '0, 3', '64, a'])
      expect(parseSetting(sizes, text)).toHaveProperty('problem')
  })
})

describe('what is sent', () => {
  const settings = [rate, sizes, batch]

  it('is what differs from the preset in its meaning, not in its writing', () => {
    expect(isChanged(rate, 'default', { softUpdateRate: '1e-2' })).toBe(false)
    expect(isChanged(rate, 'paper', { softUpdateRate: '1e-2' })).toBe(true)
    expect(changedSettings(settings, 'default', {})).toEqual({})
    const typed = { softUpdateRate: '0.010', hiddenSizes: '64,64', batchSize: '64' }
    expect(changedSettings(settings, 'default', typed)).toEqual({ hiddenSizes: [64, 64] })
  })

  it('is nothing while a field cannot be read', () => {
    expect(changedSettings(settings, 'default', { batchSize: '6x', hiddenSizes: '64' })).toBeUndefined()
    expect(isChanged(batch, 'default', { batchSize: '6x' })).toBe(true)
  })
})
