/**
 * A run's folder: run.json (what it is and how it ended), scene.json, metrics.ndjson (the same bytes for the same seed),
 * timing.ndjson (wall clock), best/, checkpoint/ and snapshots/ (policies), rollouts/. Files are replaced whole or not at all.
 */
import { createHash } from 'node:crypto'
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, statSync, truncateSync } from 'node:fs'
import path from 'node:path'
import * as z from 'zod'
import { algorithmNames } from '../agent/presets.ts'
import { diskProblem, writeAllSync, writeFileDurably } from '../common/durable-file.ts'
import { suggestion } from '../common/nearest.ts'
import { messageOf, UserError } from '../common/user-error.ts'
import type { Policy } from '../policy/policy.ts'
import { readPolicy, writePolicy } from '../policy/policy-file.ts'
import { loadScene } from '../scene/load.ts'
import type { Scene } from '../scene/schema.ts'
import { completeSettings, trainingSettingsSchema } from './settings.ts'
import { snapshotFile, snapshotSteps } from './snapshots.ts'

const evaluationSchema = z.object({
  episodes: z.int(),
  meanReturn: z.number(),
  stdReturn: z.number(),
  minReturn: z.number(),
  /** Not of tasks without a threshold, nor of runs of older versions, which have no `conditions` either. */
  solvedShare: z.number().optional(),
  meanLength: z.number(),
  terminated: z.int(),
  truncated: z.int(),
  conditions: z.record(z.string(), z.int()).optional(),
  seeds: z.array(z.int()),
  returns: z.array(z.number()),
})

export const runResultSchema = z.object({
  steps: z.int(),
  episodes: z.int(),
  seconds: z.number(),
  stepsPerSecond: z.number(),
  best: z.object({ step: z.int(), episode: z.int(), selectionReturn: z.number() }),
  /** The best policy, on report seeds. */
  evaluation: evaluationSchema,
  /** The last policy, on the same seeds. */
  finalEvaluation: evaluationSchema,
})
export type RunResult = z.infer<typeof runResultSchema>

const runProgressSchema = z.object({
  /** Environment steps. */
  steps: z.int().min(0),
  /** Training time over all resumptions, s. */
  seconds: z.number().min(0),
  /** The best evaluation; absent before the first. */
  best: z.object({ step: z.int().min(0), meanReturn: z.number() }).optional(),
})
export type RunProgress = z.infer<typeof runProgressSchema>

export const runDescriptionSchema = z.object({
  format: z.literal('torquelab-run'),
  version: z.literal(1),
  name: z.string(),
  scene: z.string(),
  sceneSource: z.string(),
  algorithm: z.string(),
  engine: z.string(),
  /** Only of engines that can choose them; runs of older versions have neither. */
  threads: z.int().optional(),
  relaxedSimd: z.boolean().optional(),
  seed: z.int(),
  preset: z.string(),
  /** Whose preset it is: settings changed on top can make the run one of the other algorithm. Older versions did not write it. */
  presetAlgorithm: z.enum(algorithmNames).optional(),
  settings: z.preprocess(completeSettings, trainingSettingsSchema),
  budget: z.object({ steps: z.int().optional(), episodes: z.int().optional() }),
  versions: z.record(z.string(), z.string()),
  /** Older versions wrote neither processor nor cores. */
  machine: z.object({
    platform: z.string(),
    architecture: z.string(),
    processor: z.string().optional(),
    cores: z.int().optional(),
  }),
  startedAt: z.string(),
  /** Since when the run waits for its turn to train; absent where it does not wait. */
  queuedAt: z.string().optional(),
  /** SHA-256 of the scene's text in scene.json; older versions did not write it. */
  sceneHash: z.string().optional(),
  /** Steps from which the run was resumed, in order. */
  resumedFrom: z.array(z.int()).optional(),
  status: z.enum(['running', 'finished', 'stopped', 'failed']),
  /** The process that trains, while it does. */
  processId: z.int().optional(),
  /** When that process started, where the system says so. */
  processStart: z.string().optional(),
  problem: z.string().optional(),
  /** How far it has come, as of an evaluation, a checkpoint or its failure; where it has a result, that says so. Older versions did not write it. */
  progress: runProgressSchema.optional(),
  result: runResultSchema.optional(),
})
export type RunDescription = z.infer<typeof runDescriptionSchema>

/** `best` by selection return, `last`, of the latest evaluation, or the snapshot of a step. */
export type PolicyChoice = 'best' | 'last' | number

/** TensorBoard's file of a run; it takes any with "tfevents" in its name. */
export const EVENT_FILE = 'tensorboard/events.out.tfevents.torquelab'

/** Files of a run that only grow. */
const LOGS = ['metrics.ndjson', 'timing.ndjson', EVENT_FILE]

