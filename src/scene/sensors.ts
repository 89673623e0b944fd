/**
 * The named sensors of a scene: what formulas may read. One list, in one order, for the formulas that
 * name them, the simulation that fills them and the windows that show them.
 */
import type { Scene } from './schema.ts'

export type Sensor = { name: string; unit: string } & (
  | { kind: JointQuantity; joint: number }
  | { kind: BodyQuantity; body: number }
  | { kind: 'marker'; quantity: MarkerQuantity; marker: number }
  /** `sensor` is the index in the scene's `sensors`. */
  | { kind: 'contact' | 'contactForce' | 'rayDistance'; sensor: number }
  | { kind: 'action'; actuator: number }
  | { kind: 'time' }
)

/** `jointForce` is what the joint's actuators apply (torque of a hinge, force of a slider); welds have `jointLoad` alone. */
export type JointQuantity = 'jointPosition' | 'jointVelocity' | 'jointForce' | 'jointLimitForce' | 'jointLoad'

export type BodyQuantity = 'x' | 'y' | 'angle' | 'vx' | 'vy' | 'angularVelocity'

export type MarkerQuantity = 'x' | 'y' | 'vx' | 'vy'

/** In the order of the numbers of a body in a state. */
export const BODY_UNITS: Readonly<Record<BodyQuantity, string>> = {
  x: 'm',
  y: 'm',
  angle: 'rad',
  vx: 'm/s',
  vy: 'm/s',
  angularVelocity: 'rad/s',
}

const BODY_QUANTITIES = Object.keys(BODY_UNITS) as BodyQuantity[]
const MARKER_QUANTITIES: readonly MarkerQuantity[] = ['x', 'y', 'vx', 'vy']

/** First words of sensor names that nothing else may be called. */
export const RESERVED_NAMES: readonly string[] = ['torque', 'force', 'action', 'time']

/** What each sensor means, for the reference in docs/scene-format.md and for the app; tests hold it against `sensorsOf`. */
export const SENSOR_MEANINGS: readonly { name: string; unit: string; meaning: string }[] = [
  { name: '<hinge>.angle', unit: 'rad', meaning: "the child's angle less the parent's, 0 as drawn, not wrapped" },
  { name: '<slider>.position', unit: 'm', meaning: 'how far the child has slid along the axis, 0 as drawn' },
  { name: '<hinge>.velocity', unit: 'rad/s', meaning: 'rate of the angle' },
  { name: '<slider>.velocity', unit: 'm/s', meaning: 'rate of the position' },
  {
    name: 'torque.<hinge>',
    unit: 'N·m',
    meaning: 'sum of what its actuators applied, averaged over the last control step',
  },
  {
    name: 'force.<slider>',
    unit: 'N',
    meaning: 'sum of what its actuators applied, averaged over the last control step',
  },
  {
    name: '<hinge>.limitForce',
    unit: 'N·m',
    meaning: "what its range's stops exert, averaged over the last control step",
  },
  {
    name: '<slider>.limitForce',
    unit: 'N',
    meaning: "what its range's stops exert, averaged over the last control step",
  },
  {
    name: '<joint>.load',
    unit: 'N',
    meaning: 'size of the force that holds the two bodies together, averaged over the last control step',
  },
  { name: '<body>.x', unit: 'm', meaning: "of the body's frame; dynamic and kinematic bodies" },
  { name: '<body>.y', unit: 'm', meaning: "of the body's frame" },
  { name: '<body>.angle', unit: 'rad', meaning: 'in (-π, π]' },
  { name: '<body>.vx', unit: 'm/s', meaning: "velocity of the frame's origin" },
  { name: '<body>.vy', unit: 'm/s', meaning: "velocity of the frame's origin" },
  { name: '<body>.angularVelocity', unit: 'rad/s', meaning: "the body's spin" },
  { name: '<marker>.x', unit: 'm', meaning: 'where the named point is' },
  { name: '<marker>.y', unit: 'm', meaning: 'where the named point is' },
  { name: '<marker>.vx', unit: 'm/s', meaning: 'its velocity' },
  { name: '<marker>.vy', unit: 'm/s', meaning: 'its velocity' },
  { name: '<contact>', unit: '1', meaning: '1 where the body touches, else 0' },
  { name: '<contact>.force', unit: 'N', meaning: 'normal force, averaged over the last control step' },
  { name: '<ray>.distance', unit: 'm', meaning: "to the nearest hit; the ray's length where nothing is hit" },
  { name: 'action.<actuator>', unit: '1', meaning: 'the last action, clipped to [-1, 1]' },
  { name: 'time', unit: 's', meaning: 'since the reset' },
]

