/** What only the fused engine has: its committed binary, its memory, its samplers, its guards and its threads. */
import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import type { EngineOptions } from '../../../src/agent/engine.ts'
import { initialiseNetworks } from '../../../src/agent/initialisation.ts'
import { type FusedEngine, loadFusedKernel } from '../../../src/agent/kernel/fused-engine.ts'
import { presets } from '../../../src/agent/presets.ts'
import { createSampler } from '../../../src/agent/sampler.ts'
import type { AgentSettings } from '../../../src/agent/settings.ts'
import { RandomStream } from '../../../src/common/random.ts'
import { engineRandom, largestDifference, numbersOf, storeRandom } from '../engines.ts'

// The scripts are JavaScript, which the type checker of the project does not read: hence an import by a computed name.
const { kernelBinaryText } = await import(new URL('../../../scripts/build-kernel.mjs', import.meta.url).href)

const hopper = { observation: 11, action: 3 }
const small = { ...presets.ddpg.paper, hiddenSizes: [20, 10], batchSize: 8, replayCapacity: 100 }

let create: (options: EngineOptions) => FusedEngine

beforeAll(async () => {
  create = await loadFusedKernel()
})

test('given the sources of the kernel, when they are compiled, then the committed binary comes out', async () => {
  const committed = readFileSync(new URL('../../../src/agent/kernel/kernel-binary.ts', import.meta.url), 'utf8')
  expect(committed, 'run "npm run build:kernel"').toBe(await kernelBinaryText())
})

describe('Given a replay buffer', () => {
  test('when it has room for a million transitions of the hopper, then they take at most 115 MB, and all of the learner 125', () => {
    const settings = { ...presets.ddpg.paper, replayCapacity: 1_000_000 }
    const one = engineOf({ ...settings, replayCapacity: 1 }, hopper).memoryBytes
    const million = engineOf(settings, hopper).memoryBytes
    expect(million - one).toBeLessThan(115e6)
    expect(million).toBeLessThan(125e6)
    const prioritised = engineOf({ ...settings, prioritisedReplay: true }, hopper).memoryBytes
    expect(prioritised - million).toBeLessThan(8.5e6)
  })

  test('when it is full, then the oldest transitions make room', () => {
    const engine = engineOf({ ...small, replayCapacity: 5, batchSize: 5 }, { observation: 1, action: 1 })
    const store = (reward: number) =>
      engine.store(Float32Array.of(0), Float32Array.of(0), reward, Float32Array.of(0), 0)
    for (let index = 1; index <= 7; index++) store(index)
    expect(engine.stored).toBe(5)
    // With a discount of 0 the target is the reward: 6, 7, 3, 4, 5 are left, whose mean is 5.
    const lossOf = (indices: number[]) => engine.updateOn({ indices: Uint32Array.from(indices) }, false).criticLoss
    const values = [6, 7, 3, 4, 5]
    const losses = values.map((_, slot) => lossOf([slot, slot, slot, slot, slot]))
    for (const [slot, loss] of losses.entries()) expect(Math.sqrt(loss)).toBeCloseTo(values[slot]!, 1)
  })

  test('when it would not fit into the address space, then the setting is named and a size that fits', () => {
    const settings = { ...small, replayCapacity: 10_000_000 }
    expect(() => engineOf(settings, { observation: 400, action: 3 })).toThrow(
      /"replayCapacity" cannot be 10000000 with 400 observations.*Take \d+ or less/,
    )
  })
})

describe('Given the generators of another engine', () => {
  test('when batches are drawn uniformly, then both draw the same', () => {
    const engine = engineOf(small)
    storeRandom(engine, 77)
    const sampler = createSampler(small, RandomStream.restore(engineRandom(1).replay))
    const [indices, weights] = [new Uint32Array(small.batchSize), new Float32Array(small.batchSize)]
    for (let batch = 0; batch < 20; batch++) {
      sampler.sample(77, indices, weights)
      expect([...engine.chooseBatch()]).toEqual([...indices])
    }
  })

  test('when transitions are drawn by priority, then the first batches are the same too', () => {
    const settings = { ...small, prioritisedReplay: true }
    const engine = engineOf(settings)
    storeRandom(engine, 77)
    const sampler = createSampler(settings, RandomStream.restore(engineRandom(1).replay))
    for (let slot = 0; slot < 77; slot++) sampler.added(slot)
    const [indices, weights] = [new Uint32Array(small.batchSize), new Float32Array(small.batchSize)]
    for (let batch = 0; batch < 20; batch++) {
      sampler.sample(77, indices, weights)
      expect([...engine.chooseBatch()]).toEqual([...indices])
    }
  })
})

