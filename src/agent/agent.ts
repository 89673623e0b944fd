/**
 * The learning agent: deep deterministic policy gradient (Lillicrap et al. 2016, algorithm 1) and, by its settings, TD3
 * (Fujimoto et al. 2018). It explores, completes transitions and says when to learn; the arithmetic of the networks is an
 * engine's. docs/algorithms.md lists what differs from the papers.
 */
import { RandomStream } from '../common/random.ts'
import { UserError } from '../common/user-error.ts'
import type { Network } from '../policy/network.ts'
import type { EngineRandom, LearningEngine, Networks, ProblemSize, UpdateMetrics } from './engine.ts'
import { foldInputScaling } from './folding.ts'
import { initialiseNetworks } from './initialisation.ts'
import { NStepReturns, type StoreTransition } from './n-step.ts'
import { createNoise, type ExplorationNoise } from './noise.ts'
import { ObservationNormaliser } from './observation-normaliser.ts'
import { PolicyAverage } from './policy-average.ts'
import type { AgentSettings } from './settings.ts'
import { arrayOf, prefixed, type StateArrays, withoutPrefix } from './state.ts'

export interface AgentOptions {
  size: ProblemSize
  settings: AgentSettings
  /** An integer in [0, MAX_SEED]; every random number of the agent comes from it. */
  seed: number
  /** Makes the engine that holds the given initial networks and draws from the given generators. */
  createEngine: (parts: { networks: Networks; random: EngineRandom }) => LearningEngine
  /** Told of every transition that goes to the replay buffer, in arrays that are reused. */
  onStore?: StoreTransition
}

/** What to do where training diverged. A run repeats to the bit, so that no checkpoint leads past it. */
export const DIVERGENCE_ADVICE =
  'Train anew with smaller learning rates, or with --set gradientClip=1: with the same settings it diverges again, also where it is resumed.'

export class Agent {
  readonly settings: AgentSettings
  readonly engine: LearningEngine
  private readonly noise: ExplorationNoise
  private readonly warmUpRandom: RandomStream
  private readonly returns: NStepReturns
  private readonly normaliser: ObservationNormaliser | undefined
  private readonly policyAverage: PolicyAverage | undefined
  /** Observations that the normaliser had seen when the engine was last told. */
  private normalisedWith = 0
  /** Whether the next observation is the first of an episode, which no step has brought. */
  private startsEpisode = true
  private stepCount = 0
  private updateCount = 0

  constructor({ size, settings, seed, createEngine, onStore }: AgentOptions) {
    this.settings = settings
    const networks = initialiseNetworks(size, settings, RandomStream.derive(seed, 'initial weights'))
    const random = {
      replay: RandomStream.derive(seed, 'replay').state(),
      targetNoise: RandomStream.derive(seed, 'target noise').state(),
    }
    this.engine = createEngine({ networks, random })
    this.noise = createNoise(size.action, settings, RandomStream.derive(seed, 'exploration'))
    this.warmUpRandom = RandomStream.derive(seed, 'random steps')
    this.returns = new NStepReturns(settings.nStep, settings.discount, size, (...transition) => {
      this.requireFiniteReturn(transition[2], settings.nStep)
      this.engine.store(...transition)
      onStore?.(...transition)
    })
    if (settings.policyAveraging > 0) this.policyAverage = new PolicyAverage(settings.policyAveraging)
    if (settings.observationNormalisation) this.normaliser = new ObservationNormaliser(size.observation)
  }

  /** Weight ε of the noise now. */
  get exploration(): number {
    return Math.max(0, this.settings.explorationStart - this.settings.explorationDecay * this.stepCount)
  }

  /** Share of the learning rates that the next update learns with. */
  get learningRateShare(): number {
    const { learningRateDecay, learningRateEnd } = this.settings
    if (learningRateDecay === 0) return 1
    return Math.max(learningRateEnd, 1 - (1 - learningRateEnd) * (this.stepCount / learningRateDecay))
  }

