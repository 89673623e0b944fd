// What every engine does beside one exact update: whose weights move when, what a batch is drawn from, how observations
// are seen, where a value that is not finite is found.
import { beforeAll, describe, expect, test } from 'vitest'
import type { EngineFactory } from '../../src/agent/create-engine.ts'
import { criticActionLayer, type LearningEngine, type Networks } from '../../src/agent/engine.ts'
import { initialiseNetworks } from '../../src/agent/initialisation.ts'
import { drawTargetNoise } from '../../src/agent/noise.ts'
import { createSampler } from '../../src/agent/sampler.ts'
import type { AgentSettings } from '../../src/agent/settings.ts'
import { RandomStream } from '../../src/common/random.ts'
import type { Network } from '../../src/policy/network.ts'
import {
  actionOf,
  answerOf,
  createEngine,
  engineRandom,
  firstSlots,
  largestDifference,
  loadTested,
  numbersOf,
  smallSettings,
  storeRandom,
  testedEngines,
} from './engines.ts'
import { outputOf } from './plain-networks.ts'

const size = { observation: 3, action: 2 }
const td3: Partial<AgentSettings> = { twinCritics: true, policyDelay: 2, targetNoise: 0.2, targetNoiseClip: 0.3 }

describe.each(testedEngines)('Given the engine %s', (name) => {
  let factory: EngineFactory

  beforeAll(async () => {
    factory = await loadTested(name)
  })

  test('when it is made, then it holds the networks that it was given, in memory of its own', () => {
    const settings = { ...smallSettings, ...td3 }
    const networks = initialiseNetworks(size, settings, RandomStream.derive(1, 'initial weights'))
    const engine = factory.create({ size, settings, networks, random: engineRandom(1) })
    expect(engine.exportNetworks()).toEqual(networks)
    engine.exportNetworks().actor.layers[0]!.weights.fill(9)
    networks.actor.layers[0]!.bias.fill(9)
    const again = initialiseNetworks(size, settings, RandomStream.derive(1, 'initial weights'))
    expect(engine.exportNetworks()).toEqual(again)
    engine.dispose()
  })

  test('when it acts, then its answer is that of its exported actor', () => {
    const engine = createEngine(factory, { changes: { actorLearningRate: 0.02 } })
    storeRandom(engine, 30)
    for (let update = 0; update < 10; update++) engine.update(true)
    const { actor } = engine.exportNetworks()
    for (const observation of observations(10)) {
      expect(largestDifference(actionOf(engine, observation), answerOf(actor, observation))).toBeLessThan(1e-5)
    }
    engine.dispose()
  })

  describe.each([
    { what: 'one critic', changes: {} },
    { what: 'twin critics', changes: td3 },
  ])('with $what', ({ changes }) => {
    test('when an update leaves the policy out, then the critics move, and neither the actor nor any target', () => {
      const engine = createEngine(factory, { changes })
      storeRandom(engine, 20)
      const before = engine.exportNetworks()
      const metrics = engine.update(false)
      const after = engine.exportNetworks()
      expect(Object.keys(metrics).toSorted()).toEqual(['criticLoss', 'meanQ'])
      for (const network of Object.keys(before) as (keyof Networks)[]) {
        const moves = network === 'critic' || network === 'secondCritic'
        expect(moved(before[network]!, after[network]!), network).toBe(moves)
      }
      engine.dispose()
    })

    test('when an update includes the policy, then all networks move, and the targets by τ of the way', () => {
      const engine = createEngine(factory, { changes: { ...changes, softUpdateRate: 0.25 } })
      storeRandom(engine, 20)
      engine.update(false)
      const before = engine.exportNetworks()
      const metrics = engine.update(true)
      const after = engine.exportNetworks()
      expect(Object.keys(metrics).toSorted()).toEqual(['criticLoss', 'meanQ', 'policyLoss', 'saturation'])
      for (const network of Object.keys(before) as (keyof Networks)[]) {
        expect(moved(before[network]!, after[network]!), network).toBe(true)
      }
      const pairs = [
        ['actor', 'targetActor'],
        ['critic', 'targetCritic'],
        ['secondCritic', 'targetSecondCritic'],
      ] as const
      for (const [source, target] of pairs) {
        if (!after[source]) continue
        const sources = numbersOf(after[source])
        const expected = numbersOf(before[target]!).map((value, index) => value + 0.25 * (sources[index]! - value))
        expect(largestDifference(numbersOf(after[target]!), expected)).toBeLessThan(1e-6)
      }
      engine.dispose()
    })

    const draws = [false, true].flatMap((prioritisedReplay) =>
      [0, 0.2].map((targetNoise) => ({ prioritisedReplay, targetNoise })),
    )
    test.each(draws)(
      'when it updates by itself (prioritised $prioritisedReplay, noise $targetNoise), then as on the batch of its generators',
      (drawn) => {
        const options = { ...changes, ...drawn, importanceUpdates: 10, criticLearningRate: 0.01 }
        const settings = { ...smallSettings, ...options }
        const [engine, mirror] = [
          createEngine(factory, { changes: options }),
          createEngine(factory, { changes: options }),
        ]
        const { replay, targetNoise } = engineRandom(1)
        const sampler = createSampler(settings, RandomStream.restore(replay))
        const noiseRandom = RandomStream.restore(targetNoise)
        for (const one of [engine, mirror]) storeRandom(one, 30)
        for (let slot = 0; slot < 30; slot++) sampler.added(slot)
        const batch = {
          indices: new Uint32Array(settings.batchSize),
          weights: new Float32Array(settings.batchSize),
          targetNoise: new Float32Array(settings.batchSize * size.action),
        }
        for (let update = 0; update < 12; update++) {
          sampler.sample(30, batch.indices, batch.weights)
          if (settings.targetNoise > 0) drawTargetNoise(settings, noiseRandom, batch.targetNoise)
          sampler.learned(batch.indices, errorsOf(mirror.exportNetworks(), settings, batch))
          const updatesPolicy = update % 2 === 1
          const [metrics, expected] = [engine.update(updatesPolicy), mirror.updateOn(batch, updatesPolicy)]
          expect(Math.abs(metrics.criticLoss - expected.criticLoss)).toBeLessThan(1e-6)
          expect(Math.abs(metrics.meanQ - expected.meanQ)).toBeLessThan(1e-6)
        }
        const [networks, expected] = [engine.exportNetworks(), mirror.exportNetworks()]
        expect(largestDifference(numbersOf(networks.critic), numbersOf(expected.critic))).toBeLessThan(1e-5)
        expect(largestDifference(numbersOf(networks.actor), numbersOf(expected.actor))).toBeLessThan(1e-5)
        engine.dispose()
        mirror.dispose()
      },
    )
  })

  test('when observations are scaled, then acting and learning, also on stored ones, are as with observations scaled before', () => {
    const [mean, scale] = [Float32Array.of(5, -0.25, 0), Float32Array.of(0.5, 8, 1)]
    // Rates at which the next observation soon matters.
    const changes = { criticLearningRate: 0.05, softUpdateRate: 0.5 }
    const [raw, prepared] = [createEngine(factory, { changes }), createEngine(factory, { changes })]
    const list = observations(17)
    const seen = list.map((observation) => observation.map((value, k) => (value - mean[k]!) * scale[k]!))
    for (let index = 0; index < 16; index++) {
      const [action, reward] = [Float32Array.of(index / 16, -0.5), Math.sin(index)]
      raw.store(list[index]!, action, reward, list[index + 1]!, 0.9)
      prepared.store(seen[index]!, action, reward, seen[index + 1]!, 0.9)
    }
    raw.setObservationScaling(mean, scale)
    mean.fill(99)
    for (let update = 0; update < 8; update++) {
      const [metrics, expected] = [raw.update(true), prepared.update(true)]
      expect(metrics.meanQ).toBeCloseTo(expected.meanQ, 4)
      expect(metrics.criticLoss / expected.criticLoss).toBeCloseTo(1, 3)
    }
    expect(largestDifference(actionOf(raw, list[3]!), actionOf(prepared, seen[3]!))).toBeLessThan(1e-4)
    expect(largestDifference(actionOf(raw, list[3]!), actionOf(prepared, list[3]!))).toBeGreaterThan(1e-3)
    expect(list[3]).toEqual(observations(17)[3])
    raw.dispose()
    prepared.dispose()
  })

  test('when it is told a share of the learning rates, then it learns as with such rates from the start', () => {
    const rates = { actorLearningRate: 1e-3, criticLearningRate: 4e-3, twinCritics: true }
    const told = createEngine(factory, { changes: rates })
    const given = createEngine(factory, {
      changes: { ...rates, actorLearningRate: 2.5e-4, criticLearningRate: 1e-3 },
    })
    told.setLearningRates(0.25)
    for (const engine of [told, given]) storeRandom(engine, 30)
    for (let update = 0; update < 5; update++) for (const engine of [told, given]) engine.update(true)
    const [networks, expected] = [told.exportNetworks(), given.exportNetworks()]
    for (const name of ['actor', 'critic', 'secondCritic'] as const) {
      expect(numbersOf(networks[name]!)).toEqual(numbersOf(expected[name]!))
    }
    // And on with the settings' own.
    told.setLearningRates(1)
    for (const engine of [told, given]) engine.update(true)
    expect(numbersOf(told.exportNetworks().actor)).not.toEqual(numbersOf(given.exportNetworks().actor))
    for (const engine of [told, given]) engine.dispose()
  })

  test('when one of two actions is at the end of its range, then half of the actions are saturated', () => {
    const engine = createWith((networks) => networks.actor.layers.at(-1)!.bias.set([6, 1]))
    storeRandom(engine, 20)
    expect(engine.update(true).saturation).toBeCloseTo(0.5, 6)
    engine.dispose()
  })

  test('when a batch names a slot that holds nothing, then a RangeError names it', () => {
    const engine = createEngine(factory)
    storeRandom(engine, 5)
    expect(engine.stored).toBe(5)
    const update = () => engine.updateOn({ indices: Uint32Array.of(1, 0, 4, 5, 2, 3, 1, 0) }, true)
    expect(update).toThrow(RangeError)
    expect(update).toThrow('no stored transition 5')
    engine.dispose()
  })

  test('when the target actions are noisy, then the targets are others, by no more than the clip allows', () => {
    const losses = [
      { targetNoise: 0, targetNoiseClip: 0.5 },
      { targetNoise: 5, targetNoiseClip: 1e-6 },
      { targetNoise: 5, targetNoiseClip: 0.5 },
    ].map((noise) => {
      const engine = createWith((networks) => {
        for (const network of [networks.targetCritic, networks.targetSecondCritic!]) {
          const { weights } = network.layers.at(-1)!
          weights.set(weights.map((value) => 300 * value))
        }
      }, noise)
      storeRandom(engine, 20)
      const { criticLoss } = engine.update(false)
      engine.dispose()
      return criticLoss
    })
    expect(Math.abs(losses[1]! - losses[0]!)).toBeLessThan(1e-5)
    expect(Math.abs(losses[2]! - losses[0]!)).toBeGreaterThan(1e-3)
  })

  test('when a batch has other lengths than the settings, then it is refused and nothing is learned', () => {
    const engine = createEngine(factory)
    storeRandom(engine, 20)
    const before = engine.exportNetworks()
    const indices = firstSlots(8)
    for (const [batch, reason] of [
      [{ indices: firstSlots(20) }, 'A batch has 8 transitions, not 20.'],
      [{ indices: Uint32Array.of(7) }, 'A batch has 8 transitions, not 1.'],
      [{ indices, weights: new Float32Array(9) }, 'A batch has 8 weights, not 9.'],
      [{ indices, targetNoise: new Float32Array(8) }, 'A batch has 16 entries of noise, not 8.'],
    ] as const) {
      const update = () => engine.updateOn(batch, true)
      expect(update).toThrow(RangeError)
      expect(update).toThrow(reason)
    }
    expect(engine.exportNetworks()).toEqual(before)
    engine.dispose()
  })

  test("when a batch holds one transition alone, then the mean Q is the critic's answer to it", () => {
    const engine = createEngine(factory)
    storeRandom(engine, 20)
    const { critic } = engine.exportNetworks()
    const { meanQ } = engine.updateOn({ indices: new Uint32Array(8).fill(7) }, false)
    const { observation, action } = transitionsOf(20)[7]!
    expect(meanQ).toBeCloseTo(outputOf(critic, observation, { action, layer: 1 })[0]!, 5)
    engine.dispose()
  })

  describe('when all values are finite', () => {
    test('then none is found that is not', () => {
      const engine = createEngine(factory, { changes: td3 })
      storeRandom(engine, 20)
      engine.update(true)
      expect(engine.findNonFinite()).toBeUndefined()
      engine.dispose()
    })
  })

  test.each([
    { network: 'actor', layer: 1, place: 'actor, layer 1' },
    { network: 'critic', layer: 2, place: 'critic, layer 2' },
    { network: 'secondCritic', layer: 3, place: 'second critic, layer 3' },
    { network: 'targetActor', layer: 2, place: 'target actor, layer 2' },
    { network: 'targetSecondCritic', layer: 1, place: 'target of the second critic, layer 1' },
  ] as const)('when $network has a NaN in layer $layer, then it is found there', ({ network, layer, place }) => {
    for (const part of ['weights', 'bias'] as const) {
      const engine = createWith((networks) => {
        networks[network]!.layers[layer - 1]![part][0] = part === 'bias' ? Number.NaN : Number.POSITIVE_INFINITY
      })
      expect(engine.findNonFinite()).toBe(place)
      engine.dispose()
    }
  })

  test('when the square of a gradient is too large for single precision, then the moments that hold its weights still are named', () => {
    const engine = createEngine(factory)
    for (let index = 0; index < 20; index++) {
      engine.store(new Float32Array(3).fill(100), new Float32Array(2), 5e18, new Float32Array(3).fill(100), 0)
    }
    expect(engine.update(false).criticLoss).toBeLessThan(Number.POSITIVE_INFINITY)
    const { critic } = engine.exportNetworks()
    expect(critic.layers.every(({ weights }) => weights.every(Number.isFinite))).toBe(true)
    expect(engine.findNonFinite()).toMatch(/^critic, layer \d \(Adam's moments\)$/)
    engine.dispose()
  })

  test('when such a gradient is clipped, then the weights move as by any other, and nothing is infinite', () => {
    const engine = createEngine(factory, { changes: { gradientClip: 1, criticLearningRate: 1e-3 } })
    const before = engine.exportNetworks().critic
    for (let index = 0; index < 20; index++) {
      engine.store(new Float32Array(3).fill(100), new Float32Array(2), 5e18, new Float32Array(3).fill(100), 0)
    }
    engine.update(false)
    const moved = engine
      .exportNetworks()
      .critic.layers.flatMap(({ weights }, layer) =>
        [...weights].map((weight, index) => Math.abs(weight - before.layers[layer]!.weights[index]!)),
      )
    // Adam's first step is the learning rate, whatever the gradient.
    expect(Math.max(...moved)).toBeGreaterThan(5e-4)
    expect(Math.max(...moved)).toBeLessThan(2e-3)
    expect(engine.findNonFinite()).toBeUndefined()
    engine.dispose()
  })

  test('when several networks have a NaN, then one that learns is named before the targets that follow', () => {
    const engine = createWith((networks) => {
      for (const name of ['targetActor', 'targetCritic', 'secondCritic'] as const) {
        networks[name]!.layers[0]!.bias[0] = Number.NaN
      }
    })
    expect(engine.findNonFinite()).toBe('second critic, layer 1')
    engine.dispose()
  })

  /** An engine with twin critics whose initial networks are changed. */
  function createWith(change: (networks: Networks) => void, changes: Partial<AgentSettings> = {}): LearningEngine {
    const settings = { ...smallSettings, ...td3, ...changes }
    const networks = initialiseNetworks(size, settings, RandomStream.derive(1, 'initial weights'))
    change(networks)
    return factory.create({ size, settings, networks, random: engineRandom(1) })
  }
})

function moved(before: Network, after: Network): boolean {
  return largestDifference(numbersOf(before), numbersOf(after)) > 0
}

function observations(count: number): Float32Array[] {
  const random = RandomStream.derive(5, 'observations')
  return Array.from({ length: count }, () => Float32Array.from([4, 0.25, -1], (value) => value + random.uniform(-1, 1)))
}

interface PlainTransition {
  observation: Float32Array
  action: Float32Array
  reward: number
  nextObservation: Float32Array
  discount: number
}

/** What `storeRandom` stores. */
function transitionsOf(count: number): PlainTransition[] {
  const list: PlainTransition[] = []
  const collector = {
    store: (...[observation, action, reward, nextObservation, discount]: Parameters<LearningEngine['store']>) => {
      list.push({ observation, action, reward, nextObservation, discount })
    },
  }
  storeRandom(collector as LearningEngine, count)
  return list
}

/** |Q - y| of each row, computed plainly; the mean of both with twin critics. */
function errorsOf(
  networks: Networks,
  settings: AgentSettings,
  { indices, targetNoise }: { indices: Uint32Array; targetNoise: Float32Array },
): number[] {
  const transitions = transitionsOf(30)
  const layer = criticActionLayer(settings)
  const { targetActor, critic, secondCritic, targetCritic, targetSecondCritic } = networks
  return Array.from(indices, (index, row) => {
    const { observation, action, reward, nextObservation, discount } = transitions[index]!
    const next = outputOf(targetActor, nextObservation).map((sum, k) =>
      Math.min(1, Math.max(-1, Math.tanh(sum) + targetNoise[row * size.action + k]!)),
    )
    const qOf = (one: Network, at: Float32Array, by: ArrayLike<number>) => outputOf(one, at, { action: by, layer })[0]!
    const targets = [targetCritic, targetSecondCritic].filter((one) => one !== undefined)
    const y = reward + discount * Math.min(...targets.map((one) => qOf(one, nextObservation, next)))
    const critics = [critic, secondCritic].filter((one) => one !== undefined)
    const sizes = critics.map((one) => Math.abs(qOf(one, observation, action) - y))
    return sizes.reduce((sum, value) => sum + value, 0) / sizes.length
  })
}
