// The agent around an engine: when it explores, how much, when it learns and from what. A fake engine shows it alone;
// agent-learning.test.ts runs it on real ones.
import { describe, expect, test } from 'vitest'
import type { Agent } from '../../src/agent/agent.ts'
import type { UpdateMetrics } from '../../src/agent/engine.ts'
import { RandomStream } from '../../src/common/random.ts'
import { UserError } from '../../src/common/user-error.ts'
import { fc } from '../properties.ts'
import { largestDifference } from './engines.ts'
import { makeAgent } from './fake-engine.ts'

describe('Given exploration that starts at 0.8 and loses 0.01 at each step', () => {
  const settings = { explorationStart: 0.8, explorationDecay: 0.01, noiseSigma: 0.01 }

  test('when n steps are made, then its weight is 0.8 - 0.01·n, and 0 from step 80 on', () => {
    const { agent } = makeAgent(settings)
    for (let step = 0; step < 100; step++) {
      expect(agent.exploration).toBeCloseTo(Math.max(0, 0.8 - 0.01 * step), 12)
      learnOnce(agent)
    }
    expect(agent.exploration).toBe(0)
  })

  test('when it acts at each step, then the noise of a constant weight 1 is multiplied by that weight', () => {
    const { agent } = makeAgent(settings)
    const { agent: constant } = makeAgent({ ...settings, explorationStart: 1, explorationDecay: 0 })
    for (let step = 0; step < 70; step++) {
      const [noise, action] = [actOnce(constant), actOnce(agent)]
      expect(Math.abs(noise)).toBeGreaterThan(0)
      expect(action / noise).toBeCloseTo(0.8 - 0.01 * step, 5)
      learnOnce(agent)
      learnOnce(constant)
    }
  })

  test('when the weight has reached 0, then the actions are those of the actor', () => {
    const { agent, engine } = makeAgent({ ...settings, noiseSigma: 5 })
    engine.output = 0.25
    const before = Array.from({ length: 20 }, () => actOnce(agent))
    expect(before.every((action) => action === 0.25)).toBe(false)
    for (let step = 0; step < 80; step++) learnOnce(agent)
    const after = Array.from({ length: 20 }, () => actOnce(agent))
    expect(after.every((action) => action === 0.25)).toBe(true)
  })
})

describe('Given an agent with 200 random steps', () => {
  const settings = { randomSteps: 200, noiseSigma: 0.001 }

  test('when they are made, then actions are uniform in [-1, 1] whatever the actor says, and the actor comes after', () => {
    const { agent, engine } = makeAgent(settings)
    engine.output = 0.25
    const actions = Array.from({ length: 200 }, () => {
      const action = actOnce(agent)
      learnOnce(agent)
      return action
    })
    const mean = actions.reduce((sum, action) => sum + action, 0) / actions.length
    const variance = actions.reduce((sum, action) => sum + (action - mean) ** 2, 0) / actions.length
    expect(Math.abs(mean)).toBeLessThan(0.15)
    expect(Math.abs(variance - 1 / 3)).toBeLessThan(0.08)
    expect(actions.every((action) => Math.abs(action) <= 1)).toBe(true)
    expect(actOnce(agent)).toBeCloseTo(0.25, 1)
  })
})

