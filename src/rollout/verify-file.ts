/** Verifies a rollout file block by block: memory does not grow with its length, and whoever waits hears how far it is. */
import { createEnvironment } from '../sim/environment.ts'
import { BLOCK, type OpenedRollout, openDamagedRollout, openRollout } from './read-rollout.ts'
import { type Difference, Verifier } from './verify.ts'

export interface FileVerification {
  /** Steps that were simulated again. */
  steps: number
  /** The first place where the re-simulation differs; undefined where every value is the same. */
  difference?: Difference
}

/** Of a file that is cut off or damaged, what is left of it is verified. Throws as `openRollout` does. */
export async function verifyRolloutFile(
  file: string,
  onProgress: (step: number, steps: number) => void,
): Promise<FileVerification> {
  return (await withRollout(file, (opened) => verifyOpened(opened, onProgress))).result
}

/** `use` reads a rollout; again what is in front of the damage, where it comes upon one. Throws as `openRollout` does. */
export async function withRollout<Result>(
  file: string,
  use: (opened: OpenedRollout) => Promise<Result>,
): Promise<{ opened: OpenedRollout; result: Result }> {
  const whole = await openRollout(file)
  try {
    return { opened: whole, result: await use(whole) }
  } catch (reason) {
    const opened = await openDamagedRollout(file).catch(() => {
      throw reason
    })
    return { opened, result: await use(opened) }
  }
}

/** Reads every step, and so finds whatever is damaged. */
export async function readThrough({ head, read }: OpenedRollout): Promise<void> {
  for (let from = 0; from <= head.steps; from += BLOCK) await read(from, from + BLOCK)
}

/** Simulates a rollout again. Throws as `OpenedRollout.read` does. */
export async function verifyOpened(
  { head, missing, read }: OpenedRollout,
  onProgress: (step: number, steps: number) => void = () => {},
): Promise<FileVerification> {
  const { content: scene, seed, steps, terminated, truncated } = head
  if (steps === 0) return { steps, difference: { step: 0, words: 'the rollout has no step' } }
  const environment = await createEnvironment(scene)
  try {
    const verifier = new Verifier(seed, environment)
    for (let from = 0; from <= steps; from += BLOCK) {
      onProgress(from, steps)
      for (const [index, frame] of (await read(from, from + BLOCK)).entries()) {
        const difference = 'action' in frame ? verifier.checkStep(frame) : verifier.checkStart(frame)
        if (difference) return { steps: from + index, difference }
      }
    }
    const isEndKnown = missing === undefined || missing === 0
    const difference = isEndKnown ? verifier.checkEnd({ terminated, truncated }) : undefined
    return { steps, ...(difference && { difference }) }
  } finally {
    environment.close()
  }
}
