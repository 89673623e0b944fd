/** What touches the ground in a control step, and how deep the deepest contact is: for statistics of locomotion. */
import { isFreeToMove, isGround } from '../scene/ground.ts'
import type { Body } from '../scene/schema.ts'
import { type Contacts, emptySum } from './contacts.ts'

export class ContactSurvey {
  /** By body: 1 where it touched ground or a kinematic body in the last control step. */
  readonly onGround: Uint8Array
  /** Largest penetration of any two bodies in the last control step, m. */
  depth = 0
  private readonly dynamic: readonly number[]
  private readonly isGround: (other: number) => boolean
  private readonly found = emptySum()

  /** `bodies` of the scene. */
  constructor(bodies: readonly Body[]) {
    this.onGround = new Uint8Array(bodies.length)
    this.dynamic = [...bodies.keys()].filter((index) => isFreeToMove(bodies[index]!))
    this.isGround = (other) => isGround(bodies[other]!) || bodies[other]!.kind === 'kinematic'
  }

  /** Before a control step. */
  begin(): void {
    this.onGround.fill(0)
    this.depth = 0
  }

  /** After a physics step. */
  follow(contacts: Contacts): void {
    for (const body of this.dynamic) {
      contacts.sum(body, this.isGround, this.found)
      if (this.found.touches) this.onGround[body] = 1
      this.depth = Math.max(this.depth, contacts.depth(body))
    }
  }
}