describe('Given an agent that explores', () => {
  const noise = { noiseTheta: 0.5, noiseSigma: 0.05, noiseTimeStep: 0.5, explorationDecay: 0 }
  const count = 100_000

  test('when the actor answers 0.1, then the actions are Ornstein-Uhlenbeck noise with its settings around 0.1', () => {
    const { agent, engine } = makeAgent(noise)
    engine.output = 0.1
    const deviations = Array.from({ length: count }, () => actOnce(agent) - 0.1)
    // σ²dt / (1 - (1 - θdt)²) and 1 - θdt.
    expect(Math.abs(meanProduct(deviations, 0) / ((0.05 ** 2 * 0.5) / (1 - 0.75 ** 2)) - 1)).toBeLessThan(0.04)
    expect(Math.abs(meanProduct(deviations, 1) / meanProduct(deviations, 0) - 0.75)).toBeLessThan(0.01)
  })

  test('when it is reset before each action, as at the start of an episode, then the noise starts from 0 each time', () => {
    const { agent } = makeAgent(noise)
    const actions = Array.from({ length: count }, () => {
      agent.reset()
      return actOnce(agent)
    })
    expect(Math.abs(meanProduct(actions, 0) / (0.05 ** 2 * 0.5) - 1)).toBeLessThan(0.02)
    expect(Math.abs(meanProduct(actions, 1) / meanProduct(actions, 0))).toBeLessThan(4 / Math.sqrt(count))
  })

  test('when the noise is strong, then the actions are clipped to [-1, 1] and reach both ends', () => {
    fc.assert(
      fc.property(fc.nat(), fc.double({ min: -1, max: 1, noNaN: true }), (seed, output) => {
        const { agent, engine } = makeAgent({ noiseSigma: 5 }, { seed, size: { observation: 1, action: 3 } })
        engine.output = output
        const actions = Array.from({ length: 60 }, () => {
          const action = new Float32Array(3)
          agent.act(new Float32Array(1), action)
          return [...action]
        }).flat()
        expect(Math.min(...actions)).toBe(-1)
        expect(Math.max(...actions)).toBe(1)
      }),
      { numRuns: 50 },
    )
  })

  test('when it has several actions, then each has a noise of its own', () => {
    const { agent } = makeAgent(noise, { size: { observation: 1, action: 3 } })
    const action = new Float32Array(3)
    agent.act(new Float32Array(1), action)
    expect(new Set(action).size).toBe(3)
  })
})

describe('Given an agent whose learning starts at some number of transitions', () => {
  test('when it takes in transitions, then the first update is at that number, and each later one brings one more', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 20 }), (learningStarts, later) => {
        const { agent, engine } = makeAgent({ learningStarts })
        for (let step = 1; step <= learningStarts + later; step++) {
          const metrics = learnOnce(agent)
          expect(metrics).toEqual(step < learningStarts ? undefined : engine.metrics)
          expect(agent.updates).toBe(Math.max(0, step - learningStarts + 1))
          expect(engine.policyUpdates.length).toBe(agent.updates)
        }
      }),
    )
  })

  test('when it makes an update, then the transition of this step is stored already', () => {
    const { agent, engine } = makeAgent({ learningStarts: 3 })
    for (let step = 0; step < 4; step++) learnOnce(agent)
    expect(engine.calls).toEqual(['store', 'store', 'store', 'update on 3', 'store', 'update on 4'])
  })

  test.each([
    { what: 'goes on', terminated: false, truncated: false, discount: 0.99 },
    { what: 'is cut off by a time limit', terminated: false, truncated: true, discount: 0.99 },
    { what: 'terminates', terminated: true, truncated: false, discount: 0 },
  ])('when it takes in a transition and the episode $what, then the engine is given all of it', (ending) => {
    const { agent, engine } = makeAgent({})
    const [from, by, to] = [Float32Array.of(1, 2), Float32Array.of(3), Float32Array.of(5, 6)]
    agent.learn(from, by, 4, to, ending.terminated, ending.truncated)
    expect(engine.transitions).toEqual([[[1, 2], [3], 4, [5, 6], ending.discount]])
  })
})

