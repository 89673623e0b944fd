/**
 * A scene as a Rapier world, stepped by one control step at a time.
 * The settings rest on measurements: docs/physics.md says what each one is for.
 */
import RAPIER from '@dimforge/rapier2d-deterministic-compat'
import { internalIterationsOf } from '../scene/references.ts'
import { jointActuator, servoOf, type TakeAction, Thruster } from './actuators.ts'
import { createBody } from './bodies.ts'
import { ContactSensor } from './contact-sensors.ts'
import { ContactSurvey } from './contact-survey.ts'
import { Contacts } from './contacts.ts'
import { type EngineVector, engineVector, stepWorld } from './engine.ts'
import type { Servo } from './implicit-motor.ts'
import { createJoint, type FreeJoint } from './joints.ts'
import { placeBodies } from './kinematics.ts'
import { aimMotion, startOfMotions } from './motions.ts'
import type { ScenePlan } from './plan.ts'
import type { Pull } from './pull.ts'
import { applyPull, connectedMass } from './pull-spring.ts'
import { RaySensor } from './rays.ts'
import { type MeasuredForces, Reactions } from './reactions.ts'
import { readBody, STATE_STRIDE } from './state.ts'

export { loadPhysics } from './engine.ts'
export type { MeasuredForces } from './reactions.ts'
export { STATE_STRIDE } from './state.ts'

/** What is worked out beside the motion; it takes time. */
export interface Measured extends MeasuredForces {
  /** What touches the ground, and how deep contacts are; not where absent. */
  contacts?: boolean
}

/** One episode's world. Made anew at each reset: a fresh world is the only one that repeats to the bit. */
export class PhysicsWorld {
  /** By the scene's bodies. */
  readonly bodies: readonly RAPIER.RigidBody[]
  /** By the scene's joints; undefined for a weld. */
  readonly joints: readonly (FreeJoint | undefined)[]
  private readonly plan: ScenePlan
  private readonly world: RAPIER.World
  private readonly gravity: EngineVector
  private readonly freeJoints: readonly FreeJoint[]
  private readonly thrusters: readonly Thruster[]
  private readonly takeActions: readonly TakeAction[]
  /** Bodies with forces of their own, to be cleared before they are set anew. */
  private readonly pushed: readonly RAPIER.RigidBody[]
  /** Joints whose actuators act on the bodies. */
  private readonly pushers: readonly FreeJoint[]
  private readonly pushesSteadily: boolean
  private readonly moving: readonly { motion: ScenePlan['motions'][number]; body: RAPIER.RigidBody }[]
  /** By the scene's `sensors`; undefined for one of another type. */
  readonly contactSensors: readonly (ContactSensor | undefined)[]
  readonly raySensors: readonly (RaySensor | undefined)[]
  private readonly touching: readonly ContactSensor[]
  private readonly contacts: Contacts
  /** Undefined where nobody asks for it. */
  readonly contactSurvey: ContactSurvey | undefined
  /** Undefined where nobody asks for forces in joints. */
  private readonly reactions: Reactions | undefined
  private readonly measured: MeasuredForces
  private stepsDone = 0
  private pulled: { pull: Pull; mass: number } | undefined

  /**
   * `coordinates` by name, as in the scene's `reset`; as drawn and at rest where absent. What is not measured
   * of forces in joints is NaN.
   */
  constructor(plan: ScenePlan, coordinates: ReadonlyMap<string, number>, measured: Measured) {
    const { scene, masses } = plan
    const { world: settings } = scene
    this.plan = plan
    const world = new RAPIER.World({ x: settings.gravity[0], y: settings.gravity[1] })
    this.world = world
    world.profilerEnabled = false
    world.timestep = settings.physicsStep
    world.numSolverIterations = settings.solverIterations
    world.integrationParameters.numInternalPgsIterations = internalIterationsOf(scene)
    this.gravity = engineVector(settings.gravity[0], settings.gravity[1])
    const roots = startOfMotions(plan.motions, settings.physicsStep)
    const { poses, velocities } = placeBodies(scene, coordinates, roots)
    const bodies = scene.bodies.map((body, index) =>
      createBody(world, body, masses[index], poses[index]!, velocities[index]!),
    )
    this.bodies = bodies
    const servos = scene.actuators.map(servoOf)
    this.joints = plan.joints.map((joint) => {
      const { name } = joint.joint
      const own = scene.actuators.flatMap((one, index): Servo[] =>
        one.type !== 'thruster' && one.joint === name && servos[index] ? [servos[index]] : [],
      )
      const start = {
        coordinate: coordinates.get(`${name}.${joint.joint.type === 'hinge' ? 'angle' : 'position'}`) ?? 0,
        rate: coordinates.get(`${name}.velocity`) ?? 0,
      }
      return createJoint(world, bodies, joint, start, own, settings)
    })
    this.freeJoints = this.joints.filter((joint) => joint !== undefined)
    const thrusters: Thruster[] = []
    const pushers = new Set<FreeJoint>()
    this.takeActions = scene.actuators.map((actuator, index): TakeAction => {
      if (actuator.type === 'thruster') {
        const thruster = new Thruster(world.bodies.raw, bodies[plan.bodyIndex.get(actuator.body)!]!, actuator)
        thrusters.push(thruster)
        return thruster.take
      }
      const joint = this.joints[plan.jointIndex.get(actuator.joint)!]!
      if (!joint.isDriven) pushers.add(joint)
      return jointActuator(actuator, joint, servos[index])
    })
    this.thrusters = thrusters
    this.pushers = [...pushers]
    const pushed = this.pushers.flatMap(({ plan: { parent, child } }) => [bodies[parent]!, bodies[child]!])
    this.pushed = [...new Set([...pushed, ...thrusters.map(({ body }) => body)])].filter((body) => body.isDynamic())
    this.pushesSteadily = thrusters.length === 0 && this.pushers.every((joint) => joint.pushesSteadily)
    this.contacts = new Contacts(world, bodies)
    this.contactSurvey = measured.contacts ? new ContactSurvey(scene.bodies) : undefined
    const entries = scene.sensors ?? []
    this.contactSensors = entries.map((entry) => {
      if (entry.type !== 'contact') return undefined
      const other = entry.with === undefined ? undefined : plan.bodyIndex.get(entry.with)
      return new ContactSensor(plan.bodyIndex.get(entry.body)!, other, settings.solverIterations)
    })
    this.touching = this.contactSensors.filter((sensor) => sensor !== undefined)
    this.raySensors = entries.map((entry) =>
      entry.type === 'ray'
        ? new RaySensor(world, bodies, plan.radii, entry, plan.bodyIndex.get(entry.body)!)
        : undefined,
    )
    const stops = measured.stops && this.freeJoints.some(({ hasEngineStops }) => hasEngineStops)
    this.measured = { loads: measured.loads, stops }
    this.reactions =
      measured.loads || stops
        ? new Reactions(plan, bodies, this.joints, thrusters, this.contacts, this.measured)
        : undefined
    this.moving = plan.motions.map((motion) => ({ motion, body: bodies[motion.body]! }))
  }

