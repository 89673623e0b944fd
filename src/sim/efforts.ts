/**
 * What the actuators of a scene exert, for whoever watches or records it: one number for each joint (N·m of a hinge, N of a
 * slider, 0 of a weld: the sum over its actuators, averaged over the last control step), then one for each thruster (N).
 */
import type { Scene, ThrusterActuator } from '../scene/schema.ts'
import type { Environment } from './environment.ts'

/** A thruster, and which entry of the action is its own. */
export interface Thruster {
  actuator: ThrusterActuator
  index: number
}

/** The thrusters of a scene, in the order of their efforts. */
export function thrustersOf({ actuators }: Scene): Thruster[] {
  return actuators.flatMap((actuator, index) => (actuator.type === 'thruster' ? [{ actuator, index }] : []))
}

/** How many efforts a scene has. */
export function effortCount(scene: Scene): number {
  return scene.joints.length + thrustersOf(scene).length
}

/** The force of a thruster at an action in [-1, 1], N. */
export function thrustOf({ gear, oneWay = false }: ThrusterActuator, action: number): number {
  return gear * (oneWay ? Math.max(0, action) : action)
}

/** Writes the efforts of an environment's last control step into `target` from `at` on. */
export type ReadEfforts = (target: Float32Array | Float64Array, at?: number) => void

/** Made once for an environment: the reading allocates nothing. */
export function effortReader({ scene, sensors, sensorValues }: Environment): ReadEfforts {
  const joints = sensors.flatMap((sensor, index) =>
    sensor.kind === 'jointForce' ? [{ index, joint: sensor.joint }] : [],
  )
  const thrusters = thrustersOf(scene).map(({ actuator, index: entry }) => {
    const index = sensors.findIndex((sensor) => sensor.kind === 'action' && sensor.actuator === entry)
    return { actuator, index }
  })
  const count = scene.joints.length
  return (target, at = 0) => {
    target.fill(0, at, at + count)
    for (const { index, joint } of joints) target[at + joint] = sensorValues[index]!
    for (let number = 0; number < thrusters.length; number++) {
      const { actuator, index } = thrusters[number]!
      target[at + count + number] = thrustOf(actuator, sensorValues[index]!)
    }
  }
}

/**
 * The efforts that an action [action size] commands: those of torques, forces and thrusters. A servo's depend on the state as
 * well and are 0 here.
 */
export function commandedEfforts(scene: Scene, action: ArrayLike<number>): Float64Array {
  const efforts = new Float64Array(effortCount(scene))
  scene.actuators.forEach((actuator, index) => {
    if (actuator.type !== 'torque' && actuator.type !== 'force') return
    const joint = scene.joints.findIndex(({ name }) => name === actuator.joint)
    efforts[joint]! += actuator.gear * action[index]!
  })
  thrustersOf(scene).forEach(({ actuator, index }, number) => {
    efforts[scene.joints.length + number] = thrustOf(actuator, action[index]!)
  })
  return efforts
}

/** The largest effort of each (N·m or N): the sum over a joint's actuators. */
export function largestEfforts(scene: Scene): number[] {
  const joints = scene.joints.map(({ name }) =>
    scene.actuators.reduce((sum, actuator) => {
      if (actuator.type === 'thruster' || actuator.joint !== name) return sum
      return sum + ('maxForce' in actuator ? actuator.maxForce : Math.abs(actuator.gear))
    }, 0),
  )
  return [...joints, ...thrustersOf(scene).map(({ actuator }) => Math.abs(actuator.gear))]
}