describe('Given an agent with 3-step returns', () => {
  test('when learning starts before the first is complete, then the first update waits for it', () => {
    const { agent, engine } = makeAgent({ learningStarts: 1, nStep: 3 })
    expect([1, 2, 3, 4].map(() => learnOnce(agent) !== undefined)).toEqual([false, false, true, true])
    expect(engine.calls).toEqual(['store', 'update on 1', 'store', 'update on 2'])
  })

  test('when an episode is left unfinished, then its last steps are stored once the next begins', () => {
    const { agent, engine } = makeAgent({ nStep: 3, discount: 0.5 })
    const observe = (value: number) => Float32Array.of(value, 0)
    for (const step of [0, 1, 2, 3]) {
      agent.learn(observe(step), Float32Array.of(0), 2 ** step, observe(step + 1), false, false)
    }
    expect(engine.stored).toBe(2)
    agent.reset()
    expect(engine.transitions.slice(2)).toEqual([
      [[2, 0], [0], 4 + 0.5 * 8, [4, 0], 0.25],
      [[3, 0], [0], 8, [4, 0], 0.5],
    ])
    agent.reset()
    expect(engine.stored).toBe(4)
  })
})

describe('Given an agent whose policy is updated every third time', () => {
  test('when it learns, then it is every third update that updates the policy', () => {
    const { agent, engine } = makeAgent({ learningStarts: 5, policyDelay: 3 })
    for (let step = 0; step < 11; step++) learnOnce(agent)
    expect(engine.policyUpdates).toEqual([false, false, true, false, false, true, false])
  })
})

describe('Given an agent that normalises observations', () => {
  const settings = { observationNormalisation: true, learningStarts: 3 }
  const observations = [1, 3, 8, 2].map((value) => Float32Array.of(value, 10 * value))

  test('when it acts and learns, then the engine is told the mean and scale of all observations seen so far, before', () => {
    const { agent, engine } = makeAgent({ ...settings, learningStarts: 1 })
    agent.reset()
    const action = new Float32Array(1)
    for (let step = 0; step < 3; step++) {
      agent.act(observations[step]!, action)
      agent.learn(observations[step]!, action, 0, observations[step + 1]!, false, false)
    }
    // An observation is counted once: at the start, and as the next one of each step.
    expect(engine.scalings.length).toBe(4)
    const values = [1, 3, 8, 2]
    engine.scalings.forEach(({ mean, scale }, index) => {
      const seen = values.slice(0, index + 1)
      const average = seen.reduce((sum, value) => sum + value, 0) / seen.length
      const variance = seen.reduce((sum, value) => sum + (value - average) ** 2, 0) / seen.length
      expect(largestDifference(mean, [average, 10 * average])).toBeLessThan(1e-5)
      const expected = [variance, 100 * variance].map((each) => (each === 0 ? 1 : Math.fround(1 / Math.sqrt(each))))
      expect(scale.every((value, entry) => Math.abs(value / expected[entry]! - 1) < 1e-6)).toBe(true)
    })
    expect(engine.calls).toEqual([
      ...['scale', 'act', 'store', 'scale', 'update on 1'],
      ...['act', 'store', 'scale', 'update on 2'],
      ...['act', 'store', 'scale', 'update on 3'],
    ])
  })

  test('when its steps are random ones, then their observations are counted too', () => {
    const { agent, engine } = makeAgent({ ...settings, randomSteps: 3, learningStarts: 100 })
    agent.reset()
    const action = new Float32Array(1)
    for (let step = 0; step < 3; step++) {
      agent.act(observations[step]!, action)
      agent.learn(observations[step]!, action, 0, observations[step + 1]!, false, step === 2)
    }
    expect(engine.calls).toEqual(['store', 'store', 'store'])
    agent.reset()
    agent.act(Float32Array.of(6, 60), action)
    expect(engine.scalings.length).toBe(1)
    expect(largestDifference(engine.scalings[0]!.mean, [4, 40])).toBeLessThan(1e-5)
  })

  test('when it does not normalise, then the engine is told nothing', () => {
    const { agent, engine } = makeAgent({})
    for (let step = 0; step < 5; step++) {
      actOnce(agent)
      learnOnce(agent)
    }
    expect(engine.scalings).toEqual([])
  })

  test('when it stores transitions, then their observations are as they came', () => {
    const { agent, engine } = makeAgent(settings)
    agent.learn(observations[0]!, Float32Array.of(0), 0, observations[1]!, false, false)
    expect(engine.transitions[0]!.slice(0, 4)).toEqual([[1, 10], [0], 0, [3, 30]])
  })
})

