/**
 * The training loop: episodes with exploration, one update a step, evaluations without noise beside them, the best policy kept.
 * Everything written to metrics.ndjson is determined by scene, settings, seed and versions; time goes to timing.ndjson.
 */
import { type Agent, DIVERGENCE_ADVICE } from '../agent/agent.ts'
import type { EngineName, UpdateMetrics } from '../agent/engine.ts'
import { algorithmOf } from '../agent/presets.ts'
import { prefixed, withoutPrefix } from '../agent/state.ts'
import { RandomStream } from '../common/random.ts'
import { UserError } from '../common/user-error.ts'
import { policyController } from '../episode/controllers.ts'
import { Episode, type Observer } from '../episode/episode.ts'
import type { Network } from '../policy/network.ts'
import { Policy } from '../policy/policy.ts'
import { writePolicy } from '../policy/policy-file.ts'
import { recordEpisode } from '../rollout/record-episode.ts'
import type { Scene } from '../scene/schema.ts'
import type { Environment } from '../sim/environment.ts'
import type { Checkpoint } from './checkpoint-file.ts'
import type { Checkpoints, ResumePoint } from './checkpoints.ts'
import { EpisodeLearner } from './episode-learner.ts'
import { LearningWatch } from './learning-watch.ts'
import { networkArrays, networkOf } from './network-arrays.ts'
import { PolicySelection } from './policy-selection.ts'
import { EVENT_FILE, type RunFolder, type RunResult } from './run-folder.ts'
import { SaturationWatch } from './saturation.ts'
import type { TrainingSettings } from './settings.ts'
import { TensorBoardLog } from './tensorboard.ts'

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
  /** Goes on from the run's newest usable checkpoint: bit for bit the run that was never interrupted. */
  resume?: boolean | undefined
  /** Asked after every step; true stops the run cleanly. */
  shouldStop: () => boolean
  /** Asked after every step; where true, a checkpoint is written and `waitWhilePaused` called. */
  isPaused?: () => boolean
  /** Returns when training may go on. */
  waitWhilePaused?: () => void
  /** Called after every step with the training environment. */
  onStep?: (environment: Environment, step: number) => void
  onEvent: (event: TrainingEvent) => void
}

export type TrainingEvent =
  /** Threads and relaxed SIMD are those of the fused engine: TensorFlow.js chooses for itself. */
  | { type: 'started'; engine: EngineName; threads?: number; relaxedSimd?: boolean }
  /** The run goes on from this step; `notices` say what was passed over, such as a damaged checkpoint. */
  | {
      type: 'resumed'
      step: number
      episode: number
      /** Training time so far, s. */
      seconds: number
      /** The best evaluation so far; absent where there is none. */
      best?: { step: number; meanReturn: number }
      notices: string[]
    }
  | ({
      type: 'episode'
      step: number
      episode: number
      return: number
      length: number
      epsilon: number
    } & Partial<UpdateMetrics>)
  | {
      type: 'evaluation'
      step: number
      episode: number
      meanReturn: number
      stdReturn: number
      discountedReturn: number
      isBest: boolean
    }
  | { type: 'progress'; step: number; episode: number; seconds: number; stepsPerSecond: number }
  /** The run's state after this step is on disk. */
  | { type: 'checkpoint'; step: number; episode: number; seconds: number }
  /** The run goes on, but probably not well: in words, with what to try. */
  | { type: 'warning'; step: number; episode: number; message: string }

/** Milliseconds between two progress events. */
const PROGRESS_INTERVAL = 200

/** Milliseconds between two checkpoints at most, and between two turns of the event loop, in which files are written. */
const CHECKPOINT_TIME = 30_000
const TURN_INTERVAL = 5

const OTHER_EPISODE =
  'The running episode came out otherwise when its actions were simulated again: the physics or the mathematics here are not those that the run began with. It goes on from there, but not as it would have without the interruption.'