const RUN_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/

const POLICY_FILES = { best: 'best/policy.safetensors', last: 'checkpoint/policy.safetensors' }

export class RunFolder {
  readonly folder: string
  /** A new run, which is withdrawn where its first files cannot be written. */
  isBeingMade = false
  private readonly logs = new Map<string, number>()

  private constructor(folder: string) {
    this.folder = folder
  }

  /** Makes a new run's folder: named `name`, or after the scene with a number that is free. Names never collide. */
  static create(runsFolder: string, name: string | undefined, stem: string): RunFolder {
    if (name !== undefined && !RUN_NAME.test(name)) {
      throw new UserError(
        `"${name}" cannot name a run: use letters, digits, _ . and -, beginning with a letter or digit, 100 at most.`,
      )
    }
    try {
      mkdirSync(runsFolder, { recursive: true })
      return new RunFolder(name === undefined ? makeNumbered(runsFolder, stem) : makeNamed(runsFolder, name))
    } catch (error) {
      if (error instanceof UserError) throw error
      const known = diskProblem(error)
      const reason = known === undefined ? `${messageOf(error)}. Choose` : `${known}, or choose`
      throw new UserError(`${runsFolder}: the run's folder cannot be made: ${reason} another with --runs.`, 'failure')
    }
  }

  /** Opens a run by its name in `runsFolder`, or by its folder's path. */
  static open(runsFolder: string, run: string): RunFolder {
    for (const folder of [path.join(runsFolder, run), path.resolve(run)]) {
      if (existsSync(path.join(folder, 'run.json'))) return new RunFolder(folder)
    }
    if (existsSync(run) && statSync(run).isDirectory()) {
      throw new UserError(`${run}: this folder is no run: it has no run.json. Runs are made with "torquelab train".`)
    }
    const known = RunFolder.names(runsFolder)
    const hint =
      known.length === 0 ? ' There are no runs yet; make one with "torquelab train".' : suggestion(run, known)
    throw new UserError(`There is no run called "${run}" in ${runsFolder}.${hint}`)
  }

  /** Names of all runs, sorted; none where there is no such folder yet. Throws a UserError where it cannot be read. */
  static names(runsFolder: string): string[] {
    return namesIn(runsFolder)
      .filter((name) => existsSync(path.join(runsFolder, name, 'run.json')))
      .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
  }

  /** What helps a run whose files could not be written, once they can be. */
  private get remedy(): string {
    return this.isBeingMade ? 'start the run again' : `go on with "torquelab resume ${this.name}"`
  }

  get name(): string {
    return path.basename(this.folder)
  }

  path(...parts: string[]): string {
    return path.join(this.folder, ...parts)
  }

  writeDescription(description: RunDescription): void {
    this.writeFile('run.json', `${JSON.stringify(description, null, 2)}\n`)
  }

  readDescription(): RunDescription {
    const file = this.path('run.json')
    let value: unknown
    try {
      value = JSON.parse(readFileSync(file, 'utf8'))
    } catch (error) {
      throw new UserError(`${file}: the run's description cannot be read: ${messageOf(error)}.`)
    }
    const parsed = runDescriptionSchema.safeParse(value)
    if (parsed.success) return parsed.data
    const issue = parsed.error.issues[0]!
    throw new UserError(`${file}: the run's description is damaged at "${issue.path.join('.')}": ${issue.message}.`)
  }

  /** Returns the SHA-256 of what was written. */
  writeScene(scene: Scene): string {
    const text = `${JSON.stringify(scene, null, 2)}\n`
    this.writeFile('scene.json', text)
    return createHash('sha256').update(text).digest('hex')
  }

  readScene(): Scene {
    const file = this.path('scene.json')
    return loadScene(this.readFile(file, "the run's scene is missing").toString('utf8'), file)
  }

  writePolicy(choice: keyof typeof POLICY_FILES, policy: Policy): void {
    this.writeFile(POLICY_FILES[choice], writePolicy(policy))
  }

  /** The policy and the bytes of its file. */
  readPolicy(choice: PolicyChoice): { policy: Policy; bytes: Uint8Array } {
    if (typeof choice === 'number') this.requireSnapshot(choice)
    const file = this.path(typeof choice === 'number' ? snapshotFile(choice) : POLICY_FILES[choice])
    const bytes = this.readFile(
      file,
      'the run has no policy yet: it is saved at the first evaluation. If the run is past that, the file was removed: use another policy of the run',
    )
    return { policy: readPolicy(bytes, file), bytes }
  }

  private requireSnapshot(step: number): void {
    const steps = snapshotSteps(this)
    if (steps.includes(step)) return
    const there = steps.length === 0 ? 'It has no snapshots' : `There are those of steps ${steps.join(', ')}`
    throw new UserError(
      `The run "${this.name}" has no policy of step ${step}. ${there}; besides, "best" and "last" name its best and its latest policy.`,
    )
  }

