/** Makes the start states: networks as initialised, and as they are after some training on the practice task. */
import { Agent } from '../../src/agent/agent.ts'
import { loadEngine } from '../../src/agent/create-engine.ts'
import { criticActionLayer } from '../../src/agent/engine.ts'
import { initialiseNetworks } from '../../src/agent/initialisation.ts'
import { presets } from '../../src/agent/presets.ts'
import type { AgentSettings } from '../../src/agent/settings.ts'
import { RandomStream } from '../../src/common/random.ts'
import { type DenseLayer, runLayer } from '../../src/policy/network.ts'
import { Policy } from '../../src/policy/policy.ts'
import { PracticeTask, practiceSize } from './practice-task.ts'
import { rowLength, type StartState } from './start-state.ts'

const SEED = 1

/** Of a policy that runs here alone. */
const NO_SPECIFICATION = { scene: '', algorithm: '', observation: [], action: [], controlStep: 0, trainedSteps: 0 }

export interface PracticeResult {
  initial: StartState
  trained: StartState
  /** Mean return of the first and of the last finished episodes, to show that something was learned. */
  returns: { first: number; last: number }
}

/**
 * Trains with the fused engine for `updates` updates; both states hold the transitions of that training. Its targets
 * follow as fast as by default: with the paper's τ so short a training has learned nothing yet. And the actor is kept out of tanh's flat ends
 * (`preactivationPenalty`): without that most of its rows have no gradient, which the fused engine alone skips.
 */
export async function practise(timed: AgentSettings, updates: number, threads: number): Promise<PracticeResult> {
  const settings = { ...timed, softUpdateRate: presets.ddpg.default.softUpdateRate, preactivationPenalty: 0.01 }
  const factory = await loadEngine('fused', settings)
  const agent = new Agent({
    size: practiceSize,
    settings,
    seed: SEED,
    createEngine: (parts) => factory.create({ size: practiceSize, settings, threads, ...parts }),
  })
  const steps = settings.learningStarts + updates - 1
  const row = rowLength(practiceSize)
  const transitions = new Float32Array(steps * row)
  const returns = collect(agent, steps, (step, transition) => transitions.set(transition, step * row))
  const random = RandomStream.derive(SEED, 'checked batch')
  const checkIndices = Uint32Array.from({ length: settings.batchSize }, () => random.integer(steps))
  const common = { size: practiceSize, settings: timed, transitions, checkIndices }
  const trained = agent.engine.exportNetworks()
  agent.dispose()
  return {
    initial: {
      ...common,
      networks: initialiseNetworks(practiceSize, settings, RandomStream.derive(SEED, 'initial weights')),
    },
    trained: { ...common, networks: trained },
    returns: { first: mean(returns.slice(0, 5)), last: mean(returns.slice(-5)) },
  }
}

/** Returns of the finished episodes. */
function collect(agent: Agent, steps: number, keep: (step: number, transition: number[]) => void): number[] {
  const task = new PracticeTask(RandomStream.derive(SEED, 'practice task'))
  const action = new Float32Array(practiceSize.action)
  const returns: number[] = []
  let sum = 0
  agent.reset()
  for (let step = 0; step < steps; step++) {
    const before = task.observation.slice()
    agent.act(before, action)
    const { reward, terminated, truncated } = task.step(action)
    sum += reward
    agent.learn(before, action, reward, task.observation, terminated, truncated)
    keep(step, [...before, ...action, reward, ...task.observation, terminated ? 0 : agent.settings.discount])
    if (!terminated && !truncated) continue
    returns.push(sum)
    sum = 0
    task.reset()
    agent.reset()
  }
  return returns
}

/** Of each hidden layer, the mean share of units that are not zero, over stored transitions. */
export function activeShares({ networks, settings, transitions }: StartState): { actor: number[]; critic: number[] } {
  const row = rowLength(practiceSize)
  const [observation, action] = [practiceSize.observation, practiceSize.action]
  const rows = Array.from({ length: 500 }, (_, index) => Math.floor((index * transitions.length) / row / 500) * row)
  const share = (layers: readonly DenseLayer[], actionLayer: number): number[] => {
    const counts = layers.slice(0, -1).map(() => 0)
    for (const at of rows) {
      let hidden: Float32Array = transitions.subarray(at, at + observation)
      counts.forEach((_, index) => {
        const layer = layers[index]!
        const joined = transitions.subarray(at + observation, at + observation + action)
        const input = index === actionLayer ? Float32Array.of(...hidden, ...joined) : hidden
        hidden = new Float32Array(layer.outputs)
        runLayer(layer, input, hidden, 'relu', new Float64Array(layer.outputs))
        counts[index]! += hidden.filter((value) => value > 0).length / layer.outputs / rows.length
      })
    }
    return counts
  }
  return { actor: share(networks.actor.layers, -1), critic: share(networks.critic.layers, criticActionLayer(settings)) }
}

/**
 * The share of stored observations at which every action of the actor is in tanh's flat ends, where its slope in single precision is exactly 0: rows
 * of a batch that the fused engine leaves out of the actor's step.
 */
export function flatShare({ networks, transitions }: StartState): number {
  const row = rowLength(practiceSize)
  const count = transitions.length / row
  const actor = new Policy(NO_SPECIFICATION, networks.actor)
  const action = new Float32Array(practiceSize.action)
  let flat = 0
  for (let index = 0; index < count; index++) {
    actor.act(transitions.subarray(index * row, index * row + practiceSize.observation), action)
    if (action.every((value) => Math.fround(1 - Math.fround(value * value)) === 0)) flat++
  }
  return flat / count
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