  /** Updates of the critic so far. */
  get updates(): number {
    return this.updateCount
  }

  /** To be called at the start of each training episode, also where the one before was left unfinished. */
  reset(): void {
    this.noise.reset()
    this.returns.reset()
    this.startsEpisode = true
  }

  /**
   * Writes the action [A] to explore with at an observation [O]: actor(s) + ε·noise, clipped to [-1, 1]; uniformly random
   * during the random steps. Throws a UserError where the actor's answer is not finite.
   */
  act(observation: Float32Array, action: Float32Array): void {
    this.seeFirst(observation)
    if (this.stepCount < this.settings.randomSteps) {
      for (let index = 0; index < action.length; index++) action[index] = this.warmUpRandom.uniform(-1, 1)
      return
    }
    this.tellScaling()
    this.engine.act(observation, action)
    this.requireFiniteAction(observation, action)
    this.noise.step()
    const { exploration } = this
    for (let index = 0; index < action.length; index++) {
      action[index] = Math.min(1, Math.max(-1, action[index]! + exploration * this.noise.value[index]!))
    }
  }

  /**
   * Takes in one step and, once learning has started, makes one update. `terminated`: nothing can be earned afterwards;
   * `truncated`: a time limit, after which the target still bootstraps. Throws a UserError where training diverged, and for
   * a next observation or a reward that is not finite, before anything learns from it.
   */
  learn(
    observation: Float32Array,
    action: Float32Array,
    reward: number,
    nextObservation: Float32Array,
    terminated: boolean,
    truncated: boolean,
  ): UpdateMetrics | undefined {
    const { engine, settings } = this
    this.seeFirst(observation)
    this.requireFiniteObservation(nextObservation)
    this.requireFiniteReward(reward)
    this.requireFiniteReturn(settings.rewardScale * reward, 1)
    this.normaliser?.add(nextObservation)
    this.returns.add(observation, action, settings.rewardScale * reward, nextObservation, terminated, truncated)
    this.stepCount++
    // With n-step returns the first transition comes n - 1 steps late.
    if (this.stepCount < settings.learningStarts || engine.stored === 0) return undefined
    this.tellScaling()
    if (settings.learningRateDecay > 0) engine.setLearningRates(this.learningRateShare)
    this.updateCount++
    const metrics = engine.update(this.updateCount % settings.policyDelay === 0)
    this.requireFiniteMetrics(metrics)
    if (this.policyAverage?.isDue(this.stepCount)) this.policyAverage.add(engine.exportActor())
    return metrics
  }

  /** A copy of the actor, or of its average where `policyAveraging` is on; the scaling of observations is folded into its first layer, so that it takes them as they are. */
  exportActor(): Network {
    const actor = this.policyAverage?.network() ?? this.engine.exportActor()
    if (!this.normaliser) return actor
    const [mean, scale] = [this.normaliser.mean(), this.normaliser.scale()]
    const shift = mean.map((value, index) => -value * scale[index]!)
    const [first, ...others] = actor.layers
    return { layers: [foldInputScaling(first!, scale, shift), ...others] }
  }

  /**
   * Copies of all that the agent does next depends on, the transitions in the replay buffer apart. To be taken between two
   * steps.
   */
  state(): StateArrays {
    const { stepCount, updateCount, normalisedWith, startsEpisode, normaliser, policyAverage } = this
    return {
      counts: Float64Array.of(stepCount, updateCount, normalisedWith, startsEpisode ? 1 : 0),
      warmUpRandom: Int32Array.from(this.warmUpRandom.state()),
      ...prefixed('noise.', this.noise.state()),
      ...prefixed('returns.', this.returns.state()),
      ...(normaliser && prefixed('normaliser.', normaliser.state())),
      ...(policyAverage && prefixed('average.', policyAverage.state())),
      ...prefixed('engine.', this.engine.state()),
    }
  }

