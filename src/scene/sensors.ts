/**
 * The named sensors of a scene: what formulas may read. One list, in one order, for the formulas that
 * name them, the simulation that fills them and the windows that show them.
 */
import type { Scene } from './schema.ts'

export type Sensor =
  | { name: string; unit: string; kind: 'jointAngle' | 'jointVelocity' | 'torque'; joint: number }
  | { name: string; unit: string; kind: BodyQuantity; body: number }
  | { name: string; unit: string; kind: 'action'; actuator: number }
  | { name: string; unit: string; kind: 'time' }

export type BodyQuantity = 'x' | 'y' | 'angle' | 'vx' | 'vy' | 'angularVelocity'

const BODY_UNITS: Record<BodyQuantity, string> = {
  x: 'm',
  y: 'm',
  angle: 'rad',
  vx: 'm/s',
  vy: 'm/s',
  angularVelocity: 'rad/s',
}

/** First words of sensor names that no body, joint or constant may take. */
export const RESERVED_NAMES: readonly string[] = ['torque', 'action', 'time']

/**
 * | sensor | unit | meaning |
 * |---|---|---|
 * | `<joint>.angle` | rad | the child's angle less the parent's, 0 as drawn, not wrapped |
 * | `<joint>.velocity` | rad/s | its rate |
 * | `torque.<joint>` | N·m | the sum of its actuators' torques over the last control step |
 * | `<body>.x`, `.y` | m | position of the centre of mass |
 * | `<body>.angle` | rad | in (-π, π] |
 * | `<body>.vx`, `.vy`, `.angularVelocity` | m/s, rad/s | velocity of the centre of mass, and the body's spin |
 * | `action.<actuator>` | 1 | the last action, in [-1, 1] |
 * | `time` | s | since the reset |
 */
export function sensorsOf(scene: Scene): Sensor[] {
  const sensors: Sensor[] = []
  scene.joints.forEach(({ name }, joint) => {
    sensors.push({ name: `${name}.angle`, unit: 'rad', kind: 'jointAngle', joint })
    sensors.push({ name: `${name}.velocity`, unit: 'rad/s', kind: 'jointVelocity', joint })
    sensors.push({ name: `torque.${name}`, unit: 'N·m', kind: 'torque', joint })
  })
  scene.bodies.forEach(({ name, kind }, body) => {
    if (kind !== 'dynamic') return
    for (const quantity of Object.keys(BODY_UNITS) as BodyQuantity[]) {
      sensors.push({ name: `${name}.${quantity}`, unit: BODY_UNITS[quantity], kind: quantity, body })
    }
  })
  scene.actuators.forEach(({ name }, actuator) => {
    sensors.push({ name: `action.${name}`, unit: '1', kind: 'action', actuator })
  })
  sensors.push({ name: 'time', unit: 's', kind: 'time' })
  return sensors
}

/** The coordinates that `reset` may set, by joint. */
export function coordinatesOf(scene: Scene): string[] {
  return scene.joints.flatMap(({ name }) => [`${name}.angle`, `${name}.velocity`])
}
