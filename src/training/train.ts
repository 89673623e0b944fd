/**
 * The training loop: episodes with exploration, one update a step, evaluations without noise beside them, the best policy kept.
 * Everything written to metrics.ndjson is determined by scene, settings, seed and versions; time goes to timing.ndjson.
 */
import os from 'node:os'
import { Agent, DIVERGENCE_ADVICE } from '../agent/agent.ts'
import { loadEngine } from '../agent/create-engine.ts'
import type { EngineName, UpdateMetrics } from '../agent/engine.ts'
import { algorithmOf } from '../agent/presets.ts'
import { RandomStream } from '../common/random.ts'
import { UserError } from '../common/user-error.ts'
import { policyController } from '../episode/controllers.ts'
import { type Observer, runEpisode } from '../episode/episode.ts'
import { Policy } from '../policy/policy.ts'
import { writePolicy } from '../policy/policy-file.ts'
import { recordRollout } from '../rollout/rollout.ts'
import { writeRollout } from '../rollout/write-rollout.ts'
import type { Scene } from '../scene/schema.ts'
import { createEnvironment, type Environment } from '../sim/environment.ts'
import { EpisodeLearner } from './episode-learner.ts'
import { type Evaluation, episodeSeeds, evaluatePolicy, REPORT_BLOCK, SELECTION_BLOCK } from './evaluate.ts'
import type { RunFolder, RunResult } from './run-folder.ts'
import { SaturationWatch } from './saturation.ts'
import type { TrainingSettings } from './settings.ts'

export interface TrainOptions {
  scene: Scene
  seed: number
  settings: TrainingSettings
  /** Ends after this many environment steps, or episodes; at least one is given. */
  budget: { steps?: number | undefined; episodes?: number | undefined }
  /** The first that loads and can do what the settings ask for, where it is undefined. */
  engine: EngineName | undefined
  /** Threads that share an update, one less than there are cores where undefined; the results are the same bits for any number. */
  threads?: number | undefined
  /** Other bits, and faster on some processors. */
  relaxedSimd?: boolean | undefined
  folder: RunFolder
  versions: Record<string, string>
  /** Asked after every step; true stops the run cleanly. */
  shouldStop: () => boolean
  /** Called after every step; returns when training may go on. */
  waitWhilePaused?: () => void
  /** Called after every step with the training environment. */
  onStep?: (environment: Environment, step: number) => void
  onEvent: (event: TrainingEvent) => void
}

export type TrainingEvent =
  /** Threads and relaxed SIMD are those of the fused engine: TensorFlow.js chooses for itself. */
  | { type: 'started'; engine: EngineName; threads?: number; relaxedSimd?: boolean }
  | ({
      type: 'episode'
      step: number
      episode: number
      return: number
      length: number
      epsilon: number
    } & Partial<UpdateMetrics>)
  | { type: 'evaluation'; step: number; episode: number; meanReturn: number; stdReturn: number; isBest: boolean }
  | { type: 'progress'; step: number; episode: number; seconds: number; stepsPerSecond: number }
  /** The run goes on, but probably not well: in words, with what to try. */
  | { type: 'warning'; step: number; episode: number; message: string }

/** Milliseconds between two progress events. */
const PROGRESS_INTERVAL = 200

/** Trains to the end of the budget, or until it is stopped. Throws a UserError where the run cannot start or go on. */
export async function train(options: TrainOptions): Promise<RunResult> {
  const opened: { close(): void }[] = []
  try {
    const environment = await createEnvironment(options.scene)
    opened.push(environment)
    const evaluationEnvironment = await createEnvironment(options.scene)
    opened.push(evaluationEnvironment)
    const { settings, seed } = options
    const engine = await loadEngine(options.engine, settings, options)
    const { threads = defaultThreads(), relaxedSimd = false } = options
    const choices = engine.name === 'fused' ? { threads, relaxedSimd } : {}
    const { spec } = environment
    const size = { observation: spec.observation.length, action: spec.action.length }
    options.onEvent({ type: 'started', engine: engine.name, ...choices })
    const agent = new Agent({
      size,
      settings,
      seed,
      createEngine: ({ networks, random }) => engine.create({ size, settings, networks, random, ...choices }),
    })
    opened.push({ close: () => agent.dispose() })
    return await new Trainer(options, environment, evaluationEnvironment, agent).run()
  } finally {
    for (const one of opened.reverse()) one.close()
  }
}

/** One thread less than there are cores, so that one is left for the window; 1 at least. */
function defaultThreads(): number {
  return Math.max(1, os.availableParallelism() - 1)
}

class Trainer {
  private readonly options: TrainOptions
  private readonly environment: Environment
  private readonly evaluationEnvironment: Environment
  private readonly agent: Agent
  private readonly saturation = new SaturationWatch()
  /** Moved on by pauses, so that speeds are those of training. */
  private startTime = performance.now()
  private lastProgress = this.startTime
  private step = 0
  private episode = 0
  private best = { step: 0, episode: 0, selectionReturn: Number.NEGATIVE_INFINITY }
  private bestPolicy: Policy
  private lastEvaluatedStep = -1

