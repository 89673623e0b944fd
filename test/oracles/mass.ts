/**
 * Mass, centre of mass and moment of inertia of a scene's bodies, computed from the scene alone: what the simulator makes of them
 * is to be checked against this, so nothing of it is used here.
 */
import type { Body, Shape } from '../../src/scene/schema.ts'

/** kg; the centre in the body's frame, m; about the centre of mass, kg·m². All 0 for a body that is not dynamic. */
export interface MassProperties {
  mass: number
  centre: readonly [number, number]
  inertia: number
}

const NONE: MassProperties = { mass: 0, centre: [0, 0], inertia: 0 }

export function massOf(body: Body): MassProperties {
  if (body.kind !== 'dynamic') return NONE
  if (body.density !== undefined) return scaled(joined(body.shapes.map(solid)), body.density)
  const { mass, inertia } = body
  if (mass === undefined) throw new Error(`The body "${body.name}" has neither mass nor density.`)
  if (inertia !== undefined) return { mass, centre: body.centerOfMass ?? [0, 0], inertia }
  const uniform = joined(body.shapes.map(solid))
  const computed = scaled(uniform, mass / uniform.mass)
  return body.centerOfMass ? shifted(computed, body.centerOfMass) : computed
}

/** A given centre of mass with a computed inertia: the shapes' inertia about that point. */
function shifted({ mass, centre, inertia }: MassProperties, to: readonly [number, number]): MassProperties {
  const squared = (centre[0] - to[0]) ** 2 + (centre[1] - to[1]) ** 2
  return { mass, centre: to, inertia: inertia + mass * squared }
}

function scaled({ mass, centre, inertia }: MassProperties, by: number): MassProperties {
  return { mass: mass * by, centre, inertia: inertia * by }
}

/** Shapes that overlap count twice where they do, as in MuJoCo. */
function joined(parts: readonly MassProperties[]): MassProperties {
  const mass = parts.reduce((sum, part) => sum + part.mass, 0)
  if (mass === 0) return NONE
  const mean = (axis: 0 | 1) => parts.reduce((sum, part) => sum + part.mass * part.centre[axis], 0) / mass
  const centre = [mean(0), mean(1)] as const
  const inertia = parts.reduce((sum, part) => sum + shifted(part, centre).inertia, 0)
  return { mass, centre, inertia }
}

/** A shape at a density of 1 kg/m³: capsules and circles are solids of revolution, boxes and polygons prisms. */
function solid(shape: Shape): MassProperties {
  switch (shape.type) {
    case 'circle': {
      const mass = (4 / 3) * Math.PI * shape.radius ** 3
      return { mass, centre: shape.center ?? [0, 0], inertia: 0.4 * mass * shape.radius ** 2 }
    }
    case 'capsule': {
      const { from, to, radius } = shape
      const length = Math.hypot(to[0] - from[0], to[1] - from[1])
      const cylinder = Math.PI * radius ** 2 * length
      const caps = (4 / 3) * Math.PI * radius ** 3
      // Both caps together are a ball whose halves were moved apart: Steiner's rule twice, 3/8 r being a half's centre.
      const capInertia = caps * (0.4 * radius ** 2 + length ** 2 / 4 + (3 / 8) * length * radius)
      const inertia = cylinder * (radius ** 2 / 4 + length ** 2 / 12) + capInertia
      return { mass: cylinder + caps, centre: [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2], inertia }
    }
    case 'box': {
      const { width, height } = shape
      const mass = width * height * (shape.depth ?? 1)
      return { mass, centre: shape.center ?? [0, 0], inertia: (mass * (width ** 2 + height ** 2)) / 12 }
    }
    case 'polygon':
      return prism(shape.points, shape.depth ?? 1)
    default:
      return NONE
  }
}

/** By triangles from the first point; the sign of the area cancels. */
function prism(points: readonly (readonly [number, number])[], depth: number): MassProperties {
  const [x0, y0] = points[0]!
  const triangles: MassProperties[] = []
  for (let index = 1; index + 1 < points.length; index++) {
    const [ax, ay] = [points[index]![0] - x0, points[index]![1] - y0]
    const [bx, by] = [points[index + 1]![0] - x0, points[index + 1]![1] - y0]
    const mass = (depth * (ax * by - ay * bx)) / 2
    // A triangle's inertia about its centre: its mass times the sum of its squared sides / 36.
    const sides = ax ** 2 + ay ** 2 + bx ** 2 + by ** 2 + (ax - bx) ** 2 + (ay - by) ** 2
    triangles.push({ mass, centre: [x0 + (ax + bx) / 3, y0 + (ay + by) / 3], inertia: (mass * sides) / 36 })
  }
  const whole = joined(triangles)
  return scaled(whole, Math.sign(whole.mass))
}
