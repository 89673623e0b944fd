/** The outlines that the stage draws: shapes, the arc of a torque, the arrow of a force. Metres or pixels alike, y up. */
import type { SolidShape } from '../../scene/schema.ts'
import type { Point } from './view.ts'

/** The outline of a capsule as x, y pairs, counter-clockwise; each round end has `segments` chords. */
export function capsuleOutline(from: Point, to: Point, radius: number, segments: number): number[] {
  const direction = Math.atan2(to.y - from.y, to.x - from.x)
  const points: number[] = []
  for (const [end, start] of [
    [to, direction - Math.PI / 2],
    [from, direction + Math.PI / 2],
  ] as const) {
    for (let index = 0; index <= segments; index++) {
      const angle = start + (index / segments) * Math.PI
      points.push(end.x + radius * Math.cos(angle), end.y + radius * Math.sin(angle))
    }
  }
  return points
}

/** The corners of a box as x, y pairs, counter-clockwise. */
export function boxOutline(center: Point, width: number, height: number, angle: number): number[] {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  return [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
  ].flatMap(([signX, signY]) => {
    const [x, y] = [(signX! * width) / 2, (signY! * height) / 2]
    return [center.x + cos * x - sin * y, center.y + sin * x + cos * y]
  })
}

/** The outline of a shape that is not a circle, as x, y pairs in its body's frame times `scale`. */
export function solidOutline(shape: Exclude<SolidShape, { type: 'circle' }>, scale: number): number[] {
  switch (shape.type) {
    case 'capsule':
      return capsuleOutline(
        { x: shape.from[0] * scale, y: shape.from[1] * scale },
        { x: shape.to[0] * scale, y: shape.to[1] * scale },
        shape.radius * scale,
        Math.min(64, Math.max(8, Math.ceil(shape.radius * scale))),
      )
    case 'box': {
      const [x, y] = shape.center ?? [0, 0]
      return boxOutline({ x: x * scale, y: y * scale }, shape.width * scale, shape.height * scale, shape.angle ?? 0)
    }
    case 'polygon':
      return shape.points.flatMap(([x, y]) => [x * scale, y * scale])
  }
}

export interface Arrow {
  /** x, y pairs along the line, up to where the arrowhead begins. */
  line: number[]
  /** The arrowhead's three corners as x, y pairs, tip first. */
  head: number[]
}

/** The share of the range below which an effort is not drawn. */
const LEAST_SHARE = 0.004
/** What the largest torque turns through, rad. */
const FULL_SWEEP = 1.5 * Math.PI

/** How much of its range an effort is, at most 1; 0 where it is too little to show. */
function shareOf(effort: number, range: number): number {
  const share = range > 0 ? Math.min(1, Math.abs(effort) / range) : 0
  return share > LEAST_SHARE ? share : 0
}

/**
 * An arc about the origin that grows with |torque| / range, from the top, counter-clockwise where the torque is
 * positive; undefined where there is nothing to show. `range` is the largest torque of the joint, N·m.
 */
export function torqueArc(torque: number, range: number, radius: number, headLength: number): Arrow | undefined {
  const share = shareOf(torque, range)
  if (share === 0) return undefined
  const turn = Math.sign(torque)
  const sweep = share * FULL_SWEEP
  // A short arc gets a short head, never one that starts behind the arc's own start.
  const head = Math.min(headLength, sweep * radius)
  const headAngle = head / radius
  const start = Math.PI / 2
  const neck = start + turn * (sweep - headAngle)
  const at = (angle: number, distance: number) => [distance * Math.cos(angle), distance * Math.sin(angle)]
  const chords = Math.max(1, Math.ceil((sweep - headAngle) / 0.1))
  const line: number[] = []
  for (let index = 0; index <= chords; index++) line.push(...at(start + ((neck - start) * index) / chords, radius))
  const halfWidth = head * 0.55
  return {
    line,
    head: [...at(start + turn * sweep, radius), ...at(neck, radius + halfWidth), ...at(neck, radius - halfWidth)],
  }
}

/**
 * A straight arrow from the origin along `direction` (rad), or against it where the force is negative: `length` long at the
 * largest force `range` (N), shorter in proportion below; undefined where there is nothing to show.
 */
export function forceArrow(
  force: number,
  range: number,
  direction: number,
  length: number,
  headLength: number,
): Arrow | undefined {
  const share = shareOf(force, range)
  if (share === 0) return undefined
  const angle = force > 0 ? direction : direction + Math.PI
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  const at = (along: number, across: number) => [cos * along - sin * across, sin * along + cos * across]
  const tip = share * length
  const head = Math.min(headLength, tip)
  const halfWidth = head * 0.55
  return {
    line: [...at(0, 0), ...at(tip - head, 0)],
    head: [...at(tip, 0), ...at(tip - head, halfWidth), ...at(tip - head, -halfWidth)],
  }
}