export class Trainer {
  private readonly options: TrainOptions
  private readonly environment: Environment
  private readonly evaluationEnvironment: Environment
  private readonly agent: Agent
  private readonly checkpoints: Checkpoints
  private readonly learner: EpisodeLearner
  private readonly episodeSeeds: RandomStream
  private readonly saturation = new SaturationWatch()
  private readonly board: TensorBoardLog
  private readonly learning = new LearningWatch()
  /** Moved on by pauses, so that speeds are those of training. */
  private startTime = performance.now()
  private lastProgress = this.startTime
  private step = 0
  private episode = 0
  private readonly selection: PolicySelection
  private lastEvaluatedStep = -1
  private lastCheckpoint = { step: -1, time: this.startTime }
  private lastTurn = this.startTime
  /** The episode that runs: what it is resumed by. */
  private running: { episode: Episode; seed: number; actions: Float32Array[] } | undefined

  constructor(
    options: TrainOptions,
    environment: Environment,
    evaluationEnvironment: Environment,
    agent: Agent,
    checkpoints: Checkpoints,
  ) {
    this.options = options
    this.environment = environment
    this.evaluationEnvironment = evaluationEnvironment
    this.agent = agent
    this.checkpoints = checkpoints
    this.learner = new EpisodeLearner(agent)
    this.board = new TensorBoardLog((bytes) => options.folder.appendBytes(EVENT_FILE, bytes))
    this.episodeSeeds = RandomStream.derive(options.seed, 'training episodes')
    this.selection = new PolicySelection(evaluationEnvironment, options.settings, this.currentPolicy())
  }

  async run(): Promise<RunResult> {
    const { episodes = Number.POSITIVE_INFINITY } = this.options.budget
    if (this.lastEvaluatedStep < 0) {
      this.evaluate()
      this.saveCheckpoint()
    }
    // An episode that was taken up is seen to its end first: its last step may have been the last one before the interruption.
    while (this.running || (!this.isStopped() && this.episode < episodes)) {
      const isOver = await this.playEpisode()
      if (!isOver) break
      this.endEpisode()
    }
    return this.finish()
  }

  /** Takes up the state of a checkpoint, the agent's apart. */
  restore({ checkpoint, notices }: ResumePoint): void {
    const { trainer, arrays } = checkpoint
    const notice = versionNotice(trainer.versions, this.options.versions)
    const all = notice === undefined ? [...notices] : [...notices, notice]
    this.step = trainer.step
    this.episode = trainer.episode
    const best = { ...trainer.best, selectionReturn: trainer.best.selectionReturn ?? Number.NEGATIVE_INFINITY }
    this.selection.restore(best, this.policyOf(networkOf(withoutPrefix('best.', arrays)), best.step))
    // What was evaluated after the checkpoint is not known yet.
    this.options.folder.writePolicy('best', this.selection.bestPolicy)
    this.lastEvaluatedStep = trainer.lastEvaluatedStep
    this.lastCheckpoint.step = trainer.step
    this.startTime -= trainer.seconds * 1000
    this.saturation.restore(trainer.saturation)
    // Checkpoints of older versions have none.
    if (trainer.learning) this.learning.restore(trainer.learning)
    this.episodeSeeds.setState(trainer.episodeSeeds)
    this.board.restore(this.options.folder.readRows('metrics'))
    if (trainer.episodeSeed !== null) {
      const size = this.environment.spec.action.length
      const flat = arrays['episode.actions'] as Float32Array
      const actions = Array.from({ length: flat.length / size }, (_, index) =>
        flat.slice(index * size, (index + 1) * size),
      )
      this.begin(trainer.episodeSeed, actions)
      const { observation } = this.running!.episode
      this.learner.restore(observation, trainer.averages)
      const seen = arrays['episode.observation']
      if (observation.some((value, index) => !Object.is(value, seen?.[index]))) all.push(OTHER_EPISODE)
    }
    const { step, episode } = this
    const { seconds } = trainer
    const hasBest = Number.isFinite(best.selectionReturn)
    this.options.onEvent({
      ...{ type: 'resumed', step, episode, seconds, notices: all },
      ...(hasBest && { best: { step: best.step, meanReturn: best.selectionReturn } }),
    })
  }

