// Layer and batch normalisation: what they compute, how running averages move, and that exported networks need neither
// a batch nor a running average.
import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, test } from 'vitest'
import type { EngineFactory } from '../../../src/agent/create-engine.ts'
import { initialiseNetworks } from '../../../src/agent/initialisation.ts'
import { BatchStatistics, runActor, runCritic } from '../../../src/agent/tensorflow/forward.ts'
import { allOf, createVariables, exportNetwork } from '../../../src/agent/tensorflow/variables.ts'
import { RandomStream } from '../../../src/common/random.ts'
import {
  actionOf,
  answerOf,
  createEngine,
  engineRandom,
  largestDifference,
  loadTested,
  numbersOf,
  smallSettings,
  storeRandom,
  tensorFlowEngines,
} from '../engines.ts'
import { outputOf } from '../plain-networks.ts'

const size = { observation: 3, action: 2 }
const random = RandomStream.derive(8, 'normalisation')
const vector = (length: number, low = -1, high = 1) => Float32Array.from({ length }, () => random.uniform(low, high))

describe.each(tensorFlowEngines)('Given the engine %s', (name) => {
  let factory: EngineFactory

  beforeAll(async () => {
    factory = await loadTested(name)
  })

  test.each([
    { setting: 'layerNormalisation', criticActionInput: 2 },
    { setting: 'batchNormalisation', criticActionInput: 2 },
    { setting: 'batchNormalisation', criticActionInput: 1 },
  ])('when it has learned with $setting, then its exported actor answers as it acts', (changes) => {
    const { setting, criticActionInput } = changes
    const engine = createEngine(factory, {
      changes: { [setting]: true, criticActionInput, actorLearningRate: 0.02, criticLearningRate: 0.02 },
    })
    storeRandom(engine, 40)
    const before = actionOf(engine, Float32Array.of(0.3, -0.2, 0.9))
    for (let update = 0; update < 60; update++) engine.update(true)
    const { actor } = engine.exportNetworks()
    const spread = Array.from({ length: 10 }, () => {
      const observation = vector(3)
      const answer = actionOf(engine, observation)
      expect(largestDifference(answer, answerOf(actor, observation))).toBeLessThan(1e-5)
      return answer[0]!
    })
    expect(Math.max(...spread) - Math.min(...spread)).toBeGreaterThan(1e-3)
    expect(largestDifference(actionOf(engine, Float32Array.of(0.3, -0.2, 0.9)), before)).toBeGreaterThan(1e-3)
    expect(engine.findNonFinite()).toBeUndefined()
    engine.dispose()
  })

  test('when layers are normalised and all weights of one are ten times as large, then the answers are the same', () => {
    const settings = { ...smallSettings, layerNormalisation: true }
    const answers = [1, 10].map((factor) => {
      const networks = initialiseNetworks(size, settings, RandomStream.derive(1, 'initial weights'))
      const { actor } = networks
      const { weights, bias } = actor.layers[0]!
      for (const values of [weights, bias]) values.set(values.map((value) => factor * value))
      actor.layers[2]!.weights.set(actor.layers[2]!.weights.map((value) => 300 * value))
      const engine = factory.create({ size, settings, networks, random: engineRandom(1) })
      const answer = actionOf(engine, Float32Array.of(0.5, -0.8, 0.4))
      engine.dispose()
      return answer
    })
    expect(largestDifference(answers[0]!, answers[1]!)).toBeLessThan(1e-3)
    expect(Math.abs(answers[0]![0]!)).toBeGreaterThan(0.01)
  })

  test('when batches are normalised, then the critic learns as much from observations in other units', () => {
    const metrics = [1, 1000].map((unit) => {
      const engine = createEngine(factory, { changes: { batchNormalisation: true } })
      const transitions = RandomStream.derive(3, 'transitions')
      const observe = () => Float32Array.from({ length: 3 }, () => unit * transitions.uniform(-10, 10) + unit)
      for (let index = 0; index < 20; index++) {
        engine.store(observe(), Float32Array.of(0.5, transitions.uniform(-1, 1)), index, observe(), 0)
      }
      const result = engine.update(false)
      engine.dispose()
      return result
    })
    expect(metrics[0]!.meanQ / metrics[1]!.meanQ).toBeCloseTo(1, 3)
  })

  test('when it hardly learns, then the averages alone move the layers that they belong to: none from the action on', () => {
    const rates = { actorLearningRate: 1e-12, criticLearningRate: 1e-12 }
    const engine = createEngine(factory, { changes: { batchNormalisation: true, twinCritics: true, ...rates } })
    storeRandom(engine, 40)
    const before = engine.exportNetworks()
    engine.update(true)
    const after = engine.exportNetworks()
    const moved = (network: 'actor' | 'critic' | 'secondCritic') =>
      after[network]!.layers.map(
        ({ bias }, index) => largestDifference(bias, before[network]!.layers[index]!.bias) > 1e-6,
      )
    expect(moved('actor')).toEqual([true, true, false])
    expect(moved('critic')).toEqual([true, false, false])
    expect(moved('secondCritic')).toEqual([true, false, false])
    engine.dispose()
  })

  test('when the targets follow at once, then they have the running averages too', () => {
    const engine = createEngine(factory, {
      changes: { batchNormalisation: true, softUpdateRate: 1, twinCritics: true },
    })
    storeRandom(engine, 40)
    const before = engine.exportNetworks()
    for (let update = 0; update < 5; update++) engine.update(true)
    const networks = engine.exportNetworks()
    expect(largestDifference(numbersOf(networks.targetActor), numbersOf(networks.actor))).toBeLessThan(1e-5)
    expect(largestDifference(numbersOf(networks.targetCritic), numbersOf(networks.critic))).toBeLessThan(1e-5)
    expect(largestDifference(numbersOf(before.actor), numbersOf(networks.actor))).toBeGreaterThan(1e-3)
    engine.dispose()
  })
})

