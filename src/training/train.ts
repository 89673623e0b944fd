/**
 * The training loop: episodes with exploration, one update a step, evaluations without noise beside them, the best policy kept.
 * Everything written to metrics.ndjson is determined by scene, settings, seed and versions; time goes to timing.ndjson.
 */
import { loadEngine } from '../agent/create-engine.ts'
import { DdpgAgent } from '../agent/ddpg.ts'
import type { EngineName, UpdateMetrics } from '../agent/engine.ts'
import { RandomStream } from '../common/random.ts'
import { policyController } from '../episode/controllers.ts'
import { type Observer, runEpisode } from '../episode/episode.ts'
import { Policy } from '../policy/policy.ts'
import { writePolicy } from '../policy/policy-file.ts'
import { recordRollout } from '../rollout/rollout.ts'
import { writeRollout } from '../rollout/write-rollout.ts'
import type { Scene } from '../scene/schema.ts'
import { createEnvironment, type Environment, type StepResult } from '../sim/environment.ts'
import { type Evaluation, episodeSeeds, evaluatePolicy, REPORT_BLOCK, SELECTION_BLOCK } from './evaluate.ts'
import type { RunFolder, RunResult } from './run-folder.ts'
import type { TrainingSettings } from './settings.ts'

export interface TrainOptions {
  scene: Scene
  seed: number
  settings: TrainingSettings
  /** Ends after this many environment steps, or episodes; at least one is given. */
  budget: { steps?: number | undefined; episodes?: number | undefined }
  engine: EngineName | undefined
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
  | { type: 'started'; engine: EngineName }
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

export const ALGORITHM = 'ddpg'

/** Milliseconds between two progress events. */
const PROGRESS_INTERVAL = 200

export async function train(options: TrainOptions): Promise<RunResult> {
  const environment = await createEnvironment(options.scene)
  const evaluationEnvironment = await createEnvironment(options.scene)
  const engine = await loadEngine(options.engine)
  options.onEvent({ type: 'started', engine: engine.name })
  const { spec } = environment
  const size = { observation: spec.observation.length, action: spec.action.length }
  const { settings, seed } = options
  const agent = new DdpgAgent({
    size,
    settings,
    seed,
    createEngine: (networks) => engine.create({ size, settings, networks }),
  })
  try {
    return await new Trainer(options, environment, evaluationEnvironment, agent).run()
  } finally {
    agent.dispose()
    environment.close()
    evaluationEnvironment.close()
  }
}

class Trainer {
  private readonly options: TrainOptions
  private readonly environment: Environment
  private readonly evaluationEnvironment: Environment
  private readonly agent: DdpgAgent
  /** Moved on by pauses, so that speeds are those of training. */
  private startTime = performance.now()
  private lastProgress = this.startTime
  private step = 0
  private episode = 0
  private best = { step: 0, episode: 0, selectionReturn: Number.NEGATIVE_INFINITY }
  private bestPolicy: Policy
  private lastEvaluatedStep = -1

  constructor(options: TrainOptions, environment: Environment, evaluationEnvironment: Environment, agent: DdpgAgent) {
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
      this.log('episode', {
        return: summary.return,
        length: summary.steps,
        epsilon: this.agent.exploration,
        ...learner.means(),
      })
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
        algorithm: ALGORITHM,
        observation: channels(spec.observation),
        action: channels(spec.action),
        controlStep: spec.controlStep,
        trainedSteps: this.step,
      },
      this.agent.exportActor(),
    )
  }

  private log(type: 'episode' | 'evaluation', fields: Record<string, unknown>): void {
    const row = { type, step: this.step, episode: this.episode, ...fields }
    this.options.folder.append('metrics', row)
    this.options.onEvent(row as TrainingEvent)
  }
}

/** Feeds the agent with the transitions of an episode and averages what its updates report. */
class EpisodeLearner implements Observer {
  private readonly agent: DdpgAgent
  private previous = new Float32Array(0)
  private readonly sums: UpdateMetrics = { criticLoss: 0, policyLoss: 0, meanQ: 0 }
  private updates = 0

  constructor(agent: DdpgAgent) {
    this.agent = agent
  }

  onReset(_environment: Environment, observation: Float32Array): void {
    this.previous = observation.slice()
    this.updates = 0
    this.sums.criticLoss = this.sums.policyLoss = this.sums.meanQ = 0
  }

  onStep(_environment: Environment, action: Float32Array, result: StepResult): void {
    // A time limit is no termination: the target of its last transition bootstraps.
    const metrics = this.agent.learn(this.previous, action, result.reward, result.observation, result.terminated)
    this.previous.set(result.observation)
    if (!metrics) return
    this.updates++
    this.sums.criticLoss += metrics.criticLoss
    this.sums.policyLoss += metrics.policyLoss
    this.sums.meanQ += metrics.meanQ
  }

  /** Means over the episode's updates; empty where there was none. */
  means(): Partial<UpdateMetrics> {
    if (this.updates === 0) return {}
    return {
      criticLoss: this.sums.criticLoss / this.updates,
      policyLoss: this.sums.policyLoss / this.updates,
      meanQ: this.sums.meanQ / this.updates,
    }
  }
}
