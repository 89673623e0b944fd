/**
 * One implicit motor for all that acts along a joint's free axis: armature, damping, spring, servos, actuators and stops.
 *
 * The engine has no armature, and where its own stops, springs and damping add up is its own affair. What it has is a motor of
 * force G (v - ω), implicit in the speed ω. So all laws are written as T - G ω and given to it as v = T / G, every physics step.
 *
 * The rotor's speed is the last step's change of the coordinate over its time, not the bodies' velocity: the engine solves with
 * bias, moves the bodies by that, and relaxes velocities once more; reading the speed after that gave the rotor free energy
 * (up to 100 J at a landing, and learners found it). With the change of the coordinate, what the rotor gains is exactly
 * what the motor's impulse took from the bodies, for the bodies move by the mean speed that the impulse met.
 */
import type { UnitImpulseJoint } from '@dimforge/rapier2d-deterministic-compat'
import type { JointPlan } from './plan.ts'

/**
 * Natural frequency of a stop, rad/s. A stop is a critically damped spring on the joint's effective inertia I, so that every
 * joint meets its stops in the same way, however light it is: stiffness K = ω²I, damping C = 2ωI. MuJoCo scales its stops by the
 * same inertia (dof_invweight0) and for the same reason. This frequency gives the hopper's hinges (I = 1.09, 1.19, 1.11 kg·m²) about the constants
 * that were measured to gain no energy: K 27,700 N·m/rad, C 340 N·m·s/rad; a slam overshoots .036 rad there (MuJoCo .075).
 * The law is implicit, so any physics step holds it; one of 4 ms resolves its time constant of 6 ms.
 */
const STOP_FREQUENCY = 157

/**
 * Rotor of a joint without armature, as a share of its effective inertia: a motor must have some G, and this one takes back
 * in the next step what it gave, unlike a damping.
 */
const SMALLEST_ROTOR = 1e-5

/** A servo's law: force = stiffness (target - coordinate) + damping (target speed - speed), at most maxForce either way. */
export interface Servo {
  stiffness: number
  damping: number
  maxForce: number
  target: number
  targetSpeed: number
}

export class ImplicitMotor {
  private readonly engineJoint: UnitImpulseJoint
  private readonly servos: readonly Servo[]
  private readonly low: number
  private readonly high: number
  private readonly rest: number
  private readonly damping: number
  private readonly stiffness: number
  /** Per second: what the rotor's speed gives in force, rotor / timestep. */
  private readonly rotorGain: number
  private readonly inertia: number
  private readonly stopStiffness: number
  private readonly stopDamping: number
  private readonly timestep: number
  private readonly springGain: number
  private readonly servoGains: Float64Array
  /** What each servo applied: force - gain × speed. */
  private readonly servoForces: Float64Array
  private readonly servoDrags: Float64Array
  /** What the stop applied: force - gain × speed. */
  private stopForce = 0
  private stopDrag = 0

  constructor(
    engineJoint: UnitImpulseJoint,
    { joint, inertia }: JointPlan,
    servos: readonly Servo[],
    timestep: number,
    solverIterations: number,
  ) {
    const { armature = 0, damping = 0, stiffness = 0, rest = 0, range } = joint.type === 'weld' ? {} : joint
    this.engineJoint = engineJoint
    this.servos = servos
    ;[this.low, this.high] = range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
    this.rest = rest
    this.damping = damping
    this.stiffness = stiffness
    this.rotorGain = (armature > 0 ? armature : SMALLEST_ROTOR * inertia) / timestep
    this.inertia = inertia
    this.stopStiffness = STOP_FREQUENCY ** 2 * inertia
    this.stopDamping = 2 * STOP_FREQUENCY * inertia
    this.timestep = timestep
    const bodies = 1 - armature / inertia
    const gainOf = (k: number) => k * timestep * implicitShare((k * timestep ** 2) / inertia, bodies, solverIterations)
    this.springGain = gainOf(stiffness)
    this.servoGains = Float64Array.from(servos, (servo) => servo.damping + gainOf(servo.stiffness))
    this.servoForces = new Float64Array(servos.length)
    this.servoDrags = new Float64Array(servos.length)
  }

  /** Sets the motor for the next physics step. `force` is what the other actuators give, N·m or N. */
  set(coordinate: number, rate: number, force: number): void {
    const { rotorGain, damping, stiffness, timestep } = this
    let gain = rotorGain + damping + this.springGain
    let total = rotorGain * rate + force - stiffness * (coordinate - this.rest)
    for (let index = 0; index < this.servos.length; index++) {
      this.setServo(index, coordinate, rate)
      total += this.servoForces[index]!
      gain += this.servoDrags[index]!
    }
    this.setStop(coordinate, coordinate + timestep * rate)
    total += this.stopForce
    gain += this.stopDrag
    this.engineJoint.configureMotorVelocity(total / gain, gain)
  }

  /** What the servos gave over the step just done, with the rate it had. */
  servoForce(rate: number): number {
    let sum = 0
    for (let index = 0; index < this.servos.length; index++) {
      const { maxForce } = this.servos[index]!
      const force = this.servoForces[index]! - this.servoDrags[index]! * rate
      // A rate of single precision times a high gain may seem to be more than the servo has.
      sum += Math.min(maxForce, Math.max(-maxForce, force))
    }
    return sum
  }

  /** What the stop gave over the step just done, with the rate it had. */
  limitForce(rate: number): number {
    return this.stopForce - this.stopDrag * rate
  }

  private setServo(index: number, coordinate: number, rate: number): void {
    const { stiffness, damping, maxForce, target, targetSpeed } = this.servos[index]!
    const gain = this.servoGains[index]!
    const force = stiffness * (target - coordinate) + damping * targetSpeed
    // What it would give by the end of the step: deciding by the force of now would have a strong servo swing about its target.
    const expected = (force - gain * rate) / (1 + (gain * this.timestep) / this.inertia)
    const saturated = Math.abs(expected) > maxForce
    this.servoForces[index] = saturated ? Math.sign(expected) * maxForce : force
    this.servoDrags[index] = saturated ? 0 : gain
  }

  private setStop(coordinate: number, predicted: number): void {
    const { low, high, stopStiffness, stopDamping, timestep } = this
    this.stopForce = 0
    this.stopDrag = 0
    if (predicted >= low && predicted <= high) return
    const beyond = predicted > high ? coordinate - high : coordinate - low
    this.stopForce = -stopStiffness * beyond
    this.stopDrag = stopStiffness * timestep + (coordinate > high || coordinate < low ? stopDamping : 0)
  }
}

/**
 * Which share of a step's motion a spring answers to within the step (0: its force is that of the start, 1: of the end).
 * A force held through n solver iterations feeds energy to bodies, 1/2 - 1/(2n) of the motion answered takes it back; a rotor
 * (which leaps as in the leapfrog method) needs none. What is added with x = k dt² / I, of order x, is what makes stiff springs
 * stable; at 1/2 every spring is. So a spring that the step resolves neither gains nor loses, and a stiffer one is damped.
 */
function implicitShare(x: number, bodies: number, solverIterations: number): number {
  return Math.min(0.5, 0.5 * (1 - 1 / solverIterations) * bodies + x / (4 + 2 * x))
}
