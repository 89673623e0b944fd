/** What the main thread and the training worker say to each other. */
import type { EngineName } from '../agent/engine.ts'
import type { UserErrorKind } from '../common/user-error.ts'
import type { Scene } from '../scene/schema.ts'
import type { RunResult } from './run-folder.ts'
import type { TrainingSettings } from './settings.ts'
import type { TrainingEvent } from './train.ts'

/** Handed to the worker at its start. */
export interface WorkerTask {
  scene: Scene
  seed: number
  settings: TrainingSettings
  budget: { steps?: number | undefined; episodes?: number | undefined }
  engine: EngineName | undefined
  threads?: number | undefined
  relaxedSimd?: boolean | undefined
  /** The run's folder. */
  folder: string
  versions: Record<string, string>
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
  | { type: 'failed'; message: string; kind: UserErrorKind | 'defect' }
