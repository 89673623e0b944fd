/** What a scene's worlds have in common, worked out once: indices instead of names, frames, masses, inertias of joints. */
import { massPropertiesOf } from '../scene/mass-properties.ts'
import { type CompiledMotion, compileMotions } from '../scene/motion.ts'
import { physicsStepsPerControlStep } from '../scene/references.ts'
import type { Joint, Scene, Shape } from '../scene/schema.ts'
import type { BodyMass } from './bodies.ts'
import { effectiveInertias, leavesFirst } from './effective-inertia.ts'
import { directionIn, normalised, pointIn, type Vector } from './geometry.ts'

export interface JointPlan {
  joint: Joint
  /** Indices of bodies. */
  parent: number
  child: number
  anchorInParent: Vector
  anchorInChild: Vector
  /** The child's angle less the parent's, as drawn; rad. */
  drawnAngle: number
  /** Of a slider, of length 1 and as drawn, in the frames of both bodies. */
  axisInParent: Vector
  axisInChild: Vector
  /** What the joint feels along its free axis with its armature, kg·m² or kg; 0 for a weld. */
  inertia: number
  /** One implicit motor carries armature, damping, spring, servos and stops (drive.ts); otherwise the engine's own means do. */
  driven: boolean
}

export interface ScenePlan {
  scene: Scene
  stepsPerControlStep: number
  /** By body; undefined where it is not dynamic. */
  masses: readonly (BodyMass | undefined)[]
  joints: readonly JointPlan[]
  motions: readonly CompiledMotion[]
  bodyIndex: ReadonlyMap<string, number>
  jointIndex: ReadonlyMap<string, number>
  /** Indices of all bodies, every one after all that it carries. */
  leavesFirst: readonly number[]
  /** By body: how far its shapes reach from the origin of its frame, m. */
  radii: Float64Array
}

export function planScene(scene: Scene): ScenePlan {
  const { motions } = compileMotions(scene)
  const bodyIndex = new Map(scene.bodies.map(({ name }, index) => [name, index]))
  const masses = scene.bodies.map((body): BodyMass | undefined => {
    if (body.kind !== 'dynamic') return undefined
    const { mass, centerOfMass, inertia } = massPropertiesOf(body)
    return { mass, centre: { x: centerOfMass[0], y: centerOfMass[1] }, inertia }
  })
  const inertias = effectiveInertias(scene, masses)
  const joints = scene.joints.map((joint, index): JointPlan => {
    const [parent, child] = [bodyIndex.get(joint.parent)!, bodyIndex.get(joint.child)!]
    const [parentBody, childBody] = [scene.bodies[parent]!, scene.bodies[child]!]
    const axis = joint.type === 'slider' ? normalised(joint.axis) : ([1, 0] satisfies [number, number])
    return {
      joint,
      parent,
      child,
      anchorInParent: pointIn(parentBody, joint.anchor),
      anchorInChild: pointIn(childBody, joint.anchor),
      drawnAngle: (childBody.angle ?? 0) - (parentBody.angle ?? 0),
      axisInParent: directionIn(parentBody, axis),
      axisInChild: directionIn(childBody, axis),
      inertia: inertias[index]!,
      driven: isDriven(scene, joint),
    }
  })
  return {
    scene,
    stepsPerControlStep: physicsStepsPerControlStep(scene.world),
    masses,
    joints,
    motions,
    bodyIndex,
    jointIndex: new Map(scene.joints.map(({ name }, index) => [name, index])),
    leavesFirst: leavesFirst(scene, bodyIndex),
    radii: Float64Array.from(scene.bodies, ({ shapes }) => Math.max(0, ...shapes.map(reachOf))),
  }
}

function isDriven({ actuators }: Scene, joint: Joint): boolean {
  if (joint.type === 'weld') return false
  if ((joint.armature ?? 0) > 0 || (joint.stiffness ?? 0) > 0) return true
  return actuators.some((one) => (one.type === 'velocity' || one.type === 'position') && one.joint === joint.name)
}

/** How far a shape reaches from the origin of its body's frame, m. */
function reachOf(shape: Shape): number {
  switch (shape.type) {
    case 'circle':
      return Math.hypot(...(shape.center ?? [0, 0])) + shape.radius
    case 'box':
      return Math.hypot(...(shape.center ?? [0, 0])) + Math.hypot(shape.width, shape.height) / 2
    case 'capsule':
      return Math.max(Math.hypot(...shape.from), Math.hypot(...shape.to)) + shape.radius
    case 'segment':
      return Math.max(Math.hypot(...shape.from), Math.hypot(...shape.to))
    case 'polygon':
    case 'polyline':
      return Math.max(...shape.points.map((point) => Math.hypot(...point)))
  }
}
