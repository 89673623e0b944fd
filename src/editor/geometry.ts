/** Points, outlines and distances of the bodies of a scene as drawn, for the hand that edits them. m and rad; +y is up. */
import type { Body, Scene, Shape } from '../scene/schema.ts'
import { pointIn, rotate } from '../sim/geometry.ts'

export type Point = readonly [number, number]

/** A box in the world, m. */
export interface Box {
  minX: number
  minY: number
  maxX: number
  maxY: number
}

/** What people would have written: to a thousandth of a millimetre, and no -0. */
export function tidy(value: number): number {
  return Number(value.toFixed(6)) + 0
}

export function tidyPoint([x, y]: Point): [number, number] {
  return [tidy(x), tidy(y)]
}

export function add([ax, ay]: Point, [bx, by]: Point): [number, number] {
  return [ax + bx, ay + by]
}

export function subtract([ax, ay]: Point, [bx, by]: Point): [number, number] {
  return [ax - bx, ay - by]
}

export function distance([ax, ay]: Point, [bx, by]: Point): number {
  return Math.hypot(bx - ax, by - ay)
}

export function turned([x, y]: Point, angle: number): [number, number] {
  const { x: tx, y: ty } = rotate(x, y, angle)
  return [tx, ty]
}

/** A point turned about a pivot. */
export function turnedAbout(point: Point, pivot: Point, angle: number): [number, number] {
  return add(pivot, turned(subtract(point, pivot), angle))
}

/** A point of a body's frame in the scene as drawn. */
export function toWorld({ position, angle = 0 }: Pick<Body, 'position' | 'angle'>, point: Point): [number, number] {
  return add(position, turned(point, angle))
}

/** A point of the scene as drawn in a body's frame. */
export function toBody(body: Body, point: Point): [number, number] {
  const { x, y } = pointIn(body, point)
  return [x, y]
}

/** A shape as points and a radius around them: one point, a line, or the corners of an area. In the body's frame. */
export function skeletonOf(shape: Shape): { kind: 'area' | 'line'; points: Point[]; radius: number } {
  switch (shape.type) {
    case 'capsule':
      return { kind: 'line', points: [shape.from, shape.to], radius: shape.radius }
    case 'circle':
      return { kind: 'line', points: [shape.center ?? [0, 0]], radius: shape.radius }
    case 'box':
      return { kind: 'area', points: boxCorners(shape), radius: 0 }
    case 'polygon':
      return { kind: 'area', points: [...shape.points], radius: 0 }
    case 'segment':
      return { kind: 'line', points: [shape.from, shape.to], radius: 0 }
    case 'polyline':
      return { kind: 'line', points: [...shape.points], radius: 0 }
  }
}

/** Counter-clockwise from the lower left one, as the box itself sees it. */
export function boxCorners({ center = [0, 0], width, height, angle = 0 }: Extract<Shape, { type: 'box' }>): Point[] {
  const [w, h] = [width / 2, height / 2]
  const corners: Point[] = [
    [-w, -h],
    [w, -h],
    [w, h],
    [-w, h],
  ]
  return corners.map((corner) => add(center, turned(corner, angle)))
}

/** The box around a body as drawn; around its frame's origin where it has no shapes. */
export function bodyBox(body: Body): Box {
  const boxes = body.shapes.map((shape) => {
    const { points, radius } = skeletonOf(shape)
    return boxAround(
      points.map((point) => toWorld(body, point)),
      radius,
    )
  })
  return boxes.length > 0 ? unionOf(boxes) : boxAround([body.position], 0)
}

export function boxAround(points: readonly Point[], margin: number): Box {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)]
  return {
    minX: Math.min(...xs) - margin,
    minY: Math.min(...ys) - margin,
    maxX: Math.max(...xs) + margin,
    maxY: Math.max(...ys) + margin,
  }
}

/** The box around at least one box. */
export function unionOf(boxes: readonly Box[]): Box {
  return {
    minX: Math.min(...boxes.map(({ minX }) => minX)),
    minY: Math.min(...boxes.map(({ minY }) => minY)),
    maxX: Math.max(...boxes.map(({ maxX }) => maxX)),
    maxY: Math.max(...boxes.map(({ maxY }) => maxY)),
  }
}

export function middleOf({ minX, minY, maxX, maxY }: Box): [number, number] {
  return [(minX + maxX) / 2, (minY + maxY) / 2]
}

/** How far a point of the scene is from a body, m; 0 inside. */
export function distanceTo(body: Body, point: Point): number {
  const local = toBody(body, point)
  return Math.min(...body.shapes.map((shape) => distanceToShape(shape, local)), Number.POSITIVE_INFINITY)
}

function distanceToShape(shape: Shape, point: Point): number {
  const { kind, points, radius } = skeletonOf(shape)
  if (kind === 'area' && isInside(points, point)) return 0
  const ends = kind === 'area' ? [...points, points[0]!] : points
  let nearest = distance(ends[0]!, point)
  for (let index = 1; index < ends.length; index++) {
    nearest = Math.min(nearest, distanceToSegment(ends[index - 1]!, ends[index]!, point))
  }
  return Math.max(0, nearest - radius)
}

export function distanceToSegment(from: Point, to: Point, point: Point): number {
  const [dx, dy] = subtract(to, from)
  const square = dx * dx + dy * dy
  const [px, py] = subtract(point, from)
  const share = square === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / square))
  return Math.hypot(px - share * dx, py - share * dy)
}

function isInside(points: readonly Point[], [x, y]: Point): boolean {
  let isIn = false
  points.forEach(([ax, ay], index) => {
    const [bx, by] = points[(index + 1) % points.length]!
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) isIn = !isIn
  })
  return isIn
}

/** The corners of the smallest convex polygon around points, counter-clockwise (Andrew's monotone chain). */
export function convexHull(points: readonly Point[]): Point[] {
  const sorted = [...points].sort(([ax, ay], [bx, by]) => ax - bx || ay - by)
  const half = (ordered: readonly Point[]): Point[] => {
    const chain: Point[] = []
    for (const point of ordered) {
      while (chain.length >= 2 && !turnsLeft(chain.at(-2)!, chain.at(-1)!, point)) chain.pop()
      chain.push(point)
    }
    return chain.slice(0, -1)
  }
  return [...half(sorted), ...half(sorted.reverse())]
}

function turnsLeft(a: Point, b: Point, c: Point): boolean {
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]) > 1e-12
}

/** Points that other things are laid upon: ends, corners and centres of shapes, as drawn. */
export function keyPointsOf(body: Body): [number, number][] {
  return body.shapes.flatMap((shape) => {
    const { points, kind } = skeletonOf(shape)
    const middle = middleOf(boxAround(points, 0))
    const own = shape.type === 'polyline' || points.length === 1 ? points : [...points, middle]
    return (kind === 'area' && shape.type === 'box' ? [...points, shape.center ?? ([0, 0] as const)] : own).map(
      (point) => toWorld(body, point),
    )
  })
}

/** The bodies of a scene that hang on given ones by joints, the given ones included. */
export function carriedBy({ joints }: Pick<Scene, 'joints'>, bodies: Iterable<string>): Set<string> {
  const carried = new Set(bodies)
  const childrenOf = new Map<string, string[]>()
  for (const { parent, child } of joints) childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), child])
  // A set goes on to what is added to it meanwhile.
  for (const body of carried) for (const child of childrenOf.get(body) ?? []) carried.add(child)
  return carried
}
