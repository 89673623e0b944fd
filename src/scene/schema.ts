/**
 * The scene file: its one schema. Types, validation, the JSON Schema for editors (assets/scene.schema.json) and the
 * reference in docs/scene-format.md all come from here.
 * Units are SI and radians; +x is right, +y is up, angles grow counter-clockwise.
 */
import * as z from 'zod'
import { LIMIT, MAX_FORMULA_LENGTH, MAX_NUMBER, MIN_INERTIA, MIN_LENGTH, MIN_MASS } from './limits.ts'

/** The version of the format that this TorqueLab writes; older ones are brought up to it (migrations.ts). */
export const SCENE_VERSION = 2

const finite = z.number().min(-MAX_NUMBER).max(MAX_NUMBER)
const positive = z.number().gt(0).max(MAX_NUMBER)
const notNegative = z.number().min(0).max(MAX_NUMBER)
/** Below this it would vanish in the engine's single precision, and a motor without any inertia divides by nothing. */
const armature = notNegative.refine((value) => value === 0 || value >= 1e-9, 'Use 0, or at least 1e-9.')
const length = z.number().min(MIN_LENGTH).max(MAX_NUMBER)
const pair = z.tuple([finite, finite])
const point = pair.describe('[x, y], m')

const name = z
  .string()
  .max(LIMIT.name)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'A name is letters, digits and _, and starts with a letter: formulas use it.')
const label = z.string().min(1).max(LIMIT.name)
/** A formula, wherever one may stand. */
export const formulaSchema = z
  .string()
  .min(1)
  .describe(`a formula over named sensors, such as -wrap(hinge.angle)^2; at most ${MAX_FORMULA_LENGTH} characters`)

const friction = z.number().min(0).max(100).optional()
const restitution = z.number().min(0).max(1).optional()
const surface = {
  friction: friction.describe("Coulomb coefficient; the body's if absent"),
  restitution: restitution.describe("0 (no bounce) to 1; the body's if absent"),
}
const center = point.optional().describe("in the body's frame, m; [0, 0] if absent")
const depth = length
  .optional()
  .describe("the prism's size out of the plane, m; needed where mass or inertia is computed from the shapes")

const solidShapes = [
  z.strictObject({
    type: z.literal('capsule'),
    from: point.describe("one end of the capsule's axis, in the body's frame, m"),
    to: point.describe("the other end of the capsule's axis, in the body's frame, m"),
    radius: length.describe('m'),
    ...surface,
  }),
  z.strictObject({
    type: z.literal('circle'),
    center,
    radius: length.describe('m'),
    ...surface,
  }),
  z.strictObject({
    type: z.literal('box'),
    center,
    width: length.describe('m'),
    height: length.describe('m'),
    angle: finite.optional().describe("in the body's frame, rad; 0 if absent"),
    depth,
    ...surface,
  }),
  z.strictObject({
    type: z.literal('polygon'),
    points: z
      .array(point)
      .min(3)
      .max(LIMIT.polygonPoints)
      .describe("corners of a convex polygon in order, in the body's frame, m"),
    depth,
    ...surface,
  }),
] as const

const lineShapes = [
  z.strictObject({
    type: z.literal('segment'),
    from: point.describe("one end, in the body's frame, m"),
    to: point.describe("the other end, in the body's frame, m"),
    ...surface,
  }),
  z.strictObject({
    type: z.literal('polyline'),
    points: z
      .array(point)
      .min(2)
      .max(LIMIT.polylinePoints)
      .describe("corners of a line in order, such as ground, in the body's frame, m"),
    ...surface,
  }),
] as const

const shapeWords = 'segments and polylines are lines without volume, for fixed and kinematic bodies'
const solidShape = z.discriminatedUnion('type', [...solidShapes]).describe(shapeWords)
const anyShape = z.discriminatedUnion('type', [...solidShapes, ...lineShapes]).describe(shapeWords)

