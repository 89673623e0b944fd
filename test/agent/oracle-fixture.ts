/** Fixtures of updates that test/oracles computes in float64, and engines compared with them. */
import { readFileSync } from 'node:fs'
import type { EngineFactory } from '../../src/agent/create-engine.ts'
import type { LearningEngine, Networks, ProblemSize, UpdateMetrics } from '../../src/agent/engine.ts'
import type { AgentSettings } from '../../src/agent/settings.ts'
import type { DenseLayer, Network } from '../../src/policy/network.ts'
import { engineRandom, firstSlots, smallSettings } from './engines.ts'

export interface FixtureLayer {
  inputs: number
  outputs: number
  weights: number[]
  bias: number[]
}

export type FixtureNetworks = Partial<Record<keyof Networks, FixtureLayer[]>>

export interface FixtureUpdate {
  /** Absent where every update is one of the policy too. */
  updatesPolicy?: boolean
  gradients: FixtureNetworks
  after: FixtureNetworks
  metrics: UpdateMetrics
}

export interface FixtureTransition {
  observation: number[]
  action: number[]
  reward: number
  nextObservation: number[]
  terminated?: boolean
  discount?: number
  weight?: number
  targetNoise?: number[]
}

export interface FixtureCase {
  size: ProblemSize
  settings: Partial<AgentSettings> & Pick<AgentSettings, 'hiddenSizes'>
  transitions: FixtureTransition[]
  before: FixtureNetworks
  updates: FixtureUpdate[]
}

export interface Difference {
  size: number
  place: string
}

export function readFixture(name: string): FixtureCase[] {
  const file = new URL(`../fixtures/${name}.json`, import.meta.url)
  return (JSON.parse(readFileSync(file, 'utf8')) as { cases: FixtureCase[] }).cases
}

export function asNetworks(networks: FixtureNetworks): Networks {
  const asNetwork = (layers: FixtureLayer[]): Network => ({
    layers: layers.map((one) => ({
      ...one,
      weights: Float32Array.from(one.weights),
      bias: Float32Array.from(one.bias),
    })),
  })
  const entries = Object.entries(networks).map(([name, layers]) => [name, asNetwork(layers)])
  return Object.fromEntries(entries) as Networks
}

/** The discount of a transition, which a fixture states or means by a termination. */
export function discountOf({ terminated, discount }: FixtureTransition, settings: AgentSettings): number {
  return discount ?? (terminated ? 0 : settings.discount)
}

export function settingsOf({ settings, transitions }: FixtureCase): AgentSettings {
  const batchSize = transitions.length
  return { ...smallSettings, replayCapacity: batchSize, batchSize, ...settings }
}

/** Lets a fresh engine make the updates of a case, and returns where it lies farthest from the fixture's outcome. */
export function worstDifference(
  factory: EngineFactory,
  expected: FixtureCase,
  wrong: Partial<AgentSettings> = {},
): Difference {
  const { size, transitions, before, updates } = expected
  const settings = { ...settingsOf(expected), ...wrong }
  const engine = factory.create({ size, settings, networks: asNetworks(before), random: engineRandom(1) })
  try {
    storeTransitions(engine, transitions, settings)
    const weights = transitions.map(({ weight }) => weight ?? 1)
    const targetNoise = transitions.flatMap((one) => one.targetNoise ?? [])
    const batch = {
      indices: firstSlots(transitions.length),
      weights: Float32Array.from(weights),
      ...(targetNoise.length > 0 && { targetNoise: Float32Array.from(targetNoise) }),
    }
    const found = updates.flatMap((update) => {
      const metrics = engine.updateOn(batch, update.updatesPolicy ?? true)
      return differences(engine.exportNetworks(), metrics, update)
    })
    return found.reduce((worst, one) => (one.size > worst.size ? one : worst))
  } finally {
    engine.dispose()
  }
}

function storeTransitions(engine: LearningEngine, transitions: FixtureTransition[], settings: AgentSettings): void {
  for (const transition of transitions) {
    const { observation, action, reward, nextObservation } = transition
    const [from, by, to] = [observation, action, nextObservation].map((values) => Float32Array.from(values))
    engine.store(from!, by!, reward, to!, discountOf(transition, settings))
  }
}

function differences(networks: Networks, metrics: UpdateMetrics, { after, metrics: expected }: FixtureUpdate) {
  const names = Object.keys(expected) as (keyof UpdateMetrics)[]
  const found: Difference[] = names.map((name) => ({
    size: distance(metrics[name], expected[name]),
    place: name,
  }))
  for (const [name, layers] of Object.entries(after)) {
    const actual = networks[name as keyof Networks]?.layers ?? []
    if (shapesOf(actual) !== shapesOf(layers)) return [{ size: Number.POSITIVE_INFINITY, place: `shape of ${name}` }]
    for (const [index, layer] of actual.entries()) {
      for (const part of ['weights', 'bias'] as const) {
        layer[part].forEach((value, k) => {
          const size = distance(value, layers[index]![part][k])
          found.push({ size, place: `${name}, layer ${index}, ${part}[${k}]` })
        })
      }
    }
  }
  return found
}

function shapesOf(layers: readonly (FixtureLayer | DenseLayer)[]): string {
  return layers.map(({ inputs, outputs, weights, bias }) => [inputs, outputs, weights.length, bias.length]).join('; ')
}

/** Infinite where one of the two is not a number, so that it is never within a tolerance. */
function distance(a: number | undefined, b: number | undefined): number {
  const size = Math.abs(a! - b!)
  return Number.isNaN(size) ? Number.POSITIVE_INFINITY : size
}
