/** The runs in a folder, as windows show them: entries of a list, and the curves of one. */
import type * as z from 'zod'
import type { AlgorithmName, PresetName } from '../agent/presets.ts'
import { messageOf } from '../common/user-error.ts'
import { type RunDescription, RunFolder, type RunResult } from '../training/run-folder.ts'
import { progressOf } from '../training/run-progress.ts'
import { resumabilityOf, statusOf } from '../training/run-status.ts'
import { snapshotSteps } from '../training/snapshots.ts'
import {
  type Answer,
  episodePoint,
  evaluationPoint,
  progressPoint,
  type RunDetails,
  type RunEntry,
  type Snapshot,
  warningPoint,
} from './rpc/contract.ts'
import { readRunNotes } from './run-notes.ts'
import type { SceneLibrary } from './scene-library.ts'

export function listRunEntries(runsFolder: string): RunEntry[] {
  return RunFolder.names(runsFolder).map((name) => readRunEntry(RunFolder.open(runsFolder, name)))
}

/** The entry of a run; of one whose files cannot be read, what is wrong with them. */
export function readRunEntry(folder: RunFolder): RunEntry {
  const { name } = folder
  try {
    return toRunEntry(folder, folder.readDescription())
  } catch (error) {
    const unknown = { scene: '', algorithm: '', engine: '', seed: 0, preset: '', startedAt: '', budget: {} }
    const problem = messageOf(error)
    const obstacle = 'run.json cannot be read'
    return { name, ...unknown, status: 'unreadable', problem, resumable: false, obstacle, ...notesOf(folder) }
  }
}

export function toRunEntry(folder: RunFolder, description: RunDescription): RunEntry {
  const { scene, algorithm, engine, threads, seed, startedAt, queuedAt, result, problem } = description
  const progress = progressOf(description)
  const { steps, episodes } = description.budget
  const { checkpointStep, obstacle } = resumabilityOf(folder, description)
  return {
    // Of the folder, which names it in every request: that of a folder that was copied or renamed by hand is another in run.json.
    name: folder.name,
    scene,
    algorithm,
    engine,
    ...(threads !== undefined && { threads }),
    seed,
    preset: presetOf(description),
    startedAt,
    status: statusOf(description),
    budget: { ...(steps !== undefined && { steps }), ...(episodes !== undefined && { episodes }) },
    ...(progress && { steps: progress.steps, seconds: progress.seconds }),
    ...(progress?.best && { meanReturn: progress.best.meanReturn }),
    ...(result && reportOf(result)),
    ...(queuedAt !== undefined && { queuedAt }),
    ...notesOf(folder),
    ...(problem && { problem }),
    ...(checkpointStep !== undefined && { checkpointStep }),
    resumable: obstacle === undefined,
    ...(obstacle !== undefined && { obstacle }),
  }
}

/** What a person says of the run, without what they do not. */
function notesOf(folder: RunFolder): Pick<RunEntry, 'tags' | 'notes' | 'archived'> {
  const { tags, notes, archived } = readRunNotes(folder)
  return { ...(tags.length > 0 && { tags }), ...(notes !== '' && { notes }), ...(archived && { archived }) }
}

function reportOf({
  evaluation: { meanReturn, stdReturn, episodes },
}: RunResult): Pick<RunEntry, 'reportReturn' | 'reportDeviation' | 'reportEpisodes'> {
  return { reportReturn: meanReturn, reportDeviation: stdReturn, reportEpisodes: episodes }
}

/** Whether a process trains the run now; a run.json that cannot be read says nothing. */
export function isTraining(folder: RunFolder): boolean {
  try {
    return statusOf(folder.readDescription()) === 'running'
  } catch {
    return false
  }
}

/** The preset's name, with its algorithm where the changes on top have made the run one of the other. */
function presetOf({ algorithm, preset, presetAlgorithm = algorithm as AlgorithmName }: RunDescription): string {
  return presetAlgorithm === algorithm ? preset : `${presetAlgorithm}/${preset}`
}

/** What a run was started with; its scene is one that windows know, where they know an equal one. */
export function runDetails(runsFolder: string, run: string, scenes: SceneLibrary): RunDetails {
  const folder = RunFolder.open(runsFolder, run)
  const description = folder.readDescription()
  const { algorithm, preset, presetAlgorithm, engine, seed, budget, settings, scene, sceneHash } = description
  return {
    run,
    algorithm: algorithm as AlgorithmName,
    preset: preset as PresetName,
    presetAlgorithm: presetAlgorithm ?? (algorithm as AlgorithmName),
    engine,
    seed,
    budget,
    settings,
    scene: scenes.idOfEqual(folder.readScene()) ?? scenes.idOfRun(run),
    sceneName: scene,
    ...(sceneHash !== undefined && { sceneHash }),
  }
}

/** What metrics.ndjson and timing.ndjson hold so far. */
export function readRunMetrics(runsFolder: string, run: string): Answer<'runs.metrics'> {
  const folder = RunFolder.open(runsFolder, run)
  const metrics = folder.readRows('metrics')
  const ofType = (type: string) => metrics.filter((row) => row.type === type)
  return {
    episodes: valid(ofType('episode'), episodePoint),
    evaluations: valid(ofType('evaluation'), evaluationPoint),
    warnings: valid(ofType('warning'), warningPoint),
    progress: valid(folder.readRows('timing'), progressPoint),
  }
}

/** The snapshots of a run's policy, with the returns of their evaluations. */
export function listSnapshots(runsFolder: string, run: string): Snapshot[] {
  const folder = RunFolder.open(runsFolder, run)
  const steps = snapshotSteps(folder)
  if (steps.length === 0) return []
  const evaluations = folder.readRows('metrics').filter(({ type }) => type === 'evaluation')
  const returns = new Map(valid(evaluations, evaluationPoint).map(({ step, meanReturn }) => [step, meanReturn]))
  return steps.map((step) => {
    const meanReturn = returns.get(step)
    return { step, ...(meanReturn !== undefined && { meanReturn }) }
  })
}

/** The rows that are what they should be: one that is not hides none of the others. */
function valid<Row extends z.ZodType>(rows: readonly unknown[], schema: Row): z.output<Row>[] {
  return rows.flatMap((row) => {
    const parsed = schema.safeParse(row)
    return parsed.success ? [parsed.data] : []
  })
}
