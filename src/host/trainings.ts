/**
 * The runs that train and those that wait for their turn. At most as many train at once as there are cores; the rest wait in
 * their folders (`queuedAt` in run.json), so that the queue outlasts the app.
 */
import os from 'node:os'
import { messageOf, UserError } from '../common/user-error.ts'
import { type RunDescription, RunFolder } from '../training/run-folder.ts'
import { resumabilityOf, statusOf } from '../training/run-status.ts'
import type { Training } from '../training/start-training.ts'
import type { Requests, TrainingEvent } from './api.ts'
import { queue, resume } from './host.ts'
import type { RunStatus } from './rpc/contract.ts'

export interface TrainingsEvents {
  /** Something happened in a run's training. */
  onEvent(run: string, event: TrainingEvent): void
  /** A run began, waits, changed its status or ended. */
  onChange(run: string): void
  log(line: string): void
}

/** A run that has a worker. */
export interface ActiveRun {
  training: Training
  status: Extract<RunStatus, 'running' | 'paused' | 'stopping'>
  progress?: Extract<TrainingEvent, { type: 'progress' }>
}

export class Trainings {
  readonly active = new Map<string, ActiveRun>()
  /** How runs ended of which run.json says otherwise, because the disk would not take it: it is written as soon as it can be. */
  readonly unwritten = new Map<string, RunDescription>()
  private readonly runsFolder: string
  private readonly events: TrainingsEvents
  private readonly cores: number
  private isClosing = false

  constructor(runsFolder: string, events: TrainingsEvents, cores = os.availableParallelism()) {
    this.runsFolder = runsFolder
    this.events = events
    this.cores = cores
  }

  /** Makes one run for each seed; they begin as soon as a core is free. Returns their names. */
  start(request: Omit<Requests['train'], 'seed' | 'runsFolder'>, seeds: readonly number[]): string[] {
    const names = seeds.map((seed) => queue({ ...request, seed, runsFolder: this.runsFolder }).name)
    for (const name of names) this.unwritten.delete(name)
    this.next()
    for (const name of names) if (!this.active.has(name)) this.events.onChange(name)
    return names
  }

  /** Lets a paused run go on, or puts one that has ended into the queue again, further than it was to go where the budget says so. */
  resume(run: string, budget: { steps?: number | undefined; episodes?: number | undefined } = {}): void {
    const known = this.active.get(run)
    if (known) {
      if (known.status === 'stopping') throw new UserError(`The run "${run}" is stopping; resume it when it has ended.`)
      known.training.resume()
      this.setStatus(run, 'running')
      return
    }
    const folder = RunFolder.open(this.runsFolder, run)
    const unwritten = this.unwritten.get(run)
    if (unwritten) folder.writeDescription(unwritten)
    this.unwritten.delete(run)
    const found = folder.readDescription()
    const { obstacle } = resumabilityOf(folder, found)
    if (obstacle !== undefined) throw new UserError(`The run "${run}" cannot be resumed: ${obstacle}.`)
    const isGiven = budget.steps !== undefined || budget.episodes !== undefined
    if (found.status === 'finished' && !isGiven) {
      throw new UserError(`The run "${run}" has come to its end; say how many steps or episodes it is to train in all.`)
    }
    const { result, processId: _process, processStart: _start, ...kept } = found
    const { steps, episodes } = result ?? {}
    if ((steps ?? 0) >= (budget.steps ?? Number.POSITIVE_INFINITY)) {
      throw new UserError(`The run "${run}" has trained for ${steps} steps; give more to go on.`)
    }
    if ((episodes ?? 0) >= (budget.episodes ?? Number.POSITIVE_INFINITY)) {
      throw new UserError(`The run "${run}" has trained for ${episodes} episodes; give more to go on.`)
    }
    folder.writeDescription({
      ...kept,
      ...(result && { result }),
      status: 'stopped',
      budget: isGiven ? (JSON.parse(JSON.stringify(budget)) as RunDescription['budget']) : found.budget,
      queuedAt: new Date().toISOString(),
    })
    this.next()
    if (!this.active.has(run)) this.events.onChange(run)
  }

  pause(run: string): void {
    const { training, status } = this.find(run)
    // It ends all the same; another window may not have heard of that yet.
    if (status === 'stopping') throw new UserError(`The run "${run}" is stopping; it cannot be paused any more.`)
    training.pause()
    this.setStatus(run, 'paused')
  }