  private isStopped(): boolean {
    const { budget, shouldStop } = this.options
    return this.step >= (budget.steps ?? Number.POSITIVE_INFINITY) || shouldStop()
  }

  /** Begins an episode, or takes one up after the actions that were taken. */
  private begin(seed: number, taken?: Float32Array[]): void {
    const actions = taken ?? []
    const recorder: Observer = { onStep: (_, action) => void actions.push(action.slice()) }
    const observers = [recorder, this.learner]
    const episode = new Episode(this.environment, this.agent, { seed, observers, ...(taken && { taken }) })
    this.running = { episode, seed, actions }
  }

  /** Plays the running episode, or a new one; false where the run was stopped before its end. */
  private async playEpisode(): Promise<boolean> {
    let isNew = !this.running
    if (isNew) this.begin(this.episodeSeeds.seed())
    const { episode } = this.running!
    while (isNew || (!episode.over && !this.isStopped())) {
      isNew = false
      episode.step()
      this.afterStep()
      if (this.options.isPaused?.()) await this.pause()
      if (performance.now() - this.lastTurn > TURN_INTERVAL) await this.letFilesBeWritten()
    }
    return episode.over
  }

  private endEpisode(): void {
    const { return: sum, steps: length } = this.running!.episode.summary
    this.running = undefined
    this.episode++
    const means = this.learner.means()
    this.log('episode', { return: sum, length, epsilon: this.agent.exploration, ...means })
    this.learning.addEpisode(means.meanQ)
    const message = this.saturation.addEpisode(means.saturation, length)
    if (message !== undefined) this.log('warning', { message })
  }

  private afterStep(): void {
    const { settings, onStep, onEvent } = this.options
    this.step++
    onStep?.(this.environment, this.step)
    if (this.step % settings.evaluationInterval === 0) this.evaluate()
    const now = performance.now()
    const isDue =
      this.step - this.lastCheckpoint.step >= settings.checkpointInterval ||
      now - this.lastCheckpoint.time >= CHECKPOINT_TIME
    if (isDue && !this.checkpoints.isBusy) this.saveCheckpoint()
    if (now - this.lastProgress < PROGRESS_INTERVAL) return
    this.lastProgress = now
    const { step, episode } = this
    onEvent({ type: 'progress', step, episode, ...this.speed(now) })
  }

  private async pause(): Promise<void> {
    const before = performance.now()
    await this.saveAndWait()
    this.options.waitWhilePaused?.()
    this.startTime += performance.now() - before
  }

  /** Files are written by the event loop, which does not turn while steps follow each other. */
  private async letFilesBeWritten(): Promise<void> {
    if (this.checkpoints.isBehind) await this.checkpoints.settle()
    await new Promise((resolve) => setImmediate(resolve))
    this.checkpoints.throwIfFailed()
    this.lastTurn = performance.now()
  }

  /** Writes a checkpoint of this step, and goes on when it is on disk. */
  private async saveAndWait(): Promise<void> {
    await this.checkpoints.settle()
    this.saveCheckpoint()
    await this.checkpoints.settle()
  }

  /** Copies the whole state of the run as it is after this step; it is written beside training. No checkpoint is of spoilt weights. */
  private saveCheckpoint(): void {
    this.requireFiniteWeights()
    const { step, episode, lastEvaluatedStep, running, learner, saturation, agent } = this
    const { best, bestPolicy } = this.selection
    const { folder, versions, onEvent } = this.options
    const now = performance.now()
    this.lastCheckpoint = { step, time: now }
    const selectionReturn = Number.isFinite(best.selectionReturn) ? best.selectionReturn : null
    const seconds = Math.max(0, now - this.startTime) / 1000
    const trainer: Omit<Checkpoint['trainer'], 'replay'> = {
      step,
      episode,
      engine: agent.engine.name,
      versions,
      best: { ...best, selectionReturn },
      lastEvaluatedStep,
      seconds,
      saturation: saturation.state(),
      learning: this.learning.state(),
      averages: learner.state(),
      episodeSeeds: this.episodeSeeds.state(),
      episodeSeed: running?.seed ?? null,
      logs: folder.logSizes(),
    }
    const arrays = {
      ...prefixed('agent.', agent.state()),
      ...prefixed('best.', networkArrays(bestPolicy.network)),
      ...(running && {
        'episode.actions': Float32Array.from(running.actions.flatMap((action) => [...action])),
        'episode.observation': running.episode.observation.slice(),
      }),
    }
    this.checkpoints.save(trainer, arrays, () => onEvent({ type: 'checkpoint', step, episode, seconds }))
  }

