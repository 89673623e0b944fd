/** The state of an engine and of an agent: one that takes it up goes on as the other does, to the bit. */
import { describe, expect, it } from 'vitest'
import { Agent } from '../../src/agent/agent.ts'
import { type EngineName, recordLength } from '../../src/agent/engine.ts'
import type { AgentSettings } from '../../src/agent/settings.ts'
import type { StateArrays } from '../../src/agent/state.ts'
import { RandomStream } from '../../src/common/random.ts'
import { loadTested, smallSettings, tensorFlowEngines, testedEngines } from './engines.ts'

const size = { observation: 3, action: 2 }

const everything: Partial<AgentSettings> = {
  twinCritics: true,
  policyDelay: 2,
  targetNoise: 0.2,
  criticL2: 0.01,
  nStep: 3,
  prioritisedReplay: true,
  observationNormalisation: true,
  gradientClip: 0.1,
  preactivationPenalty: 0.1,
  policyAveraging: 200,
  rewardScale: 0.5,
  randomSteps: 15,
  hiddenSizes: [40, 33],
}

const cases: { what: string; changes: Partial<AgentSettings>; engines: EngineName[] }[] = [
  { what: 'DDPG', changes: {}, engines: testedEngines },
  { what: 'everything that all engines have', changes: everything, engines: testedEngines },
  {
    what: 'Gaussian noise and a ring that goes round',
    changes: { noise: 'gaussian', replayCapacity: 9 },
    engines: testedEngines,
  },
  { what: 'layer normalisation', changes: { layerNormalisation: true }, engines: tensorFlowEngines },
  { what: 'batch normalisation', changes: { batchNormalisation: true, twinCritics: true }, engines: tensorFlowEngines },
]
const combinations = cases.flatMap(({ engines, ...one }) => engines.map((engine) => ({ ...one, engine })))

/** The replay buffer's records as a run would keep them: all of them, in order. */
function makeAgent(settings: AgentSettings, seed: number, factory: Awaited<ReturnType<typeof loadTested>>) {
  const records: number[][] = []
  const agent = new Agent({
    size,
    settings,
    seed,
    createEngine: ({ networks, random }) => factory.create({ size, settings, networks, random }),
    onStore: (observation, action, reward, next, discount) =>
      void records.push([...observation, ...action, reward, discount, ...next]),
  })
  return { agent, records }
}

/** Steps of an environment that is nothing but numbers; episodes of 7 steps. */
function play(agent: Agent, from: number, steps: number): void {
  const action = new Float32Array(size.action)
  const observationAt = (step: number): Float32Array => {
    const random = RandomStream.derive(step, 'observation')
    return Float32Array.from({ length: size.observation }, () => random.uniform(-2, 2))
  }
  for (let step = from; step < from + steps; step++) {
    if (step % 7 === 0) agent.reset()
    const observation = observationAt(step)
    agent.act(observation, action)
    const reward = Math.fround(observation[0]! - action[1]!)
    agent.learn(observation, action, reward, observationAt(step + 1), step % 14 === 6, step % 14 === 13)
  }
}

function bitsOf(state: StateArrays): Record<string, string> {
  return Object.fromEntries(
    Object.entries(state).map(([name, array]) => [
      name,
      `${array.constructor.name} ${Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('hex')}`,
    ]),
  )
}

describe.each(combinations)('Given an agent on $engine with $what', ({ engine, changes }) => {
  it('When another takes up its state, Then both go on alike, bit for bit', async () => {
    const factory = await loadTested(engine)
    const settings = { ...smallSettings, learningStarts: 10, ...changes }
    const first = makeAgent(settings, 1, factory)
    // In the middle of an episode.
    play(first.agent, 0, 38)
    const state = first.agent.state()
    // Another seed: whatever it does not take from the state would show.
    const second = makeAgent(settings, 2, factory)
    play(second.agent, 0, 20)
    second.agent.restore(state)
    const kept = first.records.slice(-settings.replayCapacity)
    const firstSlot = (first.records.length - kept.length) % settings.replayCapacity
    expect(kept[0]).toHaveLength(recordLength(size))
    second.agent.engine.restoreTransitions(firstSlot, Float32Array.from(kept.flat()))
    expect(bitsOf(second.agent.state())).toEqual(bitsOf(state))
    for (const { agent } of [first, second]) play(agent, 38, 25)
    expect(bitsOf(second.agent.state())).toEqual(bitsOf(first.agent.state()))
    expect(bitsOf(first.agent.state())).not.toEqual(bitsOf(state))
    for (const { agent } of [first, second]) agent.dispose()
  })
})

describe('Given a state that does not fit', () => {
  it('Then taking it up says which array is wrong', async () => {
    const factory = await loadTested('fused')
    const { agent } = makeAgent(smallSettings, 1, factory)
    const state = agent.state()
    expect(() => agent.restore({ ...state, 'engine.actor.0.weights': new Float32Array(3) })).toThrow(
      /"actor\.0\.weights" has 3 entries; 18 are needed/,
    )
    expect(() => agent.restore({ ...state, 'noise.value': new Float32Array(2) })).toThrow(
      /"value" of type Float64Array/,
    )
    agent.dispose()
  })
})
