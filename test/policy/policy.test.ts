// Policies: inference against a computation of its own, and what holds for every policy and observation.
import { describe, expect, it } from 'vitest'
import type { Network } from '../../src/policy/network.ts'
import { Policy } from '../../src/policy/policy.ts'
import { fc } from '../properties.ts'
import { actionsOf, generator, policyOf, specificationOf } from './random-policy.ts'

/** The same network in doubles, from the definitions of a perceptron and of layer normalisation. */
function inferred({ layers }: Network, observation: readonly number[]): number[] {
  return layers.reduce<number[]>(
    (input, { inputs, outputs, weights, bias, normalisation }, index) => {
      const sums = Array.from({ length: outputs }, (_, unit) => {
        const products = Array.from(
          { length: inputs },
          (__, source) => input[source]! * weights[source * outputs + unit]!,
        )
        return bias[unit]! + sumOf(products)
      })
      const mean = sumOf(sums) / outputs
      const deviation = Math.sqrt(sumOf(sums.map((sum) => (sum - mean) ** 2)) / outputs + 1e-5)
      const normalised = sums.map((sum, unit) =>
        normalisation ? (normalisation.gain[unit]! * (sum - mean)) / deviation + normalisation.offset[unit]! : sum,
      )
      return normalised.map((value) => (index === layers.length - 1 ? Math.tanh(value) : Math.max(0, value)))
    },
    [...observation],
  )
}

const sumOf = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

describe('a policy', () => {
  it.each<[number[], number[]]>([
    [[3, 1], []],
    [[3, 8, 1], []],
    [[11, 400, 300, 3], []],
    [[1, 5, 4, 3, 2], []],
    [[3, 8, 1], [0]],
    [
      [11, 400, 300, 3],
      [0, 1],
    ],
    [[1, 5, 4, 3, 2], [1]],
  ])('with layers of %j, normalised %j, acts as the definitions say', (sizes, normalised) => {
    const policy = policyOf(sizes, 1, normalised)
    const random = generator(5)
    const action = new Float32Array(sizes.at(-1)!)
    for (let count = 0; count < 20; count++) {
      const observation = Float32Array.from({ length: sizes[0]! }, () => 3 * random())
      policy.act(observation, action)
      const expected = inferred(policy.network, [...observation])
      // Each layer's outputs are rounded to single precision.
      for (const [index, value] of action.entries()) expect(Math.abs(value - expected[index]!)).toBeLessThan(2e-6)
    }
  })

  it('has ReLU in its hidden layers: what is negative there counts for nothing', () => {
    const network = {
      layers: [
        { inputs: 1, outputs: 2, weights: Float32Array.of(1, -1), bias: Float32Array.of(0, 0) },
        { inputs: 2, outputs: 2, weights: Float32Array.of(1, 0, 0, 1), bias: Float32Array.of(0, 0) },
      ],
    }
    const policy = new Policy(specificationOf(1, 2), network)
    const action = new Float32Array(2)
    policy.act([0.5], action)
    expect([...action]).toEqual([Math.fround(Math.tanh(0.5)), 0])
    policy.act([-0.25], action)
    expect([...action]).toEqual([0, Math.fround(Math.tanh(0.25))])
  })

  it('normalises a layer to mean 0 and variance 1, then scales and shifts it', () => {
    // Given a hidden layer that passes its inputs on, normalised with a gain and an offset for each unit
    const identity = { weights: Float32Array.of(1, 0, 0, 1), bias: Float32Array.of(0, 0) }
    const normalisation = { gain: Float32Array.of(0.5, 0.25), offset: Float32Array.of(0.125, 0.5) }
    const hidden = { inputs: 2, outputs: 2, ...identity, normalisation }
    const policy = new Policy(specificationOf(2, 2), { layers: [hidden, { inputs: 2, outputs: 2, ...identity }] })
    // When it sees 3 and 1: mean 2, variance 1, so 1 and -1
    const actions = actionsOf(policy, [[3, 1]])
    // Then the units hold 0.5 + 0.125 and -0.25 + 0.5, but for the ε
    expect(actions[0]).toBeCloseTo(Math.tanh(0.625), 5)
    expect(actions[1]).toBeCloseTo(Math.tanh(0.25), 5)
    // And equal inputs, whose variance is 0, give the offsets
    expect([...actionsOf(policy, [[7, 7]])]).toEqual([Math.fround(Math.tanh(0.125)), Math.fround(Math.tanh(0.5))])
  })

  /** Layers of any size, any of the hidden ones normalised. */
  const policies = fc
    .record({
      sizes: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 2, maxLength: 5 }),
      isNormalised: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
      seed: fc.nat(1000),
    })
    .map(({ sizes, isNormalised, seed }) =>
      policyOf(
        sizes,
        seed,
        isNormalised.flatMap((on, layer) => (on && layer < sizes.length - 2 ? [layer] : [])),
      ),
    )

  it('gives finite actions in [-1, 1], whatever finite numbers it sees', () => {
    const cases = policies.chain((policy) => {
      const length = policy.specification.observation.length
      const number = fc.float({ noNaN: true, noDefaultInfinity: true })
      return fc.tuple(fc.constant(policy), fc.array(number, { minLength: length, maxLength: length }))
    })
    fc.assert(
      fc.property(cases, ([policy, observation]) => {
        for (const value of actionsOf(policy, [observation])) {
          expect(Number.isFinite(value)).toBe(true)
          expect(Math.abs(value)).toBeLessThanOrEqual(1)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('never hides a NaN: one among the observation makes every action NaN, and is forgotten at the next call', () => {
    fc.assert(
      fc.property(policies, fc.nat(), (policy, place) => {
        const observation = policy.specification.observation.map(() => 0.5)
        const before = actionsOf(policy, [observation])
        const broken = observation.with(place % observation.length, Number.NaN)
        for (const value of actionsOf(policy, [broken])) expect(value).toBeNaN()
        expect(actionsOf(policy, [observation])).toEqual(before)
      }),
    )
  })

  it('keeps nothing from one call for the next, and leaves the observation alone', () => {
    const policy = policyOf([3, 8, 2])
    const act = (observation: Float32Array) => {
      const action = new Float32Array(2)
      policy.act(observation, action)
      return [...action]
    }
    const observation = Float32Array.of(0.1, -2, 3)
    const first = act(observation)
    expect(act(Float32Array.of(5, 5, -5))).not.toEqual(first)
    expect(act(observation)).toEqual(first)
    expect([...observation]).toEqual([Math.fround(0.1), -2, 3])
  })
})
