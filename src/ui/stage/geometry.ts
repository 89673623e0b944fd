/** The outlines that the stage draws: shapes, the arc of a torque, and how far a scene reaches. Metres or pixels alike, y up. */
import type { Scene, Shape } from '../../scene/schema.ts'
import type { Bounds, Point } from './view.ts'

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

export interface TorqueArc {
  /** x, y pairs along the arc, up to where the arrowhead begins. */
  line: number[]
  /** The arrowhead's three corners as x, y pairs, tip first. */
  head: number[]
}

/** The share of the range below which a torque is not drawn. */
const LEAST_SHARE = 0.004
/** What the largest torque turns through, rad. */
const FULL_SWEEP = 1.5 * Math.PI

/**
 * An arc about the origin that grows with |torque| / range, from the top, counter-clockwise where the torque is
 * positive; undefined where there is nothing to show. `range` is the largest torque of the joint, N·m.
 */
export function torqueArc(torque: number, range: number, radius: number, headLength: number): TorqueArc | undefined {
  const share = range > 0 ? Math.min(1, Math.abs(torque) / range) : 0
  if (!(share > LEAST_SHARE)) return undefined
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

/** The largest torque of each joint (N·m): the sum of its actuators' gears. */
export function torqueRanges(scene: Scene): number[] {
  return scene.joints.map(({ name }) =>
    scene.actuators.filter(({ joint }) => joint === name).reduce((sum, { gear }) => sum + Math.abs(gear), 0),
  )
}

/** How far a shape reaches from the origin of its body's frame, and its box there. */
function shapeBounds(shape: Shape): Bounds {
  const around = (points: number[], margin: number): Bounds => {
    const [xs, ys] = [points.filter((_, index) => index % 2 === 0), points.filter((_, index) => index % 2 === 1)]
    return {
      minX: Math.min(...xs) - margin,
      minY: Math.min(...ys) - margin,
      maxX: Math.max(...xs) + margin,
      maxY: Math.max(...ys) + margin,
    }
  }
  switch (shape.type) {
    case 'capsule':
      return around([...shape.from, ...shape.to], shape.radius)
    case 'circle':
      return around([...(shape.center ?? [0, 0])], shape.radius)
    case 'box': {
      const [x, y] = shape.center ?? [0, 0]
      return around(boxOutline({ x, y }, shape.width, shape.height, shape.angle ?? 0), 0)
    }
  }
}

/**
 * What a view should show of a scene: every moving body as drawn, the circle that each chain hung from a fixed body can
 * sweep, and the fixed bodies next to them (a long ground is not shown to its ends).
 */
export function sceneBounds(scene: Scene): Bounds {
  const boxes = scene.bodies.map((body) => {
    const corners = body.shapes.flatMap((shape) => {
      const { minX, minY, maxX, maxY } = shapeBounds(shape)
      const center = { x: (minX + maxX) / 2, y: (minY + maxY) / 2 }
      return boxOutline(center, maxX - minX, maxY - minY, 0)
    })
    return boundsOf(corners.length > 0 ? corners : [0, 0], body.position, body.angle ?? 0)
  })
  const moving = scene.bodies.flatMap(({ kind }, index) => (kind === 'dynamic' ? [boxes[index]!] : []))
  const shown = moving.length > 0 ? moving : boxes
  for (const joint of scene.joints) {
    if (scene.bodies.find(({ name }) => name === joint.parent)?.kind !== 'fixed') continue
    const reach = chainReach(scene, boxes, joint.name, new Set())
    const [x, y] = joint.anchor
    shown.push({ minX: x - reach, minY: y - reach, maxX: x + reach, maxY: y + reach })
  }
  const near = union(shown)
  const extent = Math.max(near.maxX - near.minX, near.maxY - near.minY)
  const small = boxes.filter(({ minX, minY, maxX, maxY }) => Math.max(maxX - minX, maxY - minY) <= 3 * extent)
  return union([near, ...small])
}

/** The longest distance that the chain carried by a joint can reach from its anchor, m. */
function chainReach(scene: Scene, boxes: readonly Bounds[], jointName: string, seen: Set<string>): number {
  const joint = scene.joints.find(({ name }) => name === jointName)!
  if (seen.has(jointName)) return 0
  seen.add(jointName)
  const [x, y] = joint.anchor
  const box = boxes[scene.bodies.findIndex(({ name }) => name === joint.child)]!
  const own = Math.hypot(Math.max(x - box.minX, box.maxX - x), Math.max(y - box.minY, box.maxY - y))
  const carried = scene.joints.filter(({ parent }) => parent === joint.child)
  return Math.max(
    own,
    ...carried.map(
      ({ name, anchor }) => Math.hypot(anchor[0] - x, anchor[1] - y) + chainReach(scene, boxes, name, seen),
    ),
  )
}

/** The box around points (x, y pairs) of a body's frame when the body is at a pose. */
function boundsOf(points: number[], position: readonly [number, number], angle: number): Bounds {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  const box = { minX: Infinity, minY: Infinity, maxX: -Infinity, maxY: -Infinity }
  for (let index = 0; index < points.length; index += 2) {
    const x = position[0] + cos * points[index]! - sin * points[index + 1]!
    const y = position[1] + sin * points[index]! + cos * points[index + 1]!
    box.minX = Math.min(box.minX, x)
    box.maxX = Math.max(box.maxX, x)
    box.minY = Math.min(box.minY, y)
    box.maxY = Math.max(box.maxY, y)
  }
  return box
}

function union(boxes: readonly Bounds[]): Bounds {
  return {
    minX: Math.min(...boxes.map(({ minX }) => minX)),
    minY: Math.min(...boxes.map(({ minY }) => minY)),
    maxX: Math.max(...boxes.map(({ maxX }) => maxX)),
    maxY: Math.max(...boxes.map(({ maxY }) => maxY)),
  }
}

/** Poses of all bodies as the file draws them: [bodies × 3] x, y (m), angle (rad). */
export function drawnPoses(scene: Scene): Float32Array {
  return Float32Array.from(scene.bodies.flatMap(({ position, angle = 0 }) => [...position, angle]))
}

/** Where every joint is at given poses: its anchor is fixed in its child's frame. [joints × 2] x, y (m). */
export function jointPositions(scene: Scene, poses: ArrayLike<number>): number[] {
  return scene.joints.flatMap(({ child, anchor }) => {
    const index = scene.bodies.findIndex(({ name }) => name === child)
    const body = scene.bodies[index]!
    const turn = poses[index * 3 + 2]! - (body.angle ?? 0)
    const [dx, dy] = [anchor[0] - body.position[0], anchor[1] - body.position[1]]
    const [cos, sin] = [Math.cos(turn), Math.sin(turn)]
    return [poses[index * 3]! + cos * dx - sin * dy, poses[index * 3 + 1]! + sin * dx + cos * dy]
  })
}
