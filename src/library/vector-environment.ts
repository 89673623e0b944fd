/** Many environments of one scene, stepped together: batches in typed arrays, episodes that start again by themselves. */
import { MAX_SEED } from '../common/random.ts'
import { UserError } from '../common/user-error.ts'
import type { Scene } from '../scene/schema.ts'
import {
  createEnvironment as createSimulation,
  type EnvironmentSpec,
  type Environment as Simulation,
} from '../sim/environment.ts'
import { resolveScene, type SceneSource } from './scene-source.ts'
import { requireSeed, SeedSequence } from './seeds.ts'

/** Most environments of one vector: each holds a world of the physics engine. */
export const MAX_ENVIRONMENTS = 4096

/** What a reset of all returns; the arrays are the caller's own. N environments, O observation entries. */
export interface VectorResetResult {
  /** [N × O], row-major: one row an environment. */
  observations: Float32Array
  info: {
    /** [N] the seed of each episode. */
    seeds: Uint32Array
  }
}

/** What a step of all returns; the arrays are the caller's own. N environments, O observation entries. */
export interface VectorStepResult {
  /** [N × O], row-major. Where an episode ended, the first observation of the next one. */
  observations: Float32Array
  /** [N] */
  rewards: Float64Array
  /** Each reward term by name: [N]. */
  terms: Record<string, Float64Array>
  /** [N] 1 where a termination condition holds, else 0. */
  terminated: Uint8Array
  /** [N] 1 where the time limit is reached, else 0. */
  truncated: Uint8Array
  info: {
    /** [N] control steps since the reset of the episode that this step belongs to. */
    steps: Uint32Array
    /** [N] the seed of the episode that goes on from here: a new one where an episode ended. */
    seeds: Uint32Array
    /** One for each episode that ended in this step, by the number of its environment. */
    ended: EndedEpisode[]
  }
}

export interface EndedEpisode {
  /** Its environment, 0 to N - 1. */
  environment: number
  /** [O] the true last observation, that of the state in which the episode ended: what a TD target bootstraps from at a truncation. */
  finalObservation: Float32Array
  seed: number
  /** Control steps. */
  length: number
  /** The sum of its rewards. */
  return: number
  /** Names of the scene's `terminate` conditions that held. */
  conditions: string[]
}

/**
 * N environments of one scene as Gymnasium's `SyncVectorEnv` with `AutoresetMode.SAME_STEP`: where an episode ends, its
 * environment is reset within the same step. `observations` then holds the new episode's first observation,
 * while `rewards`, `terminated` and `truncated` are those of the step that ended the old one, whose true last observation is kept in
 * `info.ended[…].finalObservation` (Gymnasium's `final_obs`). All steps run in this thread.
 */
export class VectorEnvironment {
  /** The number N of environments. */
  readonly count: number
  /** Of a single environment. */
  readonly spec: EnvironmentSpec
  readonly scene: Scene
  private readonly simulations: Simulation[]
  private readonly seeds: SeedSequence[]
  private readonly episodes: { seed: number; return: number }[]
  private readonly action: Float64Array
  private state: 'new' | 'running' | 'closed' = 'new'

  /** For `createVectorEnvironment`. */
  constructor(simulations: Simulation[]) {
    const [first] = simulations
    if (!first) throw new UserError('A vector environment has one environment at least.')
    this.simulations = simulations
    this.count = simulations.length
    this.spec = first.spec
    this.scene = first.scene
    this.seeds = simulations.map(() => new SeedSequence())
    this.episodes = simulations.map(() => ({ seed: 0, return: 0 }))
    this.action = new Float64Array(this.spec.action.length)
  }

