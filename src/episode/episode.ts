/**
 * The one loop of TorqueLab. Training, evaluation, recording, verification and live play are this loop
 * with different controllers and observers.
 */
import type { Environment, StepResult } from '../sim/environment.ts'

/** Chooses actions. */
export interface Controller {
  /** Called at the start of each episode. */
  reset?(): void
  /** Writes the action for an observation: [observation size] in, [action size] out. */
  act(observation: Float32Array, action: Float32Array): void
}

/** Sees everything that happens and changes nothing. Arrays and objects are refilled at each step: copy what is to be kept. */
export interface Observer {
  onReset?(environment: Environment, observation: Float32Array, seed: number): void
  onStep?(environment: Environment, action: Float32Array, result: StepResult): void
}

export interface EpisodeSummary {
  seed: number
  /** The sum of rewards, undiscounted. */
  return: number
  steps: number
  terminated: boolean
  truncated: boolean
}

export interface EpisodeOptions {
  /** Seed of the environment's reset. */
  seed: number
  observers?: readonly Observer[]
  /**
   * Actions already taken in an episode that goes on: they are simulated again first, unseen by the controller and the
   * observers, which know of them already.
   */
  taken?: readonly ArrayLike<number>[]
  /** Asked after each step; true ends the episode where it stands (neither terminated nor truncated). */
  stop?: () => boolean
}

/** Runs one episode to its end. */
export function runEpisode(
  environment: Environment,
  controller: Controller,
  { stop = () => false, ...options }: EpisodeOptions,
): EpisodeSummary {
  const episode = new Episode(environment, controller, options)
  do episode.step()
  while (!episode.over && !stop())
  return episode.summary
}

/** An episode that is stepped from outside: what `runEpisode` does at once, live play does as time goes by. */
export class Episode {
  readonly summary: EpisodeSummary
  /** The newest observation; refilled at each step. */
  readonly observation: Float32Array
  /** What the newest step gave; undefined before the first. */
  result: StepResult | undefined
  private readonly environment: Environment
  private readonly controller: Controller
  private readonly observers: readonly Observer[]
  private readonly action: Float32Array

  /** Resets the environment. */
  constructor(
    environment: Environment,
    controller: Controller,
    { seed, observers = [], taken }: Omit<EpisodeOptions, 'stop'>,
  ) {
    this.environment = environment
    this.controller = controller
    this.observers = observers
    this.action = new Float32Array(environment.spec.action.length)
    this.summary = { seed, return: 0, steps: 0, terminated: false, truncated: false }
    this.observation = environment.reset({ seed }).observation
    if (taken) {
      for (const action of taken) this.count(environment.step(action))
      return
    }
    controller.reset?.()
    for (const observer of observers) observer.onReset?.(environment, this.observation, seed)
  }

  /** Terminated or truncated: only a new episode goes on. */
  get over(): boolean {
    return this.summary.terminated || this.summary.truncated
  }

  /** One control step. */
  step(): StepResult {
    const { environment, action } = this
    this.controller.act(this.observation, action)
    const result = environment.step(action)
    this.count(result)
    for (const observer of this.observers) observer.onStep?.(environment, action, result)
    return result
  }

  private count(result: StepResult): void {
    const { summary } = this
    summary.return += result.reward
    summary.steps++
    summary.terminated = result.terminated
    summary.truncated = result.truncated
    this.result = result
  }
}
