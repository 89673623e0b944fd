/** Verifies a rollout file block by block: memory does not grow with its length, and whoever waits hears how far it is. */
import { createEnvironment } from '../sim/environment.ts'
import { readRolloutFrames, readRolloutHead, salvageRollout } from './read-rollout.ts'
import type { Frame, Rollout, Step } from './rollout.ts'
import { type Difference, Verifier } from './verify.ts'

/** Steps read at a time. */
const BLOCK = 2000

export interface FileVerification {
  /** Steps that were simulated again. */
  steps: number
  /** The first place where the re-simulation differs; undefined where every value is the same. */
  difference?: Difference
}

/** Of a file that is cut off, what is left of it is verified. Throws as `readRollout` does. */
export async function verifyRolloutFile(
  file: string,
  onProgress: (step: number, steps: number) => void,
): Promise<FileVerification> {
  const source = await openSource(file)
  const { scene, seed, steps, end } = source
  const environment = await createEnvironment(scene)
  try {
    const verifier = new Verifier(seed, environment)
    for (let from = 0; from <= steps; from += BLOCK) {
      onProgress(from, steps)
      for (const [index, frame] of (await source.read(from, from + BLOCK)).entries()) {
        const difference = 'action' in frame ? verifier.checkStep(frame) : verifier.checkStart(frame)
        if (difference) return { steps: from + index, difference }
      }
    }
    const difference = end && verifier.checkEnd(end)
    return { steps, ...(difference && { difference }) }
  } finally {
    environment.close()
  }
}

interface Source extends Pick<Rollout, 'scene' | 'seed'> {
  steps: number
  /** How it ended, where that is known. */
  end: Pick<Rollout, 'terminated' | 'truncated'> | undefined
  read(from: number, to: number): Promise<(Frame | Step)[]>
}

async function openSource(file: string): Promise<Source> {
  try {
    const { content: scene, seed, steps, terminated, truncated } = await readRolloutHead(file)
    const read = (from: number, to: number) => readRolloutFrames(file, from, to)
    return { scene, seed, steps, end: { terminated, truncated }, read }
  } catch (reason) {
    const { rollout, missing } = await salvageRollout(file).catch(() => {
      throw reason
    })
    const { scene, seed, steps, start } = rollout
    const end = missing === 0 ? rollout : undefined
    const read = async (from: number, to: number) => [start, ...steps].slice(from, to)
    return { scene, seed, steps: steps.length, end, read }
  }
}