const group = z.int().min(0).max(15)

const bodyCommon = {
  name,
  position: point.describe("where the body's frame is in the scene as drawn, m"),
  angle: finite.optional().describe("how the body's frame is turned in the scene as drawn, rad; 0 if absent"),
}
const bodySurface = {
  friction: friction.describe('Coulomb coefficient; 0.5 if absent'),
  restitution: restitution.describe('0 (no bounce) to 1; 0 if absent'),
  groups: z.array(group).min(1).max(16).optional().describe('collision groups that it is in, 0 to 15; [0] if absent'),
  collidesWith: z
    .array(group)
    .max(16)
    .optional()
    .describe('collision groups that it collides with; all if absent. Two bodies collide where each allows the other'),
}

const body = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('fixed'),
    ...bodyCommon,
    shapes: z.array(anyShape).max(LIMIT.shapes),
    ...bodySurface,
  }),
  z.strictObject({
    kind: z.literal('dynamic'),
    ...bodyCommon,
    shapes: z.array(solidShape).max(LIMIT.shapes),
    mass: z.number().min(MIN_MASS).max(MAX_NUMBER).optional().describe('kg; either this or density'),
    inertia: z
      .number()
      .min(MIN_INERTIA)
      .max(MAX_NUMBER)
      .optional()
      .describe(
        'moment of inertia about the centre of mass, kg·m²; with mass only. If absent, of the shapes at uniform density',
      ),
    centerOfMass: point
      .optional()
      .describe(
        "in the body's frame, m; with mass only. If absent, [0, 0] where inertia is given, else that of the shapes",
      ),
    density: positive
      .optional()
      .describe('over the volume of the shapes, from which mass, centre of mass and inertia follow, kg/m³'),
    ground: z
      .boolean()
      .optional()
      .describe(
        'whether it is ground that gives way: drawn and counted in statistics as a fixed body is; false if absent',
      ),
    ...bodySurface,
  }),
  z.strictObject({
    kind: z.literal('kinematic'),
    ...bodyCommon,
    shapes: z.array(anyShape).max(LIMIT.shapes),
    motion: z
      .strictObject({
        x: formulaSchema.optional().describe('formula of time: x of its frame, m; as drawn if absent'),
        y: formulaSchema.optional().describe('formula of time: y of its frame, m; as drawn if absent'),
        angle: formulaSchema.optional().describe('formula of time: angle of its frame, rad; as drawn if absent'),
      })
      .optional()
      .describe('where the body is at a time since the reset, whatever pushes it; it stays as drawn if absent'),
    ...bodySurface,
  }),
])

const jointCommon = {
  name,
  parent: name.describe('the body that carries the joint'),
  child: name.describe("the body that the joint carries: the joint's coordinate is the child's less the parent's"),
  anchor: point.describe('where the joint is in the scene as drawn, m'),
}
const contacts = z
  .boolean()
  .optional()
  .describe('whether the two bodies that it joins collide with each other; false if absent')

const joint = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('hinge'),
    ...jointCommon,
    range: pair.optional().describe('[low, high], rad; no stops if absent'),
    damping: notNegative.optional().describe('N·m·s/rad; 0 if absent'),
    stiffness: notNegative.optional().describe('of a spring towards rest, N·m/rad; 0 if absent'),
    rest: finite.optional().describe('angle where the spring rests, rad; 0 (as drawn) if absent; needs a stiffness'),
    armature: armature.optional().describe("inertia of the drive's rotor about the joint, kg·m²; 0 if absent"),
    maxVelocity: positive
      .optional()
      .describe('the speed is clipped to this after every control step, rad/s; no clipping if absent'),
    contacts,
  }),
  z.strictObject({
    type: z.literal('slider'),
    ...jointCommon,
    axis: pair.describe(
      'direction in which the child slides in the scene as drawn, of any length but 0; it turns with the parent',
    ),
    range: pair.optional().describe('[low, high], m; no stops if absent'),
    damping: notNegative.optional().describe('N·s/m; 0 if absent'),
    stiffness: notNegative.optional().describe('of a spring towards rest, N/m; 0 if absent'),
    rest: finite.optional().describe('position where the spring rests, m; 0 (as drawn) if absent; needs a stiffness'),
    armature: armature.optional().describe('mass that the drive adds along the axis, kg; 0 if absent'),
    maxVelocity: positive
      .optional()
      .describe('the speed is clipped to this after every control step, m/s; no clipping if absent'),
    contacts,
  }),
  z.strictObject({
    type: z.literal('weld'),
    ...jointCommon,
    contacts,
  }),
])

