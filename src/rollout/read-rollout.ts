/** Reads a rollout file back, with one clear error for whatever is not one. */
import { type FileHandle, open } from 'node:fs/promises'
import { McapIndexedReader, McapStreamReader } from '@mcap/core'
import * as z from 'zod'
import { MAX_SEED } from '../common/random.ts'
import { messageOf, UserError } from '../common/user-error.ts'
import { loadScene } from '../scene/load.ts'
import type { Scene } from '../scene/schema.ts'
import { effortCount } from '../sim/efforts.ts'
import {
  type OldChannel,
  oldTopics,
  POLICY_ATTACHMENT,
  ROLLOUT_FORMAT,
  ROLLOUT_VERSION,
  SCENE_ATTACHMENT,
  STEP_TOPIC,
} from './channels.ts'
import { zstdCodec } from './compression.ts'
import { type Frame, type Rollout, returnOf, type Step } from './rollout.ts'

/** The eight bytes that every MCAP file begins with (https://mcap.dev/spec). */
export const MCAP_MAGIC = Uint8Array.of(0x89, 0x4d, 0x43, 0x41, 0x50, 0x30, 0x0d, 0x0a)

const numbers = z.array(z.number())

/** As z.record, which drops a term that someone called "__proto__". */
function isNumbersByName(value: unknown): boolean {
  return value !== null && typeof value === 'object' && Object.values(value).every(Number.isFinite)
}

/** Metadata are texts; '' and ' 1' are no numbers here. */
const integerText = (maximum: number) =>
  z
    .string()
    .regex(/^\d{1,10}$/)
    .transform(Number)
    .pipe(z.int().max(maximum))
const triples = z.array(z.tuple([z.number(), z.number(), z.number()]))
const reward = { reward: z.number(), terms: z.custom<Record<string, number>>(isNumbersByName) }
const messageSchemas = {
  poses: z.object({ poses: triples, velocities: triples }),
  observation: z.object({ values: numbers }),
  action: z.object({ values: numbers }),
  efforts: z.object({ values: numbers }),
  reward: z.object(reward),
}
type AnyMessages = { [Name in OldChannel]: z.infer<(typeof messageSchemas)[Name]> }
/** Of one step. Rollouts of older versions have no efforts. */
type Messages = Omit<AnyMessages, 'efforts'> & Partial<Pick<AnyMessages, 'efforts'>> & { float32?: string }

/** A message of `/step`; that of the reset has no action and no reward. */
const stepMessage = z.object({
  poses: triples,
  velocities: triples,
  observation: numbers,
  float32: z.string().optional(),
  action: numbers.optional(),
  efforts: numbers.optional(),
  reward: reward.reward.optional(),
  terms: reward.terms.optional(),
})

const metadataSchema = z.object({
  version: z.enum(['1', ROLLOUT_VERSION]),
  scene: z.string(),
  seed: integerText(MAX_SEED),
  steps: integerText(10_000_000),
  return: z.coerce.number(),
  terminated: z.enum(['true', 'false']),
  truncated: z.enum(['true', 'false']),
})

/** Reads the whole rollout. Throws a UserError that names `file` when it is missing, no MCAP file, no rollout or damaged. */
export function readRollout(file: string): Promise<Rollout> {
  return withReader(file, read)
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

/** What a rollout file says of itself, without reading its steps. Throws as `readRollout` does. */
export function readRolloutSummary(file: string): Promise<RolloutSummary> {
  return withReader(file, summaryOf)
}

async function summaryOf(reader: McapIndexedReader, file: string): Promise<RolloutSummary> {
  const { scene, seed, steps, return: sum, terminated, truncated } = await readMetadata(reader, file)
  const duration = Number(reader.statistics?.messageEndTime ?? 0n) / 1e9
  const ends = { terminated: terminated === 'true', truncated: truncated === 'true' }
  return { scene, seed, steps, return: sum, duration, ...ends }
}

/** The same of a rollout in memory. */
export function summarize(rollout: Rollout): RolloutSummary {
  const { scene, seed, steps, terminated, truncated } = rollout
  const duration = steps.length * scene.world.controlStep
  return { scene: scene.name, seed, steps: steps.length, return: returnOf(rollout), duration, terminated, truncated }
}

/** Opens a file, reads from it and closes it; whatever is wrong with it becomes a UserError that names it. */
async function withReader<Value>(
  file: string,
  use: (reader: McapIndexedReader, file: string) => Promise<Value>,
): Promise<Value> {
  const handle = await openFile(file)
  try {
    return await use(await openReader(handle, file), file)
  } catch (error) {
    if (error instanceof UserError) throw error
    throw new UserError(`${file}: the rollout is damaged: ${messageOf(error)}. Record it anew.`)
  } finally {
    await handle.close()
  }
}

async function openFile(file: string): Promise<FileHandle> {
  try {
    const handle = await open(file, 'r')
    if ((await handle.stat()).isFile()) return handle
    await handle.close()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') throw new UserError(`${file}: there is no such file. Check the path.`)
    throw new UserError(`${file}: the file cannot be read: ${messageOf(error)}.`)
  }
  throw new UserError(`${file}: this is no file. Give the path of a rollout (.mcap).`)
}

function bytesReader(handle: FileHandle) {
  return async (offset: bigint, length: bigint): Promise<Uint8Array> => {
    const buffer = new Uint8Array(Number(length))
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, Number(offset))
    if (bytesRead < buffer.length) throw new Error(`it ends at byte ${Number(offset) + bytesRead}`)
    return buffer
  }
}

