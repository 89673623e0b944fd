/** One environment for programs: reset and step as in Gymnasium, with results that the caller keeps. */
import { UserError } from '../common/user-error.ts'
import type { Scene } from '../scene/schema.ts'
import {
  createEnvironment as createSimulation,
  type EnvironmentSpec,
  type Environment as Simulation,
  type StepResult as SimulationStepResult,
} from '../sim/environment.ts'
import { resolveScene, type SceneSource } from './scene-source.ts'
import { SeedSequence } from './seeds.ts'

/** What a reset returns. */
export interface ResetResult {
  /** [observation size], in the order of `spec.observation`; the caller's own copy. */
  observation: Float32Array
  info: {
    /** The episode's seed: `reset({ seed })` with it starts the same episode again. */
    seed: number
  }
}

/** What a step returns: the simulation's result, its observation and terms the caller's own copies. */
export type StepResult = SimulationStepResult

/** An episode up to some point: simulated again, it is that point, bit for bit. */
export interface EpisodeState {
  /** Of the reset. */
  seed: number
  /** Every action since then, [steps][action size], exactly as it was given to `step`. */
  actions: readonly ArrayLike<number>[]
}

/**
 * A scene as a reinforcement-learning environment (the interface of Gymnasium's `Env`, version 1: terminated and
 * truncated apart, the seed given to `reset`).
 *
 * | call | takes | gives |
 * |---|---|---|
 * | `reset({ seed? })` | an integer in [0, 2³²) | `observation` [O], `info.seed` |
 * | `step(action)` | [A] numbers, clipped to [-1, 1] | `observation` [O], `reward`, `terms`, `terminated`, `truncated`, `info` |
 * | `restore({ seed, actions })` | a seed and [steps][A] | what the last of these calls gave |
 * | `close()` | | |
 *
 * O and A are the lengths of `spec.observation` and `spec.action`. The same scene, seed and actions give the same bits on
 * every machine with this version of TorqueLab.
 */
export class Environment {
  /** Names, units and bounds of observation and action, names of reward terms, control step (s), most steps of an episode. */
  readonly spec: EnvironmentSpec
  /** The validated scene. */
  readonly scene: Scene
  private readonly seeds = new SeedSequence()
  private simulation: Simulation | undefined
  private state: 'new' | 'running' | 'over' = 'new'

  /** For `createEnvironment`, which loads the physics engine first. */
  constructor(simulation: Simulation) {
    this.simulation = simulation
    this.spec = simulation.spec
    this.scene = simulation.scene
  }

  /**
   * Starts an episode. Without a seed it goes on with the seeds that follow from the last one given; where none was ever
   * given, with one that cannot be predicted (`info.seed` tells it). Throws a UserError where the seed is none, or where
   * the scene's formulas give no finite start.
   */
  reset({ seed }: { seed?: number } = {}): ResetResult {
    const simulation = this.open()
    const chosen = this.seeds.next(seed)
    // A reset that throws leaves no episode behind.
    this.state = 'over'
    const { observation } = simulation.reset({ seed: chosen })
    this.state = 'running'
    return { observation: observation.slice(), info: { seed: chosen } }
  }

  /**
   * One control step of `spec.controlStep` seconds. `action` has one number for each actuator, clipped to [-1, 1]. Throws
   * a UserError before the first reset, after the episode's end, and for an action of the wrong length or with a number
   * that is not finite; also where the simulation itself is no longer finite.
   */
  step(action: ArrayLike<number>): StepResult {
    const simulation = this.open()
    if (this.state === 'new') throw new UserError('There is no episode yet: call reset before step.')
    if (this.state === 'over') throw new UserError('The episode is over: call reset before the next step.')
    const { observation, reward, terms, terminated, truncated, info } = simulation.step(action)
    if (terminated || truncated) this.state = 'over'
    return {
      observation: observation.slice(),
      reward,
      terms: { ...terms },
      terminated,
      truncated,
      info: { ...info, conditions: [...info.conditions] },
    }
  }

  /**
   * Brings back a point of an episode by simulating it again: state, observation and everything after are the same bits.
   * Returns what the last of its steps returned, or `undefined` where `actions` is empty (as after a reset). Throws a UserError
   * where the episode ends before its actions do.
   */
  restore({ seed, actions }: EpisodeState): StepResult | undefined {
    this.reset({ seed })
    let result: StepResult | undefined
    for (const [index, action] of actions.entries()) {
      if (this.state === 'over') {
        throw new UserError(
          `The episode of seed ${seed} is over after ${index} steps, and ${actions.length} actions are given: these are actions of another episode or scene.`,
        )
      }
      result = this.step(action)
    }
    return result
  }

  /** Gives the engine's memory back; the environment is unusable afterwards. Closing twice does nothing. */
  close(): void {
    this.simulation?.close()
    this.simulation = undefined
  }

  private open(): Simulation {
    if (!this.simulation) throw new UserError('The environment is closed: make a new one with createEnvironment.')
    return this.simulation
  }
}

/**
 * Makes an environment of a built-in scene (`'hopper'`), of a scene file (`'./arm.json'`) or of a scene object. Throws a
 * UserError that says where the scene is wrong and how to mend it.
 *
 * ```js
 * const env = await createEnvironment('hopper')
 * let { observation } = env.reset({ seed: 1 })
 * ```
 */
export async function createEnvironment(scene: SceneSource): Promise<Environment> {
  return new Environment(await createSimulation(resolveScene(scene)))
}
