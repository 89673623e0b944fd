/** Actions into forces: each actuator as a small object that takes its part of the action and pushes. */

import type { RigidBody, World } from '@dimforge/rapier2d-deterministic-compat'
import * as exact from '../common/exact-math/exact-math.ts'
import type { Actuator, ThrusterActuator } from '../scene/schema.ts'
import { type EngineVector, engineVector } from './engine.ts'
import { normalised } from './geometry.ts'
import type { Servo } from './implicit-motor.ts'
import type { FreeJoint } from './joints.ts'

/** The law of a servo actuator, aimed at what action 0 asks for; undefined for any other actuator. */
export function servoOf(actuator: Actuator): Servo | undefined {
  switch (actuator.type) {
    case 'velocity':
      return { stiffness: 0, damping: actuator.gain, maxForce: actuator.maxForce, target: 0, targetSpeed: 0 }
    case 'position': {
      const { stiffness, damping, maxForce, low, high } = actuator
      return { stiffness, damping, maxForce, target: (low + high) / 2, targetSpeed: 0 }
    }
    default:
      return undefined
  }
}

/** Takes one entry of the action, in [-1, 1]. */
export type TakeAction = (action: number) => void

/** What an actuator of a joint does with its action; `servo` is its own where it has one. */
export function jointActuator(
  actuator: Exclude<Actuator, ThrusterActuator>,
  joint: FreeJoint,
  servo: Servo | undefined,
): TakeAction {
  switch (actuator.type) {
    case 'torque':
    case 'force': {
      const { gear } = actuator
      return (action) => {
        joint.force += gear * action
      }
    }
    case 'velocity': {
      const { gear } = actuator
      return (action) => {
        servo!.targetSpeed = gear * action
      }
    }
    case 'position': {
      const { low, high } = actuator
      return (action) => {
        servo!.target = low + ((high - low) * (action + 1)) / 2
      }
    }
  }
}

/** A force on a point of a body that turns with it. */
export class Thruster {
  private readonly set: World['bodies']['raw']
  readonly body: RigidBody
  readonly actuator: ThrusterActuator
  /** What it gives in this physics step: force (N) and its moment about the scene's origin (N·m). */
  readonly pushed = { x: 0, y: 0, moment: 0 }
  private readonly direction: readonly [number, number]
  private readonly force: EngineVector
  private readonly point: EngineVector
  private readonly place = { x: 0, y: 0 }
  /** N */
  private size = 0

  constructor(set: World['bodies']['raw'], body: RigidBody, actuator: ThrusterActuator) {
    this.set = set
    this.body = body
    this.actuator = actuator
    this.direction = normalised(actuator.direction)
    this.force = engineVector(0, 0)
    this.point = engineVector(0, 0)
  }

  readonly take: TakeAction = (action) => {
    this.size = this.actuator.gear * (this.actuator.oneWay && action < 0 ? 0 : action)
  }

  /** Adds the force as the body is now. */
  apply(): void {
    const { body, place, force, point, pushed, size } = this
    if (size === 0) {
      pushed.x = 0
      pushed.y = 0
      pushed.moment = 0
      return
    }
    const [dx, dy] = this.direction
    const [px, py] = this.actuator.point
    const angle = body.rotation()
    const cos = exact.cos(angle)
    const sin = exact.sin(angle)
    body.translation(place)
    const x = place.x + cos * px - sin * py
    const y = place.y + sin * px + cos * py
    pushed.x = size * (cos * dx - sin * dy)
    pushed.y = size * (sin * dx + cos * dy)
    pushed.moment = x * pushed.y - y * pushed.x
    force.x = pushed.x
    force.y = pushed.y
    point.x = x
    point.y = y
    this.set.rbAddForceAtPoint(body.handle, force, point, true)
  }

  /** Gives the engine's memory back. */
  free(): void {
    this.force.free()
    this.point.free()
  }
}