const actuator = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('torque'),
    name,
    joint: name.describe('a hinge'),
    gear: finite.describe('torque = gear × action with the action in [-1, 1], N·m'),
  }),
  z.strictObject({
    type: z.literal('force'),
    name,
    joint: name.describe('a slider'),
    gear: finite.describe('force = gear × action with the action in [-1, 1], N'),
  }),
  z.strictObject({
    type: z.literal('velocity'),
    name,
    joint: name.describe('a hinge or slider'),
    gear: finite.describe('speed aimed at = gear × action, rad/s or m/s'),
    gain: positive.describe('torque or force per speed that is lacking, N·m·s/rad or N·s/m'),
    maxForce: positive.describe('largest torque or force, N·m or N'),
  }),
  z.strictObject({
    type: z.literal('position'),
    name,
    joint: name.describe('a hinge or slider'),
    low: finite.describe('coordinate aimed at with action -1, rad or m'),
    high: finite.describe('coordinate aimed at with action 1, rad or m'),
    stiffness: positive.describe('torque or force per rad or m that is lacking, N·m/rad or N/m'),
    damping: notNegative.describe('torque or force against the speed, N·m·s/rad or N·s/m'),
    maxForce: positive.describe('largest torque or force, N·m or N'),
  }),
  z.strictObject({
    type: z.literal('thruster'),
    name,
    body: name.describe('a dynamic body'),
    point: point.describe("where it pushes, in the body's frame, m"),
    direction: pair.describe("where to, in the body's frame, of any length but 0"),
    gear: finite.describe('force = gear × action, N'),
    oneWay: z.boolean().optional().describe('negative actions give no force; false if absent'),
  }),
])

const marker = z.strictObject({
  name,
  body: name.describe('the body that it is on'),
  position: point.describe("in the body's frame, m"),
})

const sensor = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('contact'),
    name,
    body: name.describe('the body that feels'),
    with: name.optional().describe('the body that is felt; any if absent'),
  }),
  z.strictObject({
    type: z.literal('ray'),
    name,
    body: name.describe('the body that it is on, which it never hits'),
    position: point.describe("where it starts, in the body's frame, m"),
    angle: finite.describe("where it points, in the body's frame, rad; 0 is +x"),
    length: length.describe('how far it sees, m'),
  }),
])

const term = z.strictObject({ name: label, formula: formulaSchema })

const task = z.strictObject({
  maxSteps: z.int().min(1).max(LIMIT.steps).describe('control steps after which an episode is truncated'),
  neverTerminates: z
    .boolean()
    .optional()
    .describe('says that no condition is meant to end an episode, so that check does not ask for one'),
  solvedAt: finite
    .optional()
    .describe(
      'return from which on an episode counts as solved, for the share that eval reports; none is told if absent',
    ),
  constants: z
    .record(name, finite)
    .refine((constants) => Object.keys(constants).length <= LIMIT.constants, `At most ${LIMIT.constants} constants.`)
    .optional()
    .describe('numbers that formulas may use by name'),
  observation: z
    .array(
      z.strictObject({
        name: label,
        formula: formulaSchema,
        unit: z
          .string()
          .max(LIMIT.name)
          .optional()
          .describe('for people and plots, such as rad/s; it must be that of the formula where that is known'),
        range: pair.optional().describe('the values it can take, for people and plots'),
        clip: positive.optional().describe('the value is clipped to ± this'),
      }),
    )
    .min(1, 'A task needs an observation')
    .max(LIMIT.formulas)
    .describe('what the policy sees, in this order'),
  reward: z
    .array(term)
    .min(1, 'A task needs a reward term')
    .max(LIMIT.formulas)
    .describe('named terms; the reward is their sum, evaluated after the control step'),
  terminate: z.array(term).max(LIMIT.formulas).describe('named conditions; the episode terminates when one is not 0'),
  reset: z
    .array(
      z.strictObject({
        coordinate: z.string().describe('such as hinge.angle, or torso.x of a body that no joint carries'),
        formula: formulaSchema,
      }),
    )
    .max(LIMIT.formulas)
    .describe('initial values of coordinates; as drawn and at rest where none is given'),
})

