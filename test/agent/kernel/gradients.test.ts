/** The fused engine's gradients against automatic differentiation by TensorFlow.js, on random shapes, weights and batches. */
import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, test } from 'vitest'
import type { ChosenBatch, Networks, ProblemSize } from '../../../src/agent/engine.ts'
import { initialiseNetworks } from '../../../src/agent/initialisation.ts'
import { FusedEngine } from '../../../src/agent/kernel/fused-engine.ts'
import { compileKernel } from '../../../src/agent/kernel/kernel-module.ts'
import { presets } from '../../../src/agent/presets.ts'
import type { Batch } from '../../../src/agent/replay-buffer.ts'
import type { AgentSettings } from '../../../src/agent/settings.ts'
import { gradientsByAutodiff, type LayerGradients } from '../../../src/agent/tensorflow/gradients-by-autodiff.ts'
import { RandomStream } from '../../../src/common/random.ts'
import type { Network } from '../../../src/policy/network.ts'
import { engineRandom, largestDifference, numbersOf } from '../engines.ts'

// The scripts are JavaScript, which the type checker of the project does not read: hence imports by a computed name.
const script = await import(new URL('../../../scripts/build-kernel.mjs', import.meta.url).href)
const compileEdited: (relaxed: boolean, edit: (name: string, source: string) => string) => Promise<Uint8Array> =
  script.compileKernel

/** Relative L2 distance that counts as equal: float32 sums in different orders. */
const TOLERANCE = 1e-5

/** Large enough to clip nothing; above 0 the kernel keeps its gradients. */
const NO_CLIP = 1e6

let kernel: WebAssembly.Module

beforeAll(async () => {
  await tf.setBackend('cpu')
  kernel = await compileKernel()
})

describe('Given random shapes, weights and batches', () => {
  test.each(Array.from({ length: 20 }, (_, index) => randomCase(index)))(
    'when $title, then the gradients are those of automatic differentiation',
    (problem) => {
      for (const { name, distance } of distances(kernel, problem)) {
        expect(distance, name).toBeLessThan(TOLERANCE)
      }
    },
  )
})

describe('Given an actor that is saturated in most of a batch', () => {
  test('when rows without a gradient are left out, then the gradients are to the bit those with all rows', async () => {
    const problem = randomCase(0, { hiddenSizes: [64, 32], batchSize: 37, preactivationPenalty: 0 })
    const last = problem.networks.actor.layers.at(-1)!
    for (const [place, weight] of last.weights.entries()) last.weights[place] = 400 * weight
    const { observations } = problem.batch
    const { observation, action } = problem.size
    const engine = new FusedEngine(kernel, { ...problem, random: engineRandom(1) })
    const actions = new Float32Array(action)
    let saturated = 0
    for (let row = 0; row < 37; row++) {
      engine.act(observations.subarray(row * observation, (row + 1) * observation), actions)
      if (actions.every((value) => Math.abs(value) === 1)) saturated++
    }
    expect(action).toBeGreaterThan(1)
    expect(saturated).toBeGreaterThan(5)
    expect(saturated).toBeLessThan(32)
    const allRows = await compileEdited(false, (name, source) =>
      name === 'phases.ts' ? source.replace('isLive ? -1 : 0', '-1') : source,
    )
    const gradientOf = (module: WebAssembly.Module) => numbersOf(gradients(module, problem).actor)
    expect(gradientOf(kernel)).toEqual(gradientOf(new WebAssembly.Module(allRows as Uint8Array<ArrayBuffer>)))
  })
})

