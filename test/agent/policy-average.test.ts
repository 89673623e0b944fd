import { describe, expect, it } from 'vitest'
import { PolicyAverage } from '../../src/agent/policy-average.ts'
import type { Network } from '../../src/policy/network.ts'
import { makeAgent } from './fake-engine.ts'

/** An actor of one weight and one bias. */
function actor(weight: number, bias = -weight): Network {
  return { layers: [{ inputs: 1, outputs: 1, weights: Float32Array.of(weight), bias: Float32Array.of(bias) }] }
}

describe('the average of policies', () => {
  it('is the plain mean of the first samples', () => {
    const average = new PolicyAverage(1000)
    for (const weight of [1, 2, 6]) average.add(actor(weight))
    expect(average.network()!.layers[0]!.weights[0]).toBeCloseTo(3, 6)
    expect(average.network()!.layers[0]!.bias[0]).toBeCloseTo(-3, 6)
  })

  it('forgets over its horizon: a step of the weights is followed as 1 - exp(-steps/horizon)', () => {
    const horizon = 2000
    const average = new PolicyAverage(horizon)
    for (let sample = 0; sample < 1000; sample++) average.add(actor(0))
    // 20 steps lie between two samples: 100 of them are one horizon.
    for (let sample = 0; sample < 100; sample++) average.add(actor(1))
    expect(average.network()!.layers[0]!.weights[0]).toBeCloseTo(1 - Math.exp(-1), 5)
  })

  it('keeps no reference to the actor, and gives none to its own', () => {
    const average = new PolicyAverage(100)
    const given = actor(1)
    average.add(given)
    given.layers[0]!.weights[0] = 9
    average.network()!.layers[0]!.weights[0] = 8
    expect(average.network()!.layers[0]!.weights[0]).toBe(1)
  })

  it('goes on from its state as if it had never stopped', () => {
    const [whole, first, second] = [1, 2, 3].map(() => new PolicyAverage(500))
    for (let sample = 0; sample < 60; sample++) {
      whole!.add(actor(Math.sin(sample)))
      if (sample === 30) second!.restore(first!.state(), actor(0))
      const half = sample < 30 ? first! : second!
      half.add(actor(Math.sin(sample)))
    }
    expect(second!.network()).toEqual(whole!.network())
    expect(new PolicyAverage(500).network()).toBeUndefined()
    second!.restore(new PolicyAverage(500).state(), actor(0))
    expect(second!.network()).toBeUndefined()
  })

  it('is what the agent exports where it is on, and the actor itself where it is off', () => {
    for (const [policyAveraging, expected] of [
      [1e6, 2],
      [0, 3],
    ] as const) {
      const { agent, engine } = makeAgent({ policyAveraging, learningStarts: 1 })
      const observation = Float32Array.of(0, 0)
      engine.networks.actor.layers[0]!.weights.fill(1)
      for (let step = 0; step < 20; step++) agent.learn(observation, Float32Array.of(0), 0, observation, false, false)
      engine.networks.actor.layers[0]!.weights.fill(3)
      for (let step = 0; step < 20; step++) agent.learn(observation, Float32Array.of(0), 0, observation, false, false)
      expect(agent.exportActor().layers[0]!.weights[0]).toBeCloseTo(expected, 5)
    }
  })
})

describe('the decay of the learning rates', () => {
  const sharesOf = (changes: object, steps: number): number[] => {
    const { agent, engine } = makeAgent({ learningStarts: 1, ...changes })
    const observation = Float32Array.of(0, 0)
    for (let step = 0; step < steps; step++) agent.learn(observation, Float32Array.of(0), 0, observation, false, false)
    return engine.learningRates
  }

  it('is a straight line over the steps, and flat behind them', () => {
    const shares = sharesOf({ learningRateDecay: 10, learningRateEnd: 0.2 }, 15)
    expect(shares).toHaveLength(15)
    for (const [index, share] of shares.entries()) {
      expect(share).toBeCloseTo(Math.max(0.2, 1 - 0.08 * (index + 1)), 12)
    }
  })

  it('leaves an engine alone where it is off', () => {
    expect(sharesOf({ learningRateDecay: 0, learningRateEnd: 0.2 }, 5)).toEqual([])
  })
})

describe('the scale of rewards', () => {
  it('multiplies what the engine stores', () => {
    const { agent, engine } = makeAgent({ rewardScale: 0.1 })
    const observation = Float32Array.of(0, 0)
    agent.learn(observation, Float32Array.of(0), -20, observation, false, false)
    expect(engine.stored).toBe(1)
    expect(engine.transitions[0]![2]).toBeCloseTo(-2, 6)
  })
})