describe('Given prioritised replay', () => {
  test('when one transition has by far the largest error, then it is drawn far more often than another', () => {
    const settings = { ...small, prioritisedReplay: true, priorityExponent: 1, criticLearningRate: 1e-6 }
    const size = { observation: 1, action: 1 }
    const engine = engineOf(settings, size)
    for (let index = 0; index < 50; index++) {
      engine.store(Float32Array.of(0), Float32Array.of(0), index === 20 ? 50 : 1, Float32Array.of(0), 0)
    }
    for (let update = 0; update < 200; update++) engine.update(false)
    let drawn = 0
    for (let batch = 0; batch < 100; batch++) {
      for (const index of engine.chooseBatch()) if (index === 20) drawn++
    }
    // p = 50 of 99 in all.
    expect(drawn / (100 * small.batchSize)).toBeCloseTo(50 / 99, 1)
  })
})

describe('Given weights that are not finite', () => {
  test.each(['critic', 'actor'] as const)('when the %s diverges, then its layer is named', (name) => {
    const engine = engineOf({ ...small, criticL2: 0 })
    storeRandom(engine, 20)
    expect(engine.findNonFinite()).toBeUndefined()
    engine.update(true)
    expect(engine.findNonFinite()).toBeUndefined()
    const broken = engineWith((networks) => {
      networks[name].layers[1]!.weights[3] = Number.NaN
    })
    storeRandom(broken, 20)
    broken.update(true)
    expect(broken.findNonFinite()).toMatch(new RegExp(`^${name}, layer \\d$`))
  })

  test('when a reward is too large for float32, then the loss is infinite and not silently finite', () => {
    const engine = engineOf(small)
    for (let index = 0; index < 20; index++) {
      engine.store(new Float32Array(3), new Float32Array(2), 1e25, new Float32Array(3), 0.99)
    }
    expect(engine.update(true).criticLoss).toBe(Number.POSITIVE_INFINITY)
  })
})

describe('Given gradients that fade away', () => {
  test('when the loss is almost nothing for long, then no moment becomes denormal', () => {
    const engine = engineOf({ ...small, criticL2: 0 })
    for (let index = 0; index < 20; index++) {
      engine.store(new Float32Array(3), new Float32Array(2), 0, new Float32Array(3), 0)
    }
    for (let update = 0; update < 3000; update++) engine.update(true)
    const smallest = engine
      .moments()
      .filter((value) => value !== 0)
      .map(Math.abs)
    expect(Math.min(...smallest)).toBeGreaterThan(1e-33)
  })
})

describe('Given several threads', () => {
  test('when engines come and go, then their threads end with them', async () => {
    const before = process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length
    for (let round = 0; round < 4; round++) {
      const engine = engineOf(small, undefined, 3)
      storeRandom(engine, 20)
      engine.update(true)
      engine.dispose()
    }
    await expect
      .poll(() => process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length, { timeout: 10_000 })
      .toBeLessThanOrEqual(before)
  })

  test('when a batch has fewer rows than there are threads, then the weights are those of one thread', () => {
    const settings = { ...small, batchSize: 2 }
    const [alone, together] = [engineOf(settings), engineOf(settings, undefined, 5)]
    for (const engine of [alone, together]) {
      storeRandom(engine, 20)
      for (let update = 0; update < 5; update++) engine.update(true)
    }
    expect(numbersOf(together.exportNetworks().critic)).toEqual(numbersOf(alone.exportNetworks().critic))
    together.dispose()
  })
})

describe('Given relaxed SIMD', () => {
  test('when an update is made with it, then it is close to the plain one', () => {
    const [plain, relaxed] = [engineOf(small), engineOf(small, undefined, 1, true)]
    for (const engine of [plain, relaxed]) {
      storeRandom(engine, 20)
      engine.update(true)
    }
    const [ours, theirs] = [plain, relaxed].map((engine) => numbersOf(engine.exportNetworks().critic))
    expect(largestDifference(ours!, theirs!)).toBeLessThan(1e-5)
  })
})

function engineOf(
  settings: AgentSettings,
  size = { observation: 3, action: 2 },
  threads = 1,
  relaxedSimd = false,
): FusedEngine {
  const networks = initialiseNetworks(size, settings, RandomStream.derive(1, 'initial weights'))
  return create({ size, settings, networks, random: engineRandom(1), threads, relaxedSimd })
}

function engineWith(change: (networks: ReturnType<typeof initialiseNetworks>) => void): FusedEngine {
  const size = { observation: 3, action: 2 }
  const networks = initialiseNetworks(size, small, RandomStream.derive(1, 'initial weights'))
  change(networks)
  return create({ size, settings: small, networks, random: engineRandom(1) })
}
