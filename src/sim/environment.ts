/**
 * A scene as a reinforcement-learning environment: reset and step, with the conventions of Gymnasium.
 * Physics, task and environment are three things: this file joins a PhysicsWorld and a compiled task.
 */
import { RandomStream } from '../common/random.ts'
import { UserError } from '../common/user-error.ts'
import type { Scene } from '../scene/schema.ts'
import { type Sensor, sensorsOf } from '../scene/sensors.ts'
import { type CompiledTask, compileTask } from '../scene/task.ts'
import { loadPhysics, type Measured, PhysicsWorld, STATE_STRIDE } from './physics.ts'
import { planScene, type ScenePlan } from './plan.ts'
import type { Pull } from './pull.ts'
import { sensorWriter } from './sensors.ts'

/** One entry of an observation or action. */
export interface Channel {
  name: string
  unit: string
  low: number
  high: number
}

export interface EnvironmentSpec {
  scene: string
  observation: readonly Channel[]
  /** Every action is in [-1, 1]. */
  action: readonly Channel[]
  rewardTerms: readonly string[]
  /** Time between two actions, s. */
  controlStep: number
  /** Control steps after which an episode is truncated. */
  maxSteps: number
}

/** What a step returns. Here one object per environment, refilled at each step: copy what is to be kept. */
export interface StepResult {
  /** [observation size], in the order of `spec.observation` */
  observation: Float32Array
  /** The sum of the terms. */
  reward: number
  /** Each reward term by its name in the scene. */
  terms: Record<string, number>
  /** A termination condition holds: nothing can be earned after this step, and a TD target does not bootstrap through it. */
  terminated: boolean
  /** The time limit is reached: the episode stops, but the state has a future, and a TD target bootstraps through it. */
  truncated: boolean
  info: {
    /** Control steps since the reset. */
    step: number
    /** Time since the reset, s. */
    time: number
    /** Names of the conditions of `terminate` that hold. */
    conditions: string[]
  }
}

export interface EnvironmentOptions {
  /**
   * Measure the forces in joints though no formula reads them: `<joint>.load`, and `.limitForce` where the stops are the
   * engine's own. They are NaN otherwise, for measuring costs time. The motion is the same either way, to the bit.
   */
  measureForces?: boolean
  /** Measure what `contacts` tells. The motion is the same either way, to the bit. */
  measureContacts?: boolean
}

/** Largest position (m), angle (rad) and velocity (SI units) of a body that still counts as motion. */
const MAX_STATE = 1e8

export class Environment {
  readonly scene: Scene
  readonly spec: EnvironmentSpec
  readonly sensors: readonly Sensor[]
  private readonly task: CompiledTask
  private readonly result: StepResult
  private readonly action: Float64Array
  private readonly forces: Float64Array
  private readonly bodyState: Float64Array
  private readonly plan: ScenePlan
  private readonly writers: readonly (() => void)[]
  private world: PhysicsWorld | undefined
  private stepCount = 0

  private readonly measured: Measured

  /** Prefer `createEnvironment`, which loads the physics engine first. */
  constructor(scene: Scene, { measureForces = false, measureContacts = false }: EnvironmentOptions = {}) {
    const { task, problems } = compileTask(scene)
    if (!task)
      throw new UserError(`The scene "${scene.name}" has a formula that cannot be used: ${problems[0]?.error.message}`)
    this.scene = scene
    this.task = task
    this.sensors = sensorsOf(scene)
    this.spec = specOf(scene)
    this.action = new Float64Array(scene.actuators.length)
    this.forces = new Float64Array(scene.joints.length)
    this.bodyState = new Float64Array(scene.bodies.length * STATE_STRIDE)
    this.plan = planScene(scene)
    const sources = {
      plan: this.plan,
      world: () => this.world!,
      state: this.bodyState,
      actions: this.action,
      steps: () => this.stepCount,
    }
    this.measured = {
      loads: measureForces || reads(scene, 'load'),
      stops: measureForces || reads(scene, 'limitForce'),
      contacts: measureContacts,
    }
    this.writers = this.sensors.map((sensor, index) => sensorWriter(sensor, index, task.sensorValues, sources))
    this.result = {
      observation: new Float32Array(task.observation.length),
      reward: 0,
      terms: Object.fromEntries(task.reward.map(({ name }) => [name, 0])),
      terminated: false,
      truncated: false,
      info: { step: 0, time: 0, conditions: [] },
    }
  }

