/** Starts a run in a worker thread, lets it wait, or resumes one, and keeps its run.json true, however the worker ends. */
import { existsSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Worker } from 'node:worker_threads'
import type { EngineName } from '../agent/engine.ts'
import { type AlgorithmName, algorithmOf } from '../agent/presets.ts'
import { messageOf, UserError } from '../common/user-error.ts'
import type { Scene } from '../scene/schema.ts'
import { checkpointSteps } from './checkpoints.ts'
import { allocateLiveView, type LiveFrame, liveReader } from './live-view.ts'
import { CONTINUE, PAUSE, STOP, type WorkerMessage, type WorkerTask } from './messages.ts'
import { releaseOldReplays } from './retention.ts'
import { type RunDescription, RunFolder, type RunResult } from './run-folder.ts'
import { NO_PROGRESS, progressAfter, progressOf } from './run-progress.ts'
import { resumabilityOf, thisProcess } from './run-status.ts'
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

export interface ResumeOptions {
  runsFolder: string
  /** The run's name or folder. */
  run: string
  /** Where it is to end now, in place of where it was to end: later than it has come. As it was where absent. */
  budget?: { steps?: number | undefined; episodes?: number | undefined }
  threads?: number | undefined
  /** Whether training gives way to a window of this process. */
  givesWay?: boolean | undefined
  versions: Record<string, string>
  workerFile: string
  onEvent?: (event: TrainingEvent) => void
}

export interface Training {
  folder: RunFolder
  /** Threads that it was given to learn with; 1 where it chooses them itself. */
  threads: number
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
  const { folder, description: started } = createRun(options, { status: 'running', ...thisProcess() })
  return runWorker({ ...options, folder, description: started, resume: false })
}

/** Makes the run's folder, where it waits for its turn: `resumeTraining` begins it. */
export function queueTraining(options: StartOptions): RunFolder {
  return createRun(options, { queuedAt: new Date().toISOString() }).folder
}

/** The folder of a run that has not begun, with `state` in its run.json. Where that cannot be written, nothing is left behind. */
function createRun(
  options: StartOptions,
  state: Partial<RunDescription>,
): { folder: RunFolder; description: RunDescription } {
  const { scene, settings, runsFolder } = options
  const stem = `${scene.name}-${algorithmOf(settings)}-seed${options.seed}`.replaceAll(' ', '-')
  const folder = RunFolder.create(runsFolder, options.name, stem)
  folder.isBeingMade = true
  try {
    const description = { ...describeRun(options, folder), ...state }
    folder.writeDescription(description)
    folder.isBeingMade = false
    return { folder, description }
  } catch (error) {
    rmSync(folder.folder, { recursive: true, force: true })
    throw error
  }
}

/** Writes the scene, and returns what run.json is to say of a run that has not begun. */
function describeRun(options: StartOptions, folder: RunFolder): RunDescription {
  const { scene, seed, settings, budget, engine, versions, relaxedSimd } = options
  const algorithm = algorithmOf(settings)
  const sceneHash = folder.writeScene(scene)
  const processor = os.cpus()[0]?.model.trim()
  return {
    format: 'torquelab-run',
    version: 1,
    name: folder.name,
    scene: scene.name,
    sceneSource: options.sceneSource,
    sceneHash,
    algorithm,
    engine: engine ?? 'fastest',
    seed,
    preset: options.preset,
    presetAlgorithm: options.presetAlgorithm,
    settings,
    budget: JSON.parse(JSON.stringify(budget)),
    versions,
    machine: {
      platform: os.platform(),
      architecture: os.arch(),
      ...(processor && { processor }),
      cores: os.availableParallelism(),
    },
    startedAt: new Date().toISOString(),
    status: 'stopped',
    ...(relaxedSimd && { relaxedSimd }),
  }
}

/**
 * Goes on with a run that was stopped, killed or finished: bit for bit the run that was never interrupted, as long as
 * scene, engine and versions are the same. Throws a UserError where it cannot be resumed, or has come to its end already.
 */
export function resumeTraining(options: ResumeOptions): Training {
  const folder = RunFolder.open(options.runsFolder, options.run)
  const found = folder.readDescription()
  const { checkpointStep, obstacle } = resumabilityOf(folder, found)
  if (obstacle !== undefined) throw new UserError(`The run "${folder.name}" cannot be resumed: ${obstacle}.`)
  const { steps, episodes } = options.budget ?? {}
  const isGiven = steps !== undefined || episodes !== undefined
  const budget = isGiven
    ? { ...(steps !== undefined && { steps }), ...(episodes !== undefined && { episodes }) }
    : found.budget
  requireMore(folder.name, found, budget, checkpointStep ?? 0)
  const { problem: _problem, queuedAt: _queuedAt, ...kept } = found
  const hasBegun = existsSync(folder.path('metrics.ndjson'))
  const description: RunDescription = {
    ...kept,
    budget,
    status: 'running',
    ...(!hasBegun && { startedAt: new Date().toISOString() }),
    ...thisProcess(),
  }
  const scene = folder.readScene()
  folder.writeDescription(description)
  return runWorker({
    scene,
    engine: found.engine === 'fastest' ? undefined : (found.engine as EngineName),
    threads: options.threads,
    relaxedSimd: found.relaxedSimd || undefined,
    versions: options.versions,
    workerFile: options.workerFile,
    ...(options.onEvent && { onEvent: options.onEvent }),
    folder,
    description,
    givesWay: options.givesWay,
    resume: true,
    countsResumption: hasBegun,
  })
}

