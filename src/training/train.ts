/** Makes what a run needs (environments, engine, agent, checkpoints), takes up a checkpoint where it resumes one, and trains. */
import os from 'node:os'
import { Agent, type AgentOptions } from '../agent/agent.ts'
import { loadEngine } from '../agent/create-engine.ts'
import { recordLength } from '../agent/engine.ts'
import type { StoreTransition } from '../agent/n-step.ts'
import { withoutPrefix } from '../agent/state.ts'
import { messageOf, UserError } from '../common/user-error.ts'
import { createEnvironment } from '../sim/environment.ts'
import type { Checkpoint } from './checkpoint-file.ts'
import { Checkpoints, cutBack, findResumePoint, readRecords } from './checkpoints.ts'
import type { RunFolder, RunResult } from './run-folder.ts'
import { Trainer, type TrainOptions } from './trainer.ts'

export type { TrainingEvent, TrainOptions } from './trainer.ts'

/** There is no learner as it was asked for: nothing was trained. */
export class NoLearnerError extends UserError {}

/** Trains to the end of the budget, or until it is stopped. Throws a UserError where the run cannot start or go on. */
export async function train(options: TrainOptions): Promise<RunResult> {
  const opened: { close(): void | Promise<void> }[] = []
  try {
    const environment = await createEnvironment(options.scene)
    opened.push(environment)
    const evaluationEnvironment = await createEnvironment(options.scene)
    opened.push(evaluationEnvironment)
    const { settings, seed } = options
    const engine = await loadEngine(options.engine, settings, options).catch(refuse)
    const { threads = defaultThreads(), relaxedSimd = false } = options
    const choices = engine.name === 'fused' ? { threads, relaxedSimd } : {}
    const { spec } = environment
    const size = { observation: spec.observation.length, action: spec.action.length }
    options.onEvent({ type: 'started', engine: engine.name, ...choices })
    const { folder } = options
    const point = options.resume ? await findResumePoint(folder) : undefined
    let store: StoreTransition | undefined
    const createEngine: AgentOptions['createEngine'] = ({ networks, random }) => {
      try {
        return engine.create({ size, settings, networks, random, ...choices })
      } catch (error) {
        return refuse(error)
      }
    }
    const agent = new Agent({
      ...{ size, settings, seed, createEngine },
      onStore: (...transition) => store?.(...transition),
    })
    opened.push({ close: () => agent.dispose() })
    if (point) {
      restoreAgent(agent, point.checkpoint, folder)
      await readRecords(folder, point.checkpoint.trainer, (first, records) =>
        agent.engine.restoreTransitions(first % settings.replayCapacity, records),
      )
    }
    // From here on the run's files change.
    if (options.resume) await cutBack(folder, point?.checkpoint.trainer)
    const ring = { recordLength: recordLength(size), capacity: settings.replayCapacity }
    const checkpoints = new Checkpoints(folder, ring, settings.evaluationInterval, point?.checkpoint.trainer)
    opened.push(checkpoints)
    store = checkpoints.store
    const trainer = new Trainer(options, environment, evaluationEnvironment, agent, checkpoints)
    if (point) trainer.restore(point)
    else if (options.resume) options.onEvent({ type: 'resumed', step: 0, episode: 0, seconds: 0, notices: [] })
    return await trainer.run()
  } catch (error) {
    throw options.folder.writeFailure(error)
  } finally {
    for (const one of opened.reverse()) await one.close()
  }
}

/** Says of an error that it kept the learner from being made; defects stay what they are. */
function refuse(error: unknown): never {
  if (!(error instanceof UserError)) throw error
  throw new NoLearnerError(error.message, error.kind)
}

/** Throws a UserError where another version wrote the state in other arrays. */
function restoreAgent(agent: Agent, { trainer, arrays }: Checkpoint, folder: RunFolder): void {
  try {
    agent.restore(withoutPrefix('agent.', arrays))
  } catch (error) {
    const { torquelab = 'another version' } = trainer.versions
    throw new UserError(
      `The run "${folder.name}" cannot be resumed by this version: its checkpoint was written by TorqueLab ${torquelab}, with another state of the learner (${messageOf(error)}) Resume it with that version, or start it anew.`,
      'failure',
    )
  }
}

/** One thread less than there are cores, so that one is left for the window; 1 at least. */
function defaultThreads(): number {
  return Math.max(1, os.availableParallelism() - 1)
}
