/** Writes a rollout as an MCAP file: whole or not at all. */
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { McapWriter } from '@mcap/core'
import {
  type ChannelName,
  channels,
  encodeExactly,
  POLICY_ATTACHMENT,
  POSE_SIZE,
  ROLLOUT_FORMAT,
  ROLLOUT_VERSION,
  SCENE_ATTACHMENT,
} from './channels.ts'
import { type Frame, type Rollout, returnOf, type Step } from './rollout.ts'

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
  const writer = new McapWriter({
    writable: {
      async write(bytes) {
        await handle.write(bytes)
        position += BigInt(bytes.length)
      },
      position: () => position,
    },
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

  const channelIds = {} as Record<ChannelName, number>
  for (const [name, { topic, schemaName, schema }] of Object.entries(channels)) {
    const data = new TextEncoder().encode(JSON.stringify(schema))
    const schemaId = await writer.registerSchema({ name: schemaName, encoding: 'jsonschema', data })
    channelIds[name as ChannelName] = await writer.registerChannel({
      topic,
      schemaId,
      messageEncoding: 'json',
      metadata: new Map(),
    })
  }
  const send = async (channel: ChannelName, sequence: number, message: unknown) => {
    const time = BigInt(Math.round(sequence * rollout.scene.world.controlStep * 1e9))
    const data = encodeExactly(message)
    await writer.addMessage({ channelId: channelIds[channel], sequence, logTime: time, publishTime: time, data })
  }
  const sendFrame = async (sequence: number, { state, observation }: Frame) => {
    await send('poses', sequence, posesMessage(state))
    await send('observation', sequence, { values: [...observation] })
  }
  await sendFrame(0, rollout.start)
  for (const [index, step] of rollout.steps.entries()) {
    await sendFrame(index + 1, step)
    await send('action', index + 1, { values: [...step.action] })
    if (step.efforts) await send('efforts', index + 1, { values: [...step.efforts] })
    await send('reward', index + 1, rewardMessage(step, rollout))
  }
  await writer.end()
}

function posesMessage(state: Float64Array): { poses: number[][]; velocities: number[][] } {
  const poses: number[][] = []
  const velocities: number[][] = []
  for (let at = 0; at < state.length; at += 2 * POSE_SIZE) {
    poses.push([...state.subarray(at, at + POSE_SIZE)])
    velocities.push([...state.subarray(at + POSE_SIZE, at + 2 * POSE_SIZE)])
  }
  return { poses, velocities }
}

function rewardMessage({ reward, terms }: Step, { scene }: Rollout): unknown {
  return { reward, terms: Object.fromEntries(scene.task.reward.map(({ name }, index) => [name, terms[index]!])) }
}