  /** Takes up such a state of an agent of the same sizes, settings and engine. The transitions go to the engine by themselves. */
  restore(state: StateArrays): void {
    const [stepCount, updateCount, normalisedWith, startsEpisode] = arrayOf(state, 'counts', Float64Array, 4)
    this.stepCount = stepCount!
    this.updateCount = updateCount!
    this.normalisedWith = normalisedWith!
    this.startsEpisode = startsEpisode === 1
    this.warmUpRandom.setState(arrayOf(state, 'warmUpRandom', Int32Array, 4))
    this.noise.restore(withoutPrefix('noise.', state))
    this.returns.restore(withoutPrefix('returns.', state))
    this.normaliser?.restore(withoutPrefix('normaliser.', state))
    this.engine.restore(withoutPrefix('engine.', state))
    this.policyAverage?.restore(withoutPrefix('average.', state), this.engine.exportActor())
  }

  dispose(): void {
    this.engine.dispose()
  }

  /** Counts the first observation of an episode; the others come with the steps that lead to them. */
  private seeFirst(observation: Float32Array): void {
    if (!this.startsEpisode) return
    this.requireFiniteObservation(observation)
    this.normaliser?.add(observation)
    this.startsEpisode = false
  }

  /** Lets the engine see observations by what is known of them now. */
  private tellScaling(): void {
    if (!this.normaliser || this.normaliser.seen === this.normalisedWith) return
    this.engine.setObservationScaling(this.normaliser.mean(), this.normaliser.scale())
    this.normalisedWith = this.normaliser.seen
  }

  private requireFiniteAction(observation: Float32Array, action: Float32Array): void {
    const value = action.find((entry) => !Number.isFinite(entry))
    if (value === undefined) return
    this.requireFiniteObservation(observation)
    throw new UserError(
      `Training diverged: the action is ${value} at step ${this.stepCount + 1}${this.nonFinitePlace()}. ${DIVERGENCE_ADVICE}`,
      'failure',
    )
  }

  private requireFiniteObservation(observation: Float32Array): void {
    for (let index = 0; index < observation.length; index++) {
      if (Number.isFinite(observation[index])) continue
      throw new UserError(
        `The observation is not finite: entry ${index + 1} is ${observation[index]} at step ${this.stepCount + 1}. The best policy so far is kept; check the formulas of the scene's observation, and whether its bodies can reach such speeds.`,
        'failure',
      )
    }
  }

  /** Of rewards that are finite: scaled, and summed over `steps`, they are stored in single precision. */
  private requireFiniteReturn(sum: number, steps: number): void {
    if (Number.isFinite(Math.fround(sum))) return
    const { rewardScale } = this.settings
    const made = [
      ...(rewardScale === 1 ? [] : [`with rewardScale ${rewardScale}`]),
      ...(steps === 1 ? [] : [`over ${steps} steps`]),
    ]
    throw new UserError(
      `The reward ${made.length > 0 ? `(${made.join(', ')}) ` : ''}is ${sum} at step ${this.stepCount + 1}, more than single precision holds (3.4e38). The best policy so far is kept; make the reward smaller: in the scene's formulas, or with --set rewardScale=N.`,
      'failure',
    )
  }

  private requireFiniteReward(reward: number): void {
    if (Number.isFinite(reward)) return
    throw new UserError(
      `The reward is ${reward} at step ${this.stepCount + 1}. The best policy so far is kept; check the formulas of the scene's reward, and whether its bodies can reach such speeds.`,
      'failure',
    )
  }

  private requireFiniteMetrics(metrics: UpdateMetrics): void {
    for (const [name, value] of Object.entries(metrics)) {
      if (Number.isFinite(value)) continue
      throw new UserError(
        `Training diverged: ${name} is ${value} at step ${this.stepCount}${this.nonFinitePlace()}. ${DIVERGENCE_ADVICE}`,
        'failure',
      )
    }
  }

  /** Says where the first weight that is not finite is; a loss can overflow while all of them are finite. */
  private nonFinitePlace(): string {
    const place = this.engine.findNonFinite()
    return place ? `; the first weight that is not finite is in ${place}` : '; all weights are still finite'
  }
}