export const sceneSchema = z.strictObject({
  $schema: z.string().optional().describe('for editors; ignored'),
  format: z.literal('torquelab-scene'),
  version: z
    .literal(SCENE_VERSION, `This TorqueLab reads versions 1 to ${SCENE_VERSION} of the format.`)
    .describe('version of the format'),
  name: z
    .string()
    .min(1)
    .max(LIMIT.name)
    .regex(/^[A-Za-z0-9][A-Za-z0-9 _.-]*$/, 'Use letters, digits, spaces, _ . and -.'),
  description: z.string().max(LIMIT.description).optional(),
  world: z.strictObject({
    gravity: pair.describe('[x, y], m/s²'),
    controlStep: z.number().min(1e-6).max(1).describe('time between two actions, s'),
    physicsStep: z.number().min(1e-6).max(0.1).describe('time of one physics step, s; divides controlStep'),
    solverIterations: z.int().min(1).max(1000).describe('accuracy depends on physicsStep / solverIterations'),
    internalIterations: z
      .int()
      .min(1)
      .max(100)
      .optional()
      .describe(
        'sweeps over all contacts and joints inside each solver iteration; 1 if absent, 16 where a joint has armature, which needs them',
      ),
  }),
  bodies: z.array(body).min(1, 'A scene needs a body').max(LIMIT.bodies),
  joints: z.array(joint).max(LIMIT.joints).describe('a forest: no body is the child of two'),
  actuators: z
    .array(actuator)
    .min(1, 'A scene needs an actuator')
    .max(LIMIT.actuators)
    .describe('one entry of the action each, in this order'),
  markers: z.array(marker).max(LIMIT.markers).optional().describe('named points on bodies, for formulas'),
  sensors: z.array(sensor).max(LIMIT.sensors).optional().describe('contact and distance sensors, for formulas'),
  task,
})

/** A validated scene of the newest version, as in its file. */
export type Scene = z.infer<typeof sceneSchema>
export type Body = Scene['bodies'][number]
export type DynamicBody = Extract<Body, { kind: 'dynamic' }>
/** Every shape; lines (segment, polyline) are on fixed and kinematic bodies only. */
export type Shape = z.infer<typeof anyShape>
/** A shape with a volume: what dynamic bodies are made of. */
export type SolidShape = z.infer<typeof solidShape>
export type Joint = Scene['joints'][number]
export type Actuator = Scene['actuators'][number]
export type ThrusterActuator = Extract<Actuator, { type: 'thruster' }>
export type Marker = NonNullable<Scene['markers']>[number]
/** An entry of the scene's `sensors`; what formulas read is a `Sensor` (sensors.ts). */
export type SensorEntry = NonNullable<Scene['sensors']>[number]
export type RaySensor = Extract<SensorEntry, { type: 'ray' }>

/** The JSON Schema of the scene file, for editors. */
export function sceneJsonSchema(): unknown {
  return { ...z.toJSONSchema(sceneSchema, { io: 'input' }), title: 'TorqueLab scene' }
}
