/**
 * What of an episode follows from the motion of its bodies and its actions alone: observations and reward terms, by the scene's
 * own formulas. What a sensor tells beside that (contacts, rays, forces, the speed of a motor's rotor) is NaN here; whoever leaves out
 * a number because it follows has to see that it does, to the bit.
 */
import { wrap } from '../scene/formula.ts'
import type { Scene } from '../scene/schema.ts'
import { sensorsOf } from '../scene/sensors.ts'
import { type CompiledTask, compileTask } from '../scene/task.ts'
import { commandedEfforts } from './efforts.ts'
import { type JointPlan, planScene, type ScenePlan } from './plan.ts'
import { type SensedWorld, sensorWriter } from './sensors.ts'
import { STATE_STRIDE } from './state.ts'

export class Recomputation {
  readonly plan: ScenePlan
  /** [observation size] of the newest frame; refilled at each. */
  readonly observation: Float32Array
  /** [reward terms] of the newest frame, for which the one before it must have been followed too; refilled at each. */
  readonly terms: Float64Array
  private readonly task: CompiledTask
  private readonly state: Float64Array
  private readonly actions: Float64Array
  private readonly writers: readonly (() => void)[]
  private efforts: ArrayLike<number> = []
  private step = 0

  /** `scene` must be one that was loaded, so that its formulas compile. */
  constructor(scene: Scene) {
    const { task, problems } = compileTask(scene)
    if (!task) throw new Error(problems[0]!.error.message)
    this.task = task
    this.plan = planScene(scene)
    this.observation = new Float32Array(task.observation.length)
    this.terms = new Float64Array(task.reward.length)
    this.state = new Float64Array(STATE_STRIDE * scene.bodies.length)
    this.actions = new Float64Array(scene.actuators.length)
    const world = this.knownWorld()
    const sources = {
      plan: this.plan,
      world: () => world,
      state: this.state,
      actions: this.actions,
      steps: () => this.step,
    }
    this.writers = sensorsOf(scene).map((sensor, index) => sensorWriter(sensor, index, task.sensorValues, sources))
  }

  /** The frame of control step `step`: `state` [bodies × 6], and the `action` [action size] that led to it (0 at the reset). */
  follow(state: Float64Array, action: ArrayLike<number>, step: number): void {
    const { task, actions, observation, terms } = this
    task.captureBeforeStep()
    this.state.set(state)
    for (let index = 0; index < actions.length; index++) actions[index] = Math.min(1, Math.max(-1, action[index]!))
    this.step = step
    this.efforts = commandedEfforts(this.plan.scene, actions)
    for (const write of this.writers) write()
    task.observation.forEach(({ evaluate, clip }, index) => {
      observation[index] = Math.min(clip, Math.max(-clip, evaluate()))
    })
    task.reward.forEach(({ evaluate }, index) => {
      terms[index] = evaluate()
    })
  }

  private knownWorld(): SensedWorld {
    const unknown = () => Number.NaN
    return {
      joints: this.plan.joints.map((plan, index) => this.knownJoint(plan, index)),
      contactSensors: this.plan.scene.sensors?.map(() => ({ touches: false, force: unknown })) ?? [],
      raySensors: this.plan.scene.sensors?.map(() => ({ distance: unknown })) ?? [],
      limitForce: unknown,
      load: unknown,
    }
  }

  private knownJoint({ joint, parent, child, drawnAngle, driven }: JointPlan, index: number) {
    if (joint.type === 'weld') return undefined
    const { state } = this
    const difference = (at: number) => state[STATE_STRIDE * child + at]! - state[STATE_STRIDE * parent + at]!
    const effortOf = () => this.efforts[index]!
    return {
      // A hinge counts full turns, which its bodies do not show: right where there are none.
      get coordinate() {
        return joint.type === 'hinge' ? wrap(difference(2) - drawnAngle) : Number.NaN
      },
      get rate() {
        return joint.type === 'hinge' && !driven ? difference(5) : Number.NaN
      },
      actuatorForce: effortOf,
    }
  }
}
