/**
 * The scene file: its one schema. Types, validation and the JSON Schema for editors (assets/scene.schema.json) all come from here.
 * Units are SI and radians; +x is right, +y is up, angles grow counter-clockwise.
 */
import * as z from 'zod'

const LIMIT = { bodies: 1000, joints: 1000, actuators: 100, shapes: 100, formulas: 200, name: 64, steps: 1_000_000 }

const finite = z.number().min(-1e6).max(1e6)
const positive = z.number().gt(0).max(1e6)
const point = z.tuple([finite, finite]).describe('[x, y], m')

const name = z
  .string()
  .max(LIMIT.name)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'A name is letters, digits and _, and starts with a letter: formulas use it.')
const label = z.string().min(1).max(LIMIT.name)
const formula = z.string().min(1).describe('a formula over named sensors, such as -wrap(hinge.angle)^2')

const shape = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('capsule'),
    from: point.describe("one end of the capsule's axis, in the body's frame, m"),
    to: point.describe("the other end of the capsule's axis, in the body's frame, m"),
    radius: positive.describe('m'),
  }),
  z.strictObject({
    type: z.literal('circle'),
    center: point.optional().describe("in the body's frame, m; [0, 0] if absent"),
    radius: positive.describe('m'),
  }),
  z.strictObject({
    type: z.literal('box'),
    center: point.optional().describe("in the body's frame, m; [0, 0] if absent"),
    width: positive.describe('m'),
    height: positive.describe('m'),
    angle: finite.optional().describe("in the body's frame, rad; 0 if absent"),
  }),
])

const bodyCommon = {
  name,
  position: point.describe('where the centre of mass is at angle 0 of every joint, m'),
  angle: finite.optional().describe('rad; 0 if absent'),
  shapes: z.array(shape).max(LIMIT.shapes),
  friction: z.number().min(0).max(100).optional().describe('Coulomb coefficient; 0.5 if absent'),
  restitution: z.number().min(0).max(1).optional().describe('0 (no bounce, the default) to 1'),
}

const body = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('fixed'), ...bodyCommon }),
  z.strictObject({
    kind: z.literal('dynamic'),
    ...bodyCommon,
    mass: positive.describe('kg'),
    inertia: positive.describe('moment of inertia about the centre of mass, kg·m²'),
  }),
])

const joint = z.strictObject({
  name,
  type: z.literal('hinge'),
  parent: name.describe("the body that carries the joint; the joint's angle is the child's less the parent's"),
  child: name.describe('the body that the joint carries'),
  anchor: point.describe('where the joint is in the scene as drawn, m'),
  maxVelocity: positive
    .optional()
    .describe("the joint's speed is clipped to this after every control step, rad/s; no clipping if absent"),
})

const actuator = z.strictObject({
  name,
  joint: name,
  gear: finite.describe('torque = gear × action with the action in [-1, 1], N·m'),
})

const task = z.strictObject({
  maxSteps: z.int().min(1).max(LIMIT.steps).describe('control steps after which an episode is truncated'),
  constants: z.record(name, finite).optional().describe('numbers that formulas may use by name'),
  observation: z
    .array(
      z.strictObject({
        name: label,
        formula,
        unit: z.string().max(LIMIT.name).optional(),
        range: z.tuple([finite, finite]).optional().describe('the values it can take, for people and plots'),
        clip: positive.optional().describe('the value is clipped to ± this'),
      }),
    )
    .min(1)
    .max(LIMIT.formulas),
  reward: z
    .array(z.strictObject({ name: label, formula }))
    .min(1)
    .max(LIMIT.formulas)
    .describe('named terms; the reward is their sum, evaluated after the control step'),
  terminate: z
    .array(z.strictObject({ name: label, formula }))
    .max(LIMIT.formulas)
    .describe('named conditions; the episode terminates when one is not 0'),
  reset: z
    .array(z.strictObject({ coordinate: z.string().describe('such as hinge.angle'), formula }))
    .max(LIMIT.formulas)
    .describe('initial values of joint coordinates; 0 where none is given'),
})

export const sceneSchema = z.strictObject({
  $schema: z.string().optional().describe('for editors; ignored'),
  format: z.literal('torquelab-scene'),
  version: z.literal(1, 'This TorqueLab reads version 1 of the format; update TorqueLab for a newer one.'),
  name: z
    .string()
    .min(1)
    .max(LIMIT.name)
    .regex(/^[A-Za-z0-9][A-Za-z0-9 _.-]*$/, 'Use letters, digits, spaces, _ . and -.'),
  description: z.string().max(2000).optional(),
  world: z.strictObject({
    gravity: point.describe('m/s²'),
    controlStep: z.number().gt(0).max(1).describe('time between two actions, s'),
    physicsStep: z.number().gt(0).max(0.1).describe('time of one physics step, s; divides controlStep'),
    solverIterations: z.int().min(1).max(1000).describe('accuracy depends on physicsStep / solverIterations'),
  }),
  bodies: z.array(body).min(1).max(LIMIT.bodies),
  joints: z.array(joint).max(LIMIT.joints),
  actuators: z.array(actuator).min(1).max(LIMIT.actuators),
  task,
})

/** A validated scene, as in its file. */
export type Scene = z.infer<typeof sceneSchema>
export type Body = Scene['bodies'][number]
export type DynamicBody = Extract<Body, { kind: 'dynamic' }>
export type Joint = Scene['joints'][number]
export type Actuator = Scene['actuators'][number]
export type Shape = Body['shapes'][number]
export type Task = Scene['task']

/** The JSON Schema of the scene file, for editors. */
export function sceneJsonSchema(): unknown {
  return { ...z.toJSONSchema(sceneSchema, { io: 'input' }), title: 'TorqueLab scene' }
}
