/** Starts a run in a worker thread and keeps its run.json true, however the worker ends. */
import os from 'node:os'
import { Worker } from 'node:worker_threads'
import type { EngineName } from '../agent/engine.ts'
import { type AlgorithmName, algorithmOf } from '../agent/presets.ts'
import { UserError } from '../common/user-error.ts'
import type { Scene } from '../scene/schema.ts'
import { allocateLiveView, type LiveFrame, liveReader } from './live-view.ts'
import { CONTINUE, PAUSE, STOP, type WorkerMessage, type WorkerTask } from './messages.ts'
import { type RunDescription, RunFolder, type RunResult } from './run-folder.ts'
import type { TrainingSettings } from './settings.ts'
import type { TrainingEvent } from './train.ts'

export interface StartOptions {
  scene: Scene
  /** Where the scene came from: a built-in's name or a file. */
  sceneSource: string
  seed: number
  /** The preset that `settings` started from, and the algorithm that it is one of. */
  preset: string
  presetAlgorithm: AlgorithmName
  settings: TrainingSettings
  budget: { steps?: number | undefined; episodes?: number | undefined }
  engine: EngineName | undefined
  threads?: number | undefined
  relaxedSimd?: boolean | undefined
  runsFolder: string
  name: string | undefined
  versions: Record<string, string>
  /** The built worker's file. */
  workerFile: string
  onEvent?: (event: TrainingEvent) => void
}

export interface Training {
  folder: RunFolder
  /** Ends the run cleanly after the current step; `finished` then resolves as for a whole run. */
  stop(): void
  /** Holds the run after its current step, and lets it go on. */
  pause(): void
  resume(): void
  /** The run as its run.json has it now. */
  description(): RunDescription
  /** The robot as it is now, where it moved since the last call. */
  readLive(): LiveFrame | undefined
  /** The run as it ended. Rejects with a UserError where it failed; run.json says so too. */
  finished: Promise<RunDescription & { result: RunResult }>
}

/** Megabytes of JavaScript heap that the worker may use: Electron's threads share one cage. Arrays of numbers live outside it. */
const WORKER_HEAP_MB = 1024

export function startTraining(options: StartOptions): Training {
  const { scene, seed, settings, budget, engine, threads, relaxedSimd, runsFolder, versions, onEvent } = options
  const algorithm = algorithmOf(settings)
  const stem = `${scene.name}-${algorithm}-seed${seed}`.replaceAll(' ', '-')
  const folder = RunFolder.create(runsFolder, options.name, stem)
  let description: RunDescription = {
    format: 'torquelab-run',
    version: 1,
    name: folder.name,
    scene: scene.name,
    sceneSource: options.sceneSource,
    algorithm,
    engine: engine ?? 'fastest',
    seed,
    preset: options.preset,
    presetAlgorithm: options.presetAlgorithm,
    settings,
    budget: JSON.parse(JSON.stringify(budget)),
    versions,
    machine: { platform: os.platform(), architecture: os.arch() },
    startedAt: new Date().toISOString(),
    status: 'running',
    processId: process.pid,
  }
  folder.writeScene(scene)
  folder.writeDescription(description)

  const control = new Int32Array(new SharedArrayBuffer(4)).fill(CONTINUE)
  const live = allocateLiveView(scene)
  const task: WorkerTask = {
    scene,
    seed,
    settings,
    budget,
    engine,
    threads,
    relaxedSimd,
    runsFolder,
    run: folder.name,
    versions,
    control: control.buffer as SharedArrayBuffer,
    live,
  }
  // TensorFlow's native library reads these from the process, not from the worker's copy of its environment.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2'
  process.env.TF_NUM_INTRAOP_THREADS ??= '1'
  const worker = new Worker(options.workerFile, {
    workerData: task,
    resourceLimits: { maxOldGenerationSizeMb: WORKER_HEAP_MB },
  })

  const finished = new Promise<RunDescription & { result: RunResult }>((resolve, reject) => {
    const end = (status: RunDescription['status'], more: Partial<RunDescription>): RunDescription => {
      const { processId: _, ...rest } = description
      description = { ...rest, status, ...more }
      folder.writeDescription(description)
      return description
    }
    let ended = false
    let best: Extract<TrainingEvent, { type: 'evaluation' }> | undefined
    const fail = (reason: string, kind: 'input' | 'failure'): void => {
      if (ended) return
      ended = true
      const kept = best
        ? ` The best policy is that of step ${best.step} (return ${best.meanReturn.toFixed(1)}), in ${folder.path('best')}.`
        : ''
      const problem = `${reason}${kept}`
      end('failed', { problem })
      reject(new UserError(`${problem} (run "${folder.name}")`, kind))
    }
    worker.on('message', (message: WorkerMessage) => {
      if (message.type === 'event') {
        const { event } = message
        if (event.type === 'started') {
          const { type: _, ...used } = event
          description = { ...description, ...used }
          folder.writeDescription(description)
        }
        if (event.type === 'evaluation' && event.isBest) best = event
        onEvent?.(event)
      } else if (message.type === 'finished') {
        ended = true
        const wasStopped = Atomics.load(control, 0) === STOP
        resolve({ ...end(wasStopped ? 'stopped' : 'finished', { result: message.result }), result: message.result })
      } else {
        const problem =
          message.kind === 'defect' ? `Training failed by a defect of TorqueLab: ${message.message}` : message.message
        fail(problem, message.kind === 'input' ? 'input' : 'failure')
      }
    })
    worker.on('error', (error) => fail(`The training thread failed: ${error.message}`, 'failure'))
    worker.on('exit', (code) => fail(`The training thread ended unexpectedly (code ${code}).`, 'failure'))
  })
  const command = (word: number): void => {
    // A run that is stopping stays so.
    if (Atomics.load(control, 0) === STOP) return
    Atomics.store(control, 0, word)
    Atomics.notify(control, 0)
  }
  return {
    folder,
    stop: () => command(STOP),
    pause: () => command(PAUSE),
    resume: () => command(CONTINUE),
    description: () => description,
    readLive: liveReader(live, scene),
    finished,
  }
}
