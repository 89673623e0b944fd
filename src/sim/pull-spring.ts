/**
 * A hand that pulls at a body: a damped spring from a point of the body to where the hand is, strong enough for all that hangs on
 * the body. Only live play pulls; without it a world does not change by a bit.
 */
import type { RigidBody } from '@dimforge/rapier2d-deterministic-compat'
import { rotate } from './geometry.ts'
import type { ScenePlan } from './plan.ts'
import type { Pull } from './pull.ts'

/** Of the spring with the mass that it moves, rad/s: 10 rad/s sags by 0.1 m under what hangs on it. */
const FREQUENCY = 10
const DAMPING_RATIO = 1

/**
 * Applies one physics step's impulse of the pull. The spring is that of the mass of the whole robot (stiffness m ω², damping
 * 2 ζ m ω), softened by what a step would do to the mass that is felt at the point alone, so that it is stable for any step.
 */
export function applyPull({ point, target }: Pull, body: RigidBody, movedMass: number, step: number): void {
  const origin = body.translation()
  const arm = rotate(point.x, point.y, body.rotation())
  const at = { x: origin.x + arm.x, y: origin.y + arm.y }
  const centre = body.worldCom()
  const [rx, ry] = [at.x - centre.x, at.y - centre.y]
  const velocity = body.linvel()
  const spin = body.angvel()
  const stiffness = movedMass * FREQUENCY ** 2
  const damping = 2 * DAMPING_RATIO * movedMass * FREQUENCY
  // A force at an arm r also turns the body: at the point it feels lighter, by at most this.
  const felt = 1 / (1 / body.mass() + (rx * rx + ry * ry) / body.principalInertia())
  // Each softened by itself: what is held at rest feels the whole spring, however light the part that is held.
  const spring = (step * stiffness) / (1 + (step * step * stiffness) / felt)
  const damper = (step * damping) / (1 + (step * damping) / felt)
  const impulse = (away: number, rate: number) => -spring * away - damper * rate
  body.applyImpulseAtPoint(
    { x: impulse(at.x - target.x, velocity.x - spin * ry), y: impulse(at.y - target.y, velocity.y + spin * rx) },
    at,
    false,
  )
}

/** The mass of everything that joints tie to a body, itself included and what is not dynamic left out, kg. */
export function connectedMass({ scene, masses, joints }: ScenePlan, body: number): number {
  const found = new Set([body])
  for (const index of found) {
    for (const { parent, child } of joints) {
      if (parent === index && scene.bodies[child]!.kind === 'dynamic') found.add(child)
      if (child === index && scene.bodies[parent]!.kind === 'dynamic') found.add(parent)
    }
  }
  return [...found].reduce((sum, index) => sum + (masses[index]?.mass ?? 0), 0)
}
