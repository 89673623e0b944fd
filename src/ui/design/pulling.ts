/** Pulling at a robot in play with the pointer: the body under it is held where it was taken. */
import { isFreeToMove } from '../../scene/ground.ts'
import type { Body, Scene, Shape } from '../../scene/schema.ts'
import { rotate } from '../../sim/geometry.ts'
import type { LivePlay } from '../play/live-play.ts'
import { solidOutline } from '../stage/outlines.ts'
import type { StagePress } from '../stage/stage-controller.ts'
import type { Point } from '../stage/view.ts'

/** A press on a dynamic body pulls it, once the scene is in play; any other press is left to others. */
export function pullByPointer(play: LivePlay, scene: Scene): StagePress {
  return (point) => {
    const poses = play.poses.peek()
    if (!poses || play.atStart.peek() || play.over.peek()) return undefined
    const body = bodyAt(scene, poses, point)
    if (body === undefined) return undefined
    const held = localPoint(poses, body, point)
    play.pull({ body, point: held, target: point })
    return {
      move: (target) => play.pull({ body, point: held, target }),
      end: () => play.pull(undefined),
    }
  }
}

/** Index of the dynamic body drawn uppermost at a point of the world, with bodies at `poses` [bodies × 3]. */
export function bodyAt(scene: Scene, poses: ArrayLike<number>, point: Point): number | undefined {
  for (let index = scene.bodies.length - 1; index >= 0; index--) {
    const body: Body = scene.bodies[index]!
    if (!isFreeToMove(body)) continue
    const local = localPoint(poses, index, point)
    if (body.shapes.some((shape) => isInside(shape, local))) return index
  }
  return undefined
}

function localPoint(poses: ArrayLike<number>, body: number, { x, y }: Point): Point {
  return rotate(x - poses[body * 3]!, y - poses[body * 3 + 1]!, -poses[body * 3 + 2]!)
}

function isInside(shape: Shape, { x, y }: Point): boolean {
  if (shape.type === 'segment' || shape.type === 'polyline') return false
  if (shape.type === 'circle') {
    const [cx, cy] = shape.center ?? [0, 0]
    return Math.hypot(x - cx, y - cy) <= shape.radius
  }
  // The outlines are convex and counter-clockwise, or a polygon of either sense: a point inside is on one side of all edges.
  const outline = solidOutline(shape, 1)
  let [left, right] = [0, 0]
  for (let index = 0; index < outline.length; index += 2) {
    const next = (index + 2) % outline.length
    const [ax, ay, bx, by] = [outline[index]!, outline[index + 1]!, outline[next]!, outline[next + 1]!]
    const side = (bx - ax) * (y - ay) - (by - ay) * (x - ax)
    if (side > 0) left++
    if (side < 0) right++
  }
  return left === 0 || right === 0
}
