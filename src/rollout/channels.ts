/** The channels of a rollout file: their topics and JSON Schemas. docs/files.md describes them for people. */
import type { Scene } from '../scene/schema.ts'

export const ROLLOUT_FORMAT = 'torquelab-rollout'
/**
 * Version 1 had a channel for each of poses, observation, action, efforts and reward; 2 and 3 had all of them to the bit in `/step`.
 * Version 3 had its end behind the steps.
 */
export const ROLLOUT_VERSION = '4'
/** Metadata: how many steps there are, and how the episode ended. */
export const ROLLOUT_END = 'torquelab-rollout-end'
export const SCENE_ATTACHMENT = 'scene.json'
export const POLICY_ATTACHMENT = 'policy.safetensors'

const numbers = { type: 'array', items: { type: 'number' } }

/** One message a control step, and one at the reset, which has only the observation: for people and other programs. */
export const STEP_TOPIC = '/step'
/** Once a chunk, behind its steps: their numbers to the bit. The time of the message is that of its first own step. */
export const EXACT_TOPIC = '/exact'
/** Once a chunk, behind its steps: the return so far. The number of its step is the message's. */
export const RETURN_TOPIC = '/return'

/** Channels that other programs draw, with Foxglove's schemas. */
export const SCENE_TOPIC = '/scene'
export const TRANSFORMS_TOPIC = '/tf'
/** The frames of fixed bodies, once. */
export const FIXED_TRANSFORMS_TOPIC = '/tf_static'

const describe = (property: object, description: string) => ({ ...property, description })
/** Terms are named one by one: Foxglove and Lichtblick leave out a topic with an object whose schema does not say its properties. */
export const stepSchemaOf = ({ task }: Scene) => ({
  type: 'object',
  description:
    'What a control step led to, to three decimals, or three digits where that is more. /exact has every number to the bit, /tf the poses.',
  properties: {
    observation: describe(numbers, "The observation's entries, in the scene's order."),
    action: describe(
      numbers,
      "Each actuator's action in [-1, 1], in the scene's order, held over the step that ends at this time.",
    ),
    efforts: describe(
      numbers,
      'What the actuators exerted over the step that ends at this time, averaged: each joint (N·m of a hinge, N of a slider, 0 of a weld), then each thruster (N), in the order of the scene. Absent where that is what the action commands: gear × action.',
    ),
    reward: describe(
      { type: 'number' },
      'The reward of the step that ends at this time; absent where it is the sum of its terms.',
    ),
    terms: describe(
      { type: 'object', properties: Object.fromEntries(task.reward.map(({ name }) => [name, { type: 'number' }])) },
      'The terms of the reward by name.',
    ),
  },
  required: ['observation'],
})

export const exactSchema = {
  type: 'object',
  description: 'The numbers of steps first to first + rows - 1, of which the first stands in the chunk before as well.',
  properties: {
    first: describe({ type: 'integer' }, 'The step of the first row; 0 is the reset.'),
    rows: describe({ type: 'integer' }, 'Steps.'),
    columns: describe(
      { type: 'string', pattern: '^[fdc-]*$' },
      "How each column is written: f float32; d float64; c float32, of the body's centre of mass; - not, it follows from others by the scene's formulas. For each body x, y, angle (m, m, rad), vx, vy, angular velocity (m/s, m/s, rad/s); then observation, action, efforts, reward and reward terms, each in the scene's order.",
    ),
    numbers: describe(
      { type: 'string', contentEncoding: 'base64' },
      'One column after the other: the highest byte of each of its rows, then the next lower one of each, and so on.',
    ),
  },
  required: ['first', 'rows', 'columns', 'numbers'],
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
