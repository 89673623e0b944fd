/** The discounted return of episodes, seen as they are played: what a critic's Q of their first step should be. */
import type { Observer } from '../episode/episode.ts'

export class DiscountedReturns implements Observer {
  private readonly discount: number
  private readonly sums: number[] = []
  private weight = 1

  constructor(discount: number) {
    this.discount = discount
  }

  onReset(): void {
    this.sums.push(0)
    this.weight = 1
  }

  onStep(_environment: unknown, _action: unknown, { reward }: { reward: number }): void {
    this.sums[this.sums.length - 1]! += this.weight * reward
    this.weight *= this.discount
  }

  /** Mean over the episodes of Σ γ^t · reward, from the reset (t = 0) to their end. */
  get mean(): number {
    return this.sums.reduce((sum, value) => sum + value, 0) / this.sums.length
  }
}
