/** The `list` command's tables. */
import type { ListAnswer } from '../host/api.ts'
import { formatDuration } from './format-duration.ts'
import { table } from './table.ts'

export function formatList({ scenes, runs }: ListAnswer, runsFolder: string): string[] {
  const lines = ['Scenes', ...scenes.map(({ name, description }) => `  ${name}  ${description}`), '']
  if (runs.length === 0)
    return [...lines, `No runs in ${runsFolder} yet; make one with: torquelab train ${scenes[0]?.name ?? 'SCENE'}`]
  const rows = runs.map((run) => [
    run.name,
    run.scene,
    run.algorithm,
    run.engine,
    String(run.seed),
    statusOf(run),
    run.steps === undefined ? '' : String(run.steps),
    run.seconds === undefined ? '' : formatDuration(run.seconds),
    run.meanReturn === undefined ? '' : run.meanReturn.toFixed(1),
    resumeNote(run),
  ])
  const header = ['Run', 'Scene', 'Algorithm', 'Engine', 'Seed', 'Status', 'Steps', 'Time', 'Best return', 'Resume']
  return [...lines, ...table(header, rows)]
}

/** Characters of a problem that the table has room for; `--json` and the run's run.json have it whole. */
const PROBLEM_LENGTH = 40

function statusOf({ status, problem }: ListAnswer['runs'][number]): string {
  if (problem === undefined) return status
  const isLong = problem.length > PROBLEM_LENGTH
  return `${status}: ${isLong ? `${problem.slice(0, PROBLEM_LENGTH - 1).trimEnd()}…` : problem}`
}

/** Where `resume` would go on, or why it cannot. */
function resumeNote({ resumable, checkpointStep = 0, obstacle }: ListAnswer['runs'][number]): string {
  return resumable ? `from step ${checkpointStep}` : `no: ${obstacle}`
}
