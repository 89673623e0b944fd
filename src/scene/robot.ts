/** Which body stands for the whole robot: the one whose way is the robot's, and the one that a push goes to. */
import { isFreeToMove } from './ground.ts'
import type { Scene } from './schema.ts'

/** Index of the body whose way is the robot's: the first free one that no joint carries; -1 where all hang on joints. */
export function travellingBody({ bodies, joints }: Scene): number {
  const carried = new Set(joints.map(({ child }) => child))
  return bodies.findIndex((body) => isFreeToMove(body) && !carried.has(body.name))
}

/** Index of the body that is pushed: the one that travels, else the first free one; -1 where no body is free. */
export function pushedBody(scene: Scene): number {
  const travelling = travellingBody(scene)
  return travelling >= 0 ? travelling : scene.bodies.findIndex(isFreeToMove)
}
