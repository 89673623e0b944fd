/** Contact sensors: whether a body touches, and the normal force on it averaged over the control step. */
import { type Contacts, emptySum, share } from './contacts.ts'

export class ContactSensor {
  /** Touches now. */
  touches = false
  private readonly body: number
  private readonly counts: (other: number) => boolean
  private readonly solverIterations: number
  private readonly found = emptySum()
  /** Normal impulse of the last physics step, N·s. */
  private last = 0
  /** Over the control step so far, N·s. */
  private impulse = 0

  /** `body` and `other` (any body where undefined) are indices in the scene. */
  constructor(body: number, other: number | undefined, solverIterations: number) {
    this.body = body
    this.counts = other === undefined ? () => true : (index) => index === other
    this.solverIterations = solverIterations
  }

  /** Before a control step. */
  begin(): void {
    this.impulse = 0
  }

  /** After a physics step. */
  follow(contacts: Contacts): void {
    const { found } = this
    contacts.sum(this.body, this.counts, found)
    this.touches = found.touches
    this.last = found.normal > 0 ? Math.max(0, share(found.normal, this.last, this.solverIterations)) : 0
    this.impulse += this.last
  }

  /** N, averaged over the last control step, which took `duration` s. */
  force(duration: number): number {
    return this.impulse / duration
  }
}
