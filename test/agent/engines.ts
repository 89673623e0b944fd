/** The engines that the tests of what every engine does run on. */
import { type EngineFactory, loadEngine } from '../../src/agent/create-engine.ts'
import type { EngineName, LearningEngine, ProblemSize } from '../../src/agent/engine.ts'
import { initialiseNetworks } from '../../src/agent/initialisation.ts'
import { presets } from '../../src/agent/presets.ts'
import type { AgentSettings } from '../../src/agent/settings.ts'
import { RandomStream } from '../../src/common/random.ts'
import type { Network } from '../../src/policy/network.ts'
import { Policy } from '../../src/policy/policy.ts'

/** TensorFlow.js with backends that run everywhere, and natively where one asks for it; these have every setting. */
export const tensorFlowEngines: EngineName[] = [
  'tfjs-wasm',
  'tfjs-cpu',
  ...(process.env.TORQUELAB_TEST_NATIVE ? (['tfjs-node'] as const) : []),
]

/** All, for settings that every engine has. */
export const testedEngines: EngineName[] = ['fused', ...tensorFlowEngines]

/** Small networks and buffers, everything off that DDPG does not have. */
export const smallSettings: AgentSettings = {
  ...presets.ddpg.paper,
  criticL2: 0,
  hiddenSizes: [6, 5],
  batchSize: 8,
  replayCapacity: 64,
}

/** The engine of that name with whatever settings a test gives each of its own. */
export function loadTested(name: EngineName): Promise<EngineFactory> {
  return loadEngine(name, smallSettings)
}

export interface TestedEngineOptions {
  size?: ProblemSize
  seed?: number
  changes?: Partial<AgentSettings>
}

/** A fresh engine with small networks, its random numbers from `seed`. */
export function createEngine(
  factory: EngineFactory,
  { size = { observation: 3, action: 2 }, seed = 1, changes = {} }: TestedEngineOptions = {},
): LearningEngine {
  const settings = { ...smallSettings, ...changes }
  const networks = initialiseNetworks(size, settings, RandomStream.derive(seed, 'initial weights'))
  return factory.create({ size, settings, networks, random: engineRandom(seed) })
}

export function engineRandom(seed: number): { replay: number[]; targetNoise: number[] } {
  return {
    replay: RandomStream.derive(seed, 'replay').state(),
    targetNoise: RandomStream.derive(seed, 'target noise').state(),
  }
}

/** Stores `count` transitions of values in [-1, 1]. */
export function storeRandom(
  engine: LearningEngine,
  count: number,
  { size = { observation: 3, action: 2 }, seed = 1 }: TestedEngineOptions = {},
): void {
  const random = RandomStream.derive(seed, 'transitions')
  const vector = (length: number) => Float32Array.from({ length }, () => random.uniform(-1, 1))
  for (let index = 0; index < count; index++) {
    const [from, by, to] = [vector(size.observation), vector(size.action), vector(size.observation)]
    engine.store(from, by, random.uniform(-1, 1), to, index % 5 === 4 ? 0 : 0.99)
  }
}

/** 0, 1, ..., count - 1. */
export function firstSlots(count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, index) => index)
}

/** What an exported actor answers, run by the plain Policy. */
export function answerOf(network: Network, observation: Float32Array): Float32Array {
  const channels = (count: number) => Array.from({ length: count }, (_, index) => ({ name: `${index}`, unit: '' }))
  const size = network.layers.at(-1)!.outputs
  const specification = {
    scene: 'test',
    algorithm: 'ddpg',
    observation: channels(observation.length),
    action: channels(size),
    controlStep: 0.05,
    trainedSteps: 0,
  }
  const action = new Float32Array(size)
  new Policy(specification, network).act(observation, action)
  return action
}

/** What the engine answers. */
export function actionOf(engine: LearningEngine, observation: Float32Array, actions = 2): Float32Array {
  const action = new Float32Array(actions)
  engine.act(observation, action)
  return action
}

/** The largest |a - b|; infinite where one of them is not a number. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = 0
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const size = Math.abs(a[index]! - b[index]!)
    largest = Math.max(largest, Number.isNaN(size) ? Number.POSITIVE_INFINITY : size)
  }
  return largest
}

/** All weights and biases in a row. */
export function numbersOf({ layers }: Network): number[] {
  return layers.flatMap(({ weights, bias, normalisation }) => [
    ...weights,
    ...bias,
    ...(normalisation ? [...normalisation.gain, ...normalisation.offset] : []),
  ])
}
