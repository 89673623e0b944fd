/**
 * The pendulum of Pendulum-v1 (m 1, l 1, g 10) by its equation, theta'' = 3g/(2l) sin(theta) + 3 tau/(m l^2), without any
 * physics engine: a fine integration, and Gymnasium's own coarse step. Angles rad from upright, speeds rad/s, torques N·m.
 */

export type PendulumState = readonly [angle: number, velocity: number]

const CONTROL_STEP = 0.05
const LARGEST_SPEED = 8

const acceleration = (angle: number, torque: number): number => 15 * Math.sin(angle) + 3 * torque
const clip = (velocity: number): number => Math.min(LARGEST_SPEED, Math.max(-LARGEST_SPEED, velocity))

/** One control step in `parts` steps of Runge and Kutta's fourth-order method, then the clip: 200 parts are exact to 1e-8 rad. */
export function exactStep([angle, velocity]: PendulumState, torque: number, parts = 200): PendulumState {
  const h = CONTROL_STEP / parts
  let [theta, omega] = [angle, velocity]
  for (let part = 0; part < parts; part++) {
    const [v1, a1] = [omega, acceleration(theta, torque)]
    const [v2, a2] = [omega + (h / 2) * a1, acceleration(theta + (h / 2) * v1, torque)]
    const [v3, a3] = [omega + (h / 2) * a2, acceleration(theta + (h / 2) * v2, torque)]
    const [v4, a4] = [omega + h * a3, acceleration(theta + h * v3, torque)]
    theta += (h / 6) * (v1 + 2 * v2 + 2 * v3 + v4)
    omega += (h / 6) * (a1 + 2 * a2 + 2 * a3 + a4)
  }
  return [theta, clip(omega)]
}

/** One control step as Gymnasium takes it: semi-implicit Euler at 0.05 s, the clip before the angle moves. */
export function gymnasiumStep([angle, velocity]: PendulumState, torque: number): PendulumState {
  const clipped = clip(velocity + acceleration(angle, torque) * CONTROL_STEP)
  return [angle + clipped * CONTROL_STEP, clipped]
}

/** The reward for the state before a step. */
export function reward([angle, velocity]: PendulumState, torque: number): number {
  const turn = 2 * Math.PI
  const normalised = angle + Math.PI - turn * Math.floor((angle + Math.PI) / turn) - Math.PI
  return -(normalised ** 2 + 0.1 * velocity ** 2 + 0.001 * torque ** 2)
}
