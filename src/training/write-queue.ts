/** Writes that happen beside training, one after another in the order in which they were asked for. */

export class WriteQueue {
  private tail: Promise<void> = Promise.resolve()
  private waiting = 0
  private failed = false
  private failure: unknown

  /** Jobs that are not done. */
  get length(): number {
    return this.waiting
  }

  /** Appends a job. After one that failed no other runs: what comes later rests on what came before. */
  add(job: () => Promise<void>): void {
    this.waiting++
    this.tail = this.tail.then(async () => {
      try {
        if (!this.failed) await job()
      } catch (error) {
        this.failed = true
        this.failure = error
      } finally {
        this.waiting--
      }
    })
  }

  /** Throws what a job failed with. */
  throwIfFailed(): void {
    if (this.failed) throw this.failure
  }

  /** Waits for all jobs; throws what one failed with. */
  async settle(): Promise<void> {
    await this.tail
    this.throwIfFailed()
  }
}
