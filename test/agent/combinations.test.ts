// Settings that make no sense together are refused with a reason; all else, the presets among them, is not.
import { describe, expect, test } from 'vitest'
import { checkCombination } from '../../src/agent/combinations.ts'
import { agentPresetNames, algorithmNames, presets } from '../../src/agent/presets.ts'
import type { AgentSettings } from '../../src/agent/settings.ts'
import { UserError } from '../../src/common/user-error.ts'

const refused: { changes: Partial<AgentSettings>; reason: RegExp }[] = [
  { changes: { batchNormalisation: true, layerNormalisation: true }, reason: /exclude each other.*turn one/ },
  { changes: { batchNormalisation: true, batchSize: 1 }, reason: /batchNormalisation needs a batchSize of 2/ },
  { changes: { layerNormalisation: true, hiddenSizes: [8, 1] }, reason: /2 or more units.*hiddenSizes is 8,1/ },
  {
    changes: { prioritisedReplay: true, replayCapacity: 63, batchSize: 64 },
    reason: /replayCapacity \(63\).*batchSize \(64\)/,
  },
  { changes: { noiseTheta: 4, noiseTimeStep: 0.5 }, reason: /noiseTheta times noiseTimeStep is 2 .*below 2/ },
]

const accepted: Partial<AgentSettings>[] = [
  { batchNormalisation: true, batchSize: 2 },
  { layerNormalisation: true, hiddenSizes: [2] },
  { batchSize: 1, hiddenSizes: [1] },
  { prioritisedReplay: true, replayCapacity: 64, batchSize: 64 },
  { replayCapacity: 63, batchSize: 64 },
  { noiseTheta: 4, noiseTimeStep: 0.5, noise: 'gaussian' },
  { noiseTheta: 4, noiseTimeStep: 0.5, noiseSigma: 0 },
]

describe('Given settings that make no sense together', () => {
  test.each(refused)('when they are checked ($changes), then a UserError says why', ({ changes, reason }) => {
    const check = () => checkCombination({ ...presets.ddpg.paper, ...changes })
    expect(check).toThrow(UserError)
    expect(check).toThrow(reason)
  })
})

describe('Given settings that do', () => {
  test.each(accepted)('when they are checked (%o), then nothing is thrown', (changes) => {
    expect(() => checkCombination({ ...presets.ddpg.paper, ...changes })).not.toThrow()
  })

  test('when they are presets, then nothing is thrown', () => {
    for (const algorithm of algorithmNames) {
      for (const preset of agentPresetNames) expect(() => checkCombination(presets[algorithm][preset])).not.toThrow()
    }
  })
})
