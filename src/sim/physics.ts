/**
 * A scene as a Rapier world: bodies, joints and torques, stepped by one control step at a time.
 * The settings rest on measurements: docs/physics.md says what each one is for.
 */
import RAPIER from '@dimforge/rapier2d-deterministic-compat'
import { wrap } from '../scene/formula.ts'
import { physicsStepsPerControlStep } from '../scene/references.ts'
import type { Joint, Scene, Shape } from '../scene/schema.ts'
import { type Pose, placeBodies, type Velocity } from './kinematics.ts'

let engine: Promise<void> | undefined

/** Loads the physics engine's WebAssembly; to be awaited once before the first world is made. */
export function loadPhysics(): Promise<void> {
  engine ??= RAPIER.init()
  return engine
}

/** Numbers per body in a state: x, y (m), angle (rad), vx, vy (m/s), angular velocity (rad/s). */
export const STATE_STRIDE = 6

interface Hinge {
  joint: Joint
  parent: RAPIER.RigidBody
  child: RAPIER.RigidBody
  /** Where the anchor is in the child's frame, m. */
  anchorInChild: { x: number; y: number }
  /** What the child's angle is beyond the parent's as drawn, where the joint's angle is 0; rad. */
  drawnAngle: number
  /** The angle now, in rad, counted through full turns. */
  angle: number
}

/** One episode's world. Made anew at each reset: a fresh world is the only one that repeats to the bit. */
export class PhysicsWorld {
  private readonly world: RAPIER.World
  private readonly bodies: RAPIER.RigidBody[]
  private readonly hinges: Hinge[]
  private readonly stepsPerControlStep: number

  /** `coordinates` gives joint angles (rad) and velocities (rad/s) by name, as `hinge.angle`; 0 where absent. */
  constructor(scene: Scene, coordinates: ReadonlyMap<string, number>) {
    const { world: settings } = scene
    this.stepsPerControlStep = physicsStepsPerControlStep(settings)
    this.world = new RAPIER.World({ x: settings.gravity[0], y: settings.gravity[1] })
    this.world.timestep = settings.physicsStep
    this.world.numSolverIterations = settings.solverIterations
    this.world.integrationParameters.numInternalPgsIterations = 1
    const { poses, velocities } = placeBodies(scene, coordinates)
    this.bodies = scene.bodies.map((body, index) => {
      const rigidBody = this.world.createRigidBody(describeBody(body, poses[index]!, velocities[index]!))
      for (const shape of body.shapes) {
        const collider = describeShape(shape)
          .setDensity(0)
          .setFriction(body.friction ?? 0.5)
          .setRestitution(body.restitution ?? 0)
        this.world.createCollider(collider, rigidBody)
      }
      return rigidBody
    })
    this.hinges = scene.joints.map((joint) =>
      this.createHinge(scene, joint, coordinates.get(`${joint.name}.angle`) ?? 0),
    )
  }

  /** Advances by one control step under the given torque of each joint (N·m, in the scene's order). */
  step(torques: ArrayLike<number>): void {
    this.hinges.forEach(({ parent, child }) => {
      parent.resetTorques(false)
      child.resetTorques(false)
    })
    this.hinges.forEach(({ parent, child }, index) => {
      const torque = torques[index]!
      if (parent.isDynamic()) parent.addTorque(-torque, true)
      child.addTorque(torque, true)
    })
    for (let count = 0; count < this.stepsPerControlStep; count++) {
      this.world.step()
      for (const hinge of this.hinges) hinge.angle += wrap(relativeAngle(hinge) - hinge.angle)
    }
    for (const hinge of this.hinges) clipVelocity(hinge)
  }

  jointAngle(joint: number): number {
    return this.hinges[joint]!.angle
  }

  jointVelocity(joint: number): number {
    const { parent, child } = this.hinges[joint]!
    return child.angvel() - parent.angvel()
  }

  /** Writes STATE_STRIDE numbers for each body, in the scene's order. */
  readState(target: Float64Array): void {
    for (const [index, body] of this.bodies.entries()) {
      const at = index * STATE_STRIDE
      const position = body.translation()
      const velocity = body.linvel()
      target[at] = position.x
      target[at + 1] = position.y
      target[at + 2] = body.rotation()
      target[at + 3] = velocity.x
      target[at + 4] = velocity.y
      target[at + 5] = body.angvel()
    }
  }

  /** Gives the engine's memory back; the world is unusable afterwards. */
  free(): void {
    this.world.free()
  }

  private createHinge(scene: Scene, joint: Joint, angle: number): Hinge {
    const find = (name: string) => scene.bodies.findIndex((body) => body.name === name)
    const [parentIndex, childIndex] = [find(joint.parent), find(joint.child)]
    const anchorInParent = anchorIn(scene.bodies[parentIndex]!, joint.anchor)
    const anchorInChild = anchorIn(scene.bodies[childIndex]!, joint.anchor)
    const [parent, child] = [this.bodies[parentIndex]!, this.bodies[childIndex]!]
    const created = this.world.createImpulseJoint(
      RAPIER.JointData.revolute(anchorInParent, anchorInChild),
      parent,
      child,
      true,
    )
    created.setContactsEnabled(false)
    const drawnAngle = (scene.bodies[childIndex]!.angle ?? 0) - (scene.bodies[parentIndex]!.angle ?? 0)
    return { joint, parent, child, anchorInChild, drawnAngle, angle }
  }
}

function describeBody(body: Scene['bodies'][number], pose: Pose, velocity: Velocity): RAPIER.RigidBodyDesc {
  const description =
    body.kind === 'fixed'
      ? RAPIER.RigidBodyDesc.fixed()
      : RAPIER.RigidBodyDesc.dynamic().setAdditionalMassProperties(body.mass, { x: 0, y: 0 }, body.inertia)
  description.setTranslation(pose.x, pose.y).setRotation(pose.angle).setCanSleep(false)
  if (body.kind === 'dynamic') description.setLinvel(velocity.vx, velocity.vy).setAngvel(velocity.angular)
  return description
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
        .setRotation(Math.atan2(dy, dx) - Math.PI / 2)
    }
  }
}

/** A point of the scene as drawn, in the frame of a body as drawn. */
function anchorIn(body: Scene['bodies'][number], anchor: readonly [number, number]): { x: number; y: number } {
  const [dx, dy] = [anchor[0] - body.position[0], anchor[1] - body.position[1]]
  const angle = body.angle ?? 0
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  return { x: cos * dx + sin * dy, y: -sin * dx + cos * dy }
}

function relativeAngle({ parent, child, drawnAngle }: Hinge): number {
  return child.rotation() - parent.rotation() - drawnAngle
}

/**
 * Clips a hinge's speed to its `maxVelocity`. The child's linear velocity is set with it, so that the child
 * still turns about the anchor: with the angular velocity alone the joint's next impulse would undo the clip.
 */
function clipVelocity({ joint, parent, child, anchorInChild }: Hinge): void {
  const limit = joint.maxVelocity
  if (limit === undefined) return
  const excess = child.angvel() - parent.angvel()
  if (Math.abs(excess) <= limit) return
  const change = Math.sign(excess) * limit - excess
  const angle = child.rotation()
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  // From the anchor to the centre of mass.
  const armX = -(cos * anchorInChild.x - sin * anchorInChild.y)
  const armY = -(sin * anchorInChild.x + cos * anchorInChild.y)
  const velocity = child.linvel()
  child.setAngvel(child.angvel() + change, true)
  child.setLinvel({ x: velocity.x - change * armY, y: velocity.y + change * armX }, true)
}
