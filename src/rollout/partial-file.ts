/** The file that a rollout is recorded into before it has its name: `<name>.partial-<process id>.mcap`, beside the whole one. */
import { statSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { processExists } from '../common/processes.ts'

const PARTIAL = /^(?<name>.*)\.partial-(?<process>\d{1,10})\.mcap$/
/** ms between two chunks of a recording that goes on, at most; its process's number may have been given to another. */
const LONGEST_SILENCE = 60_000

/** Where this process records the rollout `file`. */
export function partialOf(file: string): string {
  const { dir, name } = path.parse(file)
  return path.join(dir, `${name}.partial-${process.pid}.mcap`)
}

/** Whether a file is one that some process is recording into now; what a recording that was killed has left is not. */
export function isBeingRecorded(file: string): boolean {
  const writer = PARTIAL.exec(path.basename(file))?.groups?.process
  if (writer === undefined || !processExists(Number(writer))) return false
  const found = statSync(file, { throwIfNoEntry: false })
  return found !== undefined && Date.now() - found.mtimeMs < LONGEST_SILENCE
}

/** Deletes what recordings of `file` that were killed have left: it is whole now. */
export async function removeLeftovers(file: string): Promise<void> {
  const { dir, name } = path.parse(file)
  for (const other of await readdir(dir || '.')) {
    const match = PARTIAL.exec(other)?.groups
    if (match?.name === name && !processExists(Number(match.process))) await rm(path.join(dir, other), { force: true })
  }
}
