/** The state of a world: six numbers for each body, read without allocating. */

import type { RigidBody } from '@dimforge/rapier2d-deterministic-compat'
import * as exact from '../common/exact-math/exact-math.ts'
import type { BodyMass } from './bodies.ts'
import type { Vector } from './geometry.ts'

/** Numbers per body in a state: x, y (m), angle (rad, in (-π, π]), vx, vy (m/s), angular velocity (rad/s); of its frame. */
export const STATE_STRIDE = 6

const scratch = { x: 0, y: 0 }

/** Writes where a body's frame is and how it moves. `mass` is undefined for a body that is not dynamic. */
export function readBody(body: RigidBody, mass: BodyMass | undefined, target: Float64Array, at: number): void {
  body.translation(scratch)
  target[at] = scratch.x
  target[at + 1] = scratch.y
  const angle = body.rotation()
  target[at + 2] = angle
  body.linvel(scratch)
  const spin = body.angvel()
  target[at + 3] = scratch.x
  target[at + 4] = scratch.y
  target[at + 5] = spin
  if (!mass || (mass.centre.x === 0 && mass.centre.y === 0)) return
  // The engine's velocity is that of the centre of mass.
  frameFromCentre(mass.centre, angle, spin, arm)
  target[at + 3] = scratch.x + arm.x
  target[at + 4] = scratch.y + arm.y
}

const arm = { x: 0, y: 0 }

/**
 * Writes the velocity of a body's frame less that of its centre of mass (a point of the frame, m), m/s, for an angle (rad) and an
 * angular velocity (rad/s).
 */
export function frameFromCentre(centre: Vector, angle: number, spin: number, target: Vector): void {
  const cos = exact.cos(angle)
  const sin = exact.sin(angle)
  target.x = spin * (sin * centre.x + cos * centre.y)
  target.y = -(spin * (cos * centre.x - sin * centre.y))
}
