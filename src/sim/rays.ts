/** Ray sensors: how far it is from a point of a body to the next other body. */

import type { RigidBody, World } from '@dimforge/rapier2d-deterministic-compat'
import * as exact from '../common/exact-math/exact-math.ts'
import type { RaySensor as RayEntry } from '../scene/schema.ts'
import { type EngineVector, engineVector } from './engine.ts'
import { STATE_STRIDE } from './state.ts'

export class RaySensor {
  private readonly set: World['colliders']['raw']
  private readonly entry: RayEntry
  private readonly own: number
  private readonly colliders: readonly (readonly number[])[]
  private readonly radii: Float64Array
  private readonly origin: EngineVector
  private readonly direction: EngineVector

  /** `own` is the index of the body that carries it; `radii`: how far the shapes of each body reach from its frame, m. */
  constructor(world: World, bodies: readonly RigidBody[], radii: Float64Array, entry: RayEntry, own: number) {
    this.set = world.colliders.raw
    this.entry = entry
    this.own = own
    this.radii = radii
    this.colliders = bodies.map((body) =>
      Array.from({ length: body.numColliders() }, (_, index) => body.collider(index).handle),
    )
    this.origin = engineVector(0, 0)
    this.direction = engineVector(1, 0)
  }

  /** m, at most the sensor's length, from the state of the bodies. Each shape is asked by itself: the engine's search tree is a step late. */
  distance(state: Float64Array): number {
    const { entry, own, origin, direction, colliders, radii, set } = this
    const at = own * STATE_STRIDE
    const angle = state[at + 2]!
    const cos = exact.cos(angle)
    const sin = exact.sin(angle)
    const [px, py] = entry.position
    const x = state[at]! + cos * px - sin * py
    const y = state[at + 1]! + sin * px + cos * py
    const dx = exact.cos(angle + entry.angle)
    const dy = exact.sin(angle + entry.angle)
    origin.x = x
    origin.y = y
    direction.x = dx
    direction.y = dy
    let nearest = entry.length
    for (let body = 0; body < colliders.length; body++) {
      if (body === own) continue
      const along = (state[body * STATE_STRIDE]! - x) * dx + (state[body * STATE_STRIDE + 1]! - y) * dy
      const across = (state[body * STATE_STRIDE + 1]! - y) * dx - (state[body * STATE_STRIDE]! - x) * dy
      const reach = radii[body]!
      if (along < -reach || along > nearest + reach || Math.abs(across) > reach) continue
      const shapes = colliders[body]!
      for (let index = 0; index < shapes.length; index++) {
        const hit = set.coCastRay(shapes[index]!, origin, direction, nearest, true)
        // Negative where nothing is hit.
        if (hit >= 0 && hit < nearest) nearest = hit
      }
    }
    return nearest
  }

  /** Gives the engine's memory back. */
  free(): void {
    this.origin.free()
    this.direction.free()
  }
}
