/** The `list` command's tables. */
import type { ListAnswer } from '../host/api.ts'
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
    run.problem ? `${run.status}: ${run.problem}` : run.status,
    run.steps === undefined ? '' : String(run.steps),
    run.meanReturn === undefined ? '' : run.meanReturn.toFixed(1),
    resumeNote(run),
  ])
  const header = ['Run', 'Scene', 'Algorithm', 'Engine', 'Seed', 'Status', 'Steps', 'Return', 'Resume']
  return [...lines, ...table(header, rows)]
}

/** Where `resume` would go on, or why it cannot. */
function resumeNote({ resumable, checkpointStep = 0, obstacle }: ListAnswer['runs'][number]): string {
  return resumable ? `from step ${checkpointStep}` : `no: ${obstacle}`
}