describe('Given clipping that clips nothing', () => {
  const cases = [0, 1, 2, 3, 7, 10].map((index) => randomCase(index))
  test.each(cases)('when $title makes 30 updates, then the weights are those without clipping', (problem) => {
    const networksWith = (changes: Partial<AgentSettings>): number[] => {
      const settings = { ...problem.settings, ...changes }
      const engine = new FusedEngine(kernel, { ...problem, settings, random: engineRandom(1) })
      storeBatch(engine, problem)
      for (let update = 1; update <= 30; update++) engine.update(update % 2 === 0)
      return Object.values(engine.exportNetworks()).flatMap(numbersOf)
    }
    const plain = networksWith({ criticL2: 0, gradientClip: 0 })
    expect(networksWith({ criticL2: 0, gradientClip: NO_CLIP })).toEqual(plain)
    const decayed = networksWith({ criticL2: 0.05, gradientClip: 0 })
    expect(largestDifference(decayed, plain)).toBeGreaterThan(1e-5)
    expect(largestDifference(networksWith({ criticL2: 0.05, gradientClip: NO_CLIP }), decayed)).toBeLessThan(1e-6)
  })
})

describe('Given a sign error in one of the three products', () => {
  test.each([
    { product: 'X·W', file: 'forward.ts', call: 0, wrong: 'critic' },
    { product: 'dY·Wᵀ', file: 'forward.ts', call: 1, wrong: 'critic' },
    { product: 'Xᵀ·dY', file: 'weights.ts', call: 0, wrong: 'critic' },
  ])('when it is in $product, then the gradients differ', async ({ file, call, wrong }) => {
    const binary = await compileEdited(false, (name, source) => {
      if (name === 'multiply.ts') return `${source}\n${NEGATED}`
      if (name !== file) return source
      let found = -1
      const edited = source
        .replace(
          "import { multiplyStrip } from './multiply'",
          "import { multiplyStrip, multiplyNegated } from './multiply'",
        )
        .replace(/multiplyStrip\(/g, (text) => (++found === call ? 'multiplyNegated(' : text))
      expect(found).toBeGreaterThanOrEqual(call)
      return edited
    })
    const module = new WebAssembly.Module(binary as Uint8Array<ArrayBuffer>)
    const found = distances(module, randomCase(2))
    expect(found.find(({ name }) => name === wrong)!.distance).toBeGreaterThan(0.01)
  })
})

/** multiplyStrip with the wrong sign. */
const NEGATED = `
export function multiplyNegated(
  vectors: i32, lists: usize, listBytes: usize, piece: i32, rows: i32,
  matrix: usize, output: usize, outputStride: usize,
): void {
  multiplyStrip(vectors, lists, listBytes, piece, rows, matrix, output, outputStride)
  for (let row = 0; row < rows; row++) {
    for (let vector = 0; vector < vectors; vector++) {
      const at = output + <usize>row * outputStride + (<usize>vector << 4)
      v128.store(at, f32x4.neg(v128.load(at)))
    }
  }
}
`

interface Problem {
  title: string
  size: ProblemSize
  settings: AgentSettings
  networks: Networks
  batch: Batch & Omit<ChosenBatch, 'indices'>
}

/** Odd cases are TD3, every second pair has importance weights as prioritised replay makes them. */
function randomCase(index: number, changes: Partial<AgentSettings> = {}): Problem {
  const random = RandomStream.derive(index, 'gradient cases')
  const size = { observation: 1 + random.integer(40), action: 1 + random.integer(7) }
  // Every third layer fills its panels exactly, where an error of one would write into a neighbour.
  const drawn = Array.from({ length: 1 + (index % 3) }, () =>
    random.integer(3) === 0 ? 32 * (1 + random.integer(3)) : 1 + random.integer(80),
  )
  const { hiddenSizes = drawn, batchSize = 1 + random.integer(40) } = changes
  const isTd3 = index % 2 === 1
  const isPrioritised = index % 4 >= 2
  const settings: AgentSettings = {
    ...presets[isTd3 ? 'td3' : 'ddpg'].paper,
    hiddenSizes,
    batchSize,
    criticActionInput: 1 + random.integer(2),
    criticL2: random.uniform(0, 0.1),
    preactivationPenalty: index % 5 === 0 ? 0.3 : 0,
    replayCapacity: batchSize,
    gradientClip: NO_CLIP,
    ...changes,
  }
  const networks = initialiseNetworks(size, settings, random)
  for (const { layers } of Object.values(networks) as Network[]) {
    for (const { weights, bias, inputs } of layers) {
      const bound = 1.5 / Math.sqrt(inputs)
      for (let place = 0; place < weights.length; place++) weights[place] = random.uniform(-bound, bound)
      for (let place = 0; place < bias.length; place++) bias[place] = random.uniform(-bound, bound)
    }
  }
  const values = (count: number, low = -1, high = 1) =>
    Float32Array.from({ length: count }, () => random.uniform(low, high))
  const batch = {
    observations: values(batchSize * size.observation),
    actions: values(batchSize * size.action),
    rewards: values(batchSize),
    nextObservations: values(batchSize * size.observation),
    discounts: Float32Array.from({ length: batchSize }, () => (random.integer(4) === 0 ? 0 : 0.99)),
    ...(isPrioritised && { weights: values(batchSize, 0.1, 1) }),
    ...(isTd3 && { targetNoise: values(batchSize * size.action, -0.5, 0.5) }),
  }
  const title = `${isTd3 ? 'TD3' : 'DDPG'}, ${isPrioritised ? 'prioritised' : 'uniform'}, ${size.observation} observations, ${size.action} actions, hidden ${hiddenSizes.join('-')}, batch ${batchSize}`
  return { title, size, settings, networks, batch }
}

/** How far each network's gradient is from automatic differentiation's. */
function distances(
  module: WebAssembly.Module,
  { size, settings, networks, batch }: Omit<Problem, 'title'>,
): { name: string; distance: number }[] {
  const { critic, ...ours } = gradients(module, { size, settings, networks, batch })
  const before = gradientsByAutodiff(tf, { size, settings, networks }, batch)
  // The actor's step is taken with the critic that has just made its own.
  const after = gradientsByAutodiff(tf, { size, settings, networks: { ...networks, critic } }, batch)
  return [
    { name: 'critic', distance: relativeDistance(ours.critics[0]!, before.critic) },
    ...(before.secondCritic
      ? [{ name: 'second critic', distance: relativeDistance(ours.critics[1]!, before.secondCritic) }]
      : []),
    { name: 'actor', distance: relativeDistance(ours.actor, after.actor) },
  ]
}

/** The gradients of one update, and the critic that it made. */
function gradients(
  module: WebAssembly.Module,
  { size, settings, networks, batch }: Omit<Problem, 'title'>,
): ReturnType<FusedEngine['exportGradients']> & { critic: Network } {
  const engine = new FusedEngine(module, { size, settings, networks, random: engineRandom(1) })
  storeBatch(engine, { size, batch })
  const { weights, targetNoise } = batch
  const indices = Uint32Array.from({ length: settings.batchSize }, (_, row) => row)
  engine.updateOn({ indices, ...(weights && { weights }), ...(targetNoise && { targetNoise }) }, true)
  const { critic } = engine.exportNetworks()
  engine.dispose()
  return { ...engine.exportGradients(), critic }
}

function storeBatch(engine: FusedEngine, { size, batch }: Pick<Problem, 'size' | 'batch'>): void {
  const { observation: wide, action: narrow } = size
  for (const [row, reward] of batch.rewards.entries()) {
    engine.store(
      batch.observations.subarray(row * wide, (row + 1) * wide),
      batch.actions.subarray(row * narrow, (row + 1) * narrow),
      reward,
      batch.nextObservations.subarray(row * wide, (row + 1) * wide),
      batch.discounts[row]!,
    )
  }
}

/** |a - b| / |b| in L2, over all weights and biases. */
function relativeDistance({ layers }: Network, expected: LayerGradients[]): number {
  let difference = 0
  let norm = 0
  layers.forEach(({ weights, bias }, index) => {
    for (const [found, wanted] of [
      [weights, expected[index]!.weights],
      [bias, expected[index]!.bias],
    ] as const) {
      wanted.forEach((value, place) => {
        difference += (found[place]! - value) ** 2
        norm += value ** 2
      })
    }
  })
  return Math.sqrt(difference / norm)
}
