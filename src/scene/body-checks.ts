/** Checks of bodies that a schema cannot make: that shapes are shapes, and that what they weigh is settled once. */
import { MAX_NUMBER, MIN_INERTIA, MIN_MASS } from './limits.ts'
import { massPropertiesOf, needsVolumes } from './mass-properties.ts'
import type { DynamicBody, Scene, Shape } from './schema.ts'

export interface ReferenceProblem {
  path: (string | number)[]
  message: string
}

type Point = readonly [number, number]

export function checkBodies(scene: Scene): ReferenceProblem[] {
  return scene.bodies.flatMap((body, index) => {
    const path = ['bodies', index]
    const shapes = body.shapes.flatMap((shape, at) => checkShape(shape, [...path, 'shapes', at]))
    if (body.kind !== 'dynamic') return shapes
    const masses = checkMass(body, path)
    // Of shapes that are none, and of masses said twice, nothing can be computed.
    return shapes.length + masses.length > 0 ? [...shapes, ...masses] : checkComputedMass(body, path)
  })
}

function checkMass(body: DynamicBody, path: (string | number)[]): ReferenceProblem[] {
  const { name, mass, density } = body
  if (mass === undefined && density === undefined) {
    return [{ path, message: `The dynamic body "${name}" has no weight; give "mass" (kg) or "density" (kg/m³).` }]
  }
  const problems: ReferenceProblem[] = []
  if (density !== undefined) {
    for (const key of ['mass', 'inertia', 'centerOfMass'] as const) {
      if (body[key] === undefined) continue
      const message = `With "density", ${key === 'mass' ? 'the mass' : `"${key}"`} follows from the shapes; keep one of the two.`
      problems.push({ path: [...path, key], message })
    }
  }
  if (!needsVolumes(body)) return problems
  const remedy = mass === undefined ? 'give "mass" and "inertia" instead of "density"' : 'give "inertia"'
  if (body.shapes.length === 0) {
    problems.push({
      path: [...path, 'shapes'],
      message: `"${name}" has no shapes to compute its inertia from; add one, or ${remedy}.`,
    })
  }
  body.shapes.forEach((shape, index) => {
    if ((shape.type !== 'box' && shape.type !== 'polygon') || shape.depth !== undefined) return
    const message = `This ${shape.type} needs a "depth" (m), as mass or inertia is computed from its volume; or ${remedy}.`
    problems.push({ path: [...path, 'shapes', index], message })
  })
  return problems
}

/** What the shapes weigh must be of the sizes that may be given. */
function checkComputedMass(body: DynamicBody, path: (string | number)[]): ReferenceProblem[] {
  const { mass, inertia } = massPropertiesOf(body)
  const key = body.density === undefined ? 'mass' : 'density'
  const problem = (quantity: string, value: number, unit: string, least: number): ReferenceProblem[] => {
    if (value >= least && value <= MAX_NUMBER) return []
    const number = Number(value.toPrecision(3))
    const message = `With this ${key} the ${quantity} of "${body.name}" is ${number} ${unit}; it must be from ${least} to ${MAX_NUMBER}.`
    return [{ path: [...path, key], message }]
  }
  const masses = problem('mass', mass, 'kg', MIN_MASS)
  return masses.length > 0 ? masses : problem('moment of inertia', inertia, 'kg·m²', MIN_INERTIA)
}

function checkShape(shape: Shape, path: (string | number)[]): ReferenceProblem[] {
  switch (shape.type) {
    case 'segment':
      if (distance(shape.from, shape.to) > 0) return []
      return [{ path: [...path, 'to'], message: 'The segment has no length: its two ends are one point.' }]
    case 'polyline':
      return repeatedPoints(shape.points, path, false)
    case 'polygon': {
      const repeated = repeatedPoints(shape.points, path, true)
      return repeated.length > 0 ? repeated : checkConvex(shape.points, path)
    }
    default:
      return []
  }
}

function repeatedPoints(points: readonly Point[], path: (string | number)[], isClosed: boolean): ReferenceProblem[] {
  return points.flatMap((point, index) => {
    const next = index + 1 < points.length ? points[index + 1] : isClosed ? points[0] : undefined
    if (!next || distance(point, next) > 0) return []
    const other = isClosed && index + 1 === points.length ? 'first' : 'next'
    return [{ path: [...path, 'points', index], message: `This point is the same as the ${other} one; remove one.` }]
  })
}

/** Corners nearer to a straight line than this share of their sides' product count as straight. */
const STRAIGHT = 1e-9

function checkConvex(points: readonly Point[], path: (string | number)[]): ReferenceProblem[] {
  const turns = points.map((point, index) => {
    const before = points.at(index - 1)!
    const after = points[(index + 1) % points.length]!
    const [ax, ay] = [point[0] - before[0], point[1] - before[1]]
    const [bx, by] = [after[0] - point[0], after[1] - point[1]]
    const [cross, dot] = [ax * by - ay * bx, ax * bx + ay * by]
    const isStraight = Math.abs(cross) <= STRAIGHT * Math.hypot(ax, ay) * Math.hypot(bx, by)
    return { side: isStraight ? 0 : Math.sign(cross), turn: Math.atan2(cross, dot), isBack: isStraight && dot < 0 }
  })
  const whole = turns.reduce((sum, { turn }) => sum + turn, 0)
  const orientation = Math.sign(whole)
  if (turns.every(({ side }) => side === 0)) {
    return [{ path: [...path, 'points'], message: 'The polygon has no area: its corners are on one line.' }]
  }
  const wrong = turns.findIndex(({ side, isBack }) => isBack || side === -orientation)
  if (wrong >= 0) {
    const message = 'The polygon is not convex at this corner; split it into convex ones.'
    return [{ path: [...path, 'points', wrong], message }]
  }
  if (Math.abs(Math.abs(whole) - 2 * Math.PI) > 1e-6) {
    const message = 'The sides of the polygon cross each other; give its corners in order around it.'
    return [{ path: [...path, 'points'], message }]
  }
  return []
}

function distance(a: Point, b: Point): number {
  return Math.hypot(b[0] - a[0], b[1] - a[1])
}