describe('Given an observation or a reward that is not finite', () => {
  const fine = Float32Array.of(1, 2)
  const spoilt = Float32Array.of(1, Number.NaN)
  const action = Float32Array.of(0)

  test.each([
    {
      what: 'next observation is',
      reward: 0,
      next: spoilt,
      reason: /observation is not finite: entry 2 is NaN at step 2/,
    },
    {
      what: 'reward is',
      reward: Number.NEGATIVE_INFINITY,
      next: fine,
      reason: /reward is -Infinity at step 2.*formulas/,
    },
  ])('when the $what, then it is named before anything is stored, learned or averaged', ({ reward, next, reason }) => {
    const { agent, engine } = makeAgent({ observationNormalisation: true, learningStarts: 1 })
    agent.learn(fine, action, 0, fine, false, false)
    const calls = [...engine.calls]
    const learn = () => agent.learn(fine, action, reward, next, false, false)
    expect(learn).toThrow(UserError)
    expect(learn).toThrow(reason)
    expect(learn).not.toThrow(/learning rates/)
    expect(engine.calls).toEqual(calls)
    agent.learn(fine, action, 0, fine, false, false)
    expect(engine.scalings.at(-1)!.mean).toEqual([1, 2])
  })

  test.each([
    { reward: 1e39, changes: {}, reason: /^The reward is 1e\+39 at step 1, more than single precision holds/ },
    {
      reward: 1e35,
      changes: { rewardScale: 1e6 },
      reason: /^The reward \(with rewardScale 1000000\) is \S+ at step 1, more than single/,
    },
  ])(
    'when the reward $reward is none in single precision, then it is named before anything is stored',
    ({ reward, changes, reason }) => {
      const { agent, engine } = makeAgent({ learningStarts: 1, ...changes })
      expect(() => agent.learn(fine, action, reward, fine, false, false)).toThrow(reason)
      expect(engine.transitions).toEqual([])
    },
  )

  test('when the sum over n steps is none in single precision, then that is said', () => {
    const { agent } = makeAgent({ learningStarts: 1, nStep: 3, discount: 1 })
    agent.learn(fine, action, 2e38, fine, false, false)
    agent.learn(fine, action, 2e38, fine, false, false)
    const learn = () => agent.learn(fine, action, 2e38, fine, false, false)
    expect(learn).toThrow(/^The reward \(over 3 steps\) is 6e\+38 at step 3, more than single precision holds/)
  })

  test('when it is the first of an episode of random steps, then it is named at once', () => {
    const { agent } = makeAgent({ observationNormalisation: true, randomSteps: 10 })
    agent.reset()
    expect(() => agent.act(spoilt, action)).toThrow(/observation is not finite: entry 2 is NaN at step 1/)
  })
})

describe('Given an agent that learns', () => {
  test('when it has the seed of another, then it starts from the same weights and draws the same noise, and so does its engine', () => {
    const run = (seed: number) => {
      const { agent, engine } = makeAgent({ learningStarts: 2 }, { seed })
      const actions = Array.from({ length: 20 }, () => {
        learnOnce(agent)
        return actOnce(agent)
      })
      return { networks: engine.networks, actions, random: engine.random }
    }
    expect(run(1)).toEqual(run(1))
    const [first, second] = [run(1), run(2)]
    expect(second.networks).not.toEqual(first.networks)
    expect(second.actions).not.toEqual(first.actions)
    expect(second.random.replay).not.toEqual(first.random.replay)
    expect(second.random.targetNoise).not.toEqual(first.random.targetNoise)
  })

  test('when its engine is made, then it draws from streams of its own', () => {
    const { engine } = makeAgent({}, { seed: 9 })
    expect(engine.random).toEqual({
      replay: RandomStream.derive(9, 'replay').state(),
      targetNoise: RandomStream.derive(9, 'target noise').state(),
    })
  })

  test("when its actor is exported, then it is the engine's actor", () => {
    const { agent, engine } = makeAgent({})
    expect(agent.exportActor()).toEqual(engine.networks.actor)
    expect(agent.exportActor()).not.toEqual(engine.networks.targetCritic)
  })

  test('when it is disposed of, then so is its engine', () => {
    const { agent, engine } = makeAgent({})
    agent.dispose()
    expect(engine.calls).toEqual(['dispose'])
  })
})

