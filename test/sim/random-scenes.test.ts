/**
 * Whatever scene file comes, it is refused at a place, or simulated for 100 steps with finite numbers; nothing crashes and
 * nothing hangs. TORQUELAB_RANDOM_SCENES is the number of scenes: 1,000 in `npm test`, 10,000 for a thorough look.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Worker } from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import { fc } from '../properties.ts'
import { randomScene } from '../scene/random-scene.ts'
import type { Outcome, Question } from './random-scenes-worker.ts'

const COUNT = Number(process.env.TORQUELAB_RANDOM_SCENES ?? 1000)
/** Where the scenes with faults are written to; nowhere if absent. */
const FAULTS_FOLDER = process.env.TORQUELAB_FAULTS
const SEED = 1
/** For one scene, ms: most take less than 10, and the worker stops playing after 3,000. */
const LONGEST_SCENE = 20_000
const LONGEST_START = 30_000

class Simulator {
  private worker: Worker | undefined

  /** What becomes of one scene; a thread that crashed or hung is replaced. */
  async ask(question: Question): Promise<Outcome> {
    this.worker ??= await start()
    this.worker.postMessage(question)
    const outcome = await next<Outcome>(this.worker, LONGEST_SCENE)
    if (outcome.kind === 'fault' && outcome.isPoisoned) await this.close()
    return outcome
  }

  async close(): Promise<void> {
    await this.worker?.terminate()
    this.worker = undefined
  }
}

async function start(): Promise<Worker> {
  const worker = new Worker(new URL('./random-scenes-worker.ts', import.meta.url), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  })
  await next(worker, LONGEST_START)
  return worker
}

/** The next message of a worker; a fault where it ends or is silent for too long. */
function next<Message>(worker: Worker, longest: number): Promise<Message | Outcome> {
  return new Promise((resolve) => {
    const end = (value: Message | Outcome) => {
      clearTimeout(timer)
      worker.off('message', end).off('error', onError).off('exit', onExit)
      resolve(value)
    }
    const fault = (message: string) => end({ kind: 'fault', message, isPoisoned: true })
    const onError = (error: Error) => fault(`the thread died: ${error.message}`)
    const onExit = (code: number) => fault(`the thread ended with code ${code}`)
    const timer = setTimeout(() => fault(`nothing came within ${longest / 1000} s`), longest)
    worker.on('message', end).on('error', onError).on('exit', onExit)
  })
}

describe(`Given ${COUNT} random scene files`, () => {
  test('when each is loaded and played, then it is refused at a place, or its numbers are finite', {
    timeout: 60_000 + COUNT * 100,
  }, async () => {
    const simulator = new Simulator()
    const faults: string[] = []
    const counts = { refused: 0, stopped: 0, simulated: 0, fault: 0 }
    try {
      const scenes = fc.sample(randomScene(), { seed: SEED, numRuns: COUNT })
      for (const [index, { text }] of scenes.entries()) {
        const outcome = await simulator.ask({ text, seed: index })
        counts[outcome.kind]++
        if (outcome.kind !== 'fault') continue
        faults.push(`scene ${index}: ${outcome.message}`)
        if (FAULTS_FOLDER) {
          mkdirSync(FAULTS_FOLDER, { recursive: true })
          writeFileSync(path.join(FAULTS_FOLDER, `scene-${index}.json`), text)
        }
      }
    } finally {
      await simulator.close()
    }
    expect(faults).toEqual([])
    // The scenes are of both kinds.
    expect(counts.refused).toBeGreaterThan(COUNT / 10)
    expect(counts.simulated).toBeGreaterThan(COUNT / 10)
  })
})
