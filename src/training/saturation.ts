/**
 * Notices an actor that has run into the flat ends of its tanh: nearly every action is -1 or 1 there, its gradient is
 * nearly 0, and it hardly learns any more. DDPG is known for it (Hausknecht and Stone 2016; docs/algorithms.md).
 */

/** Mean share of saturated actions above which an episode counts as saturated. */
const SATURATED_SHARE = 0.9
/** So many episodes in a row, and so many steps in them: neither one bad episode nor a few short ones are a reason to warn. */
const EPISODES = 5
const STEPS = 1000

export class SaturationWatch {
  private episodes = 0
  private steps = 0
  private hasWarned = false

  state(): { episodes: number; steps: number; hasWarned: boolean } {
    const { episodes, steps, hasWarned } = this
    return { episodes, steps, hasWarned }
  }

  restore(state: ReturnType<SaturationWatch['state']>): void {
    Object.assign(this, state)
  }

  /**
   * Takes in an episode: its mean saturation (undefined where the policy was not updated, which changes nothing) and its
   * length in steps. Returns the warning in words, once, when it is due.
   */
  addEpisode(saturation: number | undefined, length: number): string | undefined {
    if (this.hasWarned || saturation === undefined) return undefined
    if (!(saturation > SATURATED_SHARE)) {
      this.episodes = this.steps = 0
      return undefined
    }
    this.episodes++
    this.steps += length
    if (this.episodes < EPISODES || this.steps < STEPS) return undefined
    this.hasWarned = true
    return (
      `The actor is saturated: over the last ${this.episodes} episodes more than ${SATURATED_SHARE * 100}% of its actions were at -1 or 1 ` +
      `(in the last ${(100 * saturation).toFixed(0)}%), where it hardly learns. Try preactivationPenalty above 0, ` +
      'a smaller actorLearningRate, or more randomSteps.'
    )
  }
}