  /** Starts an episode: the same seed (an unsigned 32-bit integer) gives the same one, bit for bit. Returns the first observation, refilled at each step. */
  reset({ seed }: { seed: number }): { observation: Float32Array; info: { seed: number } } {
    const coordinates = new Map<string, number>()
    this.task.drawReset(RandomStream.derive(seed, 'reset'), coordinates)
    for (const [coordinate, value] of coordinates) {
      if (!Number.isFinite(value)) this.refuse('At the reset', `the start of "${coordinate}"`)
    }
    this.world?.free()
    this.world = new PhysicsWorld(this.plan, coordinates, this.measured)
    this.stepCount = 0
    this.action.fill(0)
    this.sense()
    this.observe()
    this.requireFiniteObservation('At the reset')
    return { observation: this.result.observation, info: { seed } }
  }

  /** One control step. `action` has one entry per actuator and is clipped to [-1, 1]; a value that is not finite throws. */
  step(action: ArrayLike<number>): StepResult {
    const { world, task, result } = this
    if (!world) throw new Error('Environment.step was called before reset.')
    this.applyAction(action)
    task.captureBeforeStep()
    world.step(this.action)
    this.stepCount++
    this.sense()
    this.observe()
    result.reward = 0
    for (let index = 0; index < task.reward.length; index++) {
      const { name, evaluate } = task.reward[index]!
      const value = evaluate()
      result.terms[name] = value
      result.reward += value
    }
    result.info.conditions.length = 0
    for (let index = 0; index < task.terminate.length; index++) {
      const { name, evaluate } = task.terminate[index]!
      if (evaluate() !== 0) result.info.conditions.push(name)
    }
    result.terminated = result.info.conditions.length > 0
    result.truncated = !result.terminated && this.stepCount >= this.spec.maxSteps
    result.info.step = this.stepCount
    result.info.time = this.stepCount * this.spec.controlStep
    this.requireFinite()
    return result
  }

  /** The state of every body, STATE_STRIDE numbers each: x, y, angle, vx, vy, angular velocity. Refilled at each step. */
  get state(): Float64Array {
    return this.bodyState
  }

  /** What the actuators of each joint gave, averaged over the last control step: N·m of a hinge, N of a slider, 0 of a weld. Refilled at each step. */
  get jointTorques(): Float64Array {
    return this.forces
  }

  /**
   * Contacts of the last control step: `onGround` by body, 1 where it touched ground or a kinematic one, and the largest
   * `depth` of two bodies in each other, m. Undefined unless `measureContacts` was asked for, and before the first reset.
   */
  get contacts(): { onGround: Uint8Array; depth: number } | undefined {
    return this.world?.contactSurvey
  }

  /**
   * Pushes a dynamic body (its index in the scene) at its centre of mass, before the next step: its momentum changes by
   * `impulse` (x, y; N·s). Such an episode is no longer what its scene, seed and actions say.
   */
  applyImpulse(body: number, impulse: readonly [number, number]): void {
    if (!this.world) throw new Error('Environment.applyImpulse was called before reset.')
    if (this.scene.bodies[body]?.kind !== 'dynamic') throw new Error(`Body ${body} of the scene is not dynamic.`)
    this.world.applyImpulse(body, impulse[0], impulse[1])
  }

  /** The value of each of `sensors`, in their order. Refilled at each step. */
  get sensorValues(): Float64Array {
    return this.task.sensorValues
  }

  /** Pulls at a body from the next step on, until it is told otherwise or is reset: what no policy can do, and a hand does. */
  pull(pull: Pull | undefined): void {
    this.world?.pull(pull)
  }

  /** Where bodies touch, as the last physics step left it: [x, y (m), fx, fy (N)] for each point (Contacts.points). */
  contactPoints(): number[] {
    return this.world?.contactPoints() ?? []
  }

  /** Gives the engine's memory back. */
  close(): void {
    this.world?.free()
    this.world = undefined
  }

