/**
 * The same tasks in MuJoCo's own WebAssembly (`@mujoco/mujoco`), as an environment with nothing to spare: state read from the
 * engine's memory in place, observation, reward and termination as in Gymnasium. Every step has the same parts as ours.
 */
import type { MainModule, MjData, MjModel } from '@mujoco/mujoco'
import { doublePendulum, hopper } from '../../test/oracles/mujoco/models.ts'
import { actionsOf, type Contestant } from './env-contestants.ts'

interface Task {
  mjcf: string
  /** MuJoCo's steps in one control step. */
  steps: number
  observationSize: number
  /** Noise of a reset, uniform in ± this. */
  noise: number
  /** Fills the observation, returns the reward and whether the episode is over. */
  judge: (state: State, action: Float32Array) => void
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

function judgeHopper(state: State, action: Float32Array): void {
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

const TASKS: Record<string, Task> = {
  hopper: { mjcf: hopper, steps: 4, observationSize: 11, noise: 0.005, judge: judgeHopper },
  'double-inverted-pendulum': {
    ...{ mjcf: doublePendulum, steps: 5, observationSize: 9, noise: 0.1, judge: judgeDoublePendulum },
  },
}

/** MuJoCo on the task of a built-in scene; undefined where there is no model of it, or where the package is not installed. */
export async function mujocoContestant(scene: string, random: () => number): Promise<Contestant | undefined> {
  const task = TASKS[scene]
  if (!task) return undefined
  const engine = await loadEngine()
  if (!engine) return undefined
  const model: MjModel = engine.MjModel.from_xml_string(task.mjcf.replace('<flag energy="enable"/>', ''))
  const data: MjData = new engine.MjData(model)
  const { nu } = model
  const action = new Float32Array(nu)
  const start = Float64Array.from(data.qpos as Float64Array)
  const ctrl = data.ctrl as Float64Array
  const state: State = {
    qpos: data.qpos as Float64Array,
    qvel: data.qvel as Float64Array,
    constraint: data.qfrc_constraint as Float64Array,
    site: data.site_xpos as Float64Array,
    observation: new Float32Array(task.observationSize),
    xBefore: 0,
    reward: 0,
    isOver: true,
  }
  const noise = actionsOf(2)
  const reset = () => {
    engine.mj_resetData(model, data)
    for (let index = 0; index < start.length; index++) {
      state.qpos[index] = start[index]! + task.noise * noise()
      state.qvel[index] = task.noise * noise()
    }
    engine.mj_forward(model, data)
  }
  return {
    name: 'mujoco-wasm',
    step(): void {
      if (state.isOver) reset()
      for (let index = 0; index < nu; index++) {
        action[index] = random()
        ctrl[index] = action[index]!
      }
      state.xBefore = state.qpos[0]!
      for (let count = 0; count < task.steps; count++) engine.mj_step(model, data)
      task.judge(state, action)
      if (!Number.isFinite(state.reward)) throw new Error(`MuJoCo's ${scene} gave a reward of ${state.reward}.`)
    },
    close(): void {
      data.delete()
      model.delete()
    },
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
