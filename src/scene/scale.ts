/** A scene with other masses or other friction: the same robot, harder or easier to control. */
import { isFreeToMove } from './ground.ts'
import type { Scene } from './schema.ts'

/** Friction of a shape whose body states none, as docs/scene-format.md has it. */
const FRICTION = 0.5
/** The scene with the mass and inertia of every dynamic body times `factor`, ground apart; armature, an inertia of drives, stays. */
export function scaleMass(scene: Scene, factor: number): Scene {
  const bodies = scene.bodies.map((body) => {
    if (!isFreeToMove(body)) return body
    const scaled = { ...body }
    if (scaled.mass !== undefined) scaled.mass *= factor
    if (scaled.inertia !== undefined) scaled.inertia *= factor
    if (scaled.density !== undefined) scaled.density *= factor
    return scaled
  })
  return { ...scene, bodies }
}

/** The scene with every coefficient of friction times `factor`. */
export function scaleFriction(scene: Scene, factor: number): Scene {
  const scaled = <T extends { friction?: number | undefined }>(shape: T): T =>
    shape.friction === undefined ? shape : { ...shape, friction: shape.friction * factor }
  const bodies = scene.bodies.map((body) => ({
    ...body,
    friction: (body.friction ?? FRICTION) * factor,
    shapes: body.shapes.map(scaled),
  }))
  return { ...scene, bodies } as Scene
}
