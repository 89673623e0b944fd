/** Writes a rollout as an MCAP file, step by step: what is needed for playing comes first, so that every prefix plays. */
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { McapRecordBuilder, McapWriter } from '@mcap/core'
import { commandedEfforts } from '../sim/efforts.ts'
import {
  EXACT_TOPIC,
  exactSchema,
  FIXED_TRANSFORMS_TOPIC,
  POLICY_ATTACHMENT,
  RETURN_TOPIC,
  ROLLOUT_END,
  ROLLOUT_FORMAT,
  ROLLOUT_VERSION,
  returnSchema,
  SCENE_ATTACHMENT,
  SCENE_TOPIC,
  STEP_TOPIC,
  stepSchemaOf,
  TRANSFORMS_TOPIC,
} from './channels.ts'
import { type ChunkCompressor, chunkCompressor } from './compression.ts'
import { ExactCodec } from './exact-steps.ts'
import { frameTransforms, sceneUpdate } from './foxglove.ts'
import { frameTransformsSchema, sceneUpdateSchema } from './foxglove-schemas.ts'
import { partialOf, removeLeftovers } from './partial-file.ts'
import { type Frame, type Rollout, type Step, sumOf } from './rollout.ts'

/**
 * Of a chunk before compression, but for the exact numbers that follow: about 150 steps of the hopper, so that a seek reads little and a
 * file cut off loses little. Two of the blocks of 128 KiB that Zstandard compresses by themselves.
 */
const CHUNK_BYTES = 256 * 1024
/** Of those, what messages of single steps may take; the last of them may take more. */
const STEPS_BYTES = 192 * 1024
/** Steps of the first chunk; each of the next has four times as many, until it is full. So a recording that is killed soon still plays. */
const FIRST_STEPS = 8
const GROWTH = 4
/** Of an MCAP record's opcode and length, and of a message's fields in front of its data. */
const MESSAGE_OVERHEAD = 31

/** What is known of a rollout when its episode begins. */
export interface RolloutOpening extends Pick<Rollout, 'scene' | 'seed' | 'start' | 'policy'> {
  /** Recorded for whoever verifies it later. */
  versions: Record<string, string>
}

/** Writes a rollout that is in memory; see `RolloutWriter`. */
export async function writeRollout(file: string, rollout: Rollout, versions: Record<string, string>): Promise<void> {
  const writer = await RolloutWriter.create(file, { ...rollout, versions })
  try {
    for (const step of rollout.steps) await writer.addStep(step)
    await writer.finish(rollout)
  } catch (error) {
    await writer.abort()
    throw error
  }
}

interface Message {
  channelId: number
  sequence: number
  time: bigint
  data: Uint8Array
}

/**
 * Writes into a file beside `file`, and renames it when it is whole: `file` is the old one or the new one. Memory does not grow with
 * the steps but for some 100 bytes a chunk. Where the process is killed, `<name>.partial-<process id>.mcap` is left, and plays as
 * far as its last whole chunk.
 */
export class RolloutWriter {
  private readonly file: string
  private readonly partial: string
  private readonly handle: FileHandle
  private readonly access: FileAccess
  private readonly opening: RolloutOpening
  private readonly writer: McapWriter
  private readonly codec: ExactCodec
  private readonly channels = new Map<string, number>()
  /** Of the chunk that is being filled: they follow its steps, because what is alike compresses better side by side. */
  private transforms: Message[] = []
  /** The same chunk's steps, and in front of them the last of the chunk before. */
  private frames: (Frame | Step)[] = []
  /** Of that chunk: the most steps that it may have, and bytes that are in it or wait for its end. */
  private mostSteps = FIRST_STEPS
  private waitingBytes = 0
  private chunkBytes = 0
  private steps = 0
  private sum = 0
  /** Where in the file it says how the episode ended. */
  private endAt = 0

  private constructor(
    file: string,
    partial: string,
    handle: FileHandle,
    opening: RolloutOpening,
    compressChunk: ChunkCompressor,
  ) {
    this.file = file
    this.partial = partial
    this.handle = handle
    this.access = new FileAccess(handle)
    this.opening = opening
    this.codec = new ExactCodec(opening.scene)
    this.writer = new McapWriter({ writable: this.access, compressChunk, chunkSize: CHUNK_BYTES })
  }

  /** Writes everything up to the reset. Throws where the file cannot be made, and as `addStep` does. */
  static async create(file: string, opening: RolloutOpening): Promise<RolloutWriter> {
    const partial = partialOf(file)
    const compressChunk = await chunkCompressor()
    const handle = await open(partial, 'w+')
    const writer = new RolloutWriter(file, partial, handle, opening, compressChunk)
    try {
      await writer.begin()
    } catch (error) {
      await writer.abort()
      throw error
    }
    return writer
  }

