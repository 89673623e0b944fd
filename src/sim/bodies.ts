/** Bodies and shapes of a scene as the engine wants them. */

import RAPIER from '@dimforge/rapier2d-deterministic-compat'
import * as exact from '../common/exact-math/exact-math.ts'
import type { Body, Shape } from '../scene/schema.ts'
import { type Pose, rotate, type Vector, type Velocity } from './geometry.ts'

/** Friction of a body that states none. */
const FRICTION = 0.5

/** What a dynamic body weighs. */
export interface BodyMass {
  /** kg */
  mass: number
  /** In the body's frame, m. */
  centre: Vector
  /** About the centre of mass, kg·m². */
  inertia: number
}

/** A body with its shapes in the world. `mass` is undefined for a body that is not dynamic. */
export function createBody(
  world: RAPIER.World,
  body: Body,
  mass: BodyMass | undefined,
  pose: Pose,
  velocity: Velocity,
): RAPIER.RigidBody {
  const description = describeBody(body, mass)
    .setTranslation(pose.x, pose.y)
    .setRotation(pose.angle)
    // A body that sleeps stops at once: its energy and its sensors would jump.
    .setCanSleep(false)
  if (mass) {
    // The engine's velocity is that of the centre of mass.
    const arm = rotate(mass.centre.x, mass.centre.y, pose.angle)
    description
      .setLinvel(velocity.vx - velocity.angular * arm.y, velocity.vy + velocity.angular * arm.x)
      .setAngvel(velocity.angular)
  }
  if (body.kind === 'kinematic') description.setLinvel(velocity.vx, velocity.vy).setAngvel(velocity.angular)
  const rigidBody = world.createRigidBody(description)
  const groups = interactionGroups(body)
  for (const shape of body.shapes) {
    const collider = describeShape(shape)
      // Mass comes from the body, counted over the volume, not from the plane's areas.
      .setDensity(0)
      .setFriction(shape.friction ?? body.friction ?? FRICTION)
      .setRestitution(shape.restitution ?? body.restitution ?? 0)
      // The larger of the two, as MuJoCo takes friction; so a ball that bounces does so on any ground.
      .setFrictionCombineRule(RAPIER.CoefficientCombineRule.Max)
      .setRestitutionCombineRule(RAPIER.CoefficientCombineRule.Max)
      .setCollisionGroups(groups)
    world.createCollider(collider, rigidBody)
  }
  // Else the engine takes the centre of mass to be at the scene's origin until the first step is done.
  rigidBody.recomputeMassPropertiesFromColliders()
  return rigidBody
}

function describeBody(body: Body, mass: BodyMass | undefined): RAPIER.RigidBodyDesc {
  if (body.kind === 'fixed') return RAPIER.RigidBodyDesc.fixed()
  if (body.kind === 'kinematic') return RAPIER.RigidBodyDesc.kinematicPositionBased()
  return RAPIER.RigidBodyDesc.dynamic().setAdditionalMassProperties(mass!.mass, mass!.centre, mass!.inertia)
}

/** The engine's form: the groups a body is in as the upper 16 bits, those it collides with as the lower. */
function interactionGroups({ groups = [0], collidesWith }: Body): number {
  const bits = (list: readonly number[]) => list.reduce((sum, group) => sum | (1 << group), 0)
  return ((bits(groups) << 16) | (collidesWith ? bits(collidesWith) : 0xffff)) >>> 0
}

function describeShape(shape: Shape): RAPIER.ColliderDesc {
  switch (shape.type) {
    case 'circle': {
      const [x, y] = shape.center ?? [0, 0]
      return RAPIER.ColliderDesc.ball(shape.radius).setTranslation(x, y)
    }
    case 'box': {
      const [x, y] = shape.center ?? [0, 0]
      return RAPIER.ColliderDesc.cuboid(shape.width / 2, shape.height / 2)
        .setTranslation(x, y)
        .setRotation(shape.angle ?? 0)
    }
    case 'capsule': {
      const [dx, dy] = [shape.to[0] - shape.from[0], shape.to[1] - shape.from[1]]
      // The engine's capsule lies along its local y axis.
      return RAPIER.ColliderDesc.capsule(Math.hypot(dx, dy) / 2, shape.radius)
        .setTranslation((shape.from[0] + shape.to[0]) / 2, (shape.from[1] + shape.to[1]) / 2)
        .setRotation(exact.atan2(dy, dx) - Math.PI / 2)
    }
    case 'polygon': {
      const points = Float32Array.from(shape.points.flat())
      const hull = RAPIER.ColliderDesc.convexHull(points)
      if (!hull) throw new Error('A polygon of the scene has no area.')
      return hull
    }
    case 'segment':
      return RAPIER.ColliderDesc.segment({ x: shape.from[0], y: shape.from[1] }, { x: shape.to[0], y: shape.to[1] })
    case 'polyline':
      return RAPIER.ColliderDesc.polyline(Float32Array.from(shape.points.flat()))
  }
}
