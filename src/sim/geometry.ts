/** Points and directions of the plane, between the scene as drawn and the frames of its bodies. */
import * as exact from '../common/exact-math/exact-math.ts'
import type { Body } from '../scene/schema.ts'

/** m, or a direction */
export interface Vector {
  x: number
  y: number
}

/** m, m, rad */
export interface Pose {
  x: number
  y: number
  angle: number
}

/** Of a frame's origin: m/s, m/s, rad/s */
export interface Velocity {
  vx: number
  vy: number
  angular: number
}

export function rotate(x: number, y: number, angle: number): Vector {
  const [cos, sin] = [exact.cos(angle), exact.sin(angle)]
  return { x: cos * x - sin * y, y: sin * x + cos * y }
}

/** A direction of the scene as drawn, in the frame of a body as drawn. */
export function directionIn({ angle = 0 }: Body, [x, y]: readonly [number, number]): Vector {
  return rotate(x, y, -angle)
}

/** A point of the scene as drawn, in the frame of a body as drawn. */
export function pointIn(body: Body, [x, y]: readonly [number, number]): Vector {
  return directionIn(body, [x - body.position[0], y - body.position[1]])
}

/** Of length 1. */
export function normalised([x, y]: readonly [number, number]): [number, number] {
  const length = Math.hypot(x, y)
  return [x / length, y / length]
}