  /**
   * The next control step, which is kept until its chunk is full. Throws a RangeError where one of its numbers is not finite, or its
   * lists are not those of the scene.
   */
  async addStep(step: Step): Promise<void> {
    this.codec.check(step)
    this.steps++
    this.sum += step.reward
    await this.sendStep(stepMessage(step, this.opening), step)
  }

  /** Writes how it ended, syncs the file and gives it its name. What recordings of it that were killed have left goes. */
  async finish({ terminated, truncated }: Pick<Rollout, 'terminated' | 'truncated'>): Promise<void> {
    const { handle, opening, steps, sum, writer } = this
    await this.endChunk()
    // It may be long, and nothing that plays needs it.
    if (opening.policy)
      await writer.addAttachment(attachment(POLICY_ATTACHMENT, 'application/octet-stream', opening.policy))
    const dataEnd = this.access.position()
    await writer.end()
    await this.access.overwrite(this.endAt, endRecord({ steps, return: sum, terminated, truncated }))
    // The checksum of all that stands in front of it is no longer right; 0 says that there is none.
    await this.access.overwrite(Number(dataEnd) + RECORD_PREFIX, new Uint8Array(4))
    await handle.sync()
    await handle.close()
    await rename(this.partial, this.file)
    // The rollout is there, whether or not they can be deleted.
    await removeLeftovers(this.file).catch(() => {})
  }

  /** Takes back what was written; `file` is as it was. */
  async abort(): Promise<void> {
    await this.handle.close().catch(() => {})
    await rm(this.partial, { force: true })
  }

  private async begin(): Promise<void> {
    const { writer, opening } = this
    const { scene, seed, start, versions } = opening
    this.codec.check(start)
    await writer.start({ profile: '', library: `torquelab ${versions.torquelab ?? ''}` })
    const known = {
      version: ROLLOUT_VERSION,
      scene: scene.name,
      seed: String(seed),
      ...Object.fromEntries(Object.entries(versions).map(([name, version]) => [`version of ${name}`, version])),
    }
    await writer.addMetadata({ name: ROLLOUT_FORMAT, metadata: new Map(Object.entries(known)) })
    this.endAt = Number(this.access.position())
    await writer.addMetadata(endMetadata())
    const content = new TextEncoder().encode(JSON.stringify(scene))
    await writer.addAttachment(attachment(SCENE_ATTACHMENT, 'application/json', content))
    await this.register('torquelab.Step', stepSchemaOf(scene), STEP_TOPIC)
    await this.register('torquelab.ExactSteps', exactSchema, EXACT_TOPIC)
    await this.register('torquelab.Return', returnSchema, RETURN_TOPIC)
    await this.register('foxglove.SceneUpdate', sceneUpdateSchema, SCENE_TOPIC)
    await this.register('foxglove.FrameTransforms', frameTransformsSchema, TRANSFORMS_TOPIC, FIXED_TRANSFORMS_TOPIC)
    await this.send(this.message(SCENE_TOPIC, JSON.stringify(sceneUpdate(scene))))
    await this.send(this.message(FIXED_TRANSFORMS_TOPIC, frameTransforms(scene, start.state, 0n, true)))
    // With schemas and these a chunk may be full already: then it has less in it than is counted.
    this.chunkBytes = 0
    await this.sendStep({ observation: Array.from(start.observation, readable) }, start)
  }

  private async register(name: string, schema: object, ...topics: string[]): Promise<void> {
    const data = new TextEncoder().encode(JSON.stringify(schema))
    const schemaId = await this.writer.registerSchema({ name, encoding: 'jsonschema', data })
    for (const topic of topics) {
      const channel = { topic, schemaId, messageEncoding: 'json', metadata: new Map() }
      this.channels.set(topic, await this.writer.registerChannel(channel))
    }
  }

  /** A message about a step: the newest, unless another is named. */
  private message(topic: string, json: string, step = this.steps): Message {
    const data = new TextEncoder().encode(json)
    return { channelId: this.channels.get(topic)!, sequence: step, time: this.timeOf(step), data }
  }

  private timeOf(step: number): bigint {
    return BigInt(Math.round(step * this.opening.scene.world.controlStep * 1e9))
  }

  private async send({ channelId, sequence, time, data }: Message): Promise<void> {
    await this.writer.addMessage({ channelId, sequence, logTime: time, publishTime: time, data })
    this.chunkBytes += MESSAGE_OVERHEAD + data.length
    // As the library's writer counts: a chunk ends with the message that fills it.
    if (this.chunkBytes > CHUNK_BYTES) this.chunkBytes = 0
  }

