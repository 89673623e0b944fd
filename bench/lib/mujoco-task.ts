/**
 * Built-in tasks in MuJoCo's own WebAssembly (`@mujoco/mujoco`) on Gymnasium's models: state read from the engine's memory in place,
 * observation, reward and termination as in Gymnasium. Only the time limit is left to whoever plays.
 */
import type { MainModule, MjData, MjModel } from '@mujoco/mujoco'
import { doublePendulum, hopper } from '../../test/oracles/mujoco/models.ts'

interface Task {
  mjcf: string
  /** MuJoCo's steps in one control step. */
  steps: number
  controlStep: number
  observationSize: number
  /** Coordinates of the scene's resets in the order of the model's; the model counts those with a minus the other way round. */
  coordinates: readonly { name: string; velocity: string; sign: 1 | -1 }[]
  /** Fills the observation, returns the reward and whether the episode is over. */
  judge: (state: State, action: ArrayLike<number>) => void
}

interface State {
  qpos: Float64Array
  qvel: Float64Array
  constraint: Float64Array
  site: Float64Array
  observation: Float32Array
  xBefore: number
  reward: number
  isOver: boolean
}

const clip = (value: number): number => Math.min(10, Math.max(-10, value))

function judgeHopper(state: State, action: ArrayLike<number>): void {
  const { qpos, qvel, observation, xBefore } = state
  let isHealthy = qpos[1]! > 0.7 && Math.abs(qpos[2]!) < 0.2
  for (let index = 1; index < 6; index++) observation[index - 1] = qpos[index]!
  for (let index = 0; index < 6; index++) {
    observation[index + 5] = clip(qvel[index]!)
    isHealthy &&= Math.abs(qvel[index]!) < 100 && (index < 2 || Math.abs(qpos[index]!) < 100)
  }
  const effort = action[0]! ** 2 + action[1]! ** 2 + action[2]! ** 2
  state.reward = (qpos[0]! - xBefore) / 0.008 + (isHealthy ? 1 : 0) - 1e-3 * effort
  state.isOver = !isHealthy
}

function judgeDoublePendulum(state: State): void {
  const { qpos, qvel, constraint, site, observation } = state
  observation[0] = qpos[0]!
  for (const index of [1, 2]) {
    observation[index] = Math.sin(qpos[index]!)
    observation[index + 2] = Math.cos(qpos[index]!)
  }
  for (let index = 0; index < 3; index++) observation[index + 5] = clip(qvel[index]!)
  observation[8] = clip(constraint[0]!)
  const [x, y] = [site[0]!, site[2]!]
  state.isOver = y <= 1
  const costs = 0.01 * x ** 2 + (y - 2) ** 2 + 1e-3 * qvel[1]! ** 2 + 5e-3 * qvel[2]! ** 2
  state.reward = (state.isOver ? 0 : 10) - costs
}

const hinge = (name: string, sign: 1 | -1 = 1) => ({ name: `${name}.angle`, velocity: `${name}.velocity`, sign })

const TASKS: Record<string, Task> = {
  hopper: {
    mjcf: hopper,
    steps: 4,
    controlStep: 0.008,
    observationSize: 11,
    coordinates: [
      { name: 'torso.x', velocity: 'torso.vx', sign: 1 },
      { name: 'torso.y', velocity: 'torso.vy', sign: 1 },
      { name: 'torso.angle', velocity: 'torso.angularVelocity', sign: -1 },
      ...['thigh_joint', 'leg_joint', 'foot_joint'].map((name) => hinge(name)),
    ],
    judge: judgeHopper,
  },
  'double-inverted-pendulum': {
    mjcf: doublePendulum,
    steps: 5,
    controlStep: 0.05,
    observationSize: 9,
    coordinates: [
      { name: 'slider.position', velocity: 'slider.velocity', sign: 1 },
      hinge('hinge', -1),
      hinge('hinge2', -1),
    ],
    judge: judgeDoublePendulum,
  },
}

/** How the ground gives way in MuJoCo. */
export const contactModels = {
  gymnasium: "as in Gymnasium's model: a contact gives way to a fifth of what pushes at it, along the ground too",
  grip: 'friction ten times as hard as the normal direction, which stays as it is',
  hard: 'hard in both directions (solref 0.005 s, solimp 0.99)',
} as const
export type ContactModel = keyof typeof contactModels

const CONTACT_CHANGES: Record<ContactModel, (mjcf: string) => string> = {
  gymnasium: (mjcf) => mjcf,
  grip: (mjcf) => mjcf.replace('<option ', '<option cone="elliptic" impratio="10" '),
  hard: (mjcf) => mjcf.replace('solimp=".8 .8 .01" solref=".02 1"', 'solimp=".99 .99 .01" solref=".005 1"'),
}

