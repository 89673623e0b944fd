/**
 * An engine of TorqueLab as a contestant: a process of its own with the line protocol of bench/peers/peer.py.
 * Arguments: the start state's folder, the engine's name, the number of threads, perhaps "relaxed" for relaxed SIMD.
 */
import readline from 'node:readline'
import { loadEngine } from '../../src/agent/create-engine.ts'
import type { EngineName, LearningEngine } from '../../src/agent/engine.ts'
import { RandomStream } from '../../src/common/random.ts'
import { messageOf, UserError } from '../../src/common/user-error.ts'
import { fillReplay } from './fill-replay.ts'
import { readStartState, writeNetworks } from './start-state.ts'

/** The share of the learning rates that timed updates have: bench/peers/peer.py says why. */
const HELD = 1e-9

const [folder, name, threads, variant] = process.argv.slice(2) as [string, EngineName, string, string?]

try {
  await serve(await createEngine())
} catch (error) {
  if (!(error instanceof UserError)) throw error
  // Such as an engine whose library is not installed: no contestant, no failure.
  answer({ ready: false, reason: messageOf(error) })
}

async function createEngine(): Promise<LearningEngine> {
  const start = readStartState(folder)
  const factory = await loadEngine(name, start.settings)
  const engine = factory.create({
    size: start.size,
    settings: start.settings,
    networks: start.networks,
    random: {
      replay: RandomStream.derive(1, 'replay').state(),
      targetNoise: RandomStream.derive(1, 'target noise').state(),
    },
    threads: Number(threads),
    relaxedSimd: variant === 'relaxed',
  })
  fillReplay(engine, start)
  return engine
}

async function serve(engine: LearningEngine): Promise<void> {
  answer({ ready: true, name, version: process.versions.node, threads: Number(threads) })
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const command = JSON.parse(line)
    if (command.cmd === 'check') {
      engine.updateOn({ indices: readStartState(folder).checkIndices }, true)
      writeNetworks(command.output, engine.exportNetworks())
      engine.setLearningRates(HELD)
      answer({ written: command.output })
    } else answer(run(engine, command.seconds))
  }
  process.exit(0)
}

function run(engine: LearningEngine, seconds: number): { updates: number; seconds: number; finite: boolean } {
  const start = performance.now()
  const elapsed = () => (performance.now() - start) / 1000
  let updates = 0
  let finite = true
  for (; elapsed() < seconds; updates++) finite = Number.isFinite(engine.update(true).criticLoss) && finite
  return { updates, seconds: elapsed(), finite }
}

function answer(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}
