/** The runs in a folder, as windows show them: entries of a list, and the curves of one. */
import { existsSync, readFileSync } from 'node:fs'
import { messageOf } from '../common/user-error.ts'
import { type RunDescription, RunFolder } from '../training/run-folder.ts'
import type { Answer, EpisodePoint, EvaluationPoint, RunEntry, RunStatus } from './rpc/contract.ts'

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

/** The rows of metrics.ndjson so far. A last line that is just being written is left for the next time. */
export function readRunMetrics(runsFolder: string, run: string): Answer<'runs.metrics'> {
  const file = RunFolder.open(runsFolder, run).path('metrics.ndjson')
  const episodes: EpisodePoint[] = []
  const evaluations: EvaluationPoint[] = []
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []
  for (const line of lines.slice(0, -1)) {
    const row = JSON.parse(line) as { type: string }
    if (row.type === 'episode') episodes.push(row as unknown as EpisodePoint)
    else if (row.type === 'evaluation') evaluations.push(row as unknown as EvaluationPoint)
  }
  return { episodes, evaluations }
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