/** The sensors of a scene in the order of their values; SENSOR_MEANINGS says what each one is. */
export function sensorsOf(scene: Scene): Sensor[] {
  const sensors: Sensor[] = []
  scene.joints.forEach(({ name, type }, joint) => {
    if (type === 'hinge') {
      sensors.push({ name: `${name}.angle`, unit: 'rad', kind: 'jointPosition', joint })
      sensors.push({ name: `${name}.velocity`, unit: 'rad/s', kind: 'jointVelocity', joint })
      sensors.push({ name: `torque.${name}`, unit: 'N·m', kind: 'jointForce', joint })
      sensors.push({ name: `${name}.limitForce`, unit: 'N·m', kind: 'jointLimitForce', joint })
    } else if (type === 'slider') {
      sensors.push({ name: `${name}.position`, unit: 'm', kind: 'jointPosition', joint })
      sensors.push({ name: `${name}.velocity`, unit: 'm/s', kind: 'jointVelocity', joint })
      sensors.push({ name: `force.${name}`, unit: 'N', kind: 'jointForce', joint })
      sensors.push({ name: `${name}.limitForce`, unit: 'N', kind: 'jointLimitForce', joint })
    }
    sensors.push({ name: `${name}.load`, unit: 'N', kind: 'jointLoad', joint })
  })
  scene.bodies.forEach(({ name, kind }, body) => {
    if (kind === 'fixed') return
    for (const quantity of BODY_QUANTITIES) {
      sensors.push({ name: `${name}.${quantity}`, unit: BODY_UNITS[quantity], kind: quantity, body })
    }
  })
  scene.markers?.forEach(({ name }, marker) => {
    for (const quantity of MARKER_QUANTITIES) {
      sensors.push({ name: `${name}.${quantity}`, unit: BODY_UNITS[quantity], kind: 'marker', quantity, marker })
    }
  })
  scene.sensors?.forEach(({ name, type }, sensor) => {
    if (type === 'contact') {
      sensors.push({ name, unit: '1', kind: 'contact', sensor })
      sensors.push({ name: `${name}.force`, unit: 'N', kind: 'contactForce', sensor })
    } else {
      sensors.push({ name: `${name}.distance`, unit: 'm', kind: 'rayDistance', sensor })
    }
  })
  scene.actuators.forEach(({ name }, actuator) => {
    sensors.push({ name: `action.${name}`, unit: '1', kind: 'action', actuator })
  })
  sensors.push({ name: 'time', unit: 's', kind: 'time' })
  return sensors
}

/**
 * The coordinates that `reset` may set: of each hinge `.angle` and `.velocity`, of each slider `.position` and
 * `.velocity`, and of each free body (dynamic, the child of no joint) its pose and velocity.
 */
export function coordinatesOf(scene: Scene): string[] {
  const joints = scene.joints.flatMap(({ name, type }) => {
    if (type === 'weld') return []
    return [`${name}.${type === 'hinge' ? 'angle' : 'position'}`, `${name}.velocity`]
  })
  const free = freeBodiesOf(scene).flatMap((index) => {
    return BODY_QUANTITIES.map((quantity) => `${scene.bodies[index]!.name}.${quantity}`)
  })
  return [...joints, ...free]
}

/** Indices of the dynamic bodies that no joint carries. */
export function freeBodiesOf(scene: Scene): number[] {
  const children = new Set(scene.joints.map(({ child }) => child))
  return scene.bodies.flatMap(({ name, kind }, index) => (kind === 'dynamic' && !children.has(name) ? [index] : []))
}