async function checkMagic(handle: FileHandle, file: string): Promise<void> {
  const readBytes = bytesReader(handle)
  const size = BigInt((await handle.stat()).size)
  const magic = size >= MCAP_MAGIC.length ? await readBytes(0n, BigInt(MCAP_MAGIC.length)) : new Uint8Array()
  if (!MCAP_MAGIC.every((byte, index) => magic[index] === byte)) {
    throw new UserError(`${file}: this is no MCAP file. A rollout is made with "torquelab record".`)
  }
}

async function openReader(handle: FileHandle, file: string): Promise<McapIndexedReader> {
  await checkMagic(handle, file)
  const size = BigInt((await handle.stat()).size)
  const { decompressHandlers } = await zstdCodec()
  try {
    const readable = { size: async () => size, read: bytesReader(handle) }
    return await McapIndexedReader.Initialize({ readable, decompressHandlers })
  } catch (error) {
    throw new UserError(`${file}: the MCAP file is cut off or damaged (${messageOf(error)}). Record it anew.`)
  }
}

type Metadata = z.infer<typeof metadataSchema>

async function read(reader: McapIndexedReader, file: string): Promise<Rollout> {
  const metadata = await readMetadata(reader, file)
  const { scene, policy } = await readAttachments(reader, file)
  const frames: Frames = []
  for await (const message of reader.readMessages()) {
    const topic = reader.channelsById.get(message.channelId)?.topic ?? ''
    addMessage(frames, topic, message, metadata.steps, file)
  }
  if (frames.length !== metadata.steps + 1) {
    throw new UserError(
      `${file}: the rollout holds ${frames.length - 1} of its ${metadata.steps} steps. Record it anew.`,
    )
  }
  checkFrames(frames, scene, file, 0)
  return { ...toRollout(frames, scene, metadata), ...(policy && { policy }) }
}

async function readAttachments(
  reader: McapIndexedReader,
  file: string,
): Promise<{ scene: Scene; policy?: Uint8Array }> {
  const attachments = new Map<string, Uint8Array>()
  for await (const { name, data } of reader.readAttachments()) attachments.set(name, data)
  const policy = attachments.get(POLICY_ATTACHMENT)
  return { scene: parseScene(attachments.get(SCENE_ATTACHMENT), file), ...(policy && { policy }) }
}

function parseScene(bytes: Uint8Array | undefined, file: string): Scene {
  if (!bytes) throw new UserError(`${file}: the rollout has no scene attached ("${SCENE_ATTACHMENT}"). Record it anew.`)
  return loadScene(new TextDecoder().decode(bytes), `${file}#${SCENE_ATTACHMENT}`)
}

/** What the messages say of each step, by its number. */
type Frames = Partial<Messages>[]

const topics = new Map<string, OldChannel>(
  Object.entries(oldTopics).map(([name, topic]) => [topic, name as OldChannel]),
)

/** Puts what a message says into the frame of its step; messages of other topics are not ours. */
function addMessage(
  frames: Frames,
  topic: string,
  { sequence, data }: { sequence: number; data: Uint8Array },
  steps: number,
  file: string,
  first = 0,
): void {
  const name = topics.get(topic)
  if (!name && topic !== STEP_TOPIC) return
  if (sequence > steps) {
    throw new UserError(`${file}: the rollout has more messages than its ${steps} steps. Record it anew.`)
  }
  const message: unknown = JSON.parse(new TextDecoder().decode(data))
  const parsed = name ? messageSchemas[name].safeParse(message) : stepMessage.safeParse(message)
  if (!parsed.success) throw new UserError(`${file}: message ${sequence} of ${topic} is damaged. Record it anew.`)
  const part = name ? { [name]: parsed.data } : messagesOf(parsed.data as z.infer<typeof stepMessage>)
  frames[sequence - first] = { ...frames[sequence - first], ...part }
}