  /** Appends one row to metrics.ndjson (what the seed determines) or timing.ndjson (what the clock does). */
  append(log: 'metrics' | 'timing', row: Record<string, unknown>): void {
    this.appendBytes(`${log}.ndjson`, Buffer.from(`${JSON.stringify(row)}\n`))
  }

  /** The rows of a log. A line that is no JSON, such as one that is just being written, is left out. */
  readRows(log: 'metrics' | 'timing'): Record<string, unknown>[] {
    const file = this.path(`${log}.ndjson`)
    if (!existsSync(file)) return []
    return readFileSync(file, 'utf8')
      .split('\n')
      .flatMap((line) => {
        try {
          return [JSON.parse(line) as Record<string, unknown>]
        } catch {
          return []
        }
      })
  }

  /** Appends to a log, a file of the run that only grows. Throws a UserError where it cannot be written. */
  appendBytes(log: string, bytes: Uint8Array): void {
    try {
      writeAllSync(this.openLog(log), bytes)
    } catch (error) {
      throw this.writeFailure(error)
    }
  }

  /** Bytes of each log, as it is now. */
  logSizes(): Record<string, number> {
    return Object.fromEntries([...this.logs.keys()].map((log) => [log, statSync(this.path(log)).size]))
  }

  /** Cuts the logs back to these sizes, so that what follows is appended there; to nothing where they are not named. */
  cutLogs(sizes: Record<string, number>): void {
    this.close()
    for (const log of new Set([...Object.keys(sizes), ...LOGS])) {
      if (existsSync(this.path(log))) truncateSync(this.path(log), sizes[log] ?? 0)
    }
    for (const log of Object.keys(sizes)) this.openLog(log)
  }

  /** What is to be said where writing into the run's folder failed. A UserError stays what it is. */
  writeFailure(error: unknown): unknown {
    if (error instanceof UserError) return error
    const code = (error as NodeJS.ErrnoException | undefined)?.code
    if (code === undefined) return error
    const reason = diskProblem(error) ?? `${messageOf(error)}; mend it`
    return new UserError(
      `${this.folder}: the run's files cannot be written: ${reason}, then ${this.remedy}.`,
      'failure',
    )
  }

  /** Makes `folder` below the run's and returns its path. */
  ensureFolder(folder: string): string {
    mkdirSync(this.path(folder), { recursive: true })
    return this.path(folder)
  }

  close(): void {
    for (const descriptor of this.logs.values()) closeSync(descriptor)
    this.logs.clear()
  }

  private openLog(log: string): number {
    let descriptor = this.logs.get(log)
    if (descriptor === undefined) {
      mkdirSync(path.dirname(this.path(log)), { recursive: true })
      descriptor = openSync(this.path(log), 'a')
      this.logs.set(log, descriptor)
    }
    return descriptor
  }

  private writeFile(name: string, content: string | Uint8Array): void {
    try {
      mkdirSync(path.dirname(this.path(name)), { recursive: true })
      writeFileDurably(this.path(name), content)
    } catch (error) {
      throw this.writeFailure(error)
    }
  }

  private readFile(file: string, missing: string): Buffer {
    try {
      return readFileSync(file)
    } catch (error) {
      const reason = (error as NodeJS.ErrnoException).code === 'ENOENT' ? missing : messageOf(error)
      throw new UserError(`${file}: ${reason}.`)
    }
  }
}

function namesIn(runsFolder: string): string[] {
  try {
    return readdirSync(runsFolder)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return []
    const reason = code === 'ENOTDIR' ? 'it is a file, no folder' : messageOf(error)
    throw new UserError(`${runsFolder}: runs cannot be read from it: ${reason}. Choose another with --runs.`)
  }
}

function makeNamed(runsFolder: string, name: string): string {
  const folder = path.join(runsFolder, name)
  try {
    mkdirSync(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    // Not taken over: another process may have made it a moment ago.
    const what = isEmptyFolder(folder)
      ? `The folder ${folder} is there already, though empty: a run that was killed as it began leaves one. Remove it, or choose`
      : `There is already a run called "${name}" in ${runsFolder}. Choose`
    throw new UserError(`${what} another name with --run.`)
  }
  return folder
}

function isEmptyFolder(folder: string): boolean {
  try {
    return readdirSync(folder).length === 0
  } catch {
    return false
  }
}

function makeNumbered(runsFolder: string, stem: string): string {
  for (let number = 1; ; number++) {
    const folder = path.join(runsFolder, `${stem}-${number}`)
    try {
      mkdirSync(folder)
      return folder
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}
