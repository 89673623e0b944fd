/** The channels of a rollout file: their topics, JSON Schemas and messages. docs/files.md describes them for people. */

export const ROLLOUT_FORMAT = 'torquelab-rollout'
/** Version 1 had a channel for each of poses, observation, action, efforts and reward; 2 wrote all numbers and its end first. */
export const ROLLOUT_VERSION = '3'
/** Metadata behind the last step: how many there are, and how the episode ended. */
export const ROLLOUT_END = 'torquelab-rollout-end'
export const SCENE_ATTACHMENT = 'scene.json'
export const POLICY_ATTACHMENT = 'policy.safetensors'

/** Numbers of a pose and of a velocity: x, y, angle. */
export const POSE_SIZE = 3

const numbers = { type: 'array', items: { type: 'number' } }
const numberLists = { type: 'array', items: numbers }

/** One message a control step, and one at the reset, which has only the first three properties. */
export const STEP_TOPIC = '/step'
/** Once a chunk, behind its steps: the return so far. The number of its step is the message's. */
export const RETURN_TOPIC = '/return'

/** Channels that other programs draw, with Foxglove's schemas. */
export const SCENE_TOPIC = '/scene'
export const TRANSFORMS_TOPIC = '/tf'
/** The frames of fixed bodies, once. */
export const FIXED_TRANSFORMS_TOPIC = '/tf_static'

const describe = (property: object, description: string) => ({ ...property, description })
export const stepSchema = {
  type: 'object',
  description: 'The state that a control step led to, and what came of its action.',
  properties: {
    poses: describe(numberLists, "Each body in the scene's order: [x, y, angle] in m, m, rad."),
    velocities: describe(numberLists, 'Each body: [vx, vy, angular velocity] in m/s, m/s, rad/s.'),
    observation: describe(numbers, "The observation's entries, in the scene's order: float32."),
    float32: describe(
      { type: 'string', pattern: '^[01]*$' },
      'For each body x, y, angle, vx, vy, angular velocity: 1 where the number is float32, written with the digits that tell it from its neighbours.',
    ),
    action: describe(
      numbers,
      "Each actuator's action in [-1, 1], in the scene's order, held over the step that ends at this time: float32.",
    ),
    efforts: describe(
      numbers,
      'What the actuators exerted over the step that ends at this time, averaged: each joint (N·m of a hinge, N of a slider, 0 of a weld), then each thruster (N), in the order of the scene. Absent where that is what the action commands: gear × action.',
    ),
    reward: describe(
      { type: 'number' },
      'The reward of the step that ends at this time; absent where it is the sum of its terms.',
    ),
    terms: describe({ type: 'object', additionalProperties: { type: 'number' } }, 'The terms of the reward by name.'),
  },
  required: ['poses', 'velocities', 'observation'],
}

export const returnSchema = {
  type: 'object',
  description: 'The return of the episode up to the control step that ends at this time.',
  properties: { return: describe({ type: 'number' }, 'The sum of the rewards so far.') },
  required: ['return'],
}

/** The topics of version 1. */
export const oldTopics = {
  poses: '/poses',
  observation: '/observation',
  action: '/action',
  efforts: '/efforts',
  reward: '/reward',
} as const
export type OldChannel = keyof typeof oldTopics

/**
 * Float32 numbers with as few digits as tell each from its neighbours; `Math.fround` of what is read gives them back to the bit.
 * Written as such by `encodeExactly`.
 */
export class Float32Numbers {
  readonly values: ArrayLike<number>
  constructor(values: ArrayLike<number>) {
    this.values = values
  }
}

/** One such number. */
export class Float32 {
  readonly value: number
  constructor(value: number) {
    this.value = value
  }
}

function shortestFloat32(value: number): string {
  if (Object.is(value, -0)) return '-0'
  for (let digits = 6; digits < 9; digits++) {
    const shorter = Number(value.toPrecision(digits))
    if (Math.fround(shorter) === value) return String(shorter)
  }
  return String(Number(value.toPrecision(9)))
}

/** JSON that gives every number back to the bit: JSON.stringify would turn -0 into 0. */
export function encodeExactly(value: unknown): Uint8Array {
  return new TextEncoder().encode(exactJson(value))
}

function exactJson(value: unknown): string {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new RangeError(`A rollout holds finite numbers; ${value} is none.`)
    return Object.is(value, -0) ? '-0' : String(value)
  }
  if (value instanceof Float32Numbers) {
    return `[${Array.from(value.values, (number) => (Number.isFinite(number) ? shortestFloat32(number) : exactJson(number))).join(',')}]`
  }
  if (value instanceof Float32) return shortestFloat32(value.value)
  if (Array.isArray(value)) return `[${value.map(exactJson).join(',')}]`
  if (value !== null && typeof value === 'object') {
    return `{${Object.entries(value)
      .map(([key, entry]) => `${JSON.stringify(key)}:${exactJson(entry)}`)
      .join(',')}}`
  }
  return JSON.stringify(value)
}