  private speed(now: number): { seconds: number; stepsPerSecond: number } {
    const seconds = (now - this.startTime) / 1000
    return { seconds, stepsPerSecond: this.step / seconds }
  }

  /** Evaluates the current policy; keeps it as the best where it is. */
  private evaluate(): void {
    const { folder } = this.options
    this.requireFiniteWeights()
    this.lastEvaluatedStep = this.step
    const policy = this.currentPolicy()
    const { isBest, ...evaluation } = this.selection.evaluate(policy, this.step, this.episode)
    folder.writePolicy('last', policy)
    this.checkpoints.keepPolicy(this.step, writePolicy(policy))
    if (isBest) folder.writePolicy('best', policy)
    this.log('evaluation', { ...evaluation, isBest })
    for (const message of this.learning.addEvaluation(evaluation)) this.log('warning', { message })
    const timing = { step: this.step, episode: this.episode, ...this.speed(performance.now()) }
    folder.append('timing', timing)
    this.board.add({ type: 'timing', ...timing })
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
    // Before the last evaluation, which a run that goes on from here would not have made.
    await this.saveAndWait()
    if (this.lastEvaluatedStep !== this.step) this.evaluate()
    const speed = this.speed(performance.now())
    const reports = this.selection.report(this.currentPolicy(), this.step)
    await this.recordBest(reports.evaluation.seeds[0]!)
    const { step: steps, episode: episodes } = this
    return { steps, episodes, ...speed, best: this.selection.best, ...reports }
  }

  private async recordBest(seed: number): Promise<void> {
    const { folder, versions } = this.options
    const { bestPolicy } = this.selection
    const controller = policyController(bestPolicy, this.evaluationEnvironment.spec)
    folder.ensureFolder('rollouts')
    const file = folder.path('rollouts', 'best.mcap')
    const policy = writePolicy(bestPolicy)
    await recordEpisode(file, this.evaluationEnvironment, controller, { seed, policy, versions })
  }

  private currentPolicy(): Policy {
    return this.policyOf(this.agent.exportActor(), this.step)
  }

  private policyOf(network: Network, trainedSteps: number): Policy {
    const { spec, scene } = this.environment
    const channels = (entries: typeof spec.observation) => entries.map(({ name, unit }) => ({ name, unit }))
    return new Policy(
      {
        scene: scene.name,
        algorithm: algorithmOf(this.options.settings),
        observation: channels(spec.observation),
        action: channels(spec.action),
        controlStep: spec.controlStep,
        trainedSteps,
      },
      network,
    )
  }

  private log(type: 'episode' | 'evaluation' | 'warning', fields: Record<string, unknown>): void {
    const row = { type, step: this.step, episode: this.episode, ...fields }
    this.options.folder.append('metrics', row)
    this.board.add(row)
    this.options.onEvent(row as TrainingEvent)
  }
}

/** What to say where a checkpoint was written by other versions; undefined where they are these. */
function versionNotice(then: Record<string, string>, now: Record<string, string>): string | undefined {
  const names = [...new Set([...Object.keys(then), ...Object.keys(now)])].filter((name) => then[name] !== now[name])
  if (names.length === 0) return undefined
  const changes = names.map((name) => `${name} was ${then[name] ?? 'absent'} and is ${now[name] ?? 'absent'}`)
  return `The run goes on with other versions than before (${changes.join(', ')}): what follows may differ in its last bits from the run that was never interrupted.`
}
