/**
 * Policies along the way: `snapshots/policy-<step>.safetensors`, one of some evaluations, evenly apart. Which ones there are is a
 * function of the evaluation interval and the newest checkpoint's step alone, so that an interrupted run ends with the same.
 */
import { mkdir, rm } from 'node:fs/promises'
import { writeFileDurablyAsync } from '../common/durable-file.ts'
import { stepsOfFiles } from './numbered-files.ts'

/** The most that are kept. Beyond it every second one goes, so that half as many or more are left. */
export const MOST_SNAPSHOTS = 20

const FOLDER = 'snapshots'
const NAME = /^policy-(\d{9,})\.safetensors$/

/** A run's folder, as far as snapshots need it. */
interface Folder {
  path(...parts: string[]): string
}

/** Steps between two snapshots of a run that has come to `step`: the interval of evaluations, or that by a power of two. */
export function snapshotInterval(evaluationInterval: number, step: number): number {
  let interval = evaluationInterval
  while (Math.floor(step / interval) + 1 > MOST_SNAPSHOTS) interval *= 2
  return interval
}

/** Steps of the snapshots that a run's folder has, the earliest first. */
export function snapshotSteps(folder: Folder): number[] {
  return stepsOfFiles(folder.path(FOLDER), NAME)
}

/** Where the snapshot of a step lies, below the run's folder. */
export function snapshotFile(step: number): string {
  return `${FOLDER}/policy-${String(step).padStart(9, '0')}.safetensors`
}

/** Writes a policy's file as the snapshot of a step. */
export async function writeSnapshot(folder: Folder, step: number, bytes: Uint8Array): Promise<void> {
  await mkdir(folder.path(FOLDER), { recursive: true })
  await writeFileDurablyAsync(folder.path(snapshotFile(step)), bytes)
}

/** Deletes the snapshots that a run which has come to `step` has no more. */
export async function thinSnapshots(folder: Folder, evaluationInterval: number, step: number): Promise<void> {
  const interval = snapshotInterval(evaluationInterval, step)
  for (const each of snapshotSteps(folder)) if (each % interval !== 0) await remove(folder, each)
}

/** Deletes the snapshots of later steps than this one. */
export async function cutSnapshots(folder: Folder, step: number): Promise<void> {
  for (const each of snapshotSteps(folder)) if (each > step) await remove(folder, each)
}

function remove(folder: Folder, step: number): Promise<void> {
  return rm(folder.path(snapshotFile(step)), { force: true })
}
