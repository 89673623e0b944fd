// The gradients by autodiff, which other engines are tested against: themselves against the oracles' in float64.
import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Batch } from '../../../src/agent/replay-buffer.ts'
import { gradientsByAutodiff } from '../../../src/agent/tensorflow/gradients-by-autodiff.ts'
import { createEngine, largestDifference, loadTested } from '../engines.ts'
import { asNetworks, discountOf, type FixtureCase, readFixture, settingsOf } from '../oracle-fixture.ts'

const cases = ['ddpg-first-update', 'td3-updates'].flatMap((fixture) =>
  readFixture(fixture).map((expected, index) => ({ fixture, index, expected })),
)

describe('Given the batch of an oracle', () => {
  // Sets the backend.
  beforeAll(() => loadTested('tfjs-cpu'))

  test.each(cases)("when its gradients are computed ($fixture, $index), then they are the oracle's", ({ expected }) => {
    const { size, before } = expected
    const settings = settingsOf(expected)
    const first = expected.updates[0]!
    const given = gradientsByAutodiff(tf, { size, settings, networks: asNetworks(before) }, batchOf(expected))
    const compared: [typeof given.actor, typeof first.gradients.actor][] = [
      [given.critic, first.gradients.critic],
      [given.secondCritic ?? [], first.gradients.secondCritic ?? []],
    ]
    // An actor's gradient is that with the critic after its step.
    const policyUpdate = expected.updates.findIndex(({ updatesPolicy }) => updatesPolicy ?? true)
    const { critic } = expected.updates[policyUpdate]!.after
    const { actor } = policyUpdate === 0 ? before : expected.updates[policyUpdate - 1]!.after
    const networks = asNetworks({ ...before, critic: critic!, actor: actor! })
    const later = gradientsByAutodiff(tf, { size, settings, networks }, batchOf(expected))
    compared.push([later.actor, expected.updates[policyUpdate]!.gradients.actor])
    for (const [actual, wanted] of compared) {
      expect(actual.length).toBe(wanted!.length)
      actual.forEach(({ weights, bias }, layer) => {
        expect(largestDifference(weights, wanted![layer]!.weights)).toBeLessThan(1e-6)
        expect(largestDifference(bias, wanted![layer]!.bias)).toBeLessThan(1e-6)
      })
    }
  })

  test('when its gradients are computed, then no tensor remains', () => {
    const [{ expected }] = cases as [(typeof cases)[number]]
    const before = tf.memory().numTensors
    const options = { size: expected.size, settings: settingsOf(expected), networks: asNetworks(expected.before) }
    gradientsByAutodiff(tf, options, batchOf(expected))
    expect(tf.memory().numTensors).toBe(before)
  })
})

describe('Given networks with layer normalisation', () => {
  test('when one number of theirs is moved a little, then the loss changes as its gradient says', async () => {
    const factory = await loadTested('tfjs-cpu')
    const expected = cases.at(-1)!.expected
    const settings = {
      ...settingsOf(expected),
      criticL2: 0,
      gradientClip: 0,
      twinCritics: false,
      layerNormalisation: true,
    }
    const engine = createEngine(factory, { size: expected.size, changes: settings })
    const networks = engine.exportNetworks()
    engine.dispose()
    const batch = batchOf(expected)
    const options = { size: expected.size, settings, networks }
    const { critic } = gradientsByAutodiff(tf, options, batch)
    const { gain, offset } = networks.critic.layers[1]!.normalisation!
    const lossWith = () => {
      const fresh = factory.create({ ...options, random: { replay: [1, 2, 3, 4], targetNoise: [1, 2, 3, 4] } })
      expected.transitions.forEach((one, row) => {
        const { observations, actions, nextObservations } = rowOf(expected, batch, row)
        fresh.store(observations, actions, one.reward, nextObservations, batch.discounts[row]!)
      })
      const indices = Uint32Array.from(expected.transitions, (_, row) => row)
      const { criticLoss } = fresh.updateOn({ indices, weights: batch.weights, targetNoise: batch.targetNoise }, false)
      fresh.dispose()
      return criticLoss
    }
    for (const [values, gradient] of [
      [gain, critic[1]!.gain!],
      [offset, critic[1]!.offset!],
      [networks.critic.layers[0]!.weights, critic[0]!.weights],
    ] as const) {
      const entry = gradient.reduce((best, value, k) => (Math.abs(value) > Math.abs(gradient[best]!) ? k : best), 0)
      const [value, step] = [values[entry]!, 0.02]
      values[entry] = value + step
      const above = lossWith()
      values[entry] = value - step
      const below = lossWith()
      values[entry] = value
      expect(Math.abs((above - below) / (2 * step) / gradient[entry]! - 1)).toBeLessThan(0.02)
    }
  })
})

function batchOf(expected: FixtureCase): Batch & { weights: Float32Array; targetNoise: Float32Array } {
  const { transitions, size } = expected
  const settings = settingsOf(expected)
  return {
    observations: Float32Array.from(transitions.flatMap(({ observation }) => observation)),
    actions: Float32Array.from(transitions.flatMap(({ action }) => action)),
    rewards: Float32Array.from(transitions, ({ reward }) => reward),
    nextObservations: Float32Array.from(transitions.flatMap(({ nextObservation }) => nextObservation)),
    discounts: Float32Array.from(transitions, (one) => discountOf(one, settings)),
    weights: Float32Array.from(transitions, ({ weight }) => weight ?? 1),
    targetNoise: Float32Array.from(
      transitions.flatMap(({ targetNoise }) => targetNoise ?? new Array<number>(size.action).fill(0)),
    ),
  }
}

function rowOf({ size }: FixtureCase, batch: Batch, row: number) {
  const slice = (values: Float32Array, width: number) => values.slice(row * width, (row + 1) * width)
  return {
    observations: slice(batch.observations, size.observation),
    actions: slice(batch.actions, size.action),
    nextObservations: slice(batch.nextObservations, size.observation),
  }
}
