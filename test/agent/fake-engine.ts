/** An engine that learns nothing and records how it is called: it shows the agent alone. */
import { Agent } from '../../src/agent/agent.ts'
import type { EngineRandom, LearningEngine, Networks, ProblemSize, UpdateMetrics } from '../../src/agent/engine.ts'
import { presets } from '../../src/agent/presets.ts'
import type { AgentSettings } from '../../src/agent/settings.ts'
import type { StateArrays } from '../../src/agent/state.ts'
import type { Network } from '../../src/policy/network.ts'

/** Stands for an engine: an actor that answers `output`, updates that return `metrics`, and a record of the calls. */
export class FakeEngine implements LearningEngine {
  readonly name = 'tfjs-cpu'
  output = 0
  metrics: UpdateMetrics = { criticLoss: 1, policyLoss: 2, meanQ: 3, saturation: 0 }
  stored = 0
  nonFinite: string | undefined
  readonly calls: string[] = []
  /** Whether each update was one of the policy too. */
  readonly policyUpdates: boolean[] = []
  /** Copies of what was stored. */
  readonly transitions: unknown[][] = []
  readonly scalings: { mean: number[]; scale: number[] }[] = []
  /** Shares of the learning rates, as they were told. */
  readonly learningRates: number[] = []
  readonly networks: Networks
  readonly random: EngineRandom
  private readonly capacity: number

  constructor(networks: Networks, random: EngineRandom, capacity: number) {
    this.networks = networks
    this.random = random
    this.capacity = capacity
  }

  act(_observation: Float32Array, action: Float32Array): void {
    this.calls.push('act')
    action.fill(this.output)
  }

  store(...transition: unknown[]): void {
    this.calls.push('store')
    this.stored = Math.min(this.stored + 1, this.capacity)
    this.transitions.push(transition.map((part) => (part instanceof Float32Array ? [...part] : part)))
  }

  update(updatesPolicy: boolean): UpdateMetrics {
    this.calls.push(`update on ${this.stored}`)
    this.policyUpdates.push(updatesPolicy)
    return { ...this.metrics }
  }

  updateOn(): UpdateMetrics {
    throw new Error('An agent lets its engine choose the batches.')
  }

  setObservationScaling(mean: Float32Array, scale: Float32Array): void {
    this.calls.push('scale')
    this.scalings.push({ mean: [...mean], scale: [...scale] })
  }

  setLearningRates(share: number): void {
    this.learningRates.push(share)
  }

  findNonFinite(): string | undefined {
    return this.nonFinite
  }

  exportActor(): Network {
    return this.networks.actor
  }

  exportNetworks(): Networks {
    return this.networks
  }

  state(): StateArrays {
    return { stored: Float64Array.of(this.stored) }
  }

  restore(state: StateArrays): void {
    this.stored = state.stored![0]!
  }

  restoreTransitions(): void {
    this.calls.push('restore transitions')
  }

  dispose(): void {
    this.calls.push('dispose')
  }
}

/** An agent with a fake engine, and that engine. */
export function makeAgent(
  changes: Partial<AgentSettings>,
  { seed = 1, size = { observation: 2, action: 1 } }: { seed?: number; size?: ProblemSize } = {},
): { agent: Agent; engine: FakeEngine } {
  const settings = { ...presets.ddpg.paper, hiddenSizes: [3], batchSize: 4, replayCapacity: 100, ...changes }
  let engine: FakeEngine | undefined
  const createEngine = ({ networks, random }: { networks: Networks; random: EngineRandom }) => {
    engine = new FakeEngine(networks, random, settings.replayCapacity)
    return engine
  }
  const agent = new Agent({ size, settings, seed, createEngine })
  return { agent, engine: engine! }
}