  /** Starts all episodes: environment k with `seed` + k, as Gymnasium does, and later ones with seeds that follow from it; without a seed, as `Environment.reset`. */
  reset({ seed }: { seed?: number } = {}): VectorResetResult {
    this.requireOpen()
    if (seed !== undefined) requireSeed(seed)
    const observations = this.newObservations()
    this.simulations.forEach((simulation, index) => {
      // Seeds are a circle: the one after the largest is 0.
      this.begin(simulation, index, observations, seed === undefined ? undefined : (seed + index) % (MAX_SEED + 1))
    })
    this.state = 'running'
    return { observations, info: { seeds: this.seedsNow() } }
  }

  /** One control step of each. `actions` is [N × A], row-major, clipped to [-1, 1]; throws as `Environment.step` does. */
  step(actions: ArrayLike<number>): VectorStepResult {
    this.requireOpen()
    if (this.state === 'new') throw new UserError('There are no episodes yet: call reset before step.')
    const { count, action, spec } = this
    if (actions.length !== count * action.length) {
      throw new UserError(
        `${count} environments of "${spec.scene}" take ${count} × ${action.length} numbers in one list, not ${actions.length}.`,
      )
    }
    const observations = this.newObservations()
    const rewards = new Float64Array(count)
    const terms = Object.fromEntries(spec.rewardTerms.map((name) => [name, new Float64Array(count)]))
    const terminated = new Uint8Array(count)
    const truncated = new Uint8Array(count)
    const steps = new Uint32Array(count)
    const ended: EndedEpisode[] = []
    for (let index = 0; index < count; index++) {
      for (let entry = 0; entry < action.length; entry++) action[entry] = actions[index * action.length + entry]!
      const simulation = this.simulations[index]!
      const episode = this.episodes[index]!
      const result = simulation.step(action)
      rewards[index] = result.reward
      for (const name of spec.rewardTerms) terms[name]![index] = result.terms[name]!
      terminated[index] = Number(result.terminated)
      truncated[index] = Number(result.truncated)
      steps[index] = result.info.step
      episode.return += result.reward
      if (!result.terminated && !result.truncated) {
        observations.set(result.observation, index * spec.observation.length)
        continue
      }
      ended.push({
        environment: index,
        finalObservation: result.observation.slice(),
        seed: episode.seed,
        length: result.info.step,
        return: episode.return,
        conditions: [...result.info.conditions],
      })
      this.begin(simulation, index, observations, undefined)
    }
    return { observations, rewards, terms, terminated, truncated, info: { steps, seeds: this.seedsNow(), ended } }
  }

  /** Gives the engine's memory back; the environments are unusable afterwards. Closing twice does nothing. */
  close(): void {
    for (const simulation of this.simulations) simulation.close()
    this.state = 'closed'
  }

  private begin(simulation: Simulation, index: number, observations: Float32Array, named: number | undefined): void {
    const seed = this.seeds[index]!.next(named)
    observations.set(simulation.reset({ seed }).observation, index * this.spec.observation.length)
    this.episodes[index] = { seed, return: 0 }
  }

  private newObservations(): Float32Array {
    return new Float32Array(this.count * this.spec.observation.length)
  }

  private seedsNow(): Uint32Array {
    return Uint32Array.from(this.episodes, ({ seed }) => seed)
  }

  private requireOpen(): void {
    if (this.state === 'closed') {
      throw new UserError('The environments are closed: make new ones with createVectorEnvironment.')
    }
  }
}

/** Makes `count` environments of one scene. Throws a UserError where the scene cannot be used or the count is not from 1 to MAX_ENVIRONMENTS. */
export async function createVectorEnvironment(source: SceneSource, count: number): Promise<VectorEnvironment> {
  if (!Number.isInteger(count) || count < 1 || count > MAX_ENVIRONMENTS) {
    throw new UserError(
      `The number of environments cannot be ${String(count)}: it is an integer from 1 to ${MAX_ENVIRONMENTS}.`,
    )
  }
  const scene = resolveScene(source)
  const simulations: Simulation[] = []
  for (let index = 0; index < count; index++) simulations.push(await createSimulation(scene))
  return new VectorEnvironment(simulations)
}