  /** Advances by one control step under these actions, one for each of the scene's actuators, in [-1, 1]. */
  step(actions: Float64Array): void {
    const { freeJoints, takeActions, pushesSteadily } = this
    const { stepsPerControlStep } = this.plan
    for (let index = 0; index < freeJoints.length; index++) freeJoints[index]!.begin()
    for (let index = 0; index < this.touching.length; index++) this.touching[index]!.begin()
    this.reactions?.begin()
    this.contactSurvey?.begin()
    for (let index = 0; index < takeActions.length; index++) takeActions[index]!(actions[index]!)
    for (let count = 0; count < stepsPerControlStep; count++) {
      // Forces stay in the engine until they are cleared.
      if (count === 0 || !pushesSteadily) this.push()
      this.physicsStep()
    }
    for (let index = 0; index < freeJoints.length; index++) freeJoints[index]!.finish()
  }

  /** Pulls at a body from the next step on, until it is told otherwise. */
  pull(pull: Pull | undefined): void {
    this.pulled = pull && { pull, mass: connectedMass(this.plan, pull.body) }
  }

  /** Every contact as the last physics step left it: [x, y (m), fx, fy (N, on the body of the pair that can move)] each. */
  contactPoints(): number[] {
    const { physicsStep, solverIterations } = this.plan.scene.world
    return this.contacts.points(physicsStep, solverIterations)
  }

  private push(): void {
    for (let index = 0; index < this.pushed.length; index++) {
      this.pushed[index]!.resetForces(false)
      this.pushed[index]!.resetTorques(false)
    }
    for (let index = 0; index < this.pushers.length; index++) this.pushers[index]!.applyForce()
    for (let index = 0; index < this.thrusters.length; index++) this.thrusters[index]!.apply()
  }

  private physicsStep(): void {
    const { freeJoints, moving } = this
    this.stepsDone++
    const time = this.stepsDone * this.plan.scene.world.physicsStep
    for (let index = 0; index < moving.length; index++) aimMotion(moving[index]!.motion, moving[index]!.body, time)
    for (let index = 0; index < freeJoints.length; index++) freeJoints[index]!.drive()
    if (this.pulled) {
      const { pull, mass } = this.pulled
      applyPull(pull, this.bodies[pull.body]!, mass, this.plan.scene.world.physicsStep)
    }
    this.reactions?.remember()
    stepWorld(this.world, this.gravity)
    for (let index = 0; index < freeJoints.length; index++) freeJoints[index]!.follow()
    this.reactions?.follow()
    for (let index = 0; index < this.touching.length; index++) this.touching[index]!.follow(this.contacts)
    this.contactSurvey?.follow(this.contacts)
  }

  /** Pushes a dynamic body at its centre of mass, at once: its momentum changes by (x, y), N·s. */
  applyImpulse(body: number, x: number, y: number): void {
    this.bodies[body]!.applyImpulse({ x, y }, false)
  }

  /** Writes STATE_STRIDE numbers for each body, in the scene's order. */
  readState(target: Float64Array): void {
    const { bodies, plan } = this
    for (let index = 0; index < bodies.length; index++) {
      readBody(bodies[index]!, plan.masses[index], target, index * STATE_STRIDE)
    }
  }

  /** What the stops of a joint gave, averaged over the last control step: N·m of a hinge, N of a slider; NaN where it is not measured. */
  limitForce(joint: number): number {
    const free = this.joints[joint]!
    const { stepsPerControlStep } = this.plan
    if (!free.hasEngineStops) return free.limitForce(stepsPerControlStep)
    return this.measured.stops ? this.reactions!.limitForce(joint, stepsPerControlStep) : Number.NaN
  }

  /** Size of the force in a joint, averaged over the last control step, N; NaN where it is not measured. */
  load(joint: number): number {
    return this.measured.loads ? this.reactions!.load(joint, this.plan.stepsPerControlStep) : Number.NaN
  }

  /** Gives the engine's memory back; the world is unusable afterwards. */
  free(): void {
    for (const joint of this.freeJoints) joint.free()
    for (const thruster of this.thrusters) thruster.free()
    for (const ray of this.raySensors) ray?.free()
    this.gravity.free()
    this.world.free()
  }
}
