/**
 * The task that the bench trains its start state on: a body swimming on three legs, as smooth equations, with the
 * hopper's sizes of observation and action. It needs no physics engine, so it is the same on every machine and version.
 */
import type { ProblemSize } from '../../src/agent/engine.ts'
import type { RandomStream } from '../../src/common/random.ts'

export const practiceSize: ProblemSize = { observation: 11, action: 3 }

const LEGS = practiceSize.action
/** s */
const TIME_STEP = 0.01
const STEPS_PER_ACTION = 2
/** What each leg's stroke does to the forward speed. */
const THRUST = [1.2, 0.9, 0.6]
/** rad; the episode terminates beyond it. */
const LARGEST_TILT = 1
const MAX_STEPS = 1000

/** Observation: height, tilt, leg angles [3], forward and vertical speed, tilt rate, leg rates [3]; actions are torques in [-1, 1]. */
export class PracticeTask {
  readonly observation = new Float32Array(practiceSize.observation)
  private readonly angles = new Float64Array(LEGS)
  private readonly rates = new Float64Array(LEGS)
  private readonly random: RandomStream
  private body = { height: 0, tilt: 0, forward: 0, vertical: 0, tiltRate: 0 }
  private steps = 0

  constructor(random: RandomStream) {
    this.random = random
    this.reset()
  }

  reset(): void {
    const draw = () => this.random.uniform(-0.1, 0.1)
    this.body = { height: draw(), tilt: draw(), forward: draw(), vertical: draw(), tiltRate: draw() }
    for (let leg = 0; leg < LEGS; leg++) {
      this.angles[leg] = draw()
      this.rates[leg] = draw()
    }
    this.steps = 0
    this.observe()
  }

  step(action: Float32Array): { reward: number; terminated: boolean; truncated: boolean } {
    for (let count = 0; count < STEPS_PER_ACTION; count++) this.integrate(action)
    this.steps++
    this.observe()
    const effort = action.reduce((sum, torque) => sum + torque * torque, 0)
    const terminated = Math.abs(this.body.tilt) > LARGEST_TILT
    return {
      reward: 1 + this.body.forward - 0.05 * effort,
      terminated,
      truncated: !terminated && this.steps >= MAX_STEPS,
    }
  }

  /** One semi-implicit Euler step: legs on springs, driven by torques that tilt the body; a stroke pushes against drag. */
  private integrate(action: Float32Array): void {
    const { angles, rates, body } = this
    let [push, lift, reaction] = [0, 0, 0]
    for (let leg = 0; leg < LEGS; leg++) {
      const angle = angles[leg]! + body.tilt
      const acceleration = 15 * action[leg]! - 8 * Math.sin(angles[leg]!) - 3 * rates[leg]!
      rates[leg]! += TIME_STEP * acceleration
      angles[leg]! += TIME_STEP * rates[leg]!
      const stroke = Math.tanh(rates[leg]! / 2)
      // Drag along the leg differs from that across it, so a swing forth and back does not cancel out.
      push += THRUST[leg]! * stroke * (Math.cos(angle) + Math.sin(2 * angle))
      lift += stroke * Math.sin(angle)
      reaction += acceleration
    }
    body.forward += TIME_STEP * (4 * push - 2 * body.forward)
    body.vertical += TIME_STEP * (2 * lift - 15 * body.height - 2 * body.vertical)
    body.tiltRate += TIME_STEP * (-0.05 * reaction - 6 * Math.sin(body.tilt) - body.tiltRate)
    body.height += TIME_STEP * body.vertical
    body.tilt += TIME_STEP * body.tiltRate
  }

  private observe(): void {
    const { height, tilt, forward, vertical, tiltRate } = this.body
    this.observation.set([height, tilt, ...this.angles, forward, vertical, tiltRate, ...this.rates])
  }
}
