/** The settings of a run: presets with changes on top, refusals in words, groups, and what older runs wrote. */
import { describe, expect, it } from 'vitest'
import { presets } from '../../src/agent/presets.ts'
import { UserError } from '../../src/common/user-error.ts'
import {
  completeSettings,
  groupOfSetting,
  settingGroups,
  settingsOf,
  trainingSettingsSchema,
} from '../../src/training/settings.ts'

/** The message of the UserError that `settingsOf` throws for these changes of DDPG's default. */
function refusal(changes: Record<string, unknown>): string {
  try {
    settingsOf('ddpg', 'default', changes)
  } catch (error) {
    expect(error).toBeInstanceOf(UserError)
    return (error as UserError).message
  }
  throw new Error(`${JSON.stringify(changes)} was accepted`)
}

describe('Given an algorithm and a preset', () => {
  it("Then its settings are the algorithm's, with the evaluations' beside them", () => {
    for (const algorithm of ['ddpg', 'td3'] as const) {
      for (const preset of ['default', 'paper'] as const) {
        expect(settingsOf(algorithm, preset)).toMatchObject(presets[algorithm][preset])
        expect(settingsOf(algorithm, preset)).toMatchObject({ evaluationEpisodes: 10, reportEpisodes: 20 })
      }
    }
  })

  it('When settings are changed, Then the changes win over the preset and nothing else moves', () => {
    const changes = { noise: 'gaussian', prioritisedReplay: true, hiddenSizes: [8], evaluationInterval: 7 }
    expect(settingsOf('ddpg', 'paper', changes)).toEqual({ ...settingsOf('ddpg', 'paper'), ...changes })
  })
})

describe('Given a change that cannot be', () => {
  it('Then a name that is none is answered with the nearest', () => {
    expect(refusal({ twinCritic: true })).toMatch(/no setting called "twinCritic".*"twinCritics"/)
    expect(refusal({ constructor: 1 })).toMatch(/no setting called "constructor"/)
  })

  it('Then the message names the setting, its value and what is allowed', () => {
    expect(refusal({ noise: 'pink' })).toMatch(
      /"noise" cannot be "pink": it must be "ornstein-uhlenbeck" or "gaussian".*exploration noise/,
    )
    expect(refusal({ twinCritics: 'yes' })).toMatch(/"twinCritics" cannot be "yes": it must be true or false/)
    expect(refusal({ layerNormalisation: 1 })).toMatch(/"layerNormalisation" cannot be 1: it must be true or false/)
    expect(refusal({ hiddenSizes: 64 })).toMatch(/"hiddenSizes" cannot be 64: it must be a list such as .*\[64\]/)
    expect(refusal({ discount: 2 })).toMatch(/"discount" cannot be 2: .*<1.*discount factor/)
    expect(refusal({ nStep: 1.5 })).toMatch(/"nStep" cannot be 1.5: .*int/)
  })

  it('Then settings that do not go together are refused', () => {
    expect(refusal({ batchNormalisation: true, layerNormalisation: true })).toMatch(
      /batchNormalisation.*layerNormalisation|layerNormalisation.*batchNormalisation/,
    )
  })
})

describe('Given the groups of the form', () => {
  it('Then every setting is in one, and no group is empty', () => {
    expect(Object.keys(groupOfSetting).sort()).toEqual(Object.keys(trainingSettingsSchema.shape).sort())
    expect(new Set(Object.values(groupOfSetting))).toEqual(new Set(settingGroups))
  })
})

describe('Given settings of a run that knew fewer of them', () => {
  it('When they are completed, Then what they said stays and the rest is off', () => {
    const old = { noiseSigma: 0.3, hiddenSizes: [64, 64], evaluationInterval: 500 }
    const completed = completeSettings(old)
    expect(completed).toMatchObject(old)
    expect(completed).toMatchObject({
      noise: 'ornstein-uhlenbeck',
      twinCritics: false,
      nStep: 1,
      prioritisedReplay: false,
      observationNormalisation: false,
      gradientClip: 0,
    })
  })

  it('Then what is no settings at all stays wrong', () => {
    for (const wrong of ['text', null, 3])
      expect(trainingSettingsSchema.safeParse(completeSettings(wrong)).success).toBe(false)
  })
})
