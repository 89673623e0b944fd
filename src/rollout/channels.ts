/** The channels of a rollout file: their topics, JSON Schemas and messages. docs/files.md describes them for people. */

export const ROLLOUT_FORMAT = 'torquelab-rollout'
export const ROLLOUT_VERSION = '1'
export const SCENE_ATTACHMENT = 'scene.json'
export const POLICY_ATTACHMENT = 'policy.safetensors'

/** Numbers of a pose and of a velocity: x, y, angle. */
export const POSE_SIZE = 3

const numbers = { type: 'array', items: { type: 'number' } }
const object = (properties: Record<string, unknown>, description: string) => ({
  type: 'object',
  description,
  properties,
  required: Object.keys(properties),
})

export const channels = {
  poses: {
    topic: '/poses',
    schemaName: 'torquelab.Poses',
    schema: object(
      { poses: { type: 'array', items: numbers }, velocities: { type: 'array', items: numbers } },
      "Each body in the scene's order: [x, y, angle] in m, m, rad and [vx, vy, angular velocity] in m/s, m/s, rad/s.",
    ),
  },
  observation: {
    topic: '/observation',
    schemaName: 'torquelab.Observation',
    schema: object({ values: numbers }, "The observation's entries, in the scene's order."),
  },
  action: {
    topic: '/action',
    schemaName: 'torquelab.Action',
    schema: object(
      { values: numbers },
      "Each actuator's action in [-1, 1], in the scene's order; held over the step that ends at this time.",
    ),
  },
  /** Absent from rollouts of older versions of TorqueLab. */
  efforts: {
    topic: '/efforts',
    schemaName: 'torquelab.Efforts',
    schema: object(
      { values: numbers },
      'What the actuators exerted over the step that ends at this time, averaged: each joint (N·m of a hinge, N of a slider, 0 of a weld), then each thruster (N), in the order of the scene.',
    ),
  },
  reward: {
    topic: '/reward',
    schemaName: 'torquelab.Reward',
    schema: object(
      { reward: { type: 'number' }, terms: { type: 'object', additionalProperties: { type: 'number' } } },
      'The reward of the step that ends at this time, and its terms by name.',
    ),
  },
} as const

export type ChannelName = keyof typeof channels

/** JSON that gives every number back to the bit: JSON.stringify would turn -0 into 0. */
export function encodeExactly(value: unknown): Uint8Array {
  return new TextEncoder().encode(exactJson(value))
}

function exactJson(value: unknown): string {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new RangeError(`A rollout holds finite numbers; ${value} is none.`)
    return Object.is(value, -0) ? '-0' : String(value)
  }
  if (Array.isArray(value)) return `[${value.map(exactJson).join(',')}]`
  if (value !== null && typeof value === 'object') {
    return `{${Object.entries(value)
      .map(([key, entry]) => `${JSON.stringify(key)}:${exactJson(entry)}`)
      .join(',')}}`
  }
  return JSON.stringify(value)
}
