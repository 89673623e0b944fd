/** A scene's joints in the world: their coordinates and rates, and what acts along their free axes. */

import RAPIER, { type RigidBody, type UnitImpulseJoint, type World } from '@dimforge/rapier2d-deterministic-compat'
import * as exact from '../common/exact-math/exact-math.ts'
import { wrap } from '../scene/formula.ts'
import { type EngineVector, engineVector } from './engine.ts'
import type { Vector } from './geometry.ts'
import { ImplicitMotor, type Servo } from './implicit-motor.ts'
import type { JointPlan, ScenePlan } from './plan.ts'

/** How near a coordinate is to a stop that may act, m or rad: the engine's numbers are of single precision. */
const STOP_TOLERANCE = 1e-4

/** Share of its range within which a joint that hardly moved in the last physics step may reach a stop in the next. */
const NEAR_STOP = 0.05

/** A hinge or slider in the world. Forces are N·m of a hinge and N of a slider. */
export abstract class FreeJoint {
  readonly plan: JointPlan
  readonly engineJoint: UnitImpulseJoint
  protected readonly parent: RigidBody
  protected readonly child: RigidBody
  protected readonly childIsHeld: boolean
  /** The sum of what its actuators that are no servos apply now. */
  force = 0
  /** rad (counted through full turns) or m, 0 as drawn. */
  coordinate: number
  /** Its rate; of a driven joint the change of the coordinate over the last physics step. */
  rate: number
  /** Sums over the physics steps of a control step. */
  private servoSum = 0
  private limitSum = 0
  private readonly motor: ImplicitMotor | undefined
  private readonly timestep: number
  private readonly range: readonly [number, number] | undefined
  private readonly damping: number
  /** The coordinate before the last physics step. */
  private previous: number
  /** Where the child's anchor is in the world; `lookAtAnchor` renews it. */
  readonly anchor = { x: 0, y: 0 }
  /** Of a slider, in the world; renewed whenever the coordinate is measured. */
  readonly axis = { x: 0, y: 0 }
  /** From the anchors to the centres of mass, in the world as it is; measureArms() renews them. */
  protected readonly parentArm = { x: 0, y: 0 }
  protected readonly childArm = { x: 0, y: 0 }
  protected readonly parentVelocity = { x: 0, y: 0 }
  protected readonly childVelocity = { x: 0, y: 0 }
  private readonly centreOfParent: Vector
  private readonly centreOfChild: Vector

  constructor(
    plan: JointPlan,
    engineJoint: UnitImpulseJoint,
    parent: RigidBody,
    child: RigidBody,
    start: JointStart,
    servos: readonly Servo[],
    { physicsStep, solverIterations }: ScenePlan['scene']['world'],
  ) {
    this.plan = plan
    this.engineJoint = engineJoint
    this.parent = parent
    this.child = child
    this.childIsHeld = !parent.isDynamic()
    this.coordinate = start.coordinate
    this.previous = start.coordinate
    this.rate = start.rate
    this.timestep = physicsStep
    this.centreOfParent = parent.localCom()
    this.centreOfChild = child.localCom()
    const { range, damping = 0 } = plan.joint.type === 'weld' ? {} : plan.joint
    this.range = range
    this.damping = damping
    engineJoint.configureMotorModel(RAPIER.MotorModel.ForceBased)
    if (plan.driven) {
      this.motor = new ImplicitMotor(engineJoint, plan, servos, physicsStep, solverIterations)
    } else {
      this.motor = undefined
      if (this.damping > 0) engineJoint.configureMotorVelocity(0, this.damping)
      // Set here and not in JointData, where the engine ignores the limits of hinges.
      if (this.range) engineJoint.setLimits(this.range[0], this.range[1])
    }
  }

  /** The coordinate of the bodies as they are; `near` is what it was a step ago. */
  protected abstract measure(near: number): number

  /** The rate of the bodies' velocities as they are. */
  protected abstract measureRate(): number

  /** Adds `force` to the bodies' own, where no motor carries it. */
  protected abstract push(force: number): void

  /** Changes the child's velocity so that the rate changes by this. */
  protected abstract kick(change: number): void

  /** Whether its actuators' force on the bodies stays the same while they move. */
  abstract readonly pushesSteadily: boolean

  /** Before a control step. */
  begin(): void {
    this.force = 0
    this.servoSum = 0
    this.limitSum = 0
  }

  /** Before a physics step. */
  drive(): void {
    this.motor?.set(this.coordinate, this.rate, this.force)
  }

  /** Adds the actuators' force to the bodies that it acts on, where no motor carries it. */
  applyForce(): void {
    if (!this.motor && this.force !== 0) this.push(this.force)
  }

  /** After a physics step. */
  follow(): void {
    this.previous = this.coordinate
    this.coordinate = this.measure(this.previous)
    const { motor } = this
    if (!motor) return
    this.rate = (this.coordinate - this.previous) / this.timestep
    this.servoSum += motor.servoForce(this.rate)
    this.limitSum += motor.limitForce(this.rate)
  }