describe('Given networks with batch normalisation whose gains, offsets and averages are arbitrary', () => {
  beforeAll(() => loadTested('tfjs-cpu'))

  test.each([1, 2])('when they are exported (action into layer %d), then plain networks compute the same', (input) => {
    const settings = { ...smallSettings, criticActionInput: input }
    const networks = initialiseNetworks(size, settings, RandomStream.derive(2, 'initial weights'))
    const [actor, critic] = [
      createVariables(tf, networks.actor, { trainable: true, batchNormalisation: { observation: 3, layers: 2 } }),
      createVariables(tf, networks.critic, {
        trainable: true,
        batchNormalisation: { observation: 3, layers: input - 1 },
      }),
    ]
    for (const { inputNormalisation, layers } of [actor, critic]) {
      for (const normalisation of [inputNormalisation, ...layers.map((layer) => layer.batchNormalisation)]) {
        if (!normalisation) continue
        const { gain, offset, mean, variance } = normalisation
        for (const variable of [gain, offset, mean]) variable.assign(tf.tensor1d(vector(variable.shape[0]!)))
        variance.assign(tf.tensor1d(vector(variance.shape[0]!, 0.1, 2)))
      }
    }
    expect(critic.layers.map((layer) => layer.batchNormalisation !== undefined)).toEqual([input === 2, false, false])
    const [plainActor, plainCritic] = [exportNetwork(actor), exportNetwork(critic)]
    for (let row = 0; row < 5; row++) {
      const [observation, action] = [vector(3), vector(2)]
      const observations = tf.tensor2d(observation.slice(), [1, 3])
      const { preactivations } = runActor(tf, actor, observations)
      expect(largestDifference(preactivations.dataSync(), outputOf(plainActor, observation))).toBeLessThan(1e-6)
      const q = runCritic(tf, critic, input - 1, observations, tf.tensor2d(action.slice(), [1, 2]))
      const joined = { action, layer: input - 1 }
      expect(largestDifference(q.dataSync(), outputOf(plainCritic, observation, joined))).toBeLessThan(1e-6)
    }
    tf.dispose([...allOf(actor), ...allOf(critic)])
  })
})

describe('Given a batch of known numbers', () => {
  // Columns of mean 3 and -10, variance 8/3 and 200/3.
  const batch = () => tf.tensor2d([1, -20, 3, -10, 5, 0], [3, 2])
  const normalisation = () => ({
    gain: tf.variable(tf.tensor1d([2, 1])),
    offset: tf.variable(tf.tensor1d([0, 5])),
    mean: tf.variable(tf.tensor1d([1, 1]), false),
    variance: tf.variable(tf.tensor1d([1, 2]), false),
  })

  test('when it is normalised in training, then by its own mean and variance, and the averages move by a hundredth', () => {
    const statistics = new BatchStatistics(tf)
    const variables = normalisation()
    const output = statistics.normalise(batch(), variables).dataSync()
    const [a, b] = [2 / Math.sqrt(8 / 3 + 1e-3), 10 / Math.sqrt(200 / 3 + 1e-3)]
    expect(largestDifference(output, [-2 * a, 5 - b, 0, 5, 2 * a, 5 + b])).toBeLessThan(1e-5)
    expect(largestDifference(variables.mean.dataSync(), [1, 1])).toBe(0)
    statistics.moveAverages()
    expect(largestDifference(variables.mean.dataSync(), [0.99 + 0.03, 0.99 - 0.1])).toBeLessThan(1e-6)
    // The unbiased estimates are 4 and 100.
    expect(largestDifference(variables.variance.dataSync(), [0.99 + 0.04, 1.98 + 1])).toBeLessThan(1e-5)
  })
})
