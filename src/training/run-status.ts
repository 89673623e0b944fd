/** What a run is now, by its files and by whether its process lives, and whether it can be resumed. */
import { existsSync, readFileSync } from 'node:fs'
import { processExists } from '../common/processes.ts'
import { checkpointSteps } from './checkpoints.ts'
import type { RunDescription, RunFolder } from './run-folder.ts'

export type StoredStatus = RunDescription['status'] | 'interrupted' | 'queued'

/** What run.json says, unless it says "running" and the process is gone: such a run was interrupted. */
export function statusOf({ status, processId, processStart, queuedAt }: RunDescription): StoredStatus {
  if (queuedAt !== undefined) return 'queued'
  return status === 'running' && !isAlive(processId, processStart) ? 'interrupted' : status
}

export interface Resumability {
  /** Step of the newest checkpoint; absent where there is none. */
  checkpointStep?: number
  /** Why the run cannot be resumed, in words; absent where it can. */
  obstacle?: string
}

/**
 * A run without a checkpoint can be resumed from its very beginning, where that loses nothing: it was interrupted before its
 * first. Runs of older versions, which kept none (and no hash of the scene either), hold more than that.
 */
export function resumabilityOf(folder: RunFolder, description: RunDescription): Resumability {
  const [checkpointStep] = checkpointSteps(folder)
  const known = checkpointStep === undefined ? {} : { checkpointStep }
  if (statusOf(description) === 'running') return { ...known, obstacle: 'it is training now' }
  if (checkpointStep !== undefined) return known
  if (existsSync(folder.path('checkpoint', 'policy.safetensors'))) {
    if (description.sceneHash === undefined)
      return { obstacle: 'it was made by an older version, which kept no checkpoints' }
    if (description.result) return { obstacle: 'its checkpoints were removed to save space' }
  }
  return {}
}

/** This process, as run.json keeps it. */
export function thisProcess(): { processId: number; processStart?: string } {
  const processStart = startOf(process.pid)
  return { processId: process.pid, ...(processStart !== undefined && { processStart }) }
}

/** A number of a process is soon given to another, in a container above all: where the system says when it started, that must agree. */
function isAlive(processId: number | undefined, start: string | undefined): boolean {
  if (processId === undefined || !processExists(processId)) return false
  const found = startOf(processId)
  return start === undefined || found === undefined || found === start
}

/** When a process started, in Linux's clock ticks since the machine did; undefined elsewhere. */
function startOf(processId: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${processId}/stat`, 'utf8')
    // The second field is a name in brackets, with anything in it; the 22nd is the start.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}
