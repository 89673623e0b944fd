/**
 * Forces in the joints, from the balance of momentum: the engine keeps its joints' impulses to itself. All that a joint carries,
 * its child and what hangs on it, changes its momentum by gravity, contacts, thrusters and what the joint exerts; so the last
 * follows from the others, exactly but for contacts (contacts.ts) and single precision.
 */
import type { RigidBody } from '@dimforge/rapier2d-deterministic-compat'
import type { Thruster } from './actuators.ts'
import { type ContactSum, type Contacts, emptySum, share } from './contacts.ts'
import type { FreeJoint } from './joints.ts'
import type { ScenePlan } from './plan.ts'

/** Numbers per body: impulse along x and y (N·s), and its moment about the scene's origin (N·m·s). */
const WRENCH = 3
/** Numbers per body of `before`: velocity of the centre of mass, spin, and the centre itself. */
const MOTION = 5

/** Which forces are worked out; it takes time. */
export interface MeasuredForces {
  /** Of all joints. */
  loads: boolean
  /** Of the engine's stops, while a joint is at one. */
  stops: boolean
}

export class Reactions {
  private readonly plan: ScenePlan
  private readonly bodies: readonly RigidBody[]
  private readonly joints: readonly (FreeJoint | undefined)[]
  private readonly thrusters: readonly Thruster[]
  private readonly contacts: Contacts
  private readonly order: readonly number[]
  /** Index of the joint that carries each body, -1 of a root. */
  private readonly jointOf: Int32Array
  private readonly before: Float64Array
  private readonly wrench: Float64Array
  private readonly contactSums: readonly ContactSum[]
  private readonly lastContacts: Float64Array
  private readonly everyBody = () => true
  private readonly point = { x: 0, y: 0 }
  private readonly anchors: Float64Array
  private readonly stopped: readonly FreeJoint[]
  private readonly measuresLoads: boolean
  /** `before` is that of the physics step under way. */
  private remembers = false
  /** By joint, over the control step so far: N times steps, and what the stops exert (N·m or N) times steps. */
  private readonly loads: Float64Array
  private readonly limits: Float64Array

  constructor(
    plan: ScenePlan,
    bodies: readonly RigidBody[],
    joints: readonly (FreeJoint | undefined)[],
    thrusters: readonly Thruster[],
    contacts: Contacts,
    { loads, stops }: MeasuredForces,
  ) {
    this.plan = plan
    this.bodies = bodies
    this.joints = joints
    this.thrusters = thrusters
    this.contacts = contacts
    this.order = plan.leavesFirst
    this.jointOf = new Int32Array(bodies.length).fill(-1)
    for (const [index, { child }] of plan.joints.entries()) this.jointOf[child] = index
    this.before = new Float64Array(bodies.length * MOTION)
    this.wrench = new Float64Array(bodies.length * WRENCH)
    this.contactSums = bodies.map(emptySum)
    this.lastContacts = new Float64Array(bodies.length * WRENCH)
    this.anchors = new Float64Array(plan.joints.length * 2)
    this.stopped = stops
      ? joints.filter((joint) => joint !== undefined).filter(({ hasEngineStops }) => hasEngineStops)
      : []
    this.measuresLoads = loads
    this.loads = new Float64Array(plan.joints.length)
    this.limits = new Float64Array(plan.joints.length)
  }

  /** Before a control step. */
  begin(): void {
    this.loads.fill(0)
    this.limits.fill(0)
  }

  /** Before a physics step. */
  remember(): void {
    this.remembers = this.measuresLoads || this.isSomeNearStop()
    if (!this.remembers) return
    const { before, bodies, plan, point } = this
    for (let index = 0; index < bodies.length; index++) {
      if (!plan.masses[index]) continue
      const body = bodies[index]!
      const at = index * MOTION
      body.linvel(point)
      before[at] = point.x
      before[at + 1] = point.y
      before[at + 2] = body.angvel()
      body.worldCom(point)
      before[at + 3] = point.x
      before[at + 4] = point.y
    }
    for (let index = 0; index < this.joints.length; index++) {
      const joint = this.joints[index]
      if (!joint) continue
      joint.lookAtAnchor()
      this.anchors[2 * index] = joint.anchor.x
      this.anchors[2 * index + 1] = joint.anchor.y
    }
  }

  private isSomeNearStop(): boolean {
    for (let index = 0; index < this.stopped.length; index++) {
      if (this.stopped[index]!.isNearStop) return true
    }
    return false
  }

  private isSomeAtStop(): boolean {
    for (let index = 0; index < this.stopped.length; index++) {
      if (this.stopped[index]!.isAtStop) return true
    }
    return false
  }

