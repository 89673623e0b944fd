/** Reads a rollout file back, whole or by range, and of one that is cut off or damaged what is left of it. */
import type { McapIndexedReader } from '@mcap/core'
import * as z from 'zod'
import { MAX_SEED } from '../common/random.ts'
import { UserError } from '../common/user-error.ts'
import { loadScene } from '../scene/load.ts'
import type { Scene } from '../scene/schema.ts'
import {
  EXACT_TOPIC,
  POLICY_ATTACHMENT,
  RETURN_TOPIC,
  ROLLOUT_END,
  ROLLOUT_FORMAT,
  ROLLOUT_VERSION,
  SCENE_ATTACHMENT,
} from './channels.ts'
import { ExactCodec } from './exact-steps.ts'
import { mendFile, repeatedReader, type UseReader, withReader } from './mcap-file.ts'
import {
  addMessage,
  countWhole,
  exactFrames,
  type Frames,
  framesOf,
  type MessageSource,
  stepTopicsOf,
} from './messages.ts'
import type { Frame, Rollout, Step } from './rollout.ts'

/** Steps of a rollout; the longest episode of a scene has fewer. */
const MOST_STEPS = 10_000_000
/** Steps that are read at a time where all are read. */
export const BLOCK = 2000

/** Metadata are texts; '' and ' 1' are no numbers here. */
const integerText = (maximum: number) =>
  z
    .string()
    .regex(/^\d{1,10}$/)
    .transform(Number)
    .pipe(z.int().max(maximum))
const booleanText = z.enum(['true', 'false']).transform((text) => text === 'true')

const known = z.object({ scene: z.string(), seed: integerText(MAX_SEED) })
const endSchema = z.object({
  steps: integerText(MOST_STEPS),
  return: z.coerce.number(),
  terminated: booleanText,
  truncated: booleanText,
})
/** Before version 3 it was all in one. */
const metadataSchema = z.discriminatedUnion('version', [
  known.extend({ version: z.enum([ROLLOUT_VERSION, '3']) }),
  known.extend({ version: z.enum(['1', '2']), ...endSchema.shape }),
])
type End = z.infer<typeof endSchema>

interface Metadata {
  version: string
  scene: string
  seed: number
  /** How it ended; absent where that is cut off, or was never written because the recording was. */
  end?: End
}

export interface RolloutSummary {
  scene: string
  seed: number
  steps: number
  return: number
  terminated: boolean
  truncated: boolean
  /** s */
  duration: number
}

/** What a rollout file holds apart from its steps. */
export interface RolloutHead extends RolloutSummary {
  content: Scene
}

/** A rollout file that is read by range. Memory does not grow with its steps. */
export interface OpenedRollout {
  head: RolloutHead
  /**
   * Of a file that is cut off or damaged how many steps were recorded behind those that are left, null where that cannot be told;
   * absent where the file is whole.
   */
  missing?: number | null
  /**
   * The frames of steps [from, to); frame 0 is the reset and has no action. Reads the chunks that hold them and no others. Throws as
   * `openRollout` does.
   */
  read(from: number, to: number): Promise<(Frame | Step)[]>
  /** The policy file that chose the actions, where one did and is in the file. */
  readPolicy(): Promise<Uint8Array | undefined>
}

/**
 * Opens a rollout file; one that is cut off or damaged as far as it goes. Throws a UserError that names `file` when it is missing, no
 * MCAP file or no rollout, or when not even the reset is left. What is damaged among the steps shows where they are read: then
 * `openDamagedRollout` opens what stands in front of it.
 */
export async function openRollout(file: string): Promise<OpenedRollout> {
  try {
    return await openWhole(file)
  } catch (reason) {
    return await openMended(file, false).catch(() => {
      throw reason
    })
  }
}

/** Opens what is left of a file in front of the first place that is damaged. Reads the whole file. Throws as `openRollout` does. */
export function openDamagedRollout(file: string): Promise<OpenedRollout> {
  return openMended(file, true)
}

/** What a rollout file says of itself, without reading its steps. Throws as `readRollout` does. */
export function readRolloutSummary(file: string): Promise<RolloutSummary> {
  return withReader(file, async (reader) => {
    const duration = Number(reader.statistics?.messageEndTime ?? 0n) / 1e9
    const { scene, seed, end } = await readWholeMetadata(reader, file)
    return { scene, seed, ...end, duration }
  })
}

/** The frames of steps [from, to) of a whole file, as `OpenedRollout` reads them. Throws as `readRollout` does. */
export async function readRolloutFrames(file: string, from: number, to: number): Promise<(Frame | Step)[]> {
  return await (await openWhole(file)).read(from, to)
}

/** Reads the whole rollout. Throws a UserError that names `file` when it is missing, no MCAP file, no rollout or damaged. */
export async function readRollout(file: string): Promise<Rollout> {
  return await readAll(await openWhole(file))
}