  private applyAction(action: ArrayLike<number>): void {
    if (action.length !== this.action.length) {
      throw new UserError(`The scene "${this.scene.name}" takes ${this.action.length} actions, not ${action.length}.`)
    }
    const { actuators } = this.scene
    for (let index = 0; index < actuators.length; index++) {
      if (Number.isFinite(action[index])) continue
      const { name } = actuators[index]!
      throw new UserError(`The action of "${name}" is ${action[index]}; it must be a number in [-1, 1].`)
    }
    for (let index = 0; index < actuators.length; index++) {
      this.action[index] = Math.min(1, Math.max(-1, action[index]!))
    }
  }

  private sense(): void {
    const world = this.world!
    const { writers, forces, plan } = this
    world.readState(this.bodyState)
    for (let index = 0; index < writers.length; index++) writers[index]!()
    for (let index = 0; index < forces.length; index++) {
      forces[index] = world.joints[index]?.actuatorForce(plan.stepsPerControlStep) ?? 0
    }
  }

  private observe(): void {
    const { observation } = this.result
    const { observation: entries } = this.task
    for (let index = 0; index < entries.length; index++) {
      const { evaluate, clip } = entries[index]!
      observation[index] = Math.min(clip, Math.max(-clip, evaluate()))
    }
  }

  private requireFinite(): void {
    const { reward, terms } = this.result
    const when = `At step ${this.stepCount}`
    this.requireSensibleState(when)
    this.requireFiniteObservation(when)
    if (Number.isFinite(reward)) return
    const term = Object.keys(terms).find((name) => !Number.isFinite(terms[name]))
    this.refuse(when, term === undefined ? 'the reward, the sum of its terms,' : `the reward term "${term}"`)
  }

  /** Bodies that blow up must not go on as if they were a robot, long before their numbers become infinite. */
  private requireSensibleState(when: string): void {
    const state = this.bodyState
    for (let index = 0; index < state.length; index++) {
      if (Math.abs(state[index]!) < MAX_STATE) continue
      const body = this.scene.bodies[Math.floor(index / STATE_STRIDE)]!.name
      throw new UserError(
        `${when} of the scene "${this.scene.name}", the body "${body}" moves beyond all measure (${state[index]}): the physics came apart. Use a shorter physicsStep or more solverIterations, weaker motors or heavier bodies.`,
        'failure',
      )
    }
  }

  private requireFiniteObservation(when: string): void {
    const { observation } = this.result
    for (let index = 0; index < observation.length; index++) {
      if (!Number.isFinite(observation[index])) {
        this.refuse(when, `the observation "${this.spec.observation[index]!.name}"`)
      }
    }
  }

  private refuse(when: string, what: string): never {
    const remedy = 'mend its formula (a division by 0?) or the physics settings'
    throw new UserError(
      `${when} of the scene "${this.scene.name}", ${what} is not a finite number; ${remedy}.`,
      'failure',
    )
  }
}

/** Makes an environment of a validated scene. */
export async function createEnvironment(scene: Scene, options?: EnvironmentOptions): Promise<Environment> {
  await loadPhysics()
  return new Environment(scene, options)
}

/** Whether a formula of the task reads this of a joint. */
function reads({ joints, task }: Scene, quantity: string): boolean {
  const formulas = [...task.observation, ...task.reward, ...task.terminate].map(({ formula }) => formula)
  return joints.some(({ name }) => formulas.some((formula) => formula.includes(`${name}.${quantity}`)))
}

/** What observations and actions of a scene are. */
export function specOf(scene: Scene): EnvironmentSpec {
  return {
    scene: scene.name,
    observation: scene.task.observation.map(({ name, unit = '1', range, clip }) => ({
      name,
      unit,
      low: range?.[0] ?? (clip === undefined ? Number.NEGATIVE_INFINITY : -clip),
      high: range?.[1] ?? clip ?? Number.POSITIVE_INFINITY,
    })),
    action: scene.actuators.map(({ name }) => ({ name, unit: '1', low: -1, high: 1 })),
    rewardTerms: scene.task.reward.map(({ name }) => name),
    controlStep: scene.world.controlStep,
    maxSteps: scene.task.maxSteps,
  }
}
