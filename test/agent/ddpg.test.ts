// The DDPG agent around an engine: when it explores, how much, when it learns and from what.
// A fake engine shows the agent alone; the tests of what an update does run the real one on WebAssembly.
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { type EngineFactory, loadEngine } from '../../src/agent/create-engine.ts'
import { DdpgAgent } from '../../src/agent/ddpg.ts'
import type { LearningEngine, Networks, ProblemSize, UpdateMetrics } from '../../src/agent/engine.ts'
import { type AgentSettings, presets } from '../../src/agent/settings.ts'
import { UserError } from '../../src/common/user-error.ts'
import type { Network } from '../../src/policy/network.ts'

/** Stands for an engine: an actor that answers `output`, updates that return `metrics`, and a record of the calls. */
class FakeEngine implements LearningEngine {
  readonly name = 'tfjs-cpu'
  output = 0
  metrics: UpdateMetrics = { criticLoss: 1, policyLoss: 2, meanQ: 3 }
  stored = 0
  readonly calls: string[] = []
  readonly batches: number[][] = []
  lastStored: unknown[] = []
  readonly networks: Networks
  private readonly capacity: number

  constructor(networks: Networks, capacity: number) {
    this.networks = networks
    this.capacity = capacity
  }

  act(_observation: Float32Array, action: Float32Array): void {
    action.fill(this.output)
  }

  store(...transition: unknown[]): void {
    this.calls.push('store')
    this.stored = Math.min(this.stored + 1, this.capacity)
    this.lastStored = transition
  }

  updateOn(indices: Uint32Array): UpdateMetrics {
    this.calls.push(`update on ${this.stored}`)
    this.batches.push([...indices])
    return { ...this.metrics }
  }

  exportNetworks(): Networks {
    return this.networks
  }

  dispose(): void {
    this.calls.push('dispose')
  }
}

const one: ProblemSize = { observation: 2, action: 1 }

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
          expect(engine.batches.length).toBe(agent.updates)
        }
      }),
    )
  })

  test('when it makes an update, then the transition of this step is stored already', () => {
    const { agent, engine } = makeAgent({ learningStarts: 3 })
    for (let step = 0; step < 4; step++) learnOnce(agent)
    expect(engine.calls).toEqual(['store', 'store', 'store', 'update on 3', 'store', 'update on 4'])
  })

  test('when it takes in a transition, then the engine is given all of it', () => {
    const { agent, engine } = makeAgent({})
    const transition = [Float32Array.of(1, 2), Float32Array.of(3), 4, Float32Array.of(5, 6), true] as const
    agent.learn(...transition)
    expect(engine.lastStored).toEqual(transition)
  })
})