/** The same of what is left of a rollout whose file is cut off or damaged, and how many steps are `missing`: 0 of a whole one. */
export async function salvageRollout(file: string): Promise<{ rollout: Rollout; missing: number | null }> {
  const opened = await openDamagedRollout(file)
  return { rollout: await readAll(opened), missing: opened.missing! }
}

async function readAll({ head, read, readPolicy }: OpenedRollout): Promise<Rollout> {
  const { content: scene, seed, terminated, truncated } = head
  const [start, ...steps] = (await read(0, head.steps + 1)) as [Frame, ...Step[]]
  const policy = await readPolicy()
  return { scene, seed, start, steps, terminated, truncated, ...(policy && { policy }) }
}

async function openWhole(file: string): Promise<OpenedRollout> {
  const useReader = repeatedReader(file)
  return await useReader(async (reader) => {
    const { version, seed, end } = await readWholeMetadata(reader, file)
    const content = await readScene(reader, file)
    const duration = end.steps * content.world.controlStep
    const head = { scene: content.name, seed, ...end, duration, content }
    return opened({ file, version, steps: end.steps }, head, useReader)
  })
}

function opened(source: MessageSource, head: RolloutHead, useReader: UseReader): OpenedRollout {
  const { version } = source
  const { content, steps } = head
  const readExact = version === ROLLOUT_VERSION ? exactReader(source, content) : undefined
  const readRange = (reader: McapIndexedReader, from: number, to: number) =>
    readExact ? readExact(reader, from, to) : readFrames(reader, source, content, from, to)
  return {
    head,
    read: (from, to) => useReader((reader) => readRange(reader, from, Math.min(to, steps + 1))),
    readPolicy: () => useReader((reader) => readAttachment(reader, POLICY_ATTACHMENT)),
  }
}

async function openMended(file: string, check: boolean): Promise<OpenedRollout> {
  const mended = await mendFile(file, check)
  const tooShort = () =>
    new UserError(`${file}: the file is cut off or damaged in front of its first step. Record it anew.`)
  const useReader = repeatedReader(file, mended)
  const found = await useReader(async (reader) => {
    const metadata = await readMetadata(reader, file)
    const { version, end } = metadata
    const scene = await readScene(reader, file)
    const source = { file, version, steps: end?.steps ?? MOST_STEPS }
    const steps = await lastWholeStep(reader, source, scene, mended.lastChunkTime)
    if (steps === undefined) throw tooShort()
    return { metadata, scene, source, steps, known: await lastReturn(reader, steps) }
  })
  const { metadata, scene, steps } = found
  const { seed, end } = metadata
  const missing = end ? end.steps - steps : null
  // How the episode ended is beyond the cut.
  const { terminated, truncated } = end && missing === 0 ? end : { terminated: false, truncated: false }
  const duration = steps * scene.world.controlStep
  const head = { scene: scene.name, seed, steps, return: 0, terminated, truncated, duration, content: scene }
  const rollout = opened(found.source, head, useReader)
  head.return = end && missing === 0 ? end.return : await sumRewards(rollout, found.known)
  return { ...rollout, missing }
}

/** The last step in front of which all are whole; undefined where not even the reset is. `time` is where the last chunk begins, ns. */
async function lastWholeStep(
  reader: McapIndexedReader,
  source: MessageSource,
  scene: Scene,
  time: bigint | undefined,
): Promise<number | undefined> {
  if (time === undefined) return undefined
  if (source.version === ROLLOUT_VERSION) {
    for await (const message of reader.readMessages({ topics: [EXACT_TOPIC], reverse: true })) {
      const { first, frames } = exactFrames(message, source, new ExactCodec(scene))
      return first + frames.length - 1
    }
    return undefined
  }
  const frames: Frames = []
  const from = Math.round(Number(time) / (scene.world.controlStep * 1e9))
  for await (const message of reader.readMessages({ topics: stepTopicsOf(source.version), startTime: time })) {
    if (message.sequence < from) continue
    addMessage(frames, reader.channelsById.get(message.channelId)!.topic, message, source, from)
  }
  const last = from + countWhole(frames, scene, from) - 1
  return last < 0 ? undefined : last
}

interface KnownReturn {
  step: number
  sum: number
}

/** The return at the last step up to `steps` that the file says it of. */
async function lastReturn(reader: McapIndexedReader, steps: number): Promise<KnownReturn> {
  for await (const { sequence, data } of reader.readMessages({ topics: [RETURN_TOPIC], reverse: true })) {
    if (sequence > steps) continue
    const message = z.object({ return: z.number() }).parse(JSON.parse(new TextDecoder().decode(data)))
    return { step: sequence, sum: message.return }
  }
  return { step: 0, sum: 0 }
}

async function sumRewards({ head, read }: OpenedRollout, { step, sum: known }: KnownReturn): Promise<number> {
  let sum = known
  for (let from = step + 1; from <= head.steps; from += BLOCK) {
    for (const frame of await read(from, from + BLOCK)) sum += (frame as Step).reward
  }
  return sum
}