  constructor(options: TrainOptions, environment: Environment, evaluationEnvironment: Environment, agent: Agent) {
    this.options = options
    this.environment = environment
    this.evaluationEnvironment = evaluationEnvironment
    this.agent = agent
    this.bestPolicy = this.currentPolicy()
  }

  async run(): Promise<RunResult> {
    const { budget, seed, shouldStop } = this.options
    const { steps = Number.POSITIVE_INFINITY, episodes = Number.POSITIVE_INFINITY } = budget
    const learner = new EpisodeLearner(this.agent)
    const counter: Observer = { onStep: () => this.afterStep() }
    const seeds = RandomStream.derive(seed, 'training episodes')
    const isStopped = () => this.step >= steps || shouldStop()
    this.evaluate()
    while (!isStopped() && this.episode < episodes) {
      const summary = runEpisode(this.environment, this.agent, {
        seed: seeds.seed(),
        observers: [learner, counter],
        stop: isStopped,
      })
      if (!summary.terminated && !summary.truncated) break
      this.episode++
      const means = learner.means()
      const { return: sum, steps: length } = summary
      this.log('episode', { return: sum, length, epsilon: this.agent.exploration, ...means })
      const message = this.saturation.addEpisode(means.saturation, length)
      if (message !== undefined) this.log('warning', { message })
    }
    return this.finish()
  }

  private afterStep(): void {
    this.step++
    this.options.onStep?.(this.environment, this.step)
    const before = performance.now()
    this.options.waitWhilePaused?.()
    this.startTime += performance.now() - before
    if (this.step % this.options.settings.evaluationInterval === 0) this.evaluate()
    const now = performance.now()
    if (now - this.lastProgress < PROGRESS_INTERVAL) return
    this.lastProgress = now
    const { step, episode } = this
    this.options.onEvent({ type: 'progress', step, episode, ...this.speed(now) })
  }

  private speed(now: number): { seconds: number; stepsPerSecond: number } {
    const seconds = (now - this.startTime) / 1000
    return { seconds, stepsPerSecond: this.step / seconds }
  }

  /** Evaluates the current policy on the selection seeds; keeps it as the best where it is. */
  private evaluate(): void {
    const { settings, folder } = this.options
    this.requireFiniteWeights()
    this.lastEvaluatedStep = this.step
    const policy = this.currentPolicy()
    const seeds = episodeSeeds(SELECTION_BLOCK, settings.evaluationEpisodes)
    const { meanReturn, stdReturn, minReturn, meanLength } = evaluatePolicy(this.evaluationEnvironment, policy, seeds)
    const isBest = meanReturn > this.best.selectionReturn
    folder.writePolicy('last', policy)
    if (isBest) {
      this.best = { step: this.step, episode: this.episode, selectionReturn: meanReturn }
      this.bestPolicy = policy
      folder.writePolicy('best', policy)
    }
    this.log('evaluation', { meanReturn, stdReturn, minReturn, meanLength, isBest })
    folder.append('timing', { step: this.step, episode: this.episode, ...this.speed(performance.now()) })
  }

  /** What an update reports is from before it: a policy that it spoilt is found here, before it is played or saved. */
  private requireFiniteWeights(): void {
    const place = this.agent.engine.findNonFinite()
    if (place === undefined) return
    throw new UserError(
      `Training diverged: after step ${this.step} the first weight that is not finite is in ${place}. ${DIVERGENCE_ADVICE}`,
      'failure',
    )
  }

  private async finish(): Promise<RunResult> {
    if (this.lastEvaluatedStep !== this.step) this.evaluate()
    const speed = this.speed(performance.now())
    const seeds = episodeSeeds(REPORT_BLOCK, this.options.settings.reportEpisodes)
    const report = (policy: Policy): Evaluation => evaluatePolicy(this.evaluationEnvironment, policy, seeds)
    const evaluation = report(this.bestPolicy)
    const finalEvaluation = report(this.currentPolicy())
    await this.recordBest(seeds[0]!)
    const { step: steps, episode: episodes, best } = this
    return { steps, episodes, ...speed, best, evaluation, finalEvaluation }
  }

  private async recordBest(seed: number): Promise<void> {
    const { folder, versions } = this.options
    const recorder = recordRollout(writePolicy(this.bestPolicy))
    const controller = policyController(this.bestPolicy, this.evaluationEnvironment.spec)
    runEpisode(this.evaluationEnvironment, controller, { seed, observers: [recorder] })
    folder.ensureFolder('rollouts')
    await writeRollout(folder.path('rollouts', 'best.mcap'), recorder.rollout(), versions)
  }

  private currentPolicy(): Policy {
    const { spec, scene } = this.environment
    const channels = (entries: typeof spec.observation) => entries.map(({ name, unit }) => ({ name, unit }))
    return new Policy(
      {
        scene: scene.name,
        algorithm: algorithmOf(this.options.settings),
        observation: channels(spec.observation),
        action: channels(spec.action),
        controlStep: spec.controlStep,
        trainedSteps: this.step,
      },
      this.agent.exportActor(),
    )
  }

  private log(type: 'episode' | 'evaluation' | 'warning', fields: Record<string, unknown>): void {
    const row = { type, step: this.step, episode: this.episode, ...fields }
    this.options.folder.append('metrics', row)
    this.options.onEvent(row as TrainingEvent)
  }
}
