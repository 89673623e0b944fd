/** Reads a rollout file back, with one clear error for whatever is not one. */
import { type FileHandle, open } from 'node:fs/promises'
import { McapIndexedReader } from '@mcap/core'
import * as z from 'zod'
import { MAX_SEED } from '../common/random.ts'
import { messageOf, UserError } from '../common/user-error.ts'
import { loadScene } from '../scene/load.ts'
import type { Scene } from '../scene/schema.ts'
import { effortCount } from '../sim/efforts.ts'
import {
  type ChannelName,
  channels,
  POLICY_ATTACHMENT,
  ROLLOUT_FORMAT,
  ROLLOUT_VERSION,
  SCENE_ATTACHMENT,
} from './channels.ts'
import type { Frame, Rollout, Step } from './rollout.ts'

/** The eight bytes that every MCAP file begins with (https://mcap.dev/spec). */
const MCAP_MAGIC = Uint8Array.of(0x89, 0x4d, 0x43, 0x41, 0x50, 0x30, 0x0d, 0x0a)

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
const messageSchemas = {
  poses: z.object({
    poses: z.array(z.tuple([z.number(), z.number(), z.number()])),
    velocities: z.array(z.tuple([z.number(), z.number(), z.number()])),
  }),
  observation: z.object({ values: numbers }),
  action: z.object({ values: numbers }),
  efforts: z.object({ values: numbers }),
  reward: z.object({ reward: z.number(), terms: z.custom<Record<string, number>>(isNumbersByName) }),
}
type AnyMessages = { [Name in ChannelName]: z.infer<(typeof messageSchemas)[Name]> }
/** Of one step. Rollouts of older versions have no efforts. */
type Messages = Omit<AnyMessages, 'efforts'> & Partial<Pick<AnyMessages, 'efforts'>>

const metadataSchema = z.object({
  version: z.literal(ROLLOUT_VERSION),
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
  return withReader(file, async (reader) => {
    const { scene, seed, steps, return: sum, terminated, truncated } = await readMetadata(reader, file)
    const duration = Number(reader.statistics?.messageEndTime ?? 0n) / 1e9
    const ends = { terminated: terminated === 'true', truncated: truncated === 'true' }
    return { scene, seed, steps, return: sum, duration, ...ends }
  })
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

async function openReader(handle: FileHandle, file: string): Promise<McapIndexedReader> {
  const readBytes = async (offset: bigint, length: bigint): Promise<Uint8Array> => {
    const buffer = new Uint8Array(Number(length))
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, Number(offset))
    if (bytesRead < buffer.length) throw new Error(`it ends at byte ${Number(offset) + bytesRead}`)
    return buffer
  }
  const size = BigInt((await handle.stat()).size)
  const magic = size >= MCAP_MAGIC.length ? await readBytes(0n, BigInt(MCAP_MAGIC.length)) : new Uint8Array()
  if (!MCAP_MAGIC.every((byte, index) => magic[index] === byte)) {
    throw new UserError(`${file}: this is no MCAP file. A rollout is made with "torquelab record".`)
  }
  try {
    return await McapIndexedReader.Initialize({ readable: { size: async () => size, read: readBytes } })
  } catch (error) {
    throw new UserError(`${file}: the MCAP file is cut off or damaged (${messageOf(error)}). Record it anew.`)
  }
}

async function read(reader: McapIndexedReader, file: string): Promise<Rollout> {
  const metadata = await readMetadata(reader, file)
  const attachments = new Map<string, Uint8Array>()
  for await (const { name, data } of reader.readAttachments()) attachments.set(name, data)
  const sceneBytes = attachments.get(SCENE_ATTACHMENT)
  if (!sceneBytes)
    throw new UserError(`${file}: the rollout has no scene attached ("${SCENE_ATTACHMENT}"). Record it anew.`)
  const scene = loadScene(new TextDecoder().decode(sceneBytes), `${file}#${SCENE_ATTACHMENT}`)
  const policy = attachments.get(POLICY_ATTACHMENT)

  const frames: Partial<Messages>[] = []
  const topics = new Map(Object.entries(channels).map(([name, { topic }]) => [topic as string, name as ChannelName]))
  for await (const message of reader.readMessages()) {
    const name = topics.get(reader.channelsById.get(message.channelId)?.topic ?? '')
    if (!name) continue
    if (message.sequence > metadata.steps) {
      throw new UserError(`${file}: the rollout has more messages than its ${metadata.steps} steps. Record it anew.`)
    }
    const parsed = messageSchemas[name].safeParse(JSON.parse(new TextDecoder().decode(message.data)))
    if (!parsed.success)
      throw new UserError(`${file}: message ${message.sequence} of ${channels[name].topic} is damaged. Record it anew.`)
    frames[message.sequence] = { ...frames[message.sequence], [name]: parsed.data }
  }
  if (frames.length !== metadata.steps + 1) {
    throw new UserError(
      `${file}: the rollout holds ${frames.length - 1} of its ${metadata.steps} steps. Record it anew.`,
    )
  }
  const termNames = scene.task.reward.map(({ name }) => name)
  const incomplete = frames.findIndex(
    (frame, index) => !frame?.poses || !frame.observation || (index > 0 && !(frame.action && frame.reward)),
  )
  if (incomplete >= 0) throw new UserError(`${file}: step ${incomplete} of the rollout is incomplete. Record it anew.`)
  const complete = frames as Messages[]
  const misfit = complete.findIndex((messages, step) => !fits(messages, scene, step))
  if (misfit >= 0) throw new UserError(`${file}: step ${misfit} of the rollout does not fit its scene. Record it anew.`)
  return {
    scene,
    seed: metadata.seed,
    start: toFrame(complete[0]!),
    steps: complete.slice(1).map((messages) => toStep(messages, termNames)),
    terminated: metadata.terminated === 'true',
    truncated: metadata.truncated === 'true',
    ...(policy && { policy }),
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

async function readMetadata(reader: McapIndexedReader, file: string): Promise<z.infer<typeof metadataSchema>> {
  for await (const { metadata } of reader.readMetadata({ name: ROLLOUT_FORMAT })) {
    const parsed = metadataSchema.safeParse(Object.fromEntries(metadata))
    if (parsed.success) return parsed.data
    throw new UserError(
      `${file}: the rollout's metadata are damaged or of a newer version. Update TorqueLab, or record it anew.`,
    )
  }
  throw new UserError(`${file}: this MCAP file holds no TorqueLab rollout. A rollout is made with "torquelab record".`)
}

function toFrame({ poses, observation }: Messages): Frame {
  const state = poses.poses.flatMap((pose, body) => [...pose, ...(poses.velocities[body] ?? [])])
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
