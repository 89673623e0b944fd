// Which engine is loaded, and what is refused with which reason.
import { describe, expect, test } from 'vitest'
import { loadEngine } from '../../src/agent/create-engine.ts'
import { engineNames } from '../../src/agent/engine.ts'
import { presets } from '../../src/agent/presets.ts'
import { UserError } from '../../src/common/user-error.ts'
import { smallSettings } from './engines.ts'

describe('Given settings that the fused engine has not', () => {
  test.each([
    { setting: 'batchNormalisation', lack: 'no batch normalisation' },
    { setting: 'layerNormalisation', lack: 'no layer normalisation' },
  ])('when it is asked for with $setting, then it is refused with the way out', async ({ setting, lack }) => {
    const load = loadEngine('fused', { ...smallSettings, [setting]: true })
    await expect(load).rejects.toThrow(UserError)
    await expect(load).rejects.toThrow(`The fused engine has ${lack}; use --engine tfjs-wasm, or leave --engine away.`)
  })

  test.each(['batchNormalisation', 'layerNormalisation'])(
    'when no engine is named and %s is on, then a TensorFlow.js engine is loaded',
    async (setting) => {
      const { name } = await loadEngine(undefined, { ...smallSettings, [setting]: true })
      expect(['tfjs-node', 'tfjs-wasm']).toContain(name)
    },
  )
})

describe('Given settings that every engine has', () => {
  test('when no engine is named, then the fused engine is loaded', async () => {
    expect((await loadEngine(undefined, presets.ddpg.default)).name).toBe('fused')
    expect((await loadEngine(undefined, presets.td3.paper)).name).toBe('fused')
  })

  test.each(engineNames.filter((name) => name !== 'tfjs-node'))('when %s is named, then it is loaded', async (name) => {
    const factory = await loadEngine(name, smallSettings)
    expect(factory.name).toBe(name)
  })

  test('when tfjs-node is named, then it is loaded, or a failure says what is missing and what to use', async () => {
    const outcome = await loadEngine('tfjs-node', smallSettings).catch((error: unknown) => error)
    if (outcome instanceof Error) {
      expect(outcome).toBeInstanceOf(UserError)
      expect((outcome as UserError).kind).toBe('failure')
      expect(outcome.message).toContain('"tfjs-node" cannot be loaded: its native library is not installed here')
      expect(outcome.message).toContain('--engine tfjs-wasm')
    } else {
      expect(outcome).toHaveProperty('name', 'tfjs-node')
    }
  })
})

test('Given settings that make no sense together, when an engine is loaded, then the reason is given first', async () => {
  const settings = { ...smallSettings, batchNormalisation: true, layerNormalisation: true }
  await expect(loadEngine('fused', settings)).rejects.toThrow('exclude each other')
})
