/** Which bodies are ground: what a robot moves on, as opposed to the robot. */
import type { Body } from './schema.ts'

/** Fixed bodies, and dynamic ones that the scene calls ground because they only give way. */
export function isGround(body: Body): boolean {
  return body.kind === 'fixed' || (body.kind === 'dynamic' && body.ground === true)
}

/** Whether a body is moved by forces and is no ground: a part of a robot, or a thing that lies around. */
export function isFreeToMove(body: Body): body is Extract<Body, { kind: 'dynamic' }> {
  return body.kind === 'dynamic' && body.ground !== true
}