  /** After a physics step. */
  follow(): void {
    if (!this.remembers || !(this.measuresLoads || this.isSomeAtStop())) {
      this.lastContacts.fill(0)
      return
    }
    this.balanceBodies()
    const { wrench, order, jointOf, plan } = this
    const timestep = plan.scene.world.physicsStep
    for (let index = 0; index < order.length; index++) {
      const body = order[index]!
      const jointIndex = jointOf[body]!
      if (jointIndex < 0) continue
      const joint = plan.joints[jointIndex]!
      const at = body * WRENCH
      this.settle(jointIndex, wrench[at]! / timestep, wrench[at + 1]! / timestep, wrench[at + 2]! / timestep)
      const above = joint.parent * WRENCH
      wrench[above]! += wrench[at]!
      wrench[above + 1]! += wrench[at + 1]!
      wrench[above + 2]! += wrench[at + 2]!
    }
  }

  /** Size of the force that holds the bodies of a joint together, averaged over the `steps` of the last control step, N. */
  load(joint: number, steps: number): number {
    return this.loads[joint]! / steps
  }

  /** What the engine's own stops exert, likewise; N·m or N. */
  limitForce(joint: number, steps: number): number {
    return this.limits[joint]! / steps
  }

  /** Fills `wrench` with what each body alone got from joints: its change of momentum less all other impulses. */
  private balanceBodies(): void {
    const { before, bodies, plan, point, wrench } = this
    const { physicsStep, gravity } = plan.scene.world
    wrench.fill(0)
    for (let index = 0; index < bodies.length; index++) {
      const mass = plan.masses[index]
      if (!mass) continue
      const body = bodies[index]!
      const from = index * MOTION
      body.linvel(point)
      const x = mass.mass * (point.x - before[from]! - gravity[0] * physicsStep)
      const y = mass.mass * (point.y - before[from + 1]! - gravity[1] * physicsStep)
      const spin = mass.inertia * (body.angvel() - before[from + 2]!)
      body.worldCom(point)
      // The middle of its way: the moment of an impulse spread over the step.
      const cx = (point.x + before[from + 3]!) / 2
      const cy = (point.y + before[from + 4]!) / 2
      const at = index * WRENCH
      wrench[at] = x
      wrench[at + 1] = y
      wrench[at + 2] = spin + cx * y - cy * x
      this.takeContacts(index)
    }
    for (let index = 0; index < this.thrusters.length; index++) {
      const thruster = this.thrusters[index]!
      const at = plan.bodyIndex.get(thruster.actuator.body)! * WRENCH
      const { x, y, moment } = thruster.pushed
      wrench[at]! -= x * physicsStep
      wrench[at + 1]! -= y * physicsStep
      wrench[at + 2]! -= moment * physicsStep
    }
  }

  private takeContacts(body: number): void {
    const { contactSums, lastContacts, wrench, plan } = this
    const { solverIterations } = plan.scene.world
    const sum = contactSums[body]!
    this.contacts.sum(body, this.everyBody, sum)
    const at = body * WRENCH
    const touched = sum.normal > 0
    lastContacts[at] = touched ? share(sum.x, lastContacts[at]!, solverIterations) : 0
    lastContacts[at + 1] = touched ? share(sum.y, lastContacts[at + 1]!, solverIterations) : 0
    lastContacts[at + 2] = touched ? share(sum.moment, lastContacts[at + 2]!, solverIterations) : 0
    wrench[at]! -= lastContacts[at]!
    wrench[at + 1]! -= lastContacts[at + 1]!
    wrench[at + 2]! -= lastContacts[at + 2]!
  }

  /** Adds a joint's share of a physics step: the force (N) and its moment about the scene's origin (N·m) on the child's side. */
  private settle(index: number, x: number, y: number, moment: number): void {
    const joint = this.joints[index]
    if (!joint) {
      this.loads[index]! += Math.hypot(x, y)
      return
    }
    if (joint.plan.joint.type === 'hinge') {
      this.loads[index]! += Math.hypot(x, y)
      if (!joint.isAtStop) return
      joint.lookAtAnchor()
      // The middle of its way, as with the bodies.
      const anchorX = (this.anchors[2 * index]! + joint.anchor.x) / 2
      const anchorY = (this.anchors[2 * index + 1]! + joint.anchor.y) / 2
      this.limits[index]! += moment - (anchorX * y - anchorY * x) - joint.freeForce
      return
    }
    joint.lookAtAnchor()
    const { axis } = joint
    const along = joint.isAtStop ? axis.x * x + axis.y * y - joint.freeForce : joint.motorLimitForce
    this.loads[index]! += Math.hypot(axis.x * y - axis.y * x, along)
    if (joint.isAtStop) this.limits[index]! += along
  }
}