/** Throws a UserError where the budget is spent already. */
function requireMore(
  name: string,
  { result, ...description }: RunDescription,
  budget: RunDescription['budget'],
  checkpointStep: number,
): void {
  const trained = Math.max(checkpointStep, result?.steps ?? 0)
  const enough = (reached: string): never => {
    throw new UserError(`The run "${name}" has trained for ${reached}; give more with --steps or --episodes to go on.`)
  }
  if (budget.steps !== undefined && result && trained >= budget.steps) enough(`${trained} steps`)
  if (budget.episodes !== undefined && result && result.episodes >= budget.episodes)
    enough(`${result.episodes} episodes`)
  if (description.status === 'finished' && budget === description.budget) enough(`${trained} steps`)
}

interface WorkerOptions
  extends Pick<StartOptions, 'scene' | 'engine' | 'threads' | 'relaxedSimd' | 'versions' | 'workerFile' | 'onEvent'> {
  folder: RunFolder
  description: RunDescription
  givesWay?: boolean | undefined
  resume: boolean
  /** Whether run.json is to say from where it was resumed: a run that only waited for its turn is not one. */
  countsResumption?: boolean
}

/** Trains in a thread; `description` is what run.json says already. */
function runWorker(options: WorkerOptions): Training {
  const { scene, engine, threads, relaxedSimd, versions, folder, resume, onEvent } = options
  let { description } = options
  const control = new Int32Array(new SharedArrayBuffer(4)).fill(CONTINUE)
  const live = allocateLiveView(scene)
  const task: WorkerTask = {
    scene,
    seed: description.seed,
    settings: description.settings,
    budget: description.budget,
    engine,
    threads,
    relaxedSimd,
    folder: folder.folder,
    versions,
    resume,
    givesWay: options.givesWay,
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
      const { processId: _process, processStart: _start, progress, ...rest } = description
      description = { ...rest, status, ...(!more.result && progress && { progress }), ...more }
      folder.writeDescription(description)
      return description
    }
    let ended = false
    const keep = (): void => {
      if (ended) return
      try {
        folder.writeDescription(description)
      } catch {
        // A disk that is full or gone: the worker finds that too, and says so.
      }
    }
    const fail = (reason: string, kind: 'input' | 'failure', canGoOn = false): void => {
      if (ended) return
      ended = true
      const problem = [reason, ...keptOf(folder, description, canGoOn)].join(' ')
      try {
        end('failed', { problem })
      } catch {
        // A disk that is full or gone: run.json still says "running", which reads as interrupted once this process is gone.
      }
      reject(new UserError(`${problem} (run "${folder.name}")`, kind))
    }
    /** Of a run that was made just now, and could not begin, nothing is left. */
    const withdraw = (problem: string, kind: 'input' | 'failure'): void => {
      ended = true
      rmSync(folder.folder, { recursive: true, force: true })
      reject(new UserError(`${problem} Nothing was trained, and no run is left behind.`, kind))
    }
    worker.on('message', (message: WorkerMessage) => {
      if (message.type === 'event') {
        const { event } = message
        if (event.type !== 'started')
          description = { ...description, progress: progressAfter(description.progress ?? NO_PROGRESS, event) }
        if (event.type === 'started') {
          const { type: _, ...used } = event
          description = { ...description, ...used }
          keep()
        }
        if (event.type === 'resumed') {
          // Until here its files were untouched, and its result held.
          const { result: _, resumedFrom = [], ...rest } = description
          description = options.countsResumption ? { ...rest, resumedFrom: [...resumedFrom, event.step] } : rest
          keep()
        }
        if (event.type === 'evaluation' || event.type === 'checkpoint') keep()
        onEvent?.(event)
      } else if (message.type === 'finished') {
        const { result } = message
        const wasStopped = Atomics.load(control, 0) === STOP
        try {
          const whole = end(wasStopped ? 'stopped' : 'finished', { result })
          ended = true
          if (!wasStopped) releaseQuietly(path.dirname(folder.folder))
          resolve({ ...whole, result })
        } catch (error) {
          fail(messageOf(error), 'failure')
        }
      } else {
        const problem =
          message.kind === 'defect' ? `Training failed by a defect of TorqueLab: ${message.message}` : message.message
        const kind = message.kind === 'input' ? 'input' : 'failure'
        if (message.hasBegun || resume) fail(problem, kind)
        else withdraw(problem, kind)
      }
    })
    worker.on('error', (error) => fail(`The training thread failed: ${error.message}.`, 'failure', true))
    worker.on('exit', (code) => fail(`The training thread ended unexpectedly (code ${code}).`, 'failure', true))
  })
  const command = (word: number): void => {
    // A run that is stopping stays so.
    if (Atomics.load(control, 0) === STOP) return
    Atomics.store(control, 0, word)
    Atomics.notify(control, 0)
  }
  return {
    folder,
    threads: threads ?? 1,
    stop: () => command(STOP),
    pause: () => command(PAUSE),
    resume: () => command(CONTINUE),
    description: () => description,
    readLive: liveReader(live, scene),
    finished,
  }
}

/** What is left of a run that failed, in words; how to go on where nothing of the run itself stands in the way. */
function keptOf(folder: RunFolder, description: RunDescription, canGoOn: boolean): string[] {
  const { best } = progressOf(description) ?? NO_PROGRESS
  const [step] = checkpointSteps(folder)
  const policy =
    best &&
    `The best policy is that of step ${best.step} (return ${best.meanReturn.toFixed(1)}), in ${folder.path('best')}.`
  const goOn = canGoOn ? `; "torquelab resume ${folder.name}" goes on from it` : ''
  const checkpoint = step !== undefined && `The last good checkpoint is that of step ${step}${goOn}.`
  return [policy, checkpoint].filter((words) => typeof words === 'string')
}

function releaseQuietly(runsFolder: string): void {
  try {
    releaseOldReplays(runsFolder)
  } catch {
    // What cannot be removed stays: the run itself has ended well.
  }
}
