/**
 * The checkpoints of a run: written beside training, two kept, so that a damaged newest leaves the one before.
 * What a checkpoint stands on (replay segments, logs) is made to last before the checkpoint itself.
 */
import { mkdir, open, readFile, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import type { StoreTransition } from '../agent/n-step.ts'
import { writeFileDurablyAsync } from '../common/durable-file.ts'
import { messageOf, UserError } from '../common/user-error.ts'
import { type Checkpoint, readCheckpoint, type TrainerState, writeCheckpoint } from './checkpoint-file.ts'
import { stepsOfFiles } from './numbered-files.ts'
import { cutReplay, findReplayDamage, ReplayLog, type ReplayMark, readReplay } from './replay-log.ts'
import type { RunFolder } from './run-folder.ts'
import { cutSnapshots, snapshotInterval, thinSnapshots, writeSnapshot } from './snapshots.ts'
import { WriteQueue } from './write-queue.ts'

const KEPT = 2
const NAME = /^state-(\d{9,})\.safetensors$/
/** Jobs that may wait before training waits for the disk. */
const LONGEST_QUEUE = 64

/** Steps of the checkpoints that a run's folder has, newest first. They may be damaged. */
export function checkpointSteps(folder: RunFolder): number[] {
  return stepsOfFiles(folder.path('checkpoint'), NAME).reverse()
}

export class Checkpoints {
  private readonly folder: RunFolder
  private readonly queue = new WriteQueue()
  private readonly replay: ReplayLog
  private readonly evaluationInterval: number
  private isSaving = false
  /** Steps of the kept ones, oldest first, with the first segment that each stands on. */
  private kept: { step: number; firstSegment: number }[]

  /** Goes on after a checkpoint, or begins where there is none. */
  constructor(
    folder: RunFolder,
    size: { recordLength: number; capacity: number },
    evaluationInterval: number,
    from?: TrainerState,
  ) {
    this.folder = folder
    this.evaluationInterval = evaluationInterval
    this.replay = new ReplayLog(replayFolder(folder), size, this.queue, from?.replay)
    // An older one goes at the next save; what it stands on is kept until then.
    const older = checkpointSteps(folder).filter((step) => from && step < from.step)
    this.kept = older.reverse().map((step) => ({ step, firstSegment: 0 }))
    if (from) this.kept.push({ step: from.step, firstSegment: firstSegmentOf(from.replay) })
  }

  /** Takes in what goes to the replay buffer. */
  get store(): StoreTransition {
    return this.replay.add
  }

  /** Writes the policy of an evaluation beside training, where it is one of those that are kept; `bytes` are its file's. */
  keepPolicy(step: number, bytes: Uint8Array): void {
    if (step % snapshotInterval(this.evaluationInterval, step) !== 0) return
    this.queue.add(() => writeSnapshot(this.folder, step, bytes))
  }

  /**
   * Writes a checkpoint beside training. `arrays` are copies; the logs have the sizes that `trainer` says. Not to be called
   * while one is being written. `onSaved` is called when it is on disk.
   */
  save(trainer: Omit<TrainerState, 'replay'>, arrays: Checkpoint['arrays'], onSaved: () => void): void {
    if (this.isSaving) throw new Error('A checkpoint was begun while another was being written.')
    this.isSaving = true
    this.replay.flush()
    this.queue.add(async () => {
      const [replay] = await Promise.all([this.replay.sync(), this.syncLogs(trainer.logs)])
      await mkdir(this.folder.path('checkpoint'), { recursive: true })
      await writeFileDurablyAsync(
        fileOf(this.folder, trainer.step),
        writeCheckpoint({ trainer: { ...trainer, replay }, arrays }),
      )
      this.kept = this.kept.filter(({ step }) => step !== trainer.step)
      this.kept.push({ step: trainer.step, firstSegment: firstSegmentOf(replay) })
      while (this.kept.length > KEPT) await rm(fileOf(this.folder, this.kept.shift()!.step), { force: true })
      await this.replay.deleteBefore(Math.min(...this.kept.map(({ firstSegment }) => firstSegment)))
      // Not before: a run that goes on from an earlier checkpoint has those that it had then.
      await thinSnapshots(this.folder, this.evaluationInterval, trainer.step)
      this.isSaving = false
      onSaved()
    })
  }

  /** Whether a checkpoint is being written: a slow disk gets fewer of them, not a queue. */
  get isBusy(): boolean {
    return this.isSaving
  }

  /** Whether training should wait for the disk. */
  get isBehind(): boolean {
    return this.queue.length > LONGEST_QUEUE
  }

  throwIfFailed(): void {
    this.queue.throwIfFailed()
  }

  /** Waits until all is written. */
  settle(): Promise<void> {
    return this.queue.settle()
  }

  async close(): Promise<void> {
    await this.queue.settle().catch(() => {})
    await this.replay.close()
  }

  private async syncLogs(logs: Record<string, number>): Promise<void> {
    const sync = async (name: string): Promise<void> => {
      const handle = await open(this.folder.path(name), 'r+')
      try {
        await handle.datasync()
      } finally {
        await handle.close()
      }
    }
    await Promise.all(Object.keys(logs).map(sync))
  }
}

/** What a run goes on from; `notices` say in words what was passed over. */
export interface ResumePoint {
  checkpoint: Checkpoint
  notices: string[]
}

/**
 * The newest checkpoint that is whole, with everything it stands on. Undefined where a run was ended before its first.
 * Throws a UserError where there are some and all are damaged.
 */
export async function findResumePoint(folder: RunFolder): Promise<ResumePoint | undefined> {
  const steps = checkpointSteps(folder)
  if (steps.length === 0) return undefined
  const damages: string[] = []
  for (const step of steps) {
    const file = fileOf(folder, step)
    try {
      const checkpoint = readCheckpoint(await readFile(file), file)
      const damage =
        (await findLogDamage(folder, checkpoint.trainer)) ??
        (await findReplayDamage(replayFolder(folder), checkpoint.trainer.replay))
      if (damage === undefined) {
        const notices = damages.map((text) => `${text} The checkpoint of step ${step} is used instead.`)
        return { checkpoint, notices }
      }
      damages.push(`${file}: the checkpoint of step ${step} cannot be used: ${damage}.`)
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      damages.push(messageOf(error))
    }
  }
  throw new UserError(`The run "${folder.name}" cannot be resumed: ${damages.join(' ')} Start it anew.`, 'failure')
}

/** Cuts logs, replay segments, checkpoints and snapshots of policies back to where `trainer` stood, or to nothing where there is none. */
export async function cutBack(folder: RunFolder, trainer: TrainerState | undefined): Promise<void> {
  folder.cutLogs(trainer?.logs ?? {})
  await cutReplay(replayFolder(folder), trainer?.replay)
  for (const step of checkpointSteps(folder)) {
    if (step > (trainer?.step ?? -1)) await rm(fileOf(folder, step), { force: true })
  }
  await cutSnapshots(folder, trainer?.step ?? -1)
}

/** Passes on the records of the replay buffer, oldest first. */
export function readRecords(
  folder: RunFolder,
  { replay }: TrainerState,
  visit: (first: number, records: Float32Array) => void,
): Promise<void> {
  return readReplay(replayFolder(folder), replay, visit)
}

async function findLogDamage(folder: RunFolder, { logs }: TrainerState): Promise<string | undefined> {
  for (const [name, size] of Object.entries(logs)) {
    const found = await stat(folder.path(name)).catch(() => undefined)
    if ((found?.size ?? 0) < size) return `${name} is shorter than it was then`
  }
  return undefined
}

function fileOf(folder: RunFolder, step: number): string {
  return folder.path('checkpoint', `state-${String(step).padStart(9, '0')}.safetensors`)
}

function replayFolder(folder: RunFolder): string {
  return path.join(folder.folder, 'replay')
}

function firstSegmentOf({ segments }: ReplayMark): number {
  return segments[0]?.number ?? 0
}
