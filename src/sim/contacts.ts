/**
 * What touches a body, and how hard: read from the engine's contacts after a physics step.
 *
 * The engine reports of a contact the impulse of the step's n solver iterations and, once more, that of the last iteration of the
 * step before (its warm start); a body at rest shows (n + 1) / n of its weight. `share` takes that out again, with the step before
 * spread evenly over its iterations: exact at rest and at a first touch.
 */
import type { RigidBody, World } from '@dimforge/rapier2d-deterministic-compat'

/** What the contacts of a body gave it in one physics step. */
export interface ContactSum {
  /** Sum of the sizes of normal impulses, N·s. */
  normal: number
  /** Sum of normal and friction impulses on the body, N·s. */
  x: number
  y: number
  /** Their moment about the origin of the scene, N·m·s. */
  moment: number
  touches: boolean
}

type RawPair = NonNullable<ReturnType<World['narrowPhase']['raw']['contact_pair']>>
type RawManifold = NonNullable<ReturnType<RawPair['contactManifold']>>

export function emptySum(): ContactSum {
  return { normal: 0, x: 0, y: 0, moment: 0, touches: false }
}

export class Contacts {
  private readonly world: World
  private readonly bodies: readonly RigidBody[]
  private readonly bodyOf = new Map<number, number>()
  private readonly colliders: readonly (readonly number[])[]
  private readonly scratch = new Float32Array(16)
  /** What `visit` works on. */
  private collider = 0
  private counts: (other: number) => boolean = () => true
  private into: ContactSum = emptySum()
  /** What `measure` works on. */
  private deepest = 0

  /** `bodies` in the scene's order. */
  constructor(world: World, bodies: readonly RigidBody[]) {
    this.world = world
    this.bodies = bodies
    this.colliders = bodies.map((body, index) =>
      Array.from({ length: body.numColliders() }, (_, at) => {
        const { handle } = body.collider(at)
        this.bodyOf.set(handle, index)
        return handle
      }),
    )
  }

  /** Sums the contacts of a body with the bodies that count into `sum`, as the last physics step left them. */
  sum(body: number, counts: (other: number) => boolean, sum: ContactSum): void {
    sum.normal = 0
    sum.x = 0
    sum.y = 0
    sum.moment = 0
    sum.touches = false
    this.into = sum
    this.counts = counts
    const colliders = this.colliders[body]!
    for (let index = 0; index < colliders.length; index++) {
      this.collider = colliders[index]!
      this.world.narrowPhase.raw.contact_pairs_with(this.collider, this.visit)
    }
  }

  /** How deep a body is in those that it collides with where it is deepest, m; 0 where it touches nothing. As at the start of the last physics step. */
  depth(body: number): number {
    this.deepest = 0
    const colliders = this.colliders[body]!
    for (let index = 0; index < colliders.length; index++) {
      this.collider = colliders[index]!
      this.world.narrowPhase.raw.contact_pairs_with(this.collider, this.measure)
    }
    return this.deepest
  }

  private readonly measure = (other: number): void => {
    const pair = this.world.narrowPhase.raw.contact_pair(this.collider, other)
    if (!pair) return
    const count = pair.numContactManifolds()
    for (let index = 0; index < count; index++) {
      const manifold = pair.contactManifold(index)
      if (!manifold) continue
      const contacts = manifold.num_contacts()
      for (let contact = 0; contact < contacts; contact++) {
        this.deepest = Math.max(this.deepest, -manifold.contact_dist(contact))
      }
      // As in `visit`.
      manifold.free()
    }
    pair.free()
  }

  /**
   * Where bodies touch and how hard, after a physics step of `step` s: [x, y (m), fx, fy (N)] for each contact point, the force
   * being that on the dynamic body of the pair (of two, the second). Exact at rest (see above); it allocates: for pictures.
   */
  points(step: number, solverIterations: number): number[] {
    const found: number[] = []
    const share = solverIterations / (solverIterations + 1) / step
    this.bodies.forEach((body, index) => {
      if (!body.isDynamic()) return
      for (const collider of this.colliders[index]!) {
        this.world.narrowPhase.raw.contact_pairs_with(collider, (other: number) => {
          const otherIndex = this.bodyOf.get(other)!
          // Of two dynamic bodies, the pair is met twice.
          if (this.bodies[otherIndex]!.isDynamic() && otherIndex > index) return
          this.addPoints(collider, other, share, found)
        })
      }
    })
    return found
  }

  private addPoints(collider: number, other: number, share: number, found: number[]): void {
    const pair = this.world.narrowPhase.raw.contact_pair(collider, other)
    if (!pair) return
    const sign = pair.collider1() === collider ? -share : share
    for (let index = 0; index < pair.numContactManifolds(); index++) {
      const manifold = pair.contactManifold(index)
      if (!manifold) continue
      const count = Math.min(manifold.num_contacts(), manifold.num_solver_contacts())
      for (let at = 0; at < count; at++) {
        const normal = manifold.contact_impulse(at)
        if (normal <= 0) continue
        const tangent = manifold.contact_tangent_impulse(at)
        manifold.normal(this.scratch)
        const [nx, ny] = [this.scratch[0]!, this.scratch[1]!]
        if (!manifold.solver_contact_point(this.world.bodies.raw, at, this.scratch)) continue
        const force = [sign * (nx * normal - ny * tangent), sign * (ny * normal + nx * tangent)]
        found.push(this.scratch[0]!, this.scratch[1]!, ...force)
      }
      manifold.free()
    }
    pair.free()
  }

  private readonly visit = (other: number): void => {
    if (!this.counts(this.bodyOf.get(other)!)) return
    const pair = this.world.narrowPhase.raw.contact_pair(this.collider, other)
    if (!pair) return
    const sign = pair.collider1() === this.collider ? -1 : 1
    const count = pair.numContactManifolds()
    for (let index = 0; index < count; index++) {
      const manifold = pair.contactManifold(index)
      if (!manifold) continue
      this.add(manifold, sign)
      // It points into the engine's memory, which the next step changes.
      manifold.free()
    }
    pair.free()
  }

  /** `sign` is 1 where the body is the second of the pair, to which the normal points. */
  private add(manifold: RawManifold, sign: number): void {
    const { into, scratch } = this
    const count = manifold.num_contacts()
    const solved = manifold.num_solver_contacts()
    for (let index = 0; index < count; index++) {
      const normal = manifold.contact_impulse(index)
      if (normal > 0 || manifold.contact_dist(index) <= 0) into.touches = true
      if (normal <= 0) continue
      const tangent = manifold.contact_tangent_impulse(index)
      manifold.normal(scratch)
      const nx = scratch[0]!
      const ny = scratch[1]!
      // The engine's tangent is (ny, -nx), and its impulses act on the first body against the normal.
      const x = sign * (nx * normal - ny * tangent)
      const y = sign * (ny * normal + nx * tangent)
      into.normal += normal
      into.x += x
      into.y += y
      if (index < solved && manifold.solver_contact_point(this.world.bodies.raw, index, scratch)) {
        into.moment += scratch[0]! * y - scratch[1]! * x
      }
    }
  }
}

/** The impulse of a physics step alone, from what the engine reports and what the step before was found to have. */
export function share(reported: number, before: number, solverIterations: number): number {
  return reported - before / solverIterations
}