/** Scenes that there is a model of. */
export const mujocoScenes: readonly string[] = Object.keys(TASKS)

export class MujocoTask {
  /** Length of an action. */
  readonly actions: number
  /** Time of a control step, s. */
  readonly controlStep: number
  private readonly engine: MainModule
  private readonly model: MjModel
  private readonly data: MjData
  private readonly task: Task
  private readonly state: State
  private readonly ctrl: Float64Array

  private constructor(engine: MainModule, task: Task, contacts: ContactModel) {
    this.engine = engine
    this.task = task
    const mjcf = CONTACT_CHANGES[contacts](task.mjcf.replace('<flag energy="enable"/>', ''))
    this.model = engine.MjModel.from_xml_string(mjcf)
    this.data = new engine.MjData(this.model)
    this.actions = this.model.nu
    this.controlStep = task.controlStep
    this.ctrl = this.data.ctrl as Float64Array
    this.state = {
      qpos: this.data.qpos as Float64Array,
      qvel: this.data.qvel as Float64Array,
      constraint: this.data.qfrc_constraint as Float64Array,
      site: this.data.site_xpos as Float64Array,
      observation: new Float32Array(task.observationSize),
      xBefore: 0,
      reward: 0,
      isOver: true,
    }
  }

  /** The task of a built-in scene; undefined where there is no model of it, or where the package is not installed. */
  static async of(scene: string, contacts: ContactModel = 'gymnasium'): Promise<MujocoTask | undefined> {
    const task = TASKS[scene]
    if (!task) return undefined
    const engine = await loadEngine()
    return engine && new MujocoTask(engine, task, contacts)
  }

  /** Starts an episode from values by the names of the scene's reset coordinates. */
  reset(start: ReadonlyMap<string, number>): void {
    const { qpos, qvel } = this.state
    this.engine.mj_resetData(this.model, this.data)
    for (const [index, { name, velocity, sign }] of this.task.coordinates.entries()) {
      qpos[index] = sign * start.get(name)!
      qvel[index] = sign * start.get(velocity)!
    }
    this.engine.mj_forward(this.model, this.data)
    this.task.judge(this.state, this.ctrl)
    this.state.isOver = false
  }

  /** One control step under actions in [-1, 1]; `afterStep` is called after each of MuJoCo's own. */
  step(action: ArrayLike<number>, afterStep?: () => void): void {
    const { state, engine, model, data } = this
    this.ctrl.set(action)
    state.xBefore = state.qpos[0]!
    for (let count = 0; count < this.task.steps; count++) {
      engine.mj_step(model, data)
      afterStep?.()
    }
    this.task.judge(state, action)
    if (!Number.isFinite(state.reward)) throw new Error(`MuJoCo gave a reward of ${state.reward}.`)
  }

  /** [observation size]; refilled at each step. */
  get observation(): Float32Array {
    return this.state.observation
  }

  get reward(): number {
    return this.state.reward
  }

  /** Terminated: before the first reset, too. */
  get isOver(): boolean {
    return this.state.isOver
  }

  /** Of the root, along +x, m. */
  get x(): number {
    return this.state.qpos[0]!
  }

  /** Values now by the names of the scene's reset coordinates. */
  coordinates(): Map<string, number> {
    const { qpos, qvel } = this.state
    return new Map(
      this.task.coordinates.flatMap(({ name, velocity, sign }, index): [string, number][] => [
        [name, sign * qpos[index]!],
        [velocity, sign * qvel[index]!],
      ]),
    )
  }

  /** Whether anything touches or is within the margin of a contact. */
  get isNearContact(): boolean {
    return this.data.ncon > 0
  }

  /** Contacts now: whether anything touches the ground, and the largest penetration, m. */
  contacts(): { touchesGround: boolean; depth: number } {
    const found = { touchesGround: false, depth: 0 }
    const count = this.data.ncon
    if (count === 0) return found
    const contacts = this.data.contact
    for (let index = 0; index < count; index++) {
      const contact = contacts.get(index)!
      // The ground is the model's first geom. What is within the margin only does not touch.
      const touches = contact.dist <= 0
      if (touches && (contact.geom1 === 0 || contact.geom2 === 0)) found.touchesGround = true
      found.depth = Math.max(found.depth, -contact.dist)
      contact.delete()
    }
    contacts.delete()
    return found
  }

  close(): void {
    this.data.delete()
    this.model.delete()
  }
}

async function loadEngine(): Promise<MainModule | undefined> {
  try {
    const { default: load } = await import('@mujoco/mujoco')
    return await load()
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_MODULE_NOT_FOUND') return undefined
    throw error
  }
}
