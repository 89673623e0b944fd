/**
 * What else the fused learner costs, measured in a process of its own: memory, the actor's latency, choosing a batch.
 * Argument: the start state's folder. Prints one JSON object.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { loadEngine } from '../../src/agent/create-engine.ts'
import { FusedEngine } from '../../src/agent/kernel/fused-engine.ts'
import type { AgentSettings } from '../../src/agent/settings.ts'
import { RandomStream } from '../../src/common/random.ts'
import { measureDensePeak } from './dense-peak.ts'
import { fillReplay } from './fill-replay.ts'
import { readStartState, rowLength, type StartState } from './start-state.ts'
import { median } from './statistics.ts'

export interface Details {
  actLatencyMicroseconds: number
  /** Choosing the batch and its weights, without reading it. */
  samplingMicroseconds: { uniform: number; prioritised: number }
  /** Of the process: what filling the replay buffer added, and all of it in the end. */
  memory: { transitions: number; replayMegabytes: number; processMegabytes: number }
  /** GFLOP/s */
  densePeak: { plain: number; relaxed: number | undefined }
}

const ROUNDS = 15

const start = readStartState(process.argv[2]!)
const uniform = await createEngine(start, {})
const empty = residentMegabytes()
fillReplay(uniform, start)
const full = residentMegabytes()
uniform.update(true)

const details: Details = {
  memory: {
    transitions: uniform.stored,
    replayMegabytes: full - empty,
    processMegabytes: residentMegabytes(),
  },
  actLatencyMicroseconds: measureAct(uniform),
  samplingMicroseconds: {
    uniform: microseconds(() => uniform.chooseBatch(), 2000),
    prioritised: await measurePrioritised(),
  },
  densePeak: { plain: (await measureDensePeak(false))!, relaxed: await measureDensePeak(true) },
}
process.stdout.write(`${JSON.stringify(details)}\n`)

/** Of the process, without what its own garbage takes until it is collected. */
function residentMegabytes(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  return process.memoryUsage.rss() / 1e6
}

async function createEngine({ size, settings, networks }: StartState, changes: Partial<AgentSettings>) {
  const changed = { ...settings, ...changes }
  const engine = (await loadEngine('fused', changed)).create({
    size,
    settings: changed,
    networks,
    random: {
      replay: RandomStream.derive(1, 'replay').state(),
      targetNoise: RandomStream.derive(1, 'target noise').state(),
    },
  })
  if (!(engine instanceof FusedEngine)) throw new Error('The engine called "fused" is another one.')
  return engine
}

async function measurePrioritised(): Promise<number> {
  const prioritised = await createEngine(start, { prioritisedReplay: true })
  fillReplay(prioritised, start)
  // So that priorities differ.
  for (let count = 0; count < 200; count++) prioritised.update(true)
  return microseconds(() => prioritised.chooseBatch(), 2000)
}

/** One action at a time, at ever other observations. */
function measureAct(engine: FusedEngine): number {
  const { size, transitions } = start
  const row = rowLength(size)
  const action = new Float32Array(size.action)
  let at = 0
  return microseconds(() => {
    engine.act(transitions.subarray(at, at + size.observation), action)
    at = (at + row) % transitions.length
  }, 2000)
}

/** µs of one call: the median of several rounds, the first left out. */
function microseconds(call: () => void, calls: number): number {
  const rounds = Array.from({ length: ROUNDS + 1 }, () => {
    const begin = performance.now()
    for (let count = 0; count < calls; count++) call()
    return ((performance.now() - begin) * 1000) / calls
  })
  return median(rounds.slice(1))
}
