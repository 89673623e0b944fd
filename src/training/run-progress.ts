/** How far a run has come, kept in run.json while it trains: what a run that was killed, or failed, can say of itself. */
import type { RunDescription, RunProgress } from './run-folder.ts'
import type { TrainingEvent } from './trainer.ts'

export const NO_PROGRESS: RunProgress = { steps: 0, seconds: 0 }

/** The progress after an event. A resumed run stands where its checkpoint did: what came after that is trained again. */
export function progressAfter(progress: RunProgress, event: Exclude<TrainingEvent, { type: 'started' }>): RunProgress {
  if (event.type === 'resumed') {
    const { step, seconds, best } = event
    return { steps: step, seconds, ...(best && { best }) }
  }
  const steps = Math.max(progress.steps, event.step)
  if (event.type === 'evaluation' && event.isBest) {
    const { step, meanReturn } = event
    return { ...progress, steps, best: { step, meanReturn } }
  }
  const seconds = 'seconds' in event ? Math.max(progress.seconds, event.seconds) : progress.seconds
  return { ...progress, steps, seconds }
}

/** How far a run has come, by its result where it has ended; undefined of runs of older versions that have not. */
export function progressOf({ result, progress }: RunDescription): RunProgress | undefined {
  if (!result) return progress
  const { steps, seconds, best } = result
  return { steps, seconds, best: { step: best.step, meanReturn: best.selectionReturn } }
}
