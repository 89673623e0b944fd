/** Where the parts of a scene are when its bodies are at given poses: joints, rails of sliders, named points, thrusters. */
import { isGround } from '../../scene/ground.ts'
import type { Scene } from '../../scene/schema.ts'
import { thrustersOf } from '../../sim/efforts.ts'
import { directionIn, normalised, pointIn, rotate } from '../../sim/geometry.ts'
import type { Point } from './view.ts'

/** Poses of all bodies as the file draws them: [bodies × 3] x, y (m), angle (rad). */
export function drawnPoses(scene: Scene): Float32Array {
  return Float32Array.from(scene.bodies.flatMap(({ position, angle = 0 }) => [...position, angle]))
}

/** A point that moves with a body. */
interface Anchor {
  /** Index of the body. */
  body: number
  /** In its frame, m. */
  point: Point
}

export interface JointGlyph extends Anchor {
  type: 'hinge' | 'slider' | 'weld'
}

/** What the child of a slider slides along; it moves with the parent. */
export interface Rail extends Anchor {
  /** Index of the joint. */
  joint: number
  /** In the parent's frame, rad. */
  angle: number
  /** From the point, m; undefined where the slider has no stops. */
  range: readonly [number, number] | undefined
  /** Whether what slides is ground that gives way: the rail is no part of the robot then. */
  carriesGround: boolean
}

export interface ThrusterGlyph extends Anchor {
  /** Where its force points with a positive action, in the body's frame, rad. */
  angle: number
}

/** The parts of a scene that move with its bodies. */
export interface Parts {
  /** In the scene's order. Each is on the child: a slider's is its carriage. */
  joints: readonly JointGlyph[]
  rails: readonly Rail[]
  markers: readonly Anchor[]
  thrusters: readonly ThrusterGlyph[]
}

export function partsOf(scene: Scene): Parts {
  const indexOf = new Map(scene.bodies.map(({ name }, index) => [name, index]))
  return {
    joints: scene.joints.map(({ type, child, anchor }) => {
      const body = indexOf.get(child)!
      return { type, body, point: pointIn(scene.bodies[body]!, anchor) }
    }),
    rails: scene.joints.flatMap((joint, index): Rail[] => {
      if (joint.type !== 'slider') return []
      const body = indexOf.get(joint.parent)!
      const parent = scene.bodies[body]!
      const axis = directionIn(parent, normalised(joint.axis))
      const angle = Math.atan2(axis.y, axis.x)
      const carriesGround = isGround(scene.bodies[indexOf.get(joint.child)!]!)
      return [{ joint: index, body, point: pointIn(parent, joint.anchor), angle, range: joint.range, carriesGround }]
    }),
    markers: (scene.markers ?? []).map(({ body, position: [x, y] }) => ({ body: indexOf.get(body)!, point: { x, y } })),
    thrusters: thrustersOf(scene).map(({ actuator }) => ({
      body: indexOf.get(actuator.body)!,
      point: { x: actuator.point[0], y: actuator.point[1] },
      angle: Math.atan2(actuator.direction[1], actuator.direction[0]),
    })),
  }
}

/** Where a part is in the world, m, with bodies at `poses` [bodies × 3]. */
export function placeOf({ body, point }: Anchor, poses: ArrayLike<number>): Point {
  const turned = rotate(point.x, point.y, poses[body * 3 + 2]!)
  return { x: poses[body * 3]! + turned.x, y: poses[body * 3 + 1]! + turned.y }
}
