/**
 * n-step returns (Barth-Maron et al. 2018, D4PG, section 3; Sutton 1988): a transition counts the rewards of n steps
 * before its target bootstraps. (s_t, a_t, Σ_{i<n} γ^i r_{t+i}, s_{t+n}, γ^n) is known n - 1
 * steps late, with the reward of its last step.
 */
import type { ProblemSize } from './engine.ts'

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
