/**
 * n-step returns (Barth-Maron et al. 2018, D4PG, section 3; Sutton 1988): a transition counts the rewards of n steps
 * before its target bootstraps. (s_t, a_t, Σ_{i<n} γ^i r_{t+i}, s_{t+n}, γ^n) is known n - 1
 * steps late, with the reward of its last step.
 */
import type { ProblemSize } from './engine.ts'
import { arrayOf, type StateArrays } from './state.ts'

export type StoreTransition = (
  observation: Float32Array,
  action: Float32Array,
  reward: number,
  nextObservation: Float32Array,
  discount: number,
) => void

interface PendingStep {
  observation: Float32Array
  action: Float32Array
  reward: number
}

export class NStepReturns {
  private readonly discount: number
  private readonly store: StoreTransition
  /** A ring of the last steps of this episode whose return is not complete, from `first` on. */
  private readonly pending: PendingStep[]
  private first = 0
  private count = 0
  private readonly lastObservation: Float32Array

  /** `steps` is n, `discount` γ; complete transitions go to `store`, oldest first, in arrays that are reused. */
  constructor(steps: number, discount: number, size: ProblemSize, store: StoreTransition) {
    this.discount = discount
    this.store = store
    this.pending = Array.from({ length: steps }, () => ({
      observation: new Float32Array(size.observation),
      action: new Float32Array(size.action),
      reward: 0,
    }))
    this.lastObservation = new Float32Array(size.observation)
  }

  /** Takes in one step. At the end of an episode the steps that wait are stored too, with the rewards that they have. */
  add(
    observation: Float32Array,
    action: Float32Array,
    reward: number,
    nextObservation: Float32Array,
    terminated: boolean,
    truncated: boolean,
  ): void {
    const step = this.pending[(this.first + this.count) % this.pending.length]!
    step.observation.set(observation)
    step.action.set(action)
    step.reward = reward
    this.count++
    this.lastObservation.set(nextObservation)
    if (terminated || truncated) this.flush(terminated)
    else if (this.count === this.pending.length) this.storeOldest(false)
  }

  /**
   * Forgets the episode. Where it was left unfinished, its last steps are stored as after a time limit: their rewards
   * are as true as any, and the value of the last observation stands for what would have followed.
   */
  reset(): void {
    this.flush(false)
  }

  /** The steps that wait, oldest first: observations [steps, O], actions [steps, A], rewards [steps]; the last observation [O]. */
  state(): StateArrays {
    const waiting = Array.from(
      { length: this.count },
      (_, index) => this.pending[(this.first + index) % this.pending.length]!,
    )
    return {
      observations: Float32Array.from(waiting.flatMap(({ observation }) => [...observation])),
      actions: Float32Array.from(waiting.flatMap(({ action }) => [...action])),
      rewards: Float64Array.from(waiting, ({ reward }) => reward),
      lastObservation: this.lastObservation.slice(),
    }
  }

  restore(state: StateArrays): void {
    const rewards = arrayOf(state, 'rewards', Float64Array)
    const count = rewards.length
    if (count >= this.pending.length)
      throw new Error(`${count} steps wait for returns of ${this.pending.length} steps.`)
    const observation = this.lastObservation.length
    const action = this.pending[0]!.action.length
    const observations = arrayOf(state, 'observations', Float32Array, count * observation)
    const actions = arrayOf(state, 'actions', Float32Array, count * action)
    this.first = 0
    this.count = count
    rewards.forEach((reward, index) => {
      const step = this.pending[index]!
      step.observation.set(observations.subarray(index * observation, (index + 1) * observation))
      step.action.set(actions.subarray(index * action, (index + 1) * action))
      step.reward = reward
    })
    this.lastObservation.set(arrayOf(state, 'lastObservation', Float32Array, observation))
  }

  private flush(terminated: boolean): void {
    while (this.count > 0) this.storeOldest(terminated)
  }

  private storeOldest(terminated: boolean): void {
    const { pending, first, count } = this
    const { observation, action } = pending[first]!
    // A sum that started at 0 would turn a reward of -0 into 0.
    let { reward } = pending[first]!
    let weight = this.discount
    for (let index = 1; index < count; index++) {
      reward += weight * pending[(first + index) % pending.length]!.reward
      weight *= this.discount
    }
    this.first = (first + 1) % pending.length
    this.count--
    this.store(observation, action, reward, this.lastObservation, terminated ? 0 : weight)
  }
}