  /** After a control step. */
  finish(): void {
    if (!this.motor) this.rate = this.measureRate()
    const limit = this.plan.joint.type === 'weld' ? undefined : this.plan.joint.maxVelocity
    if (limit === undefined || Math.abs(this.rate) <= limit) return
    const clipped = Math.sign(this.rate) * limit
    this.kick(clipped - this.rate)
    this.rate = this.motor ? clipped : this.measureRate()
  }

  /** What its actuators gave, averaged over the `steps` physics steps of the last control step. */
  actuatorForce(steps: number): number {
    return this.motor ? this.force + this.servoSum / steps : this.force
  }

  /** What the stops of a driven joint gave, likewise; 0 of an undriven one (reactions.ts works out the engine's stops). */
  limitForce(steps: number): number {
    return this.limitSum / steps
  }

  get isDriven(): boolean {
    return this.motor !== undefined
  }

  /** Its stops are the engine's own, which tell nothing of their force. */
  get hasEngineStops(): boolean {
    return !this.motor && this.range !== undefined
  }

  /** Whether the last physics step began or ended at a stop of the engine's. */
  get isAtStop(): boolean {
    if (this.motor || !this.range) return false
    const { coordinate, previous, range } = this
    return (
      Math.max(coordinate, previous) > range[1] - STOP_TOLERANCE ||
      Math.min(coordinate, previous) < range[0] + STOP_TOLERANCE
    )
  }

  /** Whether the next physics step may bring it to a stop of the engine's. */
  get isNearStop(): boolean {
    if (this.motor || !this.range) return false
    const { coordinate, previous, range } = this
    const margin = Math.max(NEAR_STOP * (range[1] - range[0]), 4 * Math.abs(coordinate - previous))
    return coordinate > range[1] - margin || coordinate < range[0] + margin
  }

  /** What acted along the free axis of an undriven joint in the last physics step, but for stops. */
  get freeForce(): number {
    return this.force - (this.damping * (this.coordinate - this.previous)) / this.timestep
  }

  /** What the stops of a driven joint gave in the last physics step; 0 of an undriven one. */
  get motorLimitForce(): number {
    return this.motor ? this.motor.limitForce(this.rate) : 0
  }

  /** Renews `anchor`. */
  lookAtAnchor(): void {
    const { child, plan, anchor } = this
    child.translation(anchor)
    const angle = child.rotation()
    const cos = exact.cos(angle)
    const sin = exact.sin(angle)
    anchor.x += cos * plan.anchorInChild.x - sin * plan.anchorInChild.y
    anchor.y += sin * plan.anchorInChild.x + cos * plan.anchorInChild.y
  }

  /** Gives the engine's memory back. */
  free(): void {}

  protected measureArms(): void {
    const { parent, child, plan } = this
    setArm(this.parentArm, this.centreOfParent, plan.anchorInParent, parent.rotation())
    setArm(this.childArm, this.centreOfChild, plan.anchorInChild, child.rotation())
    parent.linvel(this.parentVelocity)
    child.linvel(this.childVelocity)
  }
}

class Hinge extends FreeJoint {
  readonly pushesSteadily = true

  protected override measure(near: number): number {
    return near + wrap(this.child.rotation() - this.parent.rotation() - this.plan.drawnAngle - near)
  }

  protected override measureRate(): number {
    return this.child.angvel() - this.parent.angvel()
  }

  protected override push(torque: number): void {
    if (!this.childIsHeld) this.parent.addTorque(-torque, true)
    this.child.addTorque(torque, true)
  }

  /**
   * The child's linear velocity is changed with its spin, so that it still turns about the anchor: with the spin alone
   * the joint's next impulse would undo the change.
   */
  protected override kick(change: number): void {
    this.measureArms()
    const { child, childArm, childVelocity } = this
    child.setAngvel(child.angvel() + change, true)
    childVelocity.x -= change * childArm.y
    childVelocity.y += change * childArm.x
    child.setLinvel(childVelocity, true)
  }
}

class Slider extends FreeJoint {
  /** Where nothing turns the axis, and nothing turns the child, the force at the child's centre is all there is. */
  readonly pushesSteadily: boolean
  private readonly vector: EngineVector
  private readonly point: EngineVector
  private readonly parentPlace = { x: 0, y: 0 }
  private readonly childPlace = { x: 0, y: 0 }
  /** From the parent's anchor to the child's, m. */
  private readonly gap = { x: 0, y: 0 }
  private readonly set: World['bodies']['raw']

  constructor(set: World['bodies']['raw'], ...rest: ConstructorParameters<typeof FreeJoint>) {
    super(...rest)
    this.set = set
    this.vector = engineVector(0, 0)
    this.point = engineVector(0, 0)
    this.pushesSteadily = this.parent.isFixed()
  }

