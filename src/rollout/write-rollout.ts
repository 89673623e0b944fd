/** Writes a rollout as an MCAP file, step by step: what is needed for playing comes first, so that every prefix plays. */
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { FrameTransforms, SceneUpdate } from '@foxglove/schemas/jsonschema.js'
import { McapWriter } from '@mcap/core'
import { commandedEfforts } from '../sim/efforts.ts'
import {
  encodeExactly,
  FIXED_TRANSFORMS_TOPIC,
  Float32,
  Float32Numbers,
  POLICY_ATTACHMENT,
  POSE_SIZE,
  RETURN_TOPIC,
  ROLLOUT_END,
  ROLLOUT_FORMAT,
  ROLLOUT_VERSION,
  returnSchema,
  SCENE_ATTACHMENT,
  SCENE_TOPIC,
  STEP_TOPIC,
  stepSchema,
  TRANSFORMS_TOPIC,
} from './channels.ts'
import { zstdCodec } from './compression.ts'
import { frameTransforms, sceneUpdate } from './foxglove.ts'
import { type Frame, type Rollout, type Step, sumOf } from './rollout.ts'

/** Of a chunk before compression: about two hundred steps, so that a seek reads little and a file cut off loses little. */
const CHUNK_BYTES = 256 * 1024
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
  private readonly opening: RolloutOpening
  private readonly writer: McapWriter
  private readonly channels = new Map<string, number>()
  /** Of the chunk that is being filled: they follow its steps, because what is alike compresses better side by side. */
  private transforms: Message[] = []
  private chunkBytes = 0
  private steps = 0
  private sum = 0

  private constructor(file: string, partial: string, handle: FileHandle, opening: RolloutOpening, writer: McapWriter) {
    this.file = file
    this.partial = partial
    this.handle = handle
    this.opening = opening
    this.writer = writer
  }

  /** Writes everything up to the reset. Throws where the file cannot be made. */
  static async create(file: string, opening: RolloutOpening): Promise<RolloutWriter> {
    const { dir, name } = path.parse(file)
    const partial = path.join(dir, `${name}.partial-${process.pid}.mcap`)
    const { compressChunk } = await zstdCodec()
    const handle = await open(partial, 'w+')
    const mcap = new McapWriter({ writable: new FileAccess(handle), compressChunk, chunkSize: CHUNK_BYTES })
    const writer = new RolloutWriter(file, partial, handle, opening, mcap)
    try {
      await writer.begin()
    } catch (error) {
      await writer.abort()
      throw error
    }
    return writer
  }

  /** The next control step. Throws a RangeError where one of its numbers is not finite. */
  async addStep(step: Step): Promise<void> {
    this.steps++
    this.sum += step.reward
    await this.sendStep({ ...frameMessage(step), ...stepMessage(step, this.opening) }, step)
  }

  /** Writes how it ended, syncs the file and gives it its name. */
  async finish({ terminated, truncated }: Pick<Rollout, 'terminated' | 'truncated'>): Promise<void> {
    const { handle, opening, steps, sum } = this
    await this.endGroup()
    // The writer keeps its last chunk until its end: what is to stand behind the steps has to be appended.
    await this.writer.end()
    const writer = await McapWriter.InitializeForAppending(new FileAccess(handle), {})
    // It may be long, and nothing that plays needs it.
    if (opening.policy)
      await writer.addAttachment(attachment(POLICY_ATTACHMENT, 'application/octet-stream', opening.policy))
    const end = { steps, return: sum, terminated, truncated }
    const metadata = new Map(Object.entries(end).map(([key, value]) => [key, String(value)]))
    await writer.addMetadata({ name: ROLLOUT_END, metadata })
    await writer.end()
    await handle.sync()
    await handle.close()
    await rename(this.partial, this.file)
  }

  /** Takes back what was written; `file` is as it was. */
  async abort(): Promise<void> {
    await this.handle.close().catch(() => {})
    await rm(this.partial, { force: true })
  }

  private async begin(): Promise<void> {
    const { writer, opening } = this
    const { scene, seed, start, versions } = opening
    await writer.start({ profile: '', library: `torquelab ${versions.torquelab ?? ''}` })
    const known = {
      version: ROLLOUT_VERSION,
      scene: scene.name,
      seed: String(seed),
      ...Object.fromEntries(Object.entries(versions).map(([name, version]) => [`version of ${name}`, version])),
    }
    await writer.addMetadata({ name: ROLLOUT_FORMAT, metadata: new Map(Object.entries(known)) })
    const content = new TextEncoder().encode(JSON.stringify(scene, null, 2))
    await writer.addAttachment(attachment(SCENE_ATTACHMENT, 'application/json', content))
    await this.register('torquelab.Step', stepSchema, STEP_TOPIC)
    await this.register('torquelab.Return', returnSchema, RETURN_TOPIC)
    await this.register('foxglove.SceneUpdate', withoutComments(SceneUpdate), SCENE_TOPIC)
    await this.register(
      'foxglove.FrameTransforms',
      withoutComments(FrameTransforms),
      TRANSFORMS_TOPIC,
      FIXED_TRANSFORMS_TOPIC,
    )
    const encode = (text: string) => new TextEncoder().encode(text)
    await this.send(this.message(SCENE_TOPIC, encode(JSON.stringify(sceneUpdate(scene)))))
    await this.send(this.message(FIXED_TRANSFORMS_TOPIC, encode(frameTransforms(scene, start.state, 0n, true))))
    await this.sendStep(frameMessage(start), start)
  }

  private async register(name: string, schema: object, ...topics: string[]): Promise<void> {
    const data = new TextEncoder().encode(JSON.stringify(schema))
    const schemaId = await this.writer.registerSchema({ name, encoding: 'jsonschema', data })
    for (const topic of topics) {
      const channel = { topic, schemaId, messageEncoding: 'json', metadata: new Map() }
      this.channels.set(topic, await this.writer.registerChannel(channel))
    }
  }

  /** A message about the newest step. */
  private message(topic: string, data: Uint8Array): Message {
    return { channelId: this.channels.get(topic)!, sequence: this.steps, time: this.time(), data }
  }

  private time(): bigint {
    return BigInt(Math.round(this.steps * this.opening.scene.world.controlStep * 1e9))
  }

  private async send({ channelId, sequence, time, data }: Message): Promise<void> {
    await this.writer.addMessage({ channelId, sequence, logTime: time, publishTime: time, data })
  }

  private async sendStep(message: object, { state }: Frame): Promise<void> {
    const numbers = 2 * POSE_SIZE * this.opening.scene.bodies.length
    if (state.length !== numbers)
      throw new RangeError(`A state of this scene has ${numbers} numbers, not ${state.length}.`)
    const step = this.message(STEP_TOPIC, encodeExactly(message))
    const frames = frameTransforms(this.opening.scene, state, this.time(), false)
    const transforms = this.message(TRANSFORMS_TOPIC, new TextEncoder().encode(frames))
    await this.send(step)
    this.transforms.push(transforms)
    this.chunkBytes += 2 * MESSAGE_OVERHEAD + step.data.length + transforms.data.length
    if (this.chunkBytes > CHUNK_BYTES) await this.endGroup()
  }

  /** What follows the steps of a chunk; the writer ends a chunk when it is full, which is behind the last of these. */
  private async endGroup(): Promise<void> {
    const { transforms } = this
    this.transforms = []
    this.chunkBytes = 0
    if (transforms.length === 0) return
    const { sum } = this
    // Rewards are finite, and their sum may still be none.
    if (Number.isFinite(sum)) await this.send(this.message(RETURN_TOPIC, encodeExactly({ return: sum })))
    for (const message of transforms) await this.send(message)
  }
}

