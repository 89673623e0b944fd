/** How far a scene reaches: what a view that shows all of it must show. */
import { isGround } from '../../scene/ground.ts'
import type { Joint, Scene, Shape } from '../../scene/schema.ts'
import { normalised } from '../../sim/geometry.ts'
import { followedBody } from './follow.ts'
import { boxOutline, solidOutline } from './outlines.ts'
import type { Bounds } from './view.ts'

/** Fixed bodies are shown whole when they are no larger than this many times what moves. */
const NEAR = 3
/** Room above a robot that can jump, as a share of the scene's extent. */
const AIR = 0.2

/**
 * What a view should show of a scene: every moving body as drawn, the circle that each chain hung from the ground can sweep, the
 * way that sliders on the ground can go, and the fixed bodies next to them (a long ground is not shown to its ends).
 */
export function sceneBounds(scene: Scene): Bounds {
  // A new scene has nothing to show yet but room to build in.
  if (scene.bodies.length === 0) return { minX: -1, minY: -1, maxX: 1, maxY: 1 }
  const boxes = scene.bodies.map((body) => {
    const corners = body.shapes.flatMap((shape) => {
      const { minX, minY, maxX, maxY } = shapeBounds(shape)
      return boxOutline({ x: (minX + maxX) / 2, y: (minY + maxY) / 2 }, maxX - minX, maxY - minY, 0)
    })
    return boundsAt(corners.length > 0 ? corners : [0, 0], body.position, body.angle ?? 0)
  })
  const moving = scene.bodies.flatMap((body, index) => (isGround(body) ? [] : [boxes[index]!]))
  const shown = moving.length > 0 ? moving : boxes
  const reach = new Reach(scene, boxes)
  const ground = new Set(scene.bodies.filter(isGround).map(({ name }) => name))
  for (const joint of scene.joints) if (!ground.has(joint.child)) shown.push(...reach.sweptBy(joint))
  const near = union(shown)
  const extent = Math.max(near.maxX - near.minX, near.maxY - near.minY)
  // A robot that is not tied to the ground jumps and falls over.
  if (followedBody(scene) !== undefined) shown.push(moved(near, [0, extent * AIR]))
  // What holds up a ground that gives way has no shape, and is nothing to look at.
  const visible = boxes.filter((_, index) => scene.bodies[index]!.shapes.length > 0)
  const small = visible.filter(({ minX, minY, maxX, maxY }) => Math.max(maxX - minX, maxY - minY) <= NEAR * extent)
  return union([...shown, ...small])
}

/** The box of a shape in its body's frame, m. */
function shapeBounds(shape: Shape): Bounds {
  switch (shape.type) {
    case 'capsule':
      return around([...shape.from, ...shape.to], shape.radius)
    case 'circle':
      return around([...(shape.center ?? [0, 0])], shape.radius)
    case 'segment':
      return around([...shape.from, ...shape.to], 0)
    case 'polyline':
      return around(shape.points.flat(), 0)
    case 'box':
    case 'polygon':
      return around(solidOutline(shape, 1), 0)
  }
}

/** How far the chains of a scene can reach. */
class Reach {
  private readonly scene: Scene
  private readonly boxes: readonly Bounds[]
  private readonly jointOf: ReadonlyMap<string, Joint>

  constructor(scene: Scene, boxes: readonly Bounds[]) {
    this.scene = scene
    this.boxes = boxes
    this.jointOf = new Map(scene.joints.map((joint) => [joint.child, joint]))
  }

  /** The boxes that a joint's chain can come into, where its parent is tied to the ground and cannot turn. */
  sweptBy(joint: Joint): Bounds[] {
    const shifts = this.shiftsOf(joint.parent)
    if (!shifts) return []
    const [x, y] = joint.anchor
    const swept: Bounds[] = []
    if (joint.type === 'hinge') {
      const reach = this.chainReach(joint, new Set())
      swept.push({ minX: x - reach, minY: y - reach, maxX: x + reach, maxY: y + reach })
    } else if (joint.type === 'slider') {
      const box = this.boxes[this.indexOf(joint.child)]!
      swept.push(...slidesOf(joint).map((slide) => moved(box, slide)))
    }
    return swept.flatMap((box) => shifts.map((shift) => moved(box, shift)))
  }

  /** Where sliders can take a body that cannot turn: the ends of their ways, m. Undefined where it can turn, or is free. */
  private shiftsOf(body: string): [number, number][] | undefined {
    const joint = this.jointOf.get(body)
    if (!joint) return this.scene.bodies[this.indexOf(body)]?.kind === 'dynamic' ? undefined : [[0, 0]]
    if (joint.type === 'hinge') return undefined
    const before = this.shiftsOf(joint.parent)
    if (joint.type === 'weld') return before
    const slides = slidesOf(joint)
    // Only the outermost ends matter, and a long chain of sliders has 2^n.
    return before?.slice(0, 16).flatMap(([x, y]) => slides.map(([dx, dy]): [number, number] => [x + dx, y + dy]))
  }

  /** The longest distance that the chain carried by a joint can reach from its anchor, m. */
  private chainReach(joint: Joint, seen: Set<string>): number {
    if (seen.has(joint.name)) return 0
    seen.add(joint.name)
    const [x, y] = joint.anchor
    const box = this.boxes[this.indexOf(joint.child)]!
    const slide = joint.type === 'slider' ? Math.max(...slidesOf(joint).map(([dx, dy]) => Math.hypot(dx, dy))) : 0
    const own = Math.hypot(Math.max(x - box.minX, box.maxX - x), Math.max(y - box.minY, box.maxY - y))
    const carried = this.scene.joints.filter(({ parent }) => parent === joint.child)
    const far = carried.map((next) => Math.hypot(next.anchor[0] - x, next.anchor[1] - y) + this.chainReach(next, seen))
    return slide + Math.max(own, ...far)
  }

  private indexOf(body: string): number {
    return this.scene.bodies.findIndex(({ name }) => name === body)
  }
}

/** The ends of a slider's way from where it is drawn, m; it goes nowhere where it has no stops. */
function slidesOf(joint: Extract<Joint, { type: 'slider' }>): [number, number][] {
  const [x, y] = normalised(joint.axis)
  return (joint.range ?? [0, 0]).map((end): [number, number] => [end * x, end * y])
}

function moved(box: Bounds, [dx, dy]: readonly [number, number]): Bounds {
  return { minX: box.minX + dx, minY: box.minY + dy, maxX: box.maxX + dx, maxY: box.maxY + dy }
}

/** The box around points (x, y pairs) and a margin. */
function around(points: readonly number[], margin: number): Bounds {
  const box = boundsAt(points, [0, 0], 0)
  return { minX: box.minX - margin, minY: box.minY - margin, maxX: box.maxX + margin, maxY: box.maxY + margin }
}

/** The box around points (x, y pairs) of a body's frame when the body is at a pose. */
function boundsAt(points: readonly number[], position: readonly [number, number], angle: number): Bounds {
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