  /** Ends a run cleanly after its step, or takes a waiting one out of the queue. */
  stop(run: string): void {
    if (!this.active.has(run)) {
      const folder = RunFolder.open(this.runsFolder, run)
      const { queuedAt, ...rest } = folder.readDescription()
      if (queuedAt !== undefined) {
        folder.writeDescription(rest)
        this.unwritten.delete(run)
        this.events.onChange(run)
        return
      }
    }
    this.find(run).training.stop()
    this.setStatus(run, 'stopping')
  }

  /** Begins the runs that wait, in the order in which they came, as far as cores are free. */
  next(): void {
    if (this.isClosing) return
    this.writeEnds()
    const waiting = this.waiting()
    while (waiting.length > 0 && this.freeCores() > 0) {
      const threads = Math.max(1, Math.min(this.cores - 1, Math.floor(this.freeCores() / waiting.length)))
      this.begin(waiting.shift()!, threads)
    }
  }

  /** Names of the runs that wait, the first first. */
  waiting(): string[] {
    return RunFolder.names(this.runsFolder)
      .flatMap((name) => {
        try {
          const { queuedAt } = RunFolder.open(this.runsFolder, name).readDescription()
          const isWaiting = queuedAt !== undefined && !this.active.has(name) && !this.unwritten.has(name)
          return isWaiting ? [{ name, queuedAt }] : []
        } catch {
          return []
        }
      })
      .sort((a, b) => a.queuedAt.localeCompare(b.queuedAt))
      .map(({ name }) => name)
  }

  /** Stops what trains, cleanly; what waits goes on waiting. */
  async close(): Promise<void> {
    this.isClosing = true
    const ending = [...this.active.values()].map(({ training }) => {
      training.stop()
      return training.finished.catch(() => {})
    })
    await Promise.all(ending)
  }

  /** Writes how runs ended where the disk did not take it before. */
  writeEnds(): void {
    for (const [run, description] of this.unwritten) {
      try {
        if (RunFolder.names(this.runsFolder).includes(run))
          RunFolder.open(this.runsFolder, run).writeDescription(description)
        this.unwritten.delete(run)
      } catch {
        // Still full or gone: the list shows the run as it ended all the same.
      }
    }
  }

  private begin(run: string, threads: number): void {
    const folder = RunFolder.open(this.runsFolder, run)
    const description = folder.readDescription()
    // Another process may have begun it just now.
    if (statusOf(description) !== 'queued') return
    try {
      const { training } = resume(
        { run, runsFolder: this.runsFolder, givesWay: true, ...(takesThreads(description) && { threads }) },
        (event) => this.follow(run, event),
      )
      this.active.set(run, { training, status: 'running' })
      training.finished.then(
        () => this.ended(run),
        (error) => {
          this.events.log(messageOf(error))
          if (isBehind(folder)) this.unwritten.set(run, training.description())
          this.ended(run)
        },
      )
    } catch (error) {
      this.fail(folder, description, messageOf(error))
    }
    this.events.onChange(run)
  }

  /** A run that cannot begin says so in its run.json, as soon as that can be written: what trains goes on. */
  private fail(folder: RunFolder, { queuedAt: _, ...description }: RunDescription, problem: string): void {
    this.events.log(problem)
    this.unwritten.set(folder.name, { ...description, status: 'failed', problem })
    this.writeEnds()
  }

  private follow(run: string, event: TrainingEvent): void {
    const known = this.active.get(run)
    if (known && event.type === 'progress') known.progress = event
    this.events.onEvent(run, event)
  }

  private ended(run: string): void {
    this.active.delete(run)
    this.events.onChange(run)
    try {
      this.next()
    } catch (error) {
      // Nobody asked for this: what else trains is not to end by it.
      this.events.log(messageOf(error))
    }
  }

  private find(run: string): ActiveRun {
    const known = this.active.get(run)
    if (!known) throw new UserError(`The run "${run}" is not training now.`)
    return known
  }

  private setStatus(run: string, status: ActiveRun['status']): void {
    this.find(run).status = status
    this.events.onChange(run)
  }

  /** Whether no core is left for the window. */
  get takesAllCores(): boolean {
    return this.freeCores() <= 0
  }

  /** A paused run keeps its cores: it may go on at any moment. */
  private freeCores(): number {
    let used = 0
    for (const { training } of this.active.values()) used += training.threads
    return this.cores - used
  }
}

/** Whether run.json of a run that has ended still says that it is training. */
function isBehind(folder: RunFolder): boolean {
  try {
    return folder.readDescription().status === 'running'
  } catch {
    return false
  }
}

/** TensorFlow.js chooses its threads itself. The results are the same bits for any number of threads. */
function takesThreads({ engine, settings }: RunDescription): boolean {
  const isFused = engine === 'fused' || engine === 'fastest'
  return isFused && !settings.batchNormalisation && !settings.layerNormalisation
}
