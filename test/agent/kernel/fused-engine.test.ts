/** What only the fused engine has: its committed binary, its memory, its samplers, its guards and its threads. */
import { readFileSync } from 'node:fs'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { EngineOptions } from '../../../src/agent/engine.ts'
import { initialiseNetworks } from '../../../src/agent/initialisation.ts'
import { FusedEngine, loadFusedKernel } from '../../../src/agent/kernel/fused-engine.ts'
import { presets } from '../../../src/agent/presets.ts'
import { createSampler } from '../../../src/agent/sampler.ts'
import type { AgentSettings } from '../../../src/agent/settings.ts'
import { RandomStream } from '../../../src/common/random.ts'
import { UserError } from '../../../src/common/user-error.ts'
import { engineRandom, largestDifference, numbersOf, storeRandom } from '../engines.ts'

// The scripts are JavaScript, which the type checker of the project does not read: hence an import by a computed name.
const { compileKernel: compileEdited, kernelBinaryText } = await import(
  new URL('../../../scripts/build-kernel.mjs', import.meta.url).href
)

const hopper = { observation: 11, action: 3 }
const sizes = { hiddenSizes: [20, 10], batchSize: 8, replayCapacity: 100 }
const small = { ...presets.ddpg.paper, ...sizes }

let create: (options: EngineOptions) => FusedEngine