describe('Given an agent that learns', () => {
  test('when it draws batches, then they have the batch size and name stored transitions only', () => {
    const { agent, engine } = makeAgent({ learningStarts: 1, batchSize: 7, replayCapacity: 10 })
    for (let step = 1; step <= 50; step++) {
      learnOnce(agent)
      const batch = engine.batches.at(-1)!
      expect(batch.length).toBe(7)
      expect(Math.max(...batch)).toBeLessThan(Math.min(step, 10))
    }
  })

  test('when it draws many, then each stored transition is as frequent as any other, and repeats within a batch are', () => {
    const { agent, engine } = makeAgent({ learningStarts: 10, batchSize: 5, replayCapacity: 10 })
    for (let step = 0; step < 20_009; step++) learnOnce(agent)
    expect(engine.batches.length).toBe(20_000)
    const counts = new Array<number>(10).fill(0)
    for (const index of engine.batches.flat()) counts[index]!++
    // Each count is binomial: 10000 ± 95.
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(400)
    // With replacement, 5 of 10 are all different with probability 10·9·8·7·6 / 10⁵ = 0.3024.
    const different = engine.batches.filter((batch) => new Set(batch).size === 5).length / 20_000
    expect(Math.abs(different - 0.3024)).toBeLessThan(4 * Math.sqrt((0.3024 * 0.6976) / 20_000))
  })

  test('when it has the seed of another, then it starts from the same weights and draws the same noise and batches', () => {
    const run = (seed: number) => {
      const { agent, engine } = makeAgent({ learningStarts: 2 }, { seed })
      const actions = Array.from({ length: 20 }, () => {
        learnOnce(agent)
        return actOnce(agent)
      })
      return { networks: engine.networks, actions, batches: engine.batches }
    }
    expect(run(1)).toEqual(run(1))
    const [first, second] = [run(1), run(2)]
    expect(second.networks).not.toEqual(first.networks)
    expect(second.actions).not.toEqual(first.actions)
    expect(second.batches).not.toEqual(first.batches)
  })

  test('when it does not explore in between, then its batches are the same as if it had', () => {
    const [quiet, loud] = [makeAgent({ learningStarts: 2 }), makeAgent({ learningStarts: 2 })]
    for (let step = 0; step < 20; step++) {
      actOnce(loud.agent)
      learnOnce(quiet.agent)
      learnOnce(loud.agent)
    }
    expect(quiet.engine.batches).toEqual(loud.engine.batches)
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

  test.each(broken)('when $name is $value, then a failure names it and the step', ({ name, value }) => {
    const { agent, engine } = makeAgent({ learningStarts: 2 })
    for (let step = 1; step <= 12; step++) learnOnce(agent)
    engine.metrics = { ...engine.metrics, [name]: value }
    const error = thrownBy(() => learnOnce(agent))
    expect(error).toBeInstanceOf(UserError)
    expect((error as UserError).kind).toBe('failure')
    expect((error as UserError).message).toContain(`${name} is ${value} at step 13.`)
  })

  test('when no update is made yet, then nothing is thrown', () => {
    const { agent, engine } = makeAgent({ learningStarts: 2 })
    engine.metrics = { ...engine.metrics, meanQ: Number.NaN }
    expect(thrownBy(() => learnOnce(agent))).toBeUndefined()
    expect(thrownBy(() => learnOnce(agent))).toBeInstanceOf(UserError)
  })
})

describe('Given an agent with a real engine', () => {
  let factory: EngineFactory

  beforeAll(async () => {
    factory = await loadEngine('tfjs-wasm')
  })

  // Q is 0 and Q' is 2 everywhere, so that the loss of one transition of reward 1 is y².
  test.each([
    { what: 'a time limit', terminated: false, y: 1 + 0.9 * 2 },
    { what: 'a termination', terminated: true, y: 1 },
  ])('when the last step is $what, then its target is $y', ({ terminated, y }) => {
    const agent = makeRealAgent({ discount: 0.9, criticL2: 0, learningStarts: 1 }, one, (networks) => ({
      ...networks,
      critic: constantNetwork(networks.critic, 0),
      targetCritic: constantNetwork(networks.targetCritic, 2),
    }))
    const metrics = agent.learn(
      Float32Array.of(0.3, -0.4),
      Float32Array.of(0.5),
      1,
      Float32Array.of(0.7, 0.1),
      terminated,
    )
    expect(metrics!.meanQ).toBe(0)
    expect(metrics!.criticLoss).toBeCloseTo(y ** 2, 4)
    agent.dispose()
  })

  test.each([
    { what: 'time limits', terminated: false, worth: 1 / (1 - 0.5) },
    { what: 'terminations', terminated: true, worth: 1 },
  ])(
    'when each step pays 1, discounted by 0.5, and ends in $what, then it learns the worth $worth',
    ({ terminated, worth }) => {
      const agent = makeRealAgent({ ...fast, discount: 0.5, softUpdateRate: 0.1 }, one)
      const observation = Float32Array.of(0.5, -0.5)
      let metrics: UpdateMetrics | undefined
      for (let step = 0; step < 300; step++) {
        // All actions from -1 to 1, so that no action seems better than another.
        const action = Float32Array.of(((7 * step) % 21) / 10 - 1)
        metrics = agent.learn(observation, action, 1, observation, terminated)
      }
      expect(Math.abs(metrics!.meanQ - worth)).toBeLessThan(0.05)
      expect(metrics!.criticLoss).toBeLessThan(0.01)
      agent.dispose()
    },
  )

  test('when the reward is best at the action 0.5, then the actor learns to answer 0.5', () => {
    const agent = makeRealAgent({ ...fast, explorationDecay: 0, noiseSigma: 0.5 }, one)
    const observation = Float32Array.of(0.5, -0.5)
    const action = new Float32Array(1)
    agent.engine.act(observation, action)
    expect(Math.abs(action[0]! - 0.5)).toBeGreaterThan(0.4)
    for (let step = 0; step < 500; step++) {
      agent.act(observation, action)
      agent.learn(observation, action, -((action[0]! - 0.5) ** 2), observation, true)
    }
    agent.engine.act(observation, action)
    expect(Math.abs(action[0]! - 0.5)).toBeLessThan(0.15)
    agent.dispose()
  })

  const fast = { actorLearningRate: 3e-3, criticLearningRate: 1e-2, criticL2: 0, batchSize: 32, learningStarts: 1 }

  function makeRealAgent(
    changes: Partial<AgentSettings>,
    size: ProblemSize,
    replace = (networks: Networks) => networks,
  ): DdpgAgent {
    const settings = { ...presets.paper, hiddenSizes: [16, 16], batchSize: 4, replayCapacity: 1000, ...changes }
    const createEngine = (networks: Networks) => factory.create({ size, settings, networks: replace(networks) })
    return new DdpgAgent({ size, settings, seed: 3, createEngine })
  }
})

/** An agent with a fake engine, and that engine. */
function makeAgent(
  changes: Partial<AgentSettings>,
  { seed = 1, size = one }: { seed?: number; size?: ProblemSize } = {},
): { agent: DdpgAgent; engine: FakeEngine } {
  const settings = { ...presets.paper, hiddenSizes: [3], batchSize: 4, replayCapacity: 100, ...changes }
  let engine: FakeEngine | undefined
  const createEngine = (networks: Networks) => {
    engine = new FakeEngine(networks, settings.replayCapacity)
    return engine
  }
  const agent = new DdpgAgent({ size, settings, seed, createEngine })
  return { agent, engine: engine! }
}

function learnOnce(agent: DdpgAgent): UpdateMetrics | undefined {
  return agent.learn(new Float32Array(2), new Float32Array(1), 0, new Float32Array(2), false)
}

/** The first component of its next action. */
function actOnce(agent: DdpgAgent): number {
  const action = new Float32Array(1)
  agent.act(new Float32Array(2), action)
  return action[0]!
}

/** A network of the same shape whose output is `value` for every input. */
function constantNetwork({ layers }: Network, value: number): Network {
  return {
    layers: layers.map((layer, index) => ({
      ...layer,
      weights: new Float32Array(layer.weights.length),
      bias: new Float32Array(layer.bias.length).fill(index === layers.length - 1 ? value : 0),
    })),
  }
}

/** Mean of x[t]·x[t + lag]. */
function meanProduct(series: readonly number[], lag: number): number {
  const count = series.length - lag
  let sum = 0
  for (let index = 0; index < count; index++) sum += series[index]! * series[index + lag]!
  return sum / count
}

function thrownBy(call: () => unknown): unknown {
  try {
    call()
    return undefined
  } catch (error) {
    return error
  }
}
