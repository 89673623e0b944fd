/** Finds the engines that this machine can run and these settings allow, and loads one. */
import { createRequire } from 'node:module'
import path from 'node:path'
import util from 'node:util'
import type * as TensorFlow from '@tensorflow/tfjs'
import { messageOf, UserError } from '../common/user-error.ts'
import { checkCombination } from './combinations.ts'
import { type EngineName, type EngineOptions, engineNames, type LearningEngine } from './engine.ts'
import type { AgentSettings } from './settings.ts'
import { TensorFlowEngine } from './tensorflow-engine.ts'

/** Makes engines of one kind, once its library is loaded. */
export interface EngineFactory {
  name: EngineName
  create(options: EngineOptions): LearningEngine
}

/** What was asked for beside the settings, which only some engines have; undefined is what an engine does by itself. */
export interface EngineChoices {
  threads?: number | undefined
  relaxedSimd?: boolean | undefined
}

/**
 * Loads the engine of that name or, where none is given, the first of `engineNames` that has what was asked for and loads
 * here. Throws a UserError for settings that make no sense together, for an engine that lacks what was asked for, and for
 * one that cannot be loaded.
 */
export async function loadEngine(
  name: EngineName | undefined,
  settings: AgentSettings,
  choices: EngineChoices = {},
): Promise<EngineFactory> {
  checkEngine(name, settings, choices)
  if (name) return loaders[name]()
  const failures: string[] = []
  for (const candidate of engineNames) {
    if (lackOf(candidate, settings) || lackOfChoice(candidate, choices)) continue
    try {
      return await loaders[candidate]()
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      failures.push(error.message)
    }
  }
  throw new UserError(
    `No engine could be loaded; run "npm ci" to install the dependencies anew. ${failures.join(' ')}`,
    'failure',
  )
}

/**
 * Throws a UserError for settings that make no sense together, for an engine asked for by name that lacks what was asked
 * for, and where no engine has all of it.
 */
export function checkEngine(name: EngineName | undefined, settings: AgentSettings, choices: EngineChoices = {}): void {
  checkCombination(settings)
  const lack = name && lackOf(name, settings)
  if (lack) throw new UserError(`${lack}; use --engine tfjs-wasm, or leave --engine away.`)
  const choice = name && lackOfChoice(name, choices)
  if (choice) throw new UserError(`The engine "${name}" has no ${choice}; leave it away, or use --engine fused.`)
  const lackOfAll = engineNames.every((one) => lackOf(one, settings) || lackOfChoice(one, choices))
  if (lackOfAll) {
    const missing = lackOfChoice('tfjs-wasm', choices)
    throw new UserError(
      `${lackOf('fused', settings)}, and the engines that have it have no ${missing}; leave ${missing} away.`,
    )
  }
}

/** The option that was asked for and the engine has not: TensorFlow.js chooses its threads and instructions itself. */
function lackOfChoice(name: EngineName, { threads, relaxedSimd }: EngineChoices): string | undefined {
  if (name === 'fused') return undefined
  if (threads !== undefined) return '--threads'
  return relaxedSimd ? '--relaxed-simd' : undefined
}

/** What the engine has not, though the settings need it. */
function lackOf(name: EngineName, { batchNormalisation, layerNormalisation }: AgentSettings): string | undefined {
  if (name !== 'fused') return undefined
  if (batchNormalisation) return 'The fused engine has no batch normalisation'
  if (layerNormalisation) return 'The fused engine has no layer normalisation'
  return undefined
}

const require = createRequire(import.meta.url)

const loaders: Record<EngineName, () => Promise<EngineFactory>> = {
  fused: async () => {
    const { loadFusedKernel } = await import('./kernel/fused-engine.ts')
    return { name: 'fused', create: await loadFusedKernel() }
  },
  'tfjs-node': () => {
    restoreUtilHelpers()
    return load('tfjs-node', 'tensorflow', () => require('@tensorflow/tfjs-node'))
  },
  'tfjs-wasm': () =>
    load('tfjs-wasm', 'wasm', () => {
      const tf = require('@tensorflow/tfjs') as typeof TensorFlow
      const wasm = require('@tensorflow/tfjs-backend-wasm') as { setWasmPaths(folder: string): void }
      wasm.setWasmPaths(`${path.dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}${path.sep}`)
      // One thread: sums in a fixed order, the same bits in every run.
      tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false)
      return tf
    }),
  'tfjs-cpu': () => load('tfjs-cpu', 'cpu', () => require('@tensorflow/tfjs') as typeof TensorFlow),
}

async function load(name: EngineName, backend: string, importLibrary: () => typeof TensorFlow): Promise<EngineFactory> {
  try {
    const tf = importLibrary()
    if (!(await tf.setBackend(backend))) throw new Error(`its backend "${backend}" did not start`)
    await tf.ready()
    return { name, create: (options) => new TensorFlowEngine(tf, name, options) }
  } catch (error) {
    const hint =
      name === 'tfjs-node'
        ? 'its native library is not installed here; docs/tensorflow-native.md says how to get it, or use --engine tfjs-wasm'
        : messageOf(error)
    throw new UserError(`The engine "${name}" cannot be loaded: ${hint}.`, 'failure')
  }
}

/** tfjs-node calls helpers of `util` that Node 23 removed. */
function restoreUtilHelpers(): void {
  const legacy = util as unknown as Record<string, (value: unknown) => boolean>
  legacy.isNullOrUndefined ??= (value) => value === null || value === undefined
  // Still there in Node 24, where it warns of its end.
  legacy.isArray = Array.isArray
}