async function readFrames(
  reader: McapIndexedReader,
  source: MessageSource,
  scene: Scene,
  from: number,
  to: number,
): Promise<(Frame | Step)[]> {
  const last = to - 1
  if (last < from) return []
  const timeOf = (step: number) => BigInt(Math.round(step * scene.world.controlStep * 1e9))
  const frames: Frames = []
  // What comes behind the last step of a file is looked at too: it should not be there.
  const [startTime, endTime] = [timeOf(from), last < source.steps ? timeOf(last) : undefined]
  const topics = stepTopicsOf(source.version)
  for await (const message of reader.readMessages({ topics, startTime, ...(endTime && { endTime }) })) {
    if (message.sequence < from || (message.sequence > last && last < source.steps)) continue
    addMessage(frames, reader.channelsById.get(message.channelId)!.topic, message, source, from)
  }
  if (frames.length !== last - from + 1) throw tooFew(source, from + frames.length - 1)
  return framesOf(frames, scene, source, from)
}

const tooFew = ({ file, steps }: MessageSource, held: number) =>
  new UserError(`${file}: the rollout holds ${Math.max(0, held)} of its ${steps} steps. Record it anew.`)

/** What `readFrames` does, of a file of this version. */
function exactReader(source: MessageSource, scene: Scene) {
  const codec = new ExactCodec(scene)
  const timeOf = (step: number) => BigInt(Math.round(step * scene.world.controlStep * 1e9))
  return async (reader: McapIndexedReader, from: number, to: number): Promise<(Frame | Step)[]> => {
    const last = to - 1
    if (last < from) return []
    const frames: (Frame | Step)[] = []
    // A message bears the time of the first step of its chunk. What comes behind the last step of a file is looked at too.
    const begins = reader.chunkIndexes.map(({ messageStartTime }) => messageStartTime)
    const startTime = begins
      .filter((time) => time <= timeOf(from))
      .reduce((latest, time) => (time > latest ? time : latest), 0n)
    const endTime = last < source.steps ? timeOf(last) : undefined
    const range = { topics: [EXACT_TOPIC], startTime, ...(endTime !== undefined && { endTime }) }
    for await (const message of reader.readMessages(range)) {
      const { first, frames: read } = exactFrames(message, source, codec)
      if (first + read.length - 1 > source.steps) {
        throw new UserError(`${source.file}: the rollout has more steps than its ${source.steps}. Record it anew.`)
      }
      for (const [index, frame] of read.entries()) {
        const step = first + index
        if (step >= from && step <= last) frames[step - from] = frame
      }
    }
    const held = Array.from(frames).findIndex((frame) => !frame)
    if (held >= 0 || frames.length !== last - from + 1)
      throw tooFew(source, from + (held < 0 ? frames.length : held) - 1)
    return frames
  }
}

async function readAttachment(reader: McapIndexedReader, name: string): Promise<Uint8Array | undefined> {
  for await (const { data } of reader.readAttachments({ name })) return data
  return undefined
}

async function readScene(reader: McapIndexedReader, file: string): Promise<Scene> {
  const bytes = await readAttachment(reader, SCENE_ATTACHMENT)
  if (!bytes) throw new UserError(`${file}: the rollout has no scene attached ("${SCENE_ATTACHMENT}"). Record it anew.`)
  return loadScene(new TextDecoder().decode(bytes), `${file}#${SCENE_ATTACHMENT}`)
}

async function readMetadata(reader: McapIndexedReader, file: string): Promise<Metadata> {
  const of = async (name: string) => {
    for await (const { metadata } of reader.readMetadata({ name })) return Object.fromEntries(metadata)
    return undefined
  }
  const written = await of(ROLLOUT_FORMAT)
  if (!written) {
    throw new UserError(
      `${file}: this MCAP file holds no TorqueLab rollout. A rollout is made with "torquelab record".`,
    )
  }
  const damaged = () =>
    new UserError(
      `${file}: the rollout's metadata are damaged or of a newer version. Update TorqueLab, or record it anew.`,
    )
  const parsed = metadataSchema.safeParse(written)
  if (!parsed.success) throw damaged()
  const { version, scene, seed } = parsed.data
  const writtenEnd = version === '1' || version === '2' ? written : trimmed(await of(ROLLOUT_END))
  const end = writtenEnd && endSchema.safeParse(writtenEnd)
  if (end && !end.success) throw damaged()
  return { version, scene, seed, ...(end && { end: end.data }) }
}

/** Without the blanks that keep the record at one length; undefined where there is nothing else. */
function trimmed(entries: Record<string, string> | undefined): Record<string, string> | undefined {
  if (!entries) return undefined
  const texts = Object.entries(entries).map(([key, text]) => [key, text.trim()] as const)
  return texts.some(([, text]) => text !== '') ? Object.fromEntries(texts) : undefined
}

async function readWholeMetadata(reader: McapIndexedReader, file: string): Promise<Required<Metadata>> {
  const { end, ...metadata } = await readMetadata(reader, file)
  if (!end) throw new UserError(`${file}: the rollout does not say how it ended. Record it anew.`)
  return { ...metadata, end }
}