/** The same in the channels of version 1. */
function messagesOf(message: z.infer<typeof stepMessage>): Partial<Messages> {
  const { poses, velocities, observation, float32, action, efforts, reward, terms } = message
  return {
    poses: { poses, velocities },
    observation: { values: observation },
    ...(float32 && { float32 }),
    ...(action && { action: { values: action } }),
    ...(efforts && { efforts: { values: efforts } }),
    ...(reward !== undefined && terms && { reward: { reward, terms } }),
  }
}

function isComplete(frame: Partial<Messages> | undefined, step: number): frame is Messages {
  return Boolean(frame?.poses && frame.observation && (step === 0 || (frame.action && frame.reward)))
}

/** Throws where a frame is incomplete or does not fit the scene; `first` is the number of the first. */
function checkFrames(frames: Frames, scene: Scene, file: string, first: number): asserts frames is Messages[] {
  // Not `some`: it passes over holes.
  const incomplete = frames.findIndex((frame, index) => !isComplete(frame, first + index))
  if (incomplete >= 0) {
    throw new UserError(`${file}: step ${first + incomplete} of the rollout is incomplete. Record it anew.`)
  }
  const misfit = frames.findIndex((messages, index) => !fits(messages as Messages, scene, first + index))
  if (misfit >= 0) {
    throw new UserError(`${file}: step ${first + misfit} of the rollout does not fit its scene. Record it anew.`)
  }
}

function toRollout(frames: Messages[], scene: Scene, metadata: Metadata): Rollout {
  const termNames = scene.task.reward.map(({ name }) => name)
  return {
    scene,
    seed: metadata.seed,
    start: toFrame(frames[0]!),
    steps: frames.slice(1).map((messages) => toStep(messages, termNames)),
    terminated: metadata.terminated === 'true',
    truncated: metadata.truncated === 'true',
  }
}

/** What a rollout file holds apart from its steps. */
export interface RolloutHead extends RolloutSummary {
  content: Scene
}

/** A rollout's summary and scene. Memory does not grow with its steps. Throws as `readRollout` does. */
export function readRolloutHead(file: string): Promise<RolloutHead> {
  return withReader(file, async (reader) => {
    const { scene: content } = await readAttachments(reader, file)
    return { ...(await summaryOf(reader, file)), content }
  })
}

/**
 * The frames of steps [from, to); frame 0 is the reset and has no action. Reads the chunks that hold them and no others.
 * Throws as `readRollout` does.
 */
export function readRolloutFrames(file: string, from: number, to: number): Promise<(Frame | Step)[]> {
  return withReader(file, async (reader) => {
    const metadata = await readMetadata(reader, file)
    const { scene } = await readAttachments(reader, file)
    const last = Math.min(to, metadata.steps + 1) - 1
    if (last < from) return []
    const timeOf = (step: number) => BigInt(Math.round(step * scene.world.controlStep * 1e9))
    const frames: Frames = []
    const ours = [STEP_TOPIC, ...topics.keys()]
    for await (const message of reader.readMessages({ topics: ours, startTime: timeOf(from), endTime: timeOf(last) })) {
      if (message.sequence < from || message.sequence > last) continue
      const topic = reader.channelsById.get(message.channelId)?.topic ?? ''
      addMessage(frames, topic, message, metadata.steps, file, from)
    }
    if (frames.length !== last - from + 1) {
      throw new UserError(`${file}: steps ${from} to ${last} of the rollout are not all there. Record it anew.`)
    }
    checkFrames(frames, scene, file, from)
    const termNames = scene.task.reward.map(({ name }) => name)
    return frames.map((messages, index) => (from + index === 0 ? toFrame(messages) : toStep(messages, termNames)))
  })
}

/** Bytes that a damaged file is read by. */
const PIECE_BYTES = 1 << 20

/**
 * What can be read of a rollout whose file is cut off: every step before the cut, and `missing`, how many its recorder had
 * written beyond them. Of a whole file, the whole rollout with `missing` 0. Throws as `readRollout` does where not even the
 * reset is left.
 */
