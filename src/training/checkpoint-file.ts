/**
 * A checkpoint's file: a safetensors file of the learner's state, with the trainer's state as JSON in its header. It is small:
 * of the replay buffer it holds only how far the log on disk goes. A checksum over the whole file shows damage.
 */

import * as z from 'zod'
import type { StateArrays } from '../agent/state.ts'
import { crc32 } from '../common/crc32.ts'
import { UserError } from '../common/user-error.ts'
import { readAllTensors, type Tensor, type TensorData, writeTensors } from '../policy/safetensors.ts'
import { learningWatchSchema } from './learning-watch.ts'
import { replayMarkSchema } from './replay-log.ts'

const count = z.int().min(0)

/** Where the trainer stood, after a step. Sizes of files are bytes. */
export const trainerStateSchema = z.object({
  step: count,
  /** Finished episodes. */
  episode: count,
  /** The engine's name: another computes other bits. */
  engine: z.string(),
  versions: z.record(z.string(), z.string()),
  /** The best evaluation so far; no return where none was finite. */
  best: z.object({ step: count, episode: count, selectionReturn: z.number().nullable() }),
  lastEvaluatedStep: z.int(),
  /** Training time so far, s. */
  seconds: z.number().min(0),
  saturation: z.object({ episodes: count, steps: count, hasWarned: z.boolean() }),
  learning: learningWatchSchema.optional(),
  /** The running averages of the episode's metrics. */
  averages: z.array(z.object({ sum: z.number(), count })),
  /** State of the generator that draws the episodes' reset seeds. */
  episodeSeeds: z.array(z.int()).length(4),
  /** The reset seed of the episode that was running; null between two. Its actions so far are the array "episode.actions". */
  episodeSeed: count.nullable(),
  /** Sizes of the run's logs. */
  logs: z.record(z.string(), count),
  replay: replayMarkSchema,
})
export type TrainerState = z.infer<typeof trainerStateSchema>

export interface Checkpoint {
  trainer: TrainerState
  arrays: StateArrays
}

const FORMAT = 'torquelab-checkpoint'
const VERSION = '1'
const NO_CHECKSUM = '00000000'
const CHECKSUM = /"checksum":"([0-9a-f]{8})"/
/** The checksum comes first in the header: it is looked for within so many bytes. */
const CHECKSUM_WITHIN = 200

export function writeCheckpoint({ trainer, arrays }: Checkpoint): Uint8Array {
  const tensors = new Map<string, Tensor<TensorData>>(
    Object.entries(arrays).map(([name, data]) => [name, { shape: [data.length], data }]),
  )
  const metadata = { checksum: NO_CHECKSUM, format: FORMAT, version: VERSION, trainer: JSON.stringify(trainer) }
  const bytes = writeTensors({ metadata, tensors })
  const place = findChecksum(bytes)!
  bytes.set(Buffer.from(crc32(bytes).toString(16).padStart(8, '0')), place.at)
  return bytes
}

/** Reads a checkpoint; throws a UserError that names `file` and what is wrong with it. */
export function readCheckpoint(bytes: Uint8Array, file: string): Checkpoint {
  const place = findChecksum(bytes)
  if (!place) throw new UserError(`${file}: this is no checkpoint, or it is damaged: it has no checksum.`)
  const unsigned = Uint8Array.from(bytes)
  unsigned.set(Buffer.from(NO_CHECKSUM), place.at)
  if (crc32(unsigned) !== Number.parseInt(place.text, 16)) {
    throw new UserError(`${file}: the checkpoint is damaged or not whole: its checksum is another.`)
  }
  const { metadata, tensors } = readAllTensors(bytes, file)
  if (metadata.format !== FORMAT) throw new UserError(`${file}: this is no checkpoint of TorqueLab.`)
  if (metadata.version !== VERSION) {
    throw new UserError(
      `${file}: the checkpoint's version is ${metadata.version}; this TorqueLab reads version ${VERSION}. Update TorqueLab.`,
    )
  }
  const parsed = trainerStateSchema.safeParse(JSON.parse(metadata.trainer ?? 'null'))
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!
    throw new UserError(`${file}: the checkpoint is not usable at "${issue.path.join('.')}": ${issue.message}.`)
  }
  return {
    trainer: parsed.data,
    arrays: Object.fromEntries([...tensors].map(([name, { data }]) => [name, data])),
  }
}

function findChecksum(bytes: Uint8Array): { at: number; text: string } | undefined {
  const start = Buffer.from(bytes.subarray(0, CHECKSUM_WITHIN)).toString('latin1')
  const match = CHECKSUM.exec(start)
  return match ? { at: match.index + '"checksum":"'.length, text: match[1]! } : undefined
}
