// The engines' first update against test/oracles/ddpg-first-update.mjs, which computes it independently in float64:
// every weight of the four networks and the three metrics agree to 1e-5.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { type EngineFactory, loadEngine } from '../../src/agent/create-engine.ts'
import type { EngineName, Networks, ProblemSize, UpdateMetrics } from '../../src/agent/engine.ts'
import { type AgentSettings, presets } from '../../src/agent/settings.ts'
import type { DenseLayer } from '../../src/policy/network.ts'

interface Transition {
  observation: number[]
  action: number[]
  reward: number
  nextObservation: number[]
  terminated: boolean
}

interface Layer {
  inputs: number
  outputs: number
  weights: number[]
  bias: number[]
}

type NetworkName = keyof Networks
type PlainNetworks = Record<NetworkName, Layer[]>

interface FixtureCase {
  size: ProblemSize
  settings: Partial<AgentSettings> & Pick<AgentSettings, 'hiddenSizes' | 'criticL2'>
  transitions: Transition[]
  before: PlainNetworks
  after: PlainNetworks
  metrics: UpdateMetrics
}

interface Difference {
  size: number
  place: string
}

const TOLERANCE = 1e-5
const networkNames: NetworkName[] = ['actor', 'critic', 'targetActor', 'targetCritic']
const metricNames: (keyof UpdateMetrics)[] = ['criticLoss', 'policyLoss', 'meanQ']
const engineNames: EngineName[] = ['tfjs-wasm', 'tfjs-cpu']
const fixtureFile = new URL('../fixtures/ddpg-first-update.json', import.meta.url)
const fixture = JSON.parse(readFileSync(fixtureFile, 'utf8')) as { cases: FixtureCase[] }
const cases = fixture.cases.map((expected) => ({ ...expected, hidden: expected.settings.hiddenSizes.join(' and ') }))

describe.each(engineNames)('Given the engine %s', (name) => {
  let factory: EngineFactory

  beforeAll(async () => {
    factory = await loadEngine(name)
  })

  test.each(cases)(
    'when it makes its first update with hidden layers of $hidden, then all is as computed by hand',
    (expected) => {
      const { size, place } = worstDifference(factory, expected)
      expect(size, `the worst difference is ${size}, of ${place}`).toBeLessThanOrEqual(TOLERANCE)
    },
  )

  test.each(cases)('when the flags of termination are inverted ($hidden), then the comparison notices', (expected) => {
    const transitions = expected.transitions.map((one) => ({ ...one, terminated: !one.terminated }))
    expect(worstDifference(factory, { ...expected, transitions }).size).toBeGreaterThan(TOLERANCE)
  })

  test.each(cases)(
    'when the actions are stored with their signs turned ($hidden), then the comparison notices',
    (expected) => {
      const transitions = expected.transitions.map((one) => ({ ...one, action: one.action.map((value) => -value) }))
      expect(worstDifference(factory, { ...expected, transitions }).size).toBeGreaterThan(TOLERANCE)
    },
  )

  const wrongSettings: [keyof AgentSettings, number][] = [
    ['discount', 0.9],
    ['softUpdateRate', 0.06],
    ['actorLearningRate', 0.011],
    ['criticLearningRate', 0.021],
  ]
  describe.each(wrongSettings)('when its %s is %d', (setting, value) => {
    test.each(cases)('then the comparison notices ($hidden)', (expected) => {
      expect(worstDifference(factory, expected, { [setting]: value }).size).toBeGreaterThan(TOLERANCE)
    })
  })

  // Adam's first step hardly depends on the scale of a gradient, but the weight decay does on its scale beside the error's.
  const decaying = cases.filter(({ settings }) => settings.criticL2 > 0)
  describe.each([0, 0.5, 2])('when its weight decay is multiplied by %d', (factor) => {
    test.each(decaying)('then the comparison notices ($hidden)', (expected) => {
      const criticL2 = factor * expected.settings.criticL2
      expect(worstDifference(factory, expected, { criticL2 }).size).toBeGreaterThan(TOLERANCE)
    })
  })
})

describe('Given the fixture', () => {
  test('when the script that wrote it checks it, then it is current', () => {
    const script = fileURLToPath(new URL('../oracles/ddpg-first-update.mjs', import.meta.url))
    const run = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' })
    expect(run.stderr).toBe('')
    expect(run.status).toBe(0)
  })

  test('when its cases are counted, then both ways of joining the action and both kinds of ending are among them', () => {
    expect(cases.map(({ settings }) => settings.hiddenSizes)).toEqual([[5, 4], [6], [4, 5, 3]])
    for (const { transitions } of cases) {
      expect(new Set(transitions.map(({ terminated }) => terminated))).toEqual(new Set([true, false]))
    }
  })
})

/** Lets a fresh engine make the update of a case, and returns where it lies farthest from the fixture's outcome. */
function worstDifference(
  factory: EngineFactory,
  expected: FixtureCase,
  wrong: Partial<AgentSettings> = {},
): Difference {
  const { transitions } = expected
  const batchSize = transitions.length
  const settings = { ...presets.paper, replayCapacity: batchSize, batchSize, ...expected.settings, ...wrong }
  const engine = factory.create({ size: expected.size, settings, networks: asNetworks(expected.before) })
  try {
    for (const { observation, action, reward, nextObservation, terminated } of transitions) {
      const [from, by, to] = [observation, action, nextObservation].map((values) => Float32Array.from(values))
      engine.store(from!, by!, reward, to!, terminated)
    }
    const metrics = engine.updateOn(Uint32Array.from({ length: batchSize }, (_, row) => row))
    const networks = engine.exportNetworks()
    return differences(networks, metrics, expected).reduce((worst, one) => (one.size > worst.size ? one : worst))
  } finally {
    engine.dispose()
  }
}

function differences(
  networks: Networks,
  metrics: UpdateMetrics,
  { after, metrics: expected }: FixtureCase,
): Difference[] {
  const found: Difference[] = metricNames.map((name) => ({
    size: distance(metrics[name], expected[name]),
    place: name,
  }))
  for (const name of networkNames) {
    const { layers } = networks[name]
    expect(layers.map(shapeOf), `shapes of the layers of ${name}`).toEqual(after[name].map(shapeOf))
    for (const [index, layer] of layers.entries()) {
      for (const part of ['weights', 'bias'] as const) {
        layer[part].forEach((value, k) => {
          const size = distance(value, after[name][index]![part][k]!)
          found.push({ size, place: `${name}, layer ${index}, ${part}[${k}]` })
        })
      }
    }
  }
  return found
}

function shapeOf({ inputs, outputs, weights, bias }: Layer | DenseLayer): number[] {
  return [inputs, outputs, weights.length, bias.length]
}

/** Infinite where one of the two is not a number, so that it is never within a tolerance. */
function distance(a: number, b: number): number {
  const size = Math.abs(a - b)
  return Number.isNaN(size) ? Number.POSITIVE_INFINITY : size
}

function asNetworks(networks: PlainNetworks): Networks {
  const asNetwork = (layers: Layer[]) => ({
    layers: layers.map((one) => ({
      ...one,
      weights: Float32Array.from(one.weights),
      bias: Float32Array.from(one.bias),
    })),
  })
  const { actor, critic, targetActor, targetCritic } = networks
  return {
    actor: asNetwork(actor),
    critic: asNetwork(critic),
    targetActor: asNetwork(targetActor),
    targetCritic: asNetwork(targetCritic),
  }
}