export async function salvageRollout(file: string): Promise<{ rollout: Rollout; missing: number }> {
  const handle = await openFile(file)
  try {
    await checkMagic(handle, file)
    const { decompressHandlers } = await zstdCodec()
    const reader = new McapStreamReader({ decompressHandlers })
    const channelTopics = new Map<number, string>()
    const attachments = new Map<string, Uint8Array>()
    const frames: Frames = []
    let metadata: Metadata | undefined
    const takeRecords = () => {
      for (let record = reader.nextRecord(); record; record = reader.nextRecord()) {
        if (record.type === 'Channel') channelTopics.set(record.id, record.topic)
        if (record.type === 'Attachment') attachments.set(record.name, record.data)
        if (record.type === 'Metadata' && record.name === ROLLOUT_FORMAT)
          metadata = parseMetadata(record.metadata, file)
        if (record.type === 'Message' && metadata) {
          addMessage(frames, channelTopics.get(record.channelId) ?? '', record, metadata.steps, file)
        }
      }
    }
    const piece = new Uint8Array(PIECE_BYTES)
    try {
      for (let position = 0; ; ) {
        const { bytesRead } = await handle.read(piece, 0, piece.length, position)
        if (bytesRead === 0) break
        position += bytesRead
        reader.append(piece.subarray(0, bytesRead))
        takeRecords()
      }
    } catch (error) {
      // What came before the damage is good: each chunk has its checksum.
      if (error instanceof UserError) throw error
    }
    if (!metadata)
      throw new UserError(`${file}: the MCAP file is cut off or damaged before its first step. Record it anew.`)
    const scene = parseScene(attachments.get(SCENE_ATTACHMENT), file)
    const end = Array.from(frames).findIndex((frame, step) => !isComplete(frame, step) || !fits(frame, scene, step))
    const prefix = (end < 0 ? frames : frames.slice(0, end)) as Messages[]
    if (prefix.length === 0) {
      throw new UserError(`${file}: the MCAP file is cut off or damaged before its first step. Record it anew.`)
    }
    const missing = metadata.steps + 1 - prefix.length
    const rollout = toRollout(prefix, scene, metadata)
    const policy = attachments.get(POLICY_ATTACHMENT)
    // How the episode ended is beyond the cut.
    return {
      rollout: { ...rollout, ...(missing > 0 && { terminated: false, truncated: false }), ...(policy && { policy }) },
      missing,
    }
  } finally {
    await handle.close()
  }
}

/** Whether every list is as long as the scene says. */
function fits({ poses, observation, action, efforts, reward }: Messages, scene: Scene, step: number): boolean {
  const { bodies, actuators, task } = scene
  return (
    (efforts === undefined || efforts.values.length === effortCount(scene)) &&
    poses.poses.length === bodies.length &&
    poses.velocities.length === bodies.length &&
    observation.values.length === task.observation.length &&
    (step === 0 ||
      (action.values.length === actuators.length && task.reward.every(({ name }) => Object.hasOwn(reward.terms, name))))
  )
}

function parseMetadata(metadata: Map<string, string>, file: string): Metadata {
  const parsed = metadataSchema.safeParse(Object.fromEntries(metadata))
  if (parsed.success) return parsed.data
  throw new UserError(
    `${file}: the rollout's metadata are damaged or of a newer version. Update TorqueLab, or record it anew.`,
  )
}

async function readMetadata(reader: McapIndexedReader, file: string): Promise<Metadata> {
  for await (const { metadata } of reader.readMetadata({ name: ROLLOUT_FORMAT })) return parseMetadata(metadata, file)
  throw new UserError(`${file}: this MCAP file holds no TorqueLab rollout. A rollout is made with "torquelab record".`)
}

function toFrame({ poses, observation, float32 = '' }: Messages): Frame {
  const written = poses.poses.flatMap((pose, body) => [...pose, ...(poses.velocities[body] ?? [])])
  const state = written.map((value, index) => (float32[index] === '1' ? Math.fround(value) : value))
  return { state: Float64Array.from(state), observation: Float32Array.from(observation.values) }
}

function toStep(messages: Messages, termNames: readonly string[]): Step {
  const { action, efforts, reward } = messages
  return {
    ...toFrame(messages),
    action: Float32Array.from(action.values),
    ...(efforts && { efforts: Float64Array.from(efforts.values) }),
    reward: reward.reward,
    terms: Float64Array.from(termNames, (name) => reward.terms[name]!),
  }
}
