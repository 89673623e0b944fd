/** Writes a rollout as an MCAP file: whole or not at all. */
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { FrameTransforms, SceneUpdate } from '@foxglove/schemas/jsonschema.js'
import { McapWriter } from '@mcap/core'
import {
  encodeExactly,
  Float32,
  Float32Numbers,
  POLICY_ATTACHMENT,
  POSE_SIZE,
  ROLLOUT_FORMAT,
  ROLLOUT_VERSION,
  SCENE_ATTACHMENT,
  SCENE_TOPIC,
  STEP_TOPIC,
  stepSchema,
  TRANSFORMS_TOPIC,
} from './channels.ts'
import { zstdCodec } from './compression.ts'
import { frameTransforms, sceneUpdate } from './foxglove.ts'
import { type Frame, type Rollout, returnOf, type Step } from './rollout.ts'

/** Of a chunk before compression: about two hundred steps, so that a seek reads little and a file cut off loses little. */
const CHUNK_BYTES = 256 * 1024

/** Writes to a temporary file beside `file`, syncs it, then renames it. `versions` are recorded for whoever verifies it later. */
export async function writeRollout(file: string, rollout: Rollout, versions: Record<string, string>): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`
  const handle = await open(temporary, 'w')
  try {
    await write(handle, rollout, versions)
    await handle.sync()
    await handle.close()
    await rename(temporary, file)
  } catch (error) {
    await handle.close().catch(() => {})
    await rm(temporary, { force: true })
    throw error
  }
}

async function write(handle: FileHandle, rollout: Rollout, versions: Record<string, string>): Promise<void> {
  let position = 0n
  const { compressChunk } = await zstdCodec()
  const writer = new McapWriter({
    writable: {
      async write(bytes) {
        await handle.write(bytes)
        position += BigInt(bytes.length)
      },
      position: () => position,
    },
    compressChunk,
    chunkSize: CHUNK_BYTES,
  })
  await writer.start({ profile: '', library: `torquelab ${versions.torquelab ?? ''}` })
  const times = { logTime: 0n, publishTime: 0n }
  await writer.addMetadata({
    name: ROLLOUT_FORMAT,
    metadata: new Map(
      Object.entries({
        version: ROLLOUT_VERSION,
        scene: rollout.scene.name,
        seed: String(rollout.seed),
        steps: String(rollout.steps.length),
        return: String(returnOf(rollout)),
        terminated: String(rollout.terminated),
        truncated: String(rollout.truncated),
        ...Object.fromEntries(Object.entries(versions).map(([name, version]) => [`version of ${name}`, version])),
      }),
    ),
  })
  const attach = (name: string, mediaType: string, data: Uint8Array) =>
    writer.addAttachment({ name, mediaType, data, logTime: times.logTime, createTime: 0n })
  await attach(SCENE_ATTACHMENT, 'application/json', new TextEncoder().encode(JSON.stringify(rollout.scene, null, 2)))
  if (rollout.policy) await attach(POLICY_ATTACHMENT, 'application/octet-stream', rollout.policy)

  const register = async (topic: string, name: string, schema: object): Promise<number> => {
    const data = new TextEncoder().encode(JSON.stringify(schema))
    const schemaId = await writer.registerSchema({ name, encoding: 'jsonschema', data })
    return await writer.registerChannel({ topic, schemaId, messageEncoding: 'json', metadata: new Map() })
  }
  const steps = await register(STEP_TOPIC, 'torquelab.Step', stepSchema)
  const picture = await register(SCENE_TOPIC, 'foxglove.SceneUpdate', withoutComments(SceneUpdate))
  const transforms = await register(TRANSFORMS_TOPIC, 'foxglove.FrameTransforms', withoutComments(FrameTransforms))

  const send = (channelId: number, sequence: number, time: bigint, data: Uint8Array) =>
    writer.addMessage({ channelId, sequence, logTime: time, publishTime: time, data })
  const encode = (message: unknown) => new TextEncoder().encode(JSON.stringify(message))
  await send(picture, 0, 0n, encode(sceneUpdate(rollout.scene)))
  const sendStep = async (sequence: number, message: object, { state }: Frame) => {
    const time = BigInt(Math.round(sequence * rollout.scene.world.controlStep * 1e9))
    await send(steps, sequence, time, encodeExactly(message))
    await send(transforms, sequence, time, encode(frameTransforms(rollout.scene, state, time)))
  }
  await sendStep(0, frameMessage(rollout.start), rollout.start)
  for (const [index, step] of rollout.steps.entries()) {
    await sendStep(index + 1, { ...frameMessage(step), ...stepMessage(step, rollout) }, step)
  }
  await writer.end()
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

function stepMessage({ action, efforts, reward, terms }: Step, { scene }: Rollout): object {
  return {
    action: new Float32Numbers(action),
    ...(efforts && { efforts: [...efforts] }),
    reward,
    terms: Object.fromEntries(scene.task.reward.map(({ name }, index) => [name, terms[index]!])),
  }
}
