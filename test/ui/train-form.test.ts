/** The settings form as data: labels, reading what was typed, what differs from the preset and is sent. */
import { describe, expect, it } from 'vitest'
import type { Setting, SettingValue } from '../../src/host/rpc/contract.ts'
import {
  algorithmLabel,
  type Base,
  changedSettings,
  groupSettings,
  isChanged,
  parseNumber,
  parseSetting,
  settingHelp,
  settingLabel,
  settingText,
} from '../../src/ui/train/settings-form.ts'

const ddpg: Base = { algorithm: 'ddpg', preset: 'default' }
const paper: Base = { algorithm: 'ddpg', preset: 'paper' }
const td3: Base = { algorithm: 'td3', preset: 'default' }

/** The same value in every preset. */
const everywhere = (value: SettingValue): Setting['presets'] => ({
  ddpg: { scene: value, default: value, paper: value },
  td3: { scene: value, default: value, paper: value },
})

const rate: Setting = {
  name: 'softUpdateRate',
  group: 'Learning',
  help: 'share τ of the new weights',
  kind: 'number',
  minimum: 0,
  maximum: 1,
  presets: { ddpg: { scene: 0.01, default: 0.01, paper: 0.001 }, td3: { scene: 0.005, default: 0.005, paper: 0.005 } },
}
const sizes: Setting = {
  name: 'hiddenSizes',
  group: 'Learning',
  help: 'units of each hidden layer',
  kind: 'integers',
  minimum: 1,
  maximum: 4096,
  presets: everywhere([400, 300]),
}
const batch: Setting = {
  ...rate,
  name: 'batchSize',
  kind: 'integer',
  maximum: 65_536,
  presets: everywhere(64),
}
const twins: Setting = {
  name: 'twinCritics',
  group: 'TD3',
  help: 'two critics',
  kind: 'boolean',
  presets: { ddpg: { scene: false, default: false, paper: false }, td3: { scene: true, default: true, paper: true } },
}
const noise: Setting = {
  name: 'noise',
  group: 'Exploration',
  help: 'exploration noise',
  kind: 'choice',
  choices: ['ornstein-uhlenbeck', 'gaussian'],
  presets: everywhere('gaussian'),
}

describe('labels', () => {
  it('are words', () => {
    expect(settingLabel('actorLearningRate')).toBe('Actor learning rate')
    expect(settingLabel('criticL2')).toBe('Critic L2')
    expect(settingLabel('discount')).toBe('Discount')
    expect(algorithmLabel('td3')).toBe('TD3')
  })
})

describe('what was typed', () => {
  it('is read as a number, within its limits', () => {
    expect(parseSetting(rate, ' 5e-3 ')).toEqual({ value: 0.005 })
    expect(parseSetting(rate, '2')).toEqual({ problem: 'Enter a number from 0 to 1.' })
    expect(parseSetting(rate, '-1')).toEqual({ problem: 'Enter a number from 0 to 1.' })
    expect(parseSetting({ ...rate, minimum: 1, maximum: undefined }, '0')).toEqual({
      problem: 'Enter a number of 1 or more.',
    })
    const positive = { ...rate, minimum: undefined, above: 0 }
    expect(parseSetting(positive, '0')).toEqual({ problem: 'Enter a number above 0, at most 1.' })
    expect(parseSetting({ ...positive, maximum: undefined }, '0')).toEqual({ problem: 'Enter a number above 0.' })
    expect(parseSetting({ ...rate, maximum: undefined, below: 1 }, '1')).toEqual({
      problem: 'Enter a number of 0 or more, below 1.',
    })
    expect(parseSetting(positive, '1e-9')).toEqual({ value: 1e-9 })
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

describe('what was ticked or chosen', () => {
  it('is read as true or false', () => {
    expect(parseSetting(twins, 'true')).toEqual({ value: true })
    expect(parseSetting(twins, 'false')).toEqual({ value: false })
    for (const text of ['', 'yes', '1', 'True']) expect(parseSetting(twins, text)).toHaveProperty('problem')
    expect(settingText(false)).toBe('false')
  })

  it('is read as one of the choices', () => {
    expect(parseSetting(noise, 'gaussian')).toEqual({ value: 'gaussian' })
    expect(parseSetting(noise, 'pink')).toEqual({ problem: 'Choose one of ornstein-uhlenbeck, gaussian.' })
  })
})

describe('groups', () => {
  it('hold every setting once, in the order in which the host sends them', () => {
    const titles = groupSettings([rate, sizes, noise, twins, batch])
    expect(titles.map(({ title, settings }) => [title, settings.map(({ name }) => name)])).toEqual([
      ['Learning', ['softUpdateRate', 'hiddenSizes', 'batchSize']],
      ['Exploration', ['noise']],
      ['TD3', ['twinCritics']],
    ])
  })
})

describe('what is sent', () => {
  const settings = [rate, sizes, batch]

  it('is what differs from the preset in its meaning, not in its writing', () => {
    expect(isChanged(rate, ddpg, { softUpdateRate: '1e-2' })).toBe(false)
    expect(isChanged(rate, paper, { softUpdateRate: '1e-2' })).toBe(true)
    expect(changedSettings(settings, ddpg, {})).toEqual({})
    const typed = { softUpdateRate: '0.010', hiddenSizes: '64,64', batchSize: '64' }
    expect(changedSettings(settings, ddpg, typed)).toEqual({ hiddenSizes: [64, 64] })
  })

  it('depends on the algorithm that the values start from', () => {
    expect(isChanged(rate, td3, { softUpdateRate: '0.005' })).toBe(false)
    const typed = { twinCritics: 'true', noise: 'ornstein-uhlenbeck' }
    expect(changedSettings([twins, noise], ddpg, typed)).toEqual({ twinCritics: true, noise: 'ornstein-uhlenbeck' })
    expect(changedSettings([twins, noise], td3, typed)).toEqual({ noise: 'ornstein-uhlenbeck' })
  })

  it('is nothing while a field cannot be read', () => {
    expect(changedSettings(settings, ddpg, { batchSize: '6x', hiddenSizes: '64' })).toBeUndefined()
    expect(isChanged(batch, ddpg, { batchSize: '6x' })).toBe(true)
  })
})

describe('The help of a setting', () => {
  it('is a sentence that names other settings as the form does, and leaves names of other projects alone', () => {
    expect(settingHelp('share that is left after learningRateDecay (ours: Stable-Baselines3 goes to 0)')).toBe(
      'Share that is left after “Learning rate decay” (ours: Stable-Baselines3 goes to 0)',
    )
    expect(settingHelp('Try more exploration (noiseSigma, randomSteps), or a rewardScale.')).toBe(
      'Try more exploration (“Noise sigma”, “Random steps”), or a “Reward scale”.',
    )
    const path = '/home/me/myRuns/firstTry/checkpoint/stateOf.txt: damaged; see run "firstTry".'
    expect(settingHelp(path)).toBe(path)
    expect(settingHelp("Adam's rate (Stable-Baselines3: VecNormalize; the ReLU)")).toBe(
      "Adam's rate (Stable-Baselines3: VecNormalize; the ReLU)",
    )
  })
})