beforeAll(async () => {
  create = await loadFusedKernel()
})
afterEach(() => void vi.restoreAllMocks())

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
    // With a discount of 0 the target is the reward: 6, 7, 3, 4, 5 are left.
    const lossOf = (indices: number[]) => engine.updateOn({ indices: Uint32Array.from(indices) }, false).criticLoss
    const values = [6, 7, 3, 4, 5]
    const losses = values.map((_, slot) => lossOf([slot, slot, slot, slot, slot]))
    for (const [slot, loss] of losses.entries()) expect(Math.sqrt(loss)).toBeCloseTo(values[slot]!, 1)
  })

  test('when the machine does not give the memory, then its size is named and the setting that it comes from', () => {
    const { Memory } = WebAssembly
    vi.spyOn(WebAssembly, 'Memory').mockImplementation(
      class extends Memory {
        constructor(options: WebAssembly.MemoryDescriptor) {
          if (options.initial > 100) throw new RangeError('could not allocate memory')
          super(options)
        }
      },
    )
    const allocate = () => engineOf({ ...small, replayCapacity: 1_000_000 })
    expect(allocate).toThrow(UserError)
    expect(allocate).toThrow(/needs 4\d MB in one piece\. Take a smaller replayCapacity/)
  })

  test('when what is stored has the wrong length, then it is refused and nothing is written', () => {
    const engine = engineOf(small)
    const [three, two] = [new Float32Array(3), new Float32Array(2)]
    expect(() => engine.store(two, two, 1, three, 0)).toThrow('An observation has 3 entries, not 2.')
    expect(() => engine.store(three, three, 1, three, 0)).toThrow('An action has 2 entries, not 3.')
    expect(() => engine.store(three, two, 1, two, 0)).toThrow(RangeError)
    expect(engine.stored).toBe(0)
    expect(() => engine.act(two, two)).toThrow(RangeError)
    expect(() => engine.act(three, three)).toThrow(RangeError)
    expect(() => engine.setObservationScaling(three, two)).toThrow(RangeError)
    expect(() => engine.setObservationScaling(two, three)).toThrow(RangeError)
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

describe('Given prioritised replay and a batch of the caller', () => {
  test('when it was learned from, then the priorities are what they were, and after an update of its own they are not', () => {
    const settings = { ...small, prioritisedReplay: true, priorityExponent: 1 }
    const drawnAfter = (learn: (engine: FusedEngine) => void): number[] => {
      const engine = engineOf(settings)
      storeRandom(engine, 40)
      learn(engine)
      // The generator's second batch, whether or not the first was taken.
      return Array.from({ length: 3 }, () => [...engine.chooseBatch()]).flat()
    }
    const batch = { indices: Uint32Array.of(0, 1, 2, 3, 4, 5, 6, 7) }
    expect(drawnAfter((engine) => engine.updateOn(batch, true))).toEqual(drawnAfter(() => {}))
    expect(drawnAfter((engine) => engine.update(true))).not.toEqual(drawnAfter((engine) => engine.chooseBatch()))
  })
})

describe('Given weights that are not finite', () => {
  test.each(['targetCritic', 'targetSecondCritic'] as const)('when %s answers NaN, then the loss is NaN', (name) => {
    const settings = { ...presets.td3.paper, ...sizes }
    const engine = engineWith((networks) => {
      networks[name]!.layers.at(-1)!.bias[0] = Number.NaN
    }, settings)
    storeRandom(engine, 20)
    expect(engine.update(false).criticLoss).toBeNaN()
  })

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

describe('Given gradients whose squares float32 cannot hold', () => {
  test('when they are clipped, then the weights move, and stay finite', () => {
    const engine = engineOf({ ...small, criticL2: 0, gradientClip: 1 })
    for (let index = 0; index < 20; index++) {
      engine.store(new Float32Array(3), new Float32Array(2), 1e21, new Float32Array(3), 0)
    }
    const before = numbersOf(engine.exportNetworks().critic)
    engine.update(false)
    const moved = largestDifference(numbersOf(engine.exportNetworks().critic), before)
    // Adam's first step is the learning rate, however long the gradient.
    expect(moved).toBeGreaterThan(5e-4)
    expect(moved).toBeLessThan(2e-3)
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
    const engines = Array.from({ length: 4 }, () => engineOf(small, undefined, 3))
    for (const engine of engines) {
      storeRandom(engine, 20)
      engine.update(true)
      expect(engine.helping).toBe(2)
      engine.dispose()
    }
    await expect.poll(() => engines.map(({ helping }) => helping), { timeout: 10_000 }).toEqual([0, 0, 0, 0])
  })

  test('when one of them fails, then the update fails with its error and what to do', async () => {
    const engine = await brokenEngine({ run: 'if (thread > 0 && phase == 4) unreachable()' })
    const update = () => engine.update(true)
    expect(engine.update(false).criticLoss).toBeGreaterThan(0)
    expect(update).toThrow(UserError)
    expect(update).toThrow(/A helping thread of the learner stopped \(RuntimeError: .*unreachable.*\); use --threads 1/)
    engine.dispose()
  })

  test('when one of them is silent for long, then it is waited for; when it never answers, then the update fails', async () => {
    // Waits of 20 ms: 5 of them are not enough for a pause of 60 ms, which is more than 1.
    const shortWaits = { waits: 5, wait: 20_000_000 }
    const pause = (nanoseconds: number) => ({
      ...shortWaits,
      run: `if (thread > 0 && phase == 4) atomic.wait<i32>(changetype<usize>(learner) + offsetof<Learner>('present'), 1, ${nanoseconds})`,
    })
    const slow = await brokenEngine(pause(60_000_000))
    expect(slow.update(true).saturation).toBeDefined()
    slow.dispose()
    const silent = await brokenEngine(pause(2_000_000_000))
    expect(() => silent.update(true)).toThrow(/stopped \(it does not answer\); use --threads 1/)
    silent.dispose()
  })

  test('when they cannot start, then a failure says why and what to do', async () => {
    const make = brokenEngine({ start: 'unreachable()' })
    await expect(make).rejects.toThrow(UserError)
    await expect(make).rejects.toThrow(/threads of the learner did not start \(RuntimeError: .*\); use --threads 1/)
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

function engineWith(
  change: (networks: ReturnType<typeof initialiseNetworks>) => void,
  settings: AgentSettings = small,
): FusedEngine {
  const size = { observation: 3, action: 2 }
  const networks = initialiseNetworks(size, settings, RandomStream.derive(1, 'initial weights'))
  change(networks)
  return create({ size, settings, networks, random: engineRandom(1) })
}

/** An engine of two threads whose kernel does `start` where a helping thread starts, and `run` where one begins a phase. */
async function brokenEngine(
  plan: { start?: string; run?: string; waits?: number; wait?: number } = {},
): Promise<FusedEngine> {
  const replace = (source: string, from: string | RegExp, to: string): string => {
    expect(source).toMatch(from)
    return source.replace(from, to)
  }
  const binary = await compileEdited(false, (name: string, source: string) => {
    if (name !== 'threads.ts') return source
    const { start = '', run = '', waits = 30, wait = 2_000_000_000 } = plan
    let edited = replace(source, '  let seen: i32 = 0\n  atomic', `  ${start}\n  let seen: i32 = 0\n  atomic`)
    edited = replace(
      edited,
      '    takeTasks(learner, phase, thread)',
      `    ${run}\n    takeTasks(learner, phase, thread)`,
    )
    edited = replace(edited, /const WAITS: i32 = \d+/, `const WAITS: i32 = ${waits}`)
    return replace(edited, /const WAIT: i64 = [\d_]+/, `const WAIT: i64 = ${wait}`)
  })
  const size = { observation: 3, action: 2 }
  const networks = initialiseNetworks(size, small, RandomStream.derive(1, 'initial weights'))
  const engine = new FusedEngine(new WebAssembly.Module(binary), {
    ...{ size, settings: small, networks },
    random: engineRandom(1),
    threads: 2,
  })
  storeRandom(engine, 20)
  return engine
}