describe('Given training that diverges', () => {
  const values = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  const broken = (['criticLoss', 'policyLoss', 'meanQ'] as const).flatMap((name) =>
    values.map((value) => ({ name, value })),
  )

  test.each(broken)('when $name is $value, then a failure names it, the step, the layer and what to do', (one) => {
    const { agent, engine } = makeAgent({ learningStarts: 2 })
    for (let step = 1; step <= 12; step++) learnOnce(agent)
    engine.metrics = { ...engine.metrics, [one.name]: one.value }
    engine.nonFinite = 'critic, layer 2'
    const { kind, message } = failureOf(() => learnOnce(agent))
    expect(kind).toBe('failure')
    expect(message).toContain(`${one.name} is ${one.value} at step 13;`)
    expect(message).toContain('in critic, layer 2.')
    expect(message).toContain('Train anew with smaller learning rates')
  })

  test('when a loss overflows while all weights are finite, then the failure says so', () => {
    const { agent, engine } = makeAgent({ learningStarts: 1 })
    engine.metrics = { ...engine.metrics, criticLoss: Number.POSITIVE_INFINITY }
    expect(failureOf(() => learnOnce(agent)).message).toContain('at step 1; all weights are still finite.')
  })

  test.each(values)('when the actor answers %d, then a failure names the step and the layer', (value) => {
    const { agent, engine } = makeAgent({})
    for (let step = 1; step <= 4; step++) learnOnce(agent)
    engine.output = value
    engine.nonFinite = 'actor, layer 1'
    const { kind, message } = failureOf(() => actOnce(agent))
    expect(kind).toBe('failure')
    expect(message).toContain(
      `the action is ${value} at step 5; the first weight that is not finite is in actor, layer 1.`,
    )
  })

  test('when it is the observation that is not finite, then the failure names that', () => {
    const { agent, engine } = makeAgent({})
    engine.output = Number.NaN
    const act = () => agent.act(Float32Array.of(0, Number.NaN), new Float32Array(1))
    expect(failureOf(act).message).toContain('The observation is not finite: entry 2 is NaN at step 1.')
  })

  test('when no update is made yet, then nothing is thrown', () => {
    const { agent, engine } = makeAgent({ learningStarts: 2 })
    engine.metrics = { ...engine.metrics, meanQ: Number.NaN }
    expect(learnOnce(agent)).toBeUndefined()
    expect(failureOf(() => learnOnce(agent)).message).toContain('meanQ is NaN at step 2')
  })
})

function learnOnce(agent: Agent): UpdateMetrics | undefined {
  return agent.learn(new Float32Array(2), new Float32Array(1), 0, new Float32Array(2), false, false)
}

/** The first component of its next action. */
function actOnce(agent: Agent): number {
  const action = new Float32Array(1)
  agent.act(new Float32Array(2), action)
  return action[0]!
}

/** Mean of x[t]·x[t + lag]. */
function meanProduct(series: readonly number[], lag: number): number {
  const count = series.length - lag
  let sum = 0
  for (let index = 0; index < count; index++) sum += series[index]! * series[index + lag]!
  return sum / count
}

/** The UserError that the call throws. */
function failureOf(call: () => unknown): UserError {
  try {
    call()
  } catch (error) {
    if (error instanceof UserError) return error
    throw error
  }
  throw new Error('Nothing was thrown.')
}
