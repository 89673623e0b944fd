/** One scene in live play: an environment stepped in real time by an action given by hand, by a policy, or by both. It knows no clock and no thread. */
import { policyController } from '../../episode/controllers.ts'
import { type Controller, Episode } from '../../episode/episode.ts'
import type { Policy } from '../../policy/policy.ts'
import { wrap } from '../../scene/formula.ts'
import { effortCount, effortReader, type ReadEfforts } from '../../sim/efforts.ts'
import type { Environment } from '../../sim/environment.ts'
import { STATE_STRIDE } from '../../sim/physics.ts'
import type { Pull } from '../../sim/pull.ts'
import type { Push } from '../../sim/push.ts'
import type { PlayFrame } from './messages.ts'

/** Steps that one `advance` may run beyond those that its time asks for: a window that stood still does not race afterwards. */
const CATCH_UP_STEPS = 3
/** The longest time between two calls of `advance` that is played in full, s. */
const LONGEST_TICK = 0.02

/** What was done in one control step: with the seed, all that a state depends on. */
interface Deed {
  action: Float32Array
  pull: Pull | undefined
  pushes: readonly Push[]
}

export class PlaySession {
  private readonly environment: Environment
  private readonly readEfforts: ReadEfforts
  private readonly load: number
  /** By hand; NaN where the policy acts. */
  private readonly hand: Float32Array
  /** What was done in the last step. */
  private readonly acted: Float32Array
  private policy: Controller | undefined
  /** A hand that pulls at a body, from the next step on. */
  private pulling: Pull | undefined
  /** Pushes that come with the next step. */
  private pushes: Push[] = []
  /** One for each control step since the reset. */
  private deeds: Deed[] = []
  private readonly before: Float64Array
  /** The policy with what the hand takes over, as the controller that every episode has. */
  private readonly controller: Controller
  private episode: Episode
  /** Simulated time that is due but does not make a whole step yet, s. */
  private due = 0
  private speed = 1
  private seed: number
  private isPlaying = false

  /** `load` marks the frames of this session. */
  constructor(environment: Environment, load: number, seed: number) {
    this.environment = environment
    this.readEfforts = effortReader(environment)
    this.load = load
    this.seed = seed
    this.hand = new Float32Array(environment.spec.action.length)
    this.before = new Float64Array(environment.scene.bodies.length * STATE_STRIDE)
    this.acted = new Float32Array(this.hand.length)
    this.controller = { act: (observation, chosen) => this.act(observation, chosen) }
    this.episode = new Episode(environment, this.controller, { seed })
    this.before.set(environment.state)
  }

  get playing(): boolean {
    return this.isPlaying
  }

  /** The episode is over: only a reset goes on. */
  get over(): boolean {
    return this.episode.over
  }

  reset(seed: number): void {
    this.seed = seed
    this.deeds = []
    this.begin()
    this.due = 0
  }

  play(): void {
    // What is shown starts from here, not from the step before.
    if (!this.isPlaying) this.before.set(this.environment.state)
    this.isPlaying = !this.over
  }

  pause(): void {
    this.isPlaying = false
    this.due = 0
  }

  setSpeed(speed: number): void {
    this.speed = speed
  }

  /** A hand pulls at a body from the next step on, or (undefined) lets go. */
  setPull(pull: Pull | undefined): void {
    this.pulling = pull
  }

  /** Pushes a body with the next step, beside what pushes it already. */
  push(push: Push): void {
    this.pushes.push(push)
  }

  /** One value in [-1, 1] an actuator, null where the policy acts; used from the next step on. */
  setAction(action: readonly (number | null)[]): void {
    this.hand.set(action.slice(0, this.hand.length).map((value) => value ?? Number.NaN))
  }

  /** Who acts where the hand does not; nobody where undefined. Throws a UserError where the policy does not fit the scene. */
  setPolicy(policy: Policy | undefined): void {
    this.policy = policy && policyController(policy, this.environment.spec)
  }

  /** Plays `seconds` of the wall clock. Returns whether there is something new to show. */
  advance(seconds: number): boolean {
    if (!this.isPlaying) return false
    const { controlStep } = this.environment.spec
    const most = Math.ceil((LONGEST_TICK * this.speed) / controlStep) + CATCH_UP_STEPS
    this.due = Math.min(this.due + seconds * this.speed, most * controlStep)
    // A step that is due but for a rounding error is due.
    while (this.isPlaying && this.due >= controlStep * (1 - 1e-9)) {
      this.due = Math.max(0, this.due - controlStep)
      this.step()
    }
    return true
  }