const attachment = (name: string, mediaType: string, data: Uint8Array) => ({
  ...{ name, mediaType, data },
  ...{ logTime: 0n, createTime: 0n },
})

/** A file as McapWriter writes it, and reads it where it appends. */
class FileAccess {
  private readonly handle: FileHandle
  private at = 0

  constructor(handle: FileHandle) {
    this.handle = handle
  }

  position(): bigint {
    return BigInt(this.at)
  }

  async size(): Promise<bigint> {
    return BigInt((await this.handle.stat()).size)
  }

  async seek(position: bigint): Promise<void> {
    this.at = Number(position)
  }

  async truncate(): Promise<void> {
    await this.handle.truncate(this.at)
  }

  async read(offset: bigint, length: bigint): Promise<Uint8Array> {
    const bytes = new Uint8Array(Number(length))
    const { bytesRead } = await this.handle.read(bytes, 0, bytes.length, Number(offset))
    return bytes.subarray(0, bytesRead)
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let written = 0; written < bytes.length; ) {
      const { bytesWritten } = await this.handle.write(bytes, written, bytes.length - written, this.at)
      written += bytesWritten
      this.at += bytesWritten
    }
  }
}

/** Comments of the published schemas would be most of a short file. */
function withoutComments(schema: object): object {
  const isComment = (key: string, value: unknown) =>
    key === '$comment' || (key === 'description' && typeof value === 'string')
  return JSON.parse(JSON.stringify(schema, (key, value) => (isComment(key, value) ? undefined : value)))
}

function frameMessage({ state, observation }: Frame): object {
  const poses: unknown[][] = []
  const velocities: unknown[][] = []
  // The physics engine counts in float32; what is derived from its numbers need not be.
  const isFloat32 = (value: number) => Math.fround(value) === value
  const shortened = (value: number) => (isFloat32(value) ? new Float32(value) : value)
  for (let at = 0; at < state.length; at += 2 * POSE_SIZE) {
    poses.push(Array.from(state.subarray(at, at + POSE_SIZE), shortened))
    velocities.push(Array.from(state.subarray(at + POSE_SIZE, at + 2 * POSE_SIZE), shortened))
  }
  const float32 = Array.from(state, (value) => (isFloat32(value) ? '1' : '0')).join('')
  return { poses, velocities, float32, observation: new Float32Numbers(observation) }
}

/** What follows from the rest of the message is left out of it. */
function stepMessage({ action, efforts, reward, terms }: Step, { scene }: RolloutOpening): object {
  const commanded = commandedEfforts(scene, action)
  const areCommanded = !efforts || efforts.every((effort, index) => Object.is(effort, commanded[index]))
  return {
    action: new Float32Numbers(action),
    ...(!areCommanded && { efforts: [...efforts] }),
    ...(!Object.is(reward, sumOf(terms)) && { reward }),
    terms: Object.fromEntries(scene.task.reward.map(({ name }, index) => [name, terms[index]!])),
  }
}
