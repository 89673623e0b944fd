/** The runs in a folder, as windows show them: entries of a list, and the curves of one. */
import { existsSync, readFileSync } from 'node:fs'
import { messageOf } from '../common/user-error.ts'
import { type RunDescription, RunFolder } from '../training/run-folder.ts'
import type { Answer, EpisodePoint, EvaluationPoint, ProgressPoint, RunEntry, RunStatus } from './rpc/contract.ts'

export function listRunEntries(runsFolder: string): RunEntry[] {
  return RunFolder.names(runsFolder).map((name) => {
    try {
      return toRunEntry(RunFolder.open(runsFolder, name).readDescription())
    } catch (error) {
      const unknown = { scene: '', algorithm: '', engine: '', seed: 0, preset: '', startedAt: '', budget: {} }
      return { name, ...unknown, status: 'unreadable', problem: messageOf(error) }
    }
  })
}

export function toRunEntry(description: RunDescription): RunEntry {
  const { name, scene, algorithm, engine, seed, preset, startedAt, result, problem } = description
  const { steps, episodes } = description.budget
  return {
    name,
    scene,
    algorithm,
    engine,
    seed,
    preset,
    startedAt,
    status: statusOf(description),
    budget: { ...(steps !== undefined && { steps }), ...(episodes !== undefined && { episodes }) },
    ...(result && { steps: result.steps, meanReturn: result.evaluation.meanReturn }),
    ...(problem && { problem }),
  }
}

/** What run.json says, unless it says "running" and the process is gone: such a run was interrupted. */
export function statusOf({
  status,
  processId,
}: RunDescription): Exclude<RunStatus, 'paused' | 'stopping' | 'unreadable'> {
  return status === 'running' && !isAlive(processId) ? 'interrupted' : status
}

/** What metrics.ndjson and timing.ndjson hold so far. */
export function readRunMetrics(runsFolder: string, run: string): Answer<'runs.metrics'> {
  const folder = RunFolder.open(runsFolder, run)
  const metrics = readRows(folder.path('metrics.ndjson'))
  return {
    episodes: metrics.filter(({ type }) => type === 'episode') as unknown as EpisodePoint[],
    evaluations: metrics.filter(({ type }) => type === 'evaluation') as unknown as EvaluationPoint[],
    progress: readRows(folder.path('timing.ndjson')) as unknown as ProgressPoint[],
  }
}

/** Rows of a log. A last line that is just being written is left for the next time. */
function readRows(file: string): Record<string, unknown>[] {
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>)
}

function isAlive(processId: number | undefined): boolean {
  if (processId === undefined) return false
  try {
    process.kill(processId, 0)
    return true
  } catch {
    return false
  }
}