  private async sendStep(message: object, frame: Frame | Step): Promise<void> {
    const poses = frameTransforms(this.opening.scene, frame.state, this.timeOf(this.steps), false)
    const transforms = this.message(TRANSFORMS_TOPIC, poses)
    this.frames.push(frame)
    this.transforms.push(transforms)
    this.waitingBytes += MESSAGE_OVERHEAD + transforms.data.length
    await this.send(this.message(STEP_TOPIC, JSON.stringify(message)))
    // The first of the frames is the reset, or stands in the chunk before too.
    const isFull = this.frames.length > this.mostSteps || this.chunkBytes + this.waitingBytes > STEPS_BYTES
    if (isFull) await this.endChunk()
  }

  /** What follows the steps of a chunk, and ends it. */
  private async endChunk(): Promise<void> {
    const { transforms, frames, steps, sum } = this
    if (transforms.length === 0) return
    const first = steps + 1 - frames.length
    this.frames = frames.slice(-1)
    this.transforms = []
    this.waitingBytes = 0
    this.mostSteps *= GROWTH
    for (const message of transforms) await this.send(message)
    // Rewards are finite, and their sum may still be none.
    if (Number.isFinite(sum)) await this.send(this.message(RETURN_TOPIC, JSON.stringify({ return: sum })))
    const text = JSON.stringify(this.codec.encode(first, frames))
    // The library's writer ends a chunk when it is full. So it is filled, with spaces, which cost nothing once they are compressed. In
    // front of the numbers, so that these begin with a block of Zstandard: what has other letters than the rest gets a code of its own.
    const free = CHUNK_BYTES - this.chunkBytes - MESSAGE_OVERHEAD
    await this.send(this.message(EXACT_TOPIC, ' '.repeat(Math.max(0, free)) + text, first === 0 ? 0 : first + 1))
  }
}

const attachment = (name: string, mediaType: string, data: Uint8Array) => ({
  ...{ name, mediaType, data },
  ...{ logTime: 0n, createTime: 0n },
})

/** Bytes of an MCAP record's opcode and length. */
const RECORD_PREFIX = 9
/** Characters that the longest of these texts has: the record is of one length, whatever it says. */
const END_LENGTHS = { steps: 10, return: 25, terminated: 5, truncated: 5 }

/** How a rollout ended; blanks as long as that is not known. It stands in front, so that a file that is cut off says what is lost. */
function endMetadata(end?: Record<keyof typeof END_LENGTHS, number | boolean>) {
  const entries = Object.entries(END_LENGTHS) as [keyof typeof END_LENGTHS, number][]
  return {
    name: ROLLOUT_END,
    metadata: new Map(entries.map(([key, length]) => [key, String(end?.[key] ?? '').padEnd(length)])),
  }
}

/** The same as a record of the file. */
function endRecord(end: Parameters<typeof endMetadata>[0]): Uint8Array {
  const builder = new McapRecordBuilder()
  builder.writeMetadata(endMetadata(end))
  return builder.buffer.slice()
}

/** A file as McapWriter writes it. */
class FileAccess {
  private readonly handle: FileHandle
  private at = 0

  constructor(handle: FileHandle) {
    this.handle = handle
  }

  position(): bigint {
    return BigInt(this.at)
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.overwrite(this.at, bytes)
    this.at += bytes.length
  }

  async overwrite(at: number, bytes: Uint8Array): Promise<void> {
    for (let written = 0; written < bytes.length; ) {
      const { bytesWritten } = await this.handle.write(bytes, written, bytes.length - written, at + written)
      written += bytesWritten
    }
  }
}

/** To three decimals, or three digits where that is more: what a plot shows. */
const readable = (value: number) => Number(Math.abs(value) < 0.1 ? value.toPrecision(3) : value.toFixed(3))

/** What follows from the rest of the message is left out of it. */
function stepMessage({ observation, action, efforts, reward, terms }: Step, { scene }: RolloutOpening): object {
  const commanded = commandedEfforts(scene, action)
  const areCommanded = !efforts || efforts.every((effort, index) => Object.is(effort, commanded[index]))
  return {
    observation: Array.from(observation, readable),
    action: Array.from(action, readable),
    ...(!areCommanded && { efforts: Array.from(efforts, readable) }),
    ...(!Object.is(reward, sumOf(terms)) && { reward: readable(reward) }),
    terms: Object.fromEntries(scene.task.reward.map(({ name }, index) => [name, readable(terms[index]!)])),
  }
}
