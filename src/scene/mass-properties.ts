/**
 * Mass, centre of mass and moment of inertia of bodies from their shapes, as volumes: capsules and circles are solids of
 * revolution (a capsule, a ball), boxes and polygons are prisms of their `depth`. Inertia is about the axis out of the
 * plane. Shapes that overlap count twice, as in MuJoCo.
 */
import { isFreeToMove } from './ground.ts'
import type { DynamicBody, Scene, SolidShape } from './schema.ts'

type Point = readonly [number, number]

export interface MassProperties {
  /** kg */
  mass: number
  /** In the body's frame, m. */
  centerOfMass: [number, number]
  /** About the centre of mass, kg·m². */
  inertia: number
}

/**
 * What a dynamic body weighs, and how: as its file says, or of its shapes where it does not. Its shapes need a volume
 * where anything is computed from them (`needsVolumes`); validation sees to that.
 */
export function massPropertiesOf(body: DynamicBody): MassProperties {
  const { density, mass, inertia, centerOfMass } = body
  if (density !== undefined) return combine(body.shapes.map((shape) => shapeMassProperties(shape, density)))
  if (mass === undefined) throw new Error(`The body "${body.name}" has neither mass nor density.`)
  if (inertia !== undefined) return { mass, centerOfMass: centerOfMass ?? [0, 0], inertia }
  const unit = combine(body.shapes.map((shape) => shapeMassProperties(shape, 1)))
  return {
    mass,
    centerOfMass: centerOfMass ?? unit.centerOfMass,
    inertia: (unit.inertia * mass) / unit.mass,
  }
}

/** Whether a body's mass properties come from the volumes of its shapes. */
export function needsVolumes({ density, inertia }: DynamicBody): boolean {
  return density !== undefined || inertia === undefined
}

/** The mass properties of one shape of a density in kg/m³. Throws where a prism has no depth. */
export function shapeMassProperties(shape: SolidShape, density: number): MassProperties {
  switch (shape.type) {
    case 'circle':
      return ball(shape.center ?? [0, 0], shape.radius, density)
    case 'capsule':
      return capsule(shape.from, shape.to, shape.radius, density)
    case 'box': {
      const { width, height } = shape
      const mass = density * width * height * depthOf(shape)
      return { mass, centerOfMass: [...(shape.center ?? [0, 0])], inertia: (mass * (width ** 2 + height ** 2)) / 12 }
    }
    case 'polygon':
      return polygon(shape.points, density * depthOf(shape))
  }
}

function ball(center: Point, radius: number, density: number): MassProperties {
  const mass = density * (4 / 3) * Math.PI * radius * radius * radius
  return { mass, centerOfMass: [...center], inertia: (2 / 5) * mass * radius ** 2 }
}

/** A cylinder between two half balls, each of which has its centre of mass 3r/8 beyond the cylinder's end. */
function capsule(from: Point, to: Point, radius: number, density: number): MassProperties {
  const length = Math.hypot(to[0] - from[0], to[1] - from[1])
  const cylinder = density * Math.PI * radius ** 2 * length
  const balls = density * (4 / 3) * Math.PI * radius * radius * radius
  return {
    mass: cylinder + balls,
    centerOfMass: [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2],
    inertia:
      cylinder * (length ** 2 / 12 + radius ** 2 / 4) +
      balls * ((2 / 5) * radius ** 2 + length ** 2 / 4 + (3 / 8) * length * radius),
  }
}

/**
 * A polygon as a fan of triangles about its first corner (signed, so the order of the corners may turn either way).
 * `density` is per area, kg/m².
 */
function polygon(points: readonly Point[], density: number): MassProperties {
  const [originX, originY] = points[0]!
  let area = 0
  let [momentX, momentY, polar] = [0, 0, 0]
  for (let index = 1; index + 1 < points.length; index++) {
    const [ax, ay] = [points[index]![0] - originX, points[index]![1] - originY]
    const [bx, by] = [points[index + 1]![0] - originX, points[index + 1]![1] - originY]
    const triangle = (ax * by - ay * bx) / 2
    area += triangle
    momentX += (triangle * (ax + bx)) / 3
    momentY += (triangle * (ay + by)) / 3
    // The second moment of a triangle about one of its corners.
    polar += (triangle * (ax * ax + ax * bx + bx * bx + ay * ay + ay * by + by * by)) / 6
  }
  const [x, y] = [momentX / area, momentY / area]
  const mass = density * Math.abs(area)
  const aboutCorner = density * Math.abs(polar)
  return {
    mass,
    centerOfMass: [originX + x, originY + y],
    inertia: aboutCorner - mass * (x * x + y * y),
  }
}

/** Several rigid parts as one, by the parallel axis theorem. */
function combine(parts: readonly MassProperties[]): MassProperties {
  let mass = 0
  let [momentX, momentY] = [0, 0]
  for (const { mass: part, centerOfMass } of parts) {
    mass += part
    momentX += part * centerOfMass[0]
    momentY += part * centerOfMass[1]
  }
  const [x, y] = [momentX / mass, momentY / mass]
  let inertia = 0
  for (const part of parts) {
    inertia += part.inertia + part.mass * ((part.centerOfMass[0] - x) ** 2 + (part.centerOfMass[1] - y) ** 2)
  }
  return { mass, centerOfMass: [x, y], inertia }
}

function depthOf({ depth, type }: Extract<SolidShape, { depth?: number | undefined }>): number {
  if (depth === undefined) throw new Error(`A ${type} without a depth has no volume.`)
  return depth
}

/** Mass of all dynamic bodies, ground apart, kg. */
export function totalMass({ bodies }: Scene): number {
  return bodies.reduce((sum, body) => sum + (isFreeToMove(body) ? massPropertiesOf(body).mass : 0), 0)
}
