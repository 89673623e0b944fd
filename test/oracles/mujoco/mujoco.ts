/**
 * MuJoCo 3.14 (`@mujoco/mujoco`, WebAssembly, a development dependency) as an oracle of the physics: a model from MJCF text,
 * its state, steps, energy and constraint forces. The package is an ES module that finds its .wasm beside itself and loads in
 * Node as it stands.
 */
import loadMujoco, { type MainModule, type MjData, type MjModel } from '@mujoco/mujoco'

let loading: Promise<MainModule> | undefined

/** Loads the engine once. */
function engine(): Promise<MainModule> {
  loading ??= loadMujoco()
  return loading
}

/** A model and its state. Positions are m and rad, velocities m/s and rad/s, in the order of the model's joints. */
export class Simulation {
  private readonly engine: MainModule
  private readonly model: MjModel
  private readonly data: MjData

  private constructor(engine: MainModule, model: MjModel) {
    this.engine = engine
    this.model = model
    this.data = new engine.MjData(model)
  }

  /** `mjcf`: the text of a model; for `energy` it needs `<flag energy="enable"/>`. Throws what MuJoCo says of a bad one. */
  static async load(mjcf: string): Promise<Simulation> {
    const loaded = await engine()
    return new Simulation(loaded, loaded.MjModel.from_xml_string(mjcf))
  }

  /** s */
  get timestep(): number {
    return this.model.opt.timestep
  }

  /** Joint positions; those of the reset where nothing is given. A copy. */
  get qpos(): number[] {
    return [...(this.data.qpos as Float64Array)]
  }

  get qvel(): number[] {
    return [...(this.data.qvel as Float64Array)]
  }

  /** What limits and contacts exert along each degree of freedom at the last step, N·m or N. */
  get qfrcConstraint(): number[] {
    return [...(this.data.qfrc_constraint as Float64Array)]
  }

  /** Contacts found at the last step. */
  get contacts(): number {
    return this.data.ncon
  }

  /** Mass of each body, kg; the world comes first. */
  get masses(): number[] {
    return [...(this.model.body_mass as Float64Array)]
  }

  /** Position of a site, m. */
  site(index: number): [x: number, y: number, z: number] {
    const at = this.data.site_xpos as Float64Array
    return [at[3 * index]!, at[3 * index + 1]!, at[3 * index + 2]!]
  }

  /** Starts anew from these positions and velocities, both in the order of the joints. Throws a RangeError for a wrong number of them. */
  reset(qpos: readonly number[], qvel: readonly number[] = qpos.map(() => 0)): void {
    if (qpos.length !== this.model.nq || qvel.length !== this.model.nv) {
      throw new RangeError(
        `The model has ${this.model.nq} positions and ${this.model.nv} velocities, not ${qpos.length} and ${qvel.length}.`,
      )
    }
    this.engine.mj_resetData(this.model, this.data)
    ;(this.data.qpos as Float64Array).set(qpos)
    ;(this.data.qvel as Float64Array).set(qvel)
    this.engine.mj_forward(this.model, this.data)
  }

  /** `count` steps with one control per actuator. */
  step(ctrl: readonly number[] = [], count = 1): void {
    ;(this.data.ctrl as Float64Array).set(ctrl)
    for (let done = 0; done < count; done++) this.engine.mj_step(this.model, this.data)
  }

  /** Potential energy (gravity, joint springs) and kinetic energy (armature counted) of the present state, J. */
  energy(): number {
    this.engine.mj_forward(this.model, this.data)
    const [potential, kinetic] = this.data.energy as Float64Array
    return potential! + kinetic!
  }

  /** Gives the engine's memory back. */
  free(): void {
    this.data.delete()
    this.model.delete()
  }
}
