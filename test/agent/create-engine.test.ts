// Which engine is loaded, and what is refused with which reason.
import { afterEach, describe, expect, test, vi } from 'vitest'
import { checkEngine, loadEngine } from '../../src/agent/create-engine.ts'
import { engineNames } from '../../src/agent/engine.ts'
import { initialiseNetworks } from '../../src/agent/initialisation.ts'
import { presets } from '../../src/agent/presets.ts'
import { RandomStream } from '../../src/common/random.ts'
import { UserError } from '../../src/common/user-error.ts'
import { engineRandom, smallSettings } from './engines.ts'

afterEach(() => void vi.restoreAllMocks())

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

describe('Given a runtime that cannot compile the kernel', () => {
  test('when no engine is named, then one of TensorFlow.js is loaded', async () => {
    vi.spyOn(WebAssembly, 'compile').mockRejectedValueOnce(new WebAssembly.CompileError('no SIMD'))
    expect(['tfjs-node', 'tfjs-wasm']).toContain((await loadEngine(undefined, smallSettings)).name)
  })

  test('when the fused engine is named, or the threads that it alone has, then the reason is given', async () => {
    vi.spyOn(WebAssembly, 'compile').mockRejectedValue(new WebAssembly.CompileError('no SIMD'))
    const named = loadEngine('fused', smallSettings)
    await expect(named).rejects.toThrow(UserError)
    await expect(named).rejects.toThrow(/needs WebAssembly with SIMD and threads \(no SIMD\); use --engine tfjs-wasm/)
    await expect(loadEngine(undefined, smallSettings, { threads: 2 })).rejects.toThrow(/No engine could be .*no SIMD/)
  })
})

describe('Given a runtime without relaxed SIMD', () => {
  test('when the fused engine is made without it, then it is made; with it, then the option is named', async () => {
    const { create } = await loadEngine('fused', smallSettings)
    vi.spyOn(WebAssembly, 'Module').mockImplementation(
      class {
        constructor() {
          throw new WebAssembly.CompileError('unknown instruction')
        }
      },
    )
    const size = { observation: 3, action: 2 }
    const networks = initialiseNetworks(size, smallSettings, RandomStream.derive(1, 'initial weights'))
    const options = { size, settings: smallSettings, networks, random: engineRandom(1) }
    expect(create(options).name).toBe('fused')
    const relaxed = () => create({ ...options, relaxedSimd: true })
    expect(relaxed).toThrow(UserError)
    expect(relaxed).toThrow('This runtime has no relaxed SIMD; leave --relaxed-simd away.')
  })
})

describe('Given options that the fused engine alone has', () => {
  test.each([
    { choices: { threads: 2 }, option: '--threads' },
    { choices: { threads: 1, relaxedSimd: true }, option: '--threads' },
    { choices: { relaxedSimd: true }, option: '--relaxed-simd' },
  ])('when another engine is named with $option, then it is refused with the way out', ({ choices, option }) => {
    for (const name of ['tfjs-node', 'tfjs-wasm', 'tfjs-cpu'] as const) {
      const check = () => checkEngine(name, smallSettings, choices)
      expect(check).toThrow(UserError)
      expect(check).toThrow(`The engine "${name}" has no ${option}; leave it away, or use --engine fused.`)
    }
    for (const name of [undefined, 'fused'] as const) checkEngine(name, smallSettings, choices)
  })

  test('when the settings need another engine, then the option is refused', () => {
    const settings = { ...smallSettings, layerNormalisation: true }
    expect(() => checkEngine(undefined, settings, { relaxedSimd: true })).toThrow(
      'The fused engine has no layer normalisation, and the engines that have it have no --relaxed-simd; leave --relaxed-simd away.',
    )
    checkEngine(undefined, settings, { relaxedSimd: false })
    checkEngine('tfjs-wasm', settings)
  })
})

test('Given settings that make no sense together, when an engine is loaded, then the reason is given first', async () => {
  const settings = { ...smallSettings, batchNormalisation: true, layerNormalisation: true }
  await expect(loadEngine('fused', settings)).rejects.toThrow('exclude each other')
})
