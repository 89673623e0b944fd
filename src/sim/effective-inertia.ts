/**
 * The inertia that each joint feels along its free axis: 1 / (M⁻¹)ⱼⱼ of the joint-space mass matrix M, armatures counted, in
 * the scene as drawn and with every other joint free. By Featherstone's articulated-body algorithm (Rigid Body Dynamics
 * Algorithms, 2008, section 7.3), in the plane and about the origin, so that no transforms are needed; O(bodies x depth).
 */
import type { Scene } from '../scene/schema.ts'
import type { BodyMass } from './bodies.ts'
import { normalised, rotate } from './geometry.ts'

/** (angular, x, y): a velocity about the origin, or the force that is its dual. */
type Spatial = [number, number, number]
/** A symmetric 3 x 3 matrix. */
type Inertia = [Spatial, Spatial, Spatial]

/** One joint on the way from its child to the root. */
interface Link {
  parent: number
  /** Motion per unit of the coordinate; undefined for a weld. */
  axis: Spatial | undefined
  /** Articulated inertia times axis. */
  force: Spatial
  /** What the axis feels while the parent stays: axis · force + armature. */
  inertia: number
}

/** kg·m² of each hinge, kg of each slider, 0 of each weld, in the scene's order. `masses` in the order of the bodies. */
export function effectiveInertias(
  { bodies, joints }: Pick<Scene, 'bodies' | 'joints'>,
  masses: readonly (BodyMass | undefined)[],
): number[] {
  const indexOf = new Map(bodies.map(({ name }, index) => [name, index]))
  const jointOf = new Map(joints.map((joint, index) => [indexOf.get(joint.child)!, index]))
  const articulated = bodies.map((body, index) => inertiaAboutOrigin(body, masses[index]))
  const links = new Map<number, Link>()
  for (const body of leavesFirst({ bodies, joints }, indexOf)) {
    const jointIndex = jointOf.get(body)
    if (jointIndex === undefined) continue
    const joint = joints[jointIndex]!
    const parent = indexOf.get(joint.parent)!
    const axis = axisOf(joint)
    const own = articulated[body]!
    const force = axis ? times(own, axis) : ([0, 0, 0] satisfies Spatial)
    const inertia = axis ? dot(axis, force) + (joint.type === 'weld' ? 0 : (joint.armature ?? 0)) : 0
    links.set(body, { parent, axis, force, inertia })
    const above = articulated[parent]!
    for (const row of [0, 1, 2] as const) {
      for (const column of [0, 1, 2] as const) {
        above[row][column] += own[row][column] - (axis ? (force[row] * force[column]) / inertia : 0)
      }
    }
  }
  return joints.map(({ child, type }) => (type === 'weld' ? 0 : 1 / mobility(indexOf.get(child)!)))

  /** The acceleration of the joint above `body` under a unit force along it, all else being at rest. */
  function mobility(body: number): number {
    const own = links.get(body)!
    // Up to the root: what the unit force does to the parent, and what passes on from there.
    const way: { link: Link; drive: number }[] = [{ link: own, drive: 1 }]
    let bias = scaled(own.force, 1 / own.inertia)
    let root = own.parent
    for (let link = links.get(root); link; link = links.get(root)) {
      const drive = link.axis ? -dot(link.axis, bias) : 0
      if (link.axis) bias = sum(bias, scaled(link.force, drive / link.inertia))
      way.push({ link, drive })
      root = link.parent
    }
    let acceleration: Spatial = masses[root] ? solve(articulated[root]!, scaled(bias, -1)) : [0, 0, 0]
    let last = 0
    for (const { link, drive } of way.reverse()) {
      if (!link.axis) continue
      last = (drive - dot(link.force, acceleration)) / link.inertia
      acceleration = sum(acceleration, scaled(link.axis, last))
    }
    return last
  }
}

/** Indices of the bodies, every one after all that it carries. */
export function leavesFirst(
  { bodies, joints }: Pick<Scene, 'bodies' | 'joints'>,
  indexOf: ReadonlyMap<string, number>,
): number[] {
  const parents = new Map(joints.map(({ parent, child }) => [indexOf.get(child)!, indexOf.get(parent)!]))
  const parentOf = (body: number): number | undefined => parents.get(body)
  const count = bodies.length
  const order: number[] = []
  const seen = new Set<number>()
  for (let start = 0; start < count; start++) {
    const branch: number[] = []
    for (let body: number | undefined = start; body !== undefined && !seen.has(body); body = parentOf(body)) {
      seen.add(body)
      branch.push(body)
    }
    order.push(...branch.reverse())
  }
  return order.reverse()
}

function axisOf(joint: Scene['joints'][number]): Spatial | undefined {
  if (joint.type === 'weld') return undefined
  if (joint.type === 'hinge') return [1, joint.anchor[1], -joint.anchor[0]]
  const [x, y] = normalised(joint.axis)
  return [0, x, y]
}

function inertiaAboutOrigin({ position, angle = 0 }: Scene['bodies'][number], own: BodyMass | undefined): Inertia {
  if (!own)
    return [
      [0, 0, 0],
      [0, 0, 0],
      [0, 0, 0],
    ]
  const { mass, centre, inertia } = own
  const arm = rotate(centre.x, centre.y, angle)
  const [x, y] = [position[0] + arm.x, position[1] + arm.y]
  // The centre's velocity is v + ω × (x, y) where (ω, v) is the motion about the origin.
  return [
    [inertia + mass * (x * x + y * y), -mass * y, mass * x],
    [-mass * y, mass, 0],
    [mass * x, 0, mass],
  ]
}

function dot(a: Spatial, b: Spatial): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

function sum(a: Spatial, b: Spatial): Spatial {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
}

function scaled(a: Spatial, by: number): Spatial {
  return [a[0] * by, a[1] * by, a[2] * by]
}

function times(matrix: Inertia, vector: Spatial): Spatial {
  return [dot(matrix[0], vector), dot(matrix[1], vector), dot(matrix[2], vector)]
}

/** By Cholesky's method: the inertia of something with mass is positive definite. */
function solve([[a], [b, d], [c, e, f]]: Inertia, [x, y, z]: Spatial): Spatial {
  const l11 = Math.sqrt(a)
  const l21 = b / l11
  const l31 = c / l11
  const l22 = Math.sqrt(d - l21 * l21)
  const l32 = (e - l31 * l21) / l22
  const l33 = Math.sqrt(f - l31 * l31 - l32 * l32)
  const u = x / l11
  const v = (y - l21 * u) / l22
  const w = (z - l31 * u - l32 * v) / l33
  const third = w / l33
  const second = (v - l32 * third) / l22
  return [(u - l21 * second - l31 * third) / l11, second, third]
}
