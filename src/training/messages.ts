/** What the main thread and the training worker say to each other. */
import type { UserErrorKind } from '../common/user-error.ts'
import type { RunResult } from './run-folder.ts'
import type { TrainingEvent } from './train.ts'
import type { TrainOptions } from './trainer.ts'

/** Handed to the worker at its start. */
export interface WorkerTask
  extends Pick<
    TrainOptions,
    'scene' | 'seed' | 'settings' | 'budget' | 'engine' | 'threads' | 'relaxedSimd' | 'versions'
  > {
  /** The run's folder. */
  folder: string
  /** Whether the run goes on from its newest checkpoint. */
  resume?: boolean | undefined
  /** Whether the thread gives way to a window of the same process. */
  givesWay?: boolean | undefined
  /** Int32 [1]: CONTINUE, STOP or PAUSE. Shared, because the worker's loop never waits for messages. */
  control: SharedArrayBuffer
  /** The robot as it is now: see live-view.ts. */
  live: SharedArrayBuffer
}

export const CONTINUE = 0
export const STOP = 1
export const PAUSE = 2

/** Sent by the worker: events, then one of the two ends. */
export type WorkerMessage =
  | { type: 'event'; event: TrainingEvent }
  | { type: 'finished'; result: RunResult }
  /** `hasBegun`: whether the learner was there, so that something may have been trained. */
  | { type: 'failed'; message: string; kind: UserErrorKind | 'defect'; hasBegun: boolean }
