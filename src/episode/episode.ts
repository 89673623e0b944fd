/**
 * The one loop of TorqueLab. Training, evaluation, recording, verification and live play are this function
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
  /** Asked after each step; true ends the episode where it stands (neither terminated nor truncated). */
  stop?: () => boolean
}

/** Runs one episode to its end. */
export function runEpisode(
  environment: Environment,
  controller: Controller,
  { seed, observers = [], stop = () => false }: EpisodeOptions,
): EpisodeSummary {
  const { observation } = environment.reset({ seed })
  const action = new Float32Array(environment.spec.action.length)
  const summary: EpisodeSummary = { seed, return: 0, steps: 0, terminated: false, truncated: false }
  controller.reset?.()
  for (const observer of observers) observer.onReset?.(environment, observation, seed)
  do {
    controller.act(observation, action)
    const result = environment.step(action)
    summary.return += result.reward
    summary.steps++
    summary.terminated = result.terminated
    summary.truncated = result.truncated
    for (const observer of observers) observer.onStep?.(environment, action, result)
  } while (!summary.terminated && !summary.truncated && !stop())
  return summary
}
