/** A shape as one of another type that lies in the same place and is about as large. */
import { MIN_LENGTH } from '../scene/limits.ts'
import type { Shape } from '../scene/schema.ts'
import {
  boxAround,
  boxCorners,
  distance,
  middleOf,
  type Point,
  skeletonOf,
  tidy,
  tidyPoint,
  turned,
} from './geometry.ts'

/** Of boxes and polygons out of the plane, m. */
const DEPTH = 0.1
/** Of a capsule whose shape before had no width, m. */
const RADIUS = 0.05

/** Friction, restitution and depth stay; what the shape was is measured by a box around it. */
export function convertShape(shape: Shape, type: Shape['type']): Shape {
  if (shape.type === type) return shape
  const { center, width, height, angle } = boxOf(shape)
  const surface = {
    ...(shape.friction !== undefined && { friction: shape.friction }),
    ...(shape.restitution !== undefined && { restitution: shape.restitution }),
  }
  const depth = ('depth' in shape ? shape.depth : undefined) ?? DEPTH
  const ends = (half: number): [[number, number], [number, number]] => {
    const [x, y] = turned([half, 0], angle)
    return [tidyPoint([center[0] - x, center[1] - y]), tidyPoint([center[0] + x, center[1] + y])]
  }
  const least = (value: number) => Math.max(MIN_LENGTH, tidy(value))
  switch (type) {
    case 'circle':
      return { type, center: tidyPoint(center), radius: least(Math.max(width, height) / 2), ...surface }
    case 'box': {
      const turn = angle === 0 ? {} : { angle: tidy(angle) }
      return { type, center: tidyPoint(center), width: least(width), height: least(height), ...turn, depth, ...surface }
    }
    case 'polygon': {
      const corners = boxCorners({ type: 'box', center: [center[0], center[1]], width, height, angle })
      return { type, points: corners.map(tidyPoint), depth, ...surface }
    }
    case 'capsule': {
      const radius = least(height / 2)
      const [from, to] = ends(Math.max(width / 2 - radius, MIN_LENGTH))
      return { type, from, to, radius, ...surface }
    }
    case 'segment': {
      const [from, to] = ends(width / 2)
      return { type, from, to, ...surface }
    }
    case 'polyline': {
      const points = shape.type === 'polygon' ? [...shape.points, shape.points[0]!] : ends(width / 2)
      return { type, points, ...surface }
    }
  }
}

/** The box that a shape fills, along its own axis; its longer side is the width. */
function boxOf(shape: Shape): { center: Point; width: number; height: number; angle: number } {
  if (shape.type === 'box') {
    const { center = [0, 0], width, height, angle = 0 } = shape
    return width >= height
      ? { center, width, height, angle }
      : { center, width: height, height: width, angle: angle + Math.PI / 2 }
  }
  const { points, radius } = skeletonOf(shape)
  if (shape.type === 'circle') return { center: points[0]!, width: 2 * radius, height: 2 * radius, angle: 0 }
  if (shape.type === 'capsule' || shape.type === 'segment') {
    const { from, to } = shape
    const angle = Math.atan2(to[1] - from[1], to[0] - from[0])
    const width = distance(from, to) + 2 * radius
    return { center: middleOf(boxAround([from, to], 0)), width, height: 2 * (radius || RADIUS), angle }
  }
  const box = boxAround(points, 0)
  const [width, height] = [box.maxX - box.minX, Math.max(box.maxY - box.minY, 2 * MIN_LENGTH)]
  const center = middleOf(box)
  return width >= height
    ? { center, width, height, angle: 0 }
    : { center, width: height, height: width, angle: Math.PI / 2 }
}