  /** One control step, unless the episode is over; its end ends the playing. */
  step(): void {
    if (this.over) return
    this.before.set(this.environment.state)
    const { pulling: pull, pushes } = this
    this.pushes = []
    this.disturb(pull, pushes)
    this.episode.step()
    this.deeds.push({ action: Float32Array.from(this.acted), pull, pushes })
    if (this.over) this.pause()
  }

  /** Does what another session has done since its reset, and plays on if that one played. */
  continue(other: PlaySession): void {
    this.hand.set(other.hand)
    this.pulling = other.pulling
    this.repeat(other.deeds)
    this.isPlaying = other.isPlaying && !this.over
  }

  /** One control step back: the episode is simulated again up to there, which gives the same state to the bit. */
  stepBack(): void {
    this.pause()
    if (this.deeds.length === 0) return
    this.repeat(this.deeds.slice(0, -1))
  }

  /** The episode from its start with these deeds, as far as they go before it is over. */
  private repeat(deeds: readonly Deed[]): void {
    this.begin()
    this.deeds = []
    const hand = Float32Array.from(this.hand)
    for (const deed of deeds) {
      if (this.over) break
      const { action, pull, pushes } = deed
      this.deeds.push(deed)
      this.before.set(this.environment.state)
      this.hand.set(action)
      this.disturb(pull, pushes)
      this.episode.step()
    }
    this.hand.set(hand)
  }

  /** A copy of everything that a window shows. */
  frame(): PlayFrame {
    const { environment } = this
    const { result, observation, summary } = this.episode
    const sensors = Float64Array.from(environment.sensorValues)
    return {
      load: this.load,
      seed: this.seed,
      playing: this.isPlaying,
      step: result?.info.step ?? 0,
      time: result?.info.time ?? 0,
      poses: this.posesNow(),
      efforts: this.effortsNow(),
      ghost: undefined,
      action: Float32Array.from(this.acted),
      velocities: this.velocitiesNow(),
      contacts: Float32Array.from(environment.contactPoints()),
      sensors,
      observation: Float32Array.from(observation),
      terms: Float64Array.from(environment.spec.rewardTerms, (name) => result?.terms[name] ?? 0),
      reward: result?.reward ?? 0,
      return: summary.return,
      terminated: result?.terminated ?? false,
      truncated: result?.truncated ?? false,
      conditions: [...(result?.info.conditions ?? [])],
    }
  }

  /** Gives the engine's memory back. */
  close(): void {
    this.environment.close()
  }

  private act(observation: Float32Array, chosen: Float32Array): void {
    if (this.policy) this.policy.act(observation, chosen)
    else chosen.fill(0)
    for (let index = 0; index < chosen.length; index++) {
      if (!Number.isNaN(this.hand[index])) chosen[index] = this.hand[index]!
    }
    this.acted.set(chosen)
  }

  /** What a hand does to the robot in one step. */
  private disturb(pull: Pull | undefined, pushes: readonly Push[]): void {
    this.environment.pull(pull)
    for (const { body, impulse } of pushes) this.environment.applyImpulse(body, impulse)
  }

  /** The start of the episode. */
  private begin(): void {
    this.acted.fill(0)
    this.pushes = []
    this.episode = new Episode(this.environment, this.controller, { seed: this.seed })
    this.before.set(this.environment.state)
  }

  private velocitiesNow(): Float32Array {
    const { state } = this.environment
    return Float32Array.from({ length: (state.length / STATE_STRIDE) * 3 }, (_, index) => {
      return state[Math.floor(index / 3) * STATE_STRIDE + 3 + (index % 3)]!
    })
  }

  private effortsNow(): Float32Array {
    const efforts = new Float32Array(effortCount(this.environment.scene))
    this.readEfforts(efforts)
    return efforts
  }

  /** Where the bodies are: while playing, as far between the last two states as time is between two steps. */
  private posesNow(): Float32Array {
    const { state, spec } = this.environment
    const share = this.isPlaying ? this.due / spec.controlStep : 1
    const poses = new Float32Array((state.length / STATE_STRIDE) * 3)
    for (let body = 0; body * 3 < poses.length; body++) {
      for (let coordinate = 0; coordinate < 3; coordinate++) {
        const at = body * STATE_STRIDE + coordinate
        const change = state[at]! - this.before[at]!
        // The short way round: angles jump from π to -π.
        poses[body * 3 + coordinate] = state[at]! - (1 - share) * (coordinate === 2 ? wrap(change) : change)
      }
    }
    return poses
  }
}

/** A session that a policy plays alone: a new one stands under the hand, which a ghost never feels. */
export function ghostSession(environment: Environment, load: number, seed: number, policy: Policy): PlaySession {
  const ghost = new PlaySession(environment, load, seed)
  ghost.setPolicy(policy)
  ghost.setAction(environment.spec.action.map(() => null))
  return ghost
}