  protected override measure(): number {
    const { parent, child, plan, parentPlace, childPlace, axis, gap } = this
    parent.translation(parentPlace)
    child.translation(childPlace)
    const parentAngle = parent.rotation()
    const [parentCos, parentSin] = [exact.cos(parentAngle), exact.sin(parentAngle)]
    const childAngle = child.rotation()
    const [childCos, childSin] = [exact.cos(childAngle), exact.sin(childAngle)]
    const { anchorInParent, anchorInChild, axisInParent } = plan
    axis.x = parentCos * axisInParent.x - parentSin * axisInParent.y
    axis.y = parentSin * axisInParent.x + parentCos * axisInParent.y
    gap.x =
      childPlace.x +
      childCos * anchorInChild.x -
      childSin * anchorInChild.y -
      (parentPlace.x + parentCos * anchorInParent.x - parentSin * anchorInParent.y)
    gap.y =
      childPlace.y +
      childSin * anchorInChild.x +
      childCos * anchorInChild.y -
      (parentPlace.y + parentSin * anchorInParent.x + parentCos * anchorInParent.y)
    return axis.x * gap.x + axis.y * gap.y
  }

  protected override measureRate(): number {
    this.measure()
    this.measureArms()
    const { axis, gap, childArm, parentArm, childVelocity, parentVelocity } = this
    const childSpin = this.child.angvel()
    const parentSpin = this.parent.angvel()
    // Of the child's anchor against the point of the parent that it passes: the axis turns with the parent.
    const vx = childVelocity.x + childSpin * childArm.y - (parentVelocity.x + parentSpin * (parentArm.y - gap.y))
    const vy = childVelocity.y - childSpin * childArm.x - (parentVelocity.y - parentSpin * (parentArm.x - gap.x))
    return axis.x * vx + axis.y * vy
  }

  protected override push(force: number): void {
    const { vector, point, axis, child, parent, childPlace } = this
    this.measure()
    vector.x = force * axis.x
    vector.y = force * axis.y
    if (this.pushesSteadily) {
      this.set.rbAddForce(child.handle, vector, true)
      return
    }
    // Both on one line of action, so that the pair together feels nothing.
    const { anchorInChild } = this.plan
    const angle = child.rotation()
    const [cos, sin] = [exact.cos(angle), exact.sin(angle)]
    point.x = childPlace.x + cos * anchorInChild.x - sin * anchorInChild.y
    point.y = childPlace.y + sin * anchorInChild.x + cos * anchorInChild.y
    this.set.rbAddForceAtPoint(child.handle, vector, point, true)
    if (!parent.isDynamic()) return
    vector.x = -vector.x
    vector.y = -vector.y
    this.set.rbAddForceAtPoint(parent.handle, vector, point, true)
  }

  protected override kick(change: number): void {
    const { child, axis, childVelocity } = this
    this.measure()
    child.linvel(childVelocity)
    childVelocity.x += change * axis.x
    childVelocity.y += change * axis.y
    child.setLinvel(childVelocity, true)
  }

  override free(): void {
    this.vector.free()
    this.point.free()
  }
}

/** From a point of a body's frame to its centre of mass, in the world. */
function setArm(arm: Vector, centre: Vector, point: Vector, angle: number): void {
  const cos = exact.cos(angle)
  const sin = exact.sin(angle)
  const x = centre.x - point.x
  const y = centre.y - point.y
  arm.x = cos * x - sin * y
  arm.y = sin * x + cos * y
}

/** Where a joint starts. */
export interface JointStart {
  coordinate: number
  rate: number
}

/** Joins the bodies of `plan` in the world; the free joint of a hinge or slider, undefined for a weld. */
export function createJoint(
  world: World,
  bodies: readonly RigidBody[],
  plan: JointPlan,
  start: JointStart,
  servos: readonly Servo[],
  settings: ScenePlan['scene']['world'],
): FreeJoint | undefined {
  const [parent, child] = [bodies[plan.parent]!, bodies[plan.child]!]
  const { joint, anchorInParent, anchorInChild } = plan
  const create = (data: RAPIER.JointData) => {
    const created = world.createImpulseJoint(data, parent, child, true)
    created.setContactsEnabled(joint.contacts ?? false)
    return created
  }
  switch (joint.type) {
    case 'weld':
      // Frames that agree where the child is turned against the parent as drawn.
      create(RAPIER.JointData.fixed(anchorInParent, plan.drawnAngle, anchorInChild, 0))
      return undefined
    case 'hinge': {
      const created = create(RAPIER.JointData.revolute(anchorInParent, anchorInChild)) as UnitImpulseJoint
      return new Hinge(plan, created, parent, child, start, servos, settings)
    }
    case 'slider': {
      const { axisInParent, axisInChild } = plan
      const created = create(
        RAPIER.JointData.prismatic(anchorInParent, anchorInChild, axisInParent),
      ) as UnitImpulseJoint
      // The package takes one axis for both frames; the bodies may be drawn at different angles.
      const turn = RAPIER.RotationOps.intoRaw(exact.atan2(axisInChild.y, axisInChild.x))
      world.impulseJoints.raw.jointSetFrameX2(created.handle, turn)
      turn.free()
      return new Slider(world.bodies.raw, plan, created, parent, child, start, servos, settings)
    }
  }
}
