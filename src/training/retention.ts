/**
 * Keeps the disk from filling with replay buffers of runs that are done: finished runs of a folder keep theirs, with which they
 * can be trained further, up to a size together; the ones that finished longest ago lose theirs first, and their
 * checkpoints with them. Policies, metrics and rollouts are never touched, nor are runs that were stopped or interrupted.
 */
import { readdirSync, rmSync, statSync } from 'node:fs'
import { RunFolder } from './run-folder.ts'

/** Of all finished runs of a folder together: some twenty buffers of a million transitions of the hopper. */
const LIMIT_BYTES = 2 * 1024 ** 3

/** Returns the names of the runs that can be trained no further now. The one that finished last always keeps its buffer. */
export function releaseOldReplays(runsFolder: string, limit = LIMIT_BYTES): string[] {
  const finished = RunFolder.names(runsFolder).flatMap((name) => {
    const folder = RunFolder.open(runsFolder, name)
    const bytes = replayBytes(folder)
    if (bytes === 0 || !isFinished(folder)) return []
    return { folder, bytes, finishedAt: statSync(folder.path('run.json')).mtimeMs }
  })
  const released: string[] = []
  let total = 0
  for (const { folder, bytes } of finished.sort((a, b) => b.finishedAt - a.finishedAt)) {
    const isFirst = total === 0
    total += bytes
    if (isFirst || total <= limit) continue
    // Checkpoints first: one without its replay buffer would be damaged.
    for (const name of readdirSync(folder.path('checkpoint'))) {
      if (name.startsWith('state-')) rmSync(folder.path('checkpoint', name), { force: true })
    }
    rmSync(folder.path('replay'), { recursive: true, force: true })
    total -= bytes
    released.push(folder.name)
  }
  return released
}

function isFinished(folder: RunFolder): boolean {
  try {
    return folder.readDescription().status === 'finished'
  } catch {
    // A run.json that cannot be read: nothing of it is touched.
    return false
  }
}

function replayBytes(folder: RunFolder): number {
  try {
    return readdirSync(folder.path('replay')).reduce((sum, name) => sum + statSync(folder.path('replay', name)).size, 0)
  } catch {
    return 0
  }
}
