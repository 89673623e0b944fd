/** How a robot travels: speed, flight, what it stands on and how deep it sinks in, over the episodes of an evaluation. */
import type { Observer } from '../episode/episode.ts'
import { travellingBody } from '../scene/robot.ts'
import type { Scene } from '../scene/schema.ts'
import type { Environment } from '../sim/environment.ts'
import { STATE_STRIDE } from '../sim/physics.ts'

export interface Locomotion {
  /** The body whose way is measured. */
  body: string
  /** Way along +x over time, of all episodes together, m/s. */
  forwardSpeed: number
  /** Mean over the episodes of the way along +x, m. */
  distance: number
  /** Share of the control steps in which nothing touched ground or a kinematic body. */
  flightShare: number
  /** Mean over the episodes of how often the robot left the ground and came back to it. */
  flights: number
  /** Mean duration of those flights, s; 0 where there were none. */
  flightTime: number
  /** By body: share of the control steps in which it touched ground or a kinematic body. */
  onGround: Record<string, number>
  /** Largest penetration of two bodies into each other, m. */
  largestPenetration: number
}

/** Watches episodes of an environment that was made with `measureContacts`, of a scene that has a travelling body. */
export class LocomotionWatch implements Observer {
  private readonly body: number
  private readonly controlStep: number
  private readonly names: readonly string[]
  private readonly grounded: Float64Array
  private episodes = 0
  private steps = 0
  private way = 0
  private flightSteps = 0
  private flights = 0
  private flightsSteps = 0
  /** Steps in the air since the ground was last touched; undefined before it first was. */
  private aloft: number | undefined
  private depth = 0
  private last = 0

  constructor(scene: Scene) {
    this.body = travellingBody(scene)
    if (this.body < 0) throw new Error(`No body of the scene "${scene.name}" travels.`)
    this.controlStep = scene.world.controlStep
    this.names = scene.bodies.map(({ name }) => name)
    this.grounded = new Float64Array(scene.bodies.length)
  }

  onReset(environment: Environment): void {
    this.episodes++
    this.last = environment.state[this.body * STATE_STRIDE]!
    this.aloft = undefined
  }

  onStep(environment: Environment): void {
    const { contacts } = environment
    if (!contacts) throw new Error('The environment measures no contacts.')
    const { onGround, depth } = contacts
    const x = environment.state[this.body * STATE_STRIDE]!
    this.way += x - this.last
    this.last = x
    this.steps++
    this.depth = Math.max(this.depth, depth)
    let touches = false
    for (let body = 0; body < onGround.length; body++) {
      if (onGround[body] === 0) continue
      this.grounded[body]!++
      touches = true
    }
    if (!touches) {
      this.flightSteps++
      if (this.aloft !== undefined) this.aloft++
      return
    }
    if (this.aloft !== undefined && this.aloft > 0) {
      this.flights++
      this.flightsSteps += this.aloft
    }
    this.aloft = 0
  }

  /** Of all episodes so far. */
  result(): Locomotion {
    const { steps, episodes, flights, controlStep } = this
    const touching = [...this.names.entries()].filter(([body]) => this.grounded[body]! > 0)
    return {
      body: this.names[this.body]!,
      forwardSpeed: this.way / (steps * controlStep),
      distance: this.way / episodes,
      flightShare: this.flightSteps / steps,
      flights: flights / episodes,
      flightTime: flights === 0 ? 0 : (this.flightsSteps * controlStep) / flights,
      onGround: Object.fromEntries(touching.map(([body, name]) => [name, this.grounded[body]! / steps])),
      largestPenetration: this.depth,
    }
  }
}
