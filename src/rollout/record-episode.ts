/** Records an episode into a file while it runs. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Controller, Episode, type EpisodeSummary } from '../episode/episode.ts'
import type { Environment } from '../sim/environment.ts'
import { frameTaker, type Step } from './rollout.ts'
import { RolloutWriter } from './write-rollout.ts'

/** Steps between which others have their turn: some milliseconds, for the window records in the process that answers it. */
const STEPS_A_TURN = 20

export interface RecordOptions {
  /** Seed of the environment's reset. */
  seed: number
  /** The policy file that chooses the actions, where one does. */
  policy?: Uint8Array
  versions: Record<string, string>
}

/**
 * Plays one episode to its end, and writes it to `file` as `RolloutWriter` does: its steps are not kept in memory. `environment` is
 * nobody else's meanwhile.
 */
export async function recordEpisode(
  file: string,
  environment: Environment,
  controller: Controller,
  { seed, ...rest }: RecordOptions,
): Promise<EpisodeSummary> {
  const take = frameTaker(environment)
  let newest: Step
  const onStep = (_: Environment, ...[action, result]: Parameters<typeof take.step>) => {
    newest = take.step(action, result)
  }
  const episode = new Episode(environment, controller, { seed, observers: [{ onStep }] })
  const start = take.frame(episode.observation)
  const writer = await RolloutWriter.create(file, { scene: environment.scene, seed, start, ...rest })
  try {
    let step = 0
    do {
      episode.step()
      await writer.addStep(newest!)
      if (++step % STEPS_A_TURN === 0) await nextTurn()
    } while (!episode.over)
    await writer.finish(episode.summary)
  } catch (error) {
    await writer.abort()
    throw error
  }
  return episode.summary
}
