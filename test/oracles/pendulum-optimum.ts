/**
 * The best that any controller can do on Pendulum-v1, by dynamic programming on its exact equation: what a learned
 * return is to be held against. Run it with: npx node test/oracles/pendulum-optimum.ts
 */
import { readFileSync } from 'node:fs'
import { loadScene } from '../../src/scene/load.ts'
import { createEnvironment } from '../../src/sim/environment.ts'

const CONTROL_STEP = 0.05
const STEPS = 200
const MAX_VELOCITY = 8
/** Grid: angles around the circle, velocities in ±8 rad/s, torques in ±2 N·m. */
const ANGLES = 360
const VELOCITIES = 241
const TORQUES = 21

/** The exact equation θ'' = 3g/(2l)·sin θ + 3τ/(ml²) over one control step in fine steps, then the clip of the velocity. */
function simulate(angle: number, velocity: number, torque: number): [angle: number, velocity: number] {
  const substeps = 25
  const dt = CONTROL_STEP / substeps
  for (let step = 0; step < substeps; step++) {
    velocity += (15 * Math.sin(angle) + 3 * torque) * dt
    angle += velocity * dt
  }
  return [angle, Math.max(-MAX_VELOCITY, Math.min(MAX_VELOCITY, velocity))]
}

const angleAt = (index: number) => -Math.PI + (2 * Math.PI * index) / ANGLES
const velocityAt = (index: number) => -MAX_VELOCITY + (2 * MAX_VELOCITY * index) / (VELOCITIES - 1)
const torqueAt = (index: number) => -2 + (4 * index) / (TORQUES - 1)

/** Bilinear interpolation of a table of values [ANGLES × VELOCITIES]. */
function interpolate(values: Float64Array, angle: number, velocity: number): number {
  const turns = (angle + Math.PI) / (2 * Math.PI)
  const column = (turns - Math.floor(turns)) * ANGLES
  const row = ((velocity + MAX_VELOCITY) / (2 * MAX_VELOCITY)) * (VELOCITIES - 1)
  const a = Math.floor(column) % ANGLES
  const v = Math.min(VELOCITIES - 2, Math.floor(row))
  const [fa, fv] = [column - Math.floor(column), row - v]
  const at = (ai: number, vi: number) => values[(ai % ANGLES) * VELOCITIES + vi]!
  return (1 - fa) * ((1 - fv) * at(a, v) + fv * at(a, v + 1)) + fa * ((1 - fv) * at(a + 1, v) + fv * at(a + 1, v + 1))
}

/** V(s) ← max over τ of r(s, τ) + V(s'), once for each step that an episode has. */
function optimalReturns(): Float64Array {
  const next: [number, number][] = []
  for (let a = 0; a < ANGLES; a++) {
    for (let v = 0; v < VELOCITIES; v++) {
      for (let t = 0; t < TORQUES; t++) next.push(simulate(angleAt(a), velocityAt(v), torqueAt(t)))
    }
  }
  let values = new Float64Array(ANGLES * VELOCITIES)
  for (let step = 0; step < STEPS; step++) {
    const updated = new Float64Array(values.length)
    for (let state = 0; state < values.length; state++) {
      const [angle, velocity] = [angleAt(Math.floor(state / VELOCITIES)), velocityAt(state % VELOCITIES)]
      let best = Number.NEGATIVE_INFINITY
      for (let t = 0; t < TORQUES; t++) {
        const reward = -(angle ** 2 + 0.1 * velocity ** 2 + 0.001 * torqueAt(t) ** 2)
        const [nextAngle, nextVelocity] = next[state * TORQUES + t]!
        best = Math.max(best, reward + interpolate(values, nextAngle, nextVelocity))
      }
      updated[state] = best
    }
    values = updated
  }
  return values
}

const values = optimalReturns()
let sum = 0
let squares = 0
let worst = 0
const samples = 100_000
for (let sample = 0; sample < samples; sample++) {
  // Every start alike: angles and velocities on a low-discrepancy lattice.
  const value = interpolate(values, -Math.PI + (2 * Math.PI * sample) / samples, ((sample * 0.6180339887) % 1) * 2 - 1)
  sum += value
  squares += value ** 2
  worst = Math.min(worst, value)
}
const mean = sum / samples
const deviation = Math.sqrt(squares / samples - mean ** 2)
console.log(
  `over all starts: ${mean.toFixed(1)} ± ${deviation.toFixed(1)} (standard error of 20 episodes: ${(deviation / Math.sqrt(20)).toFixed(1)}), from the worst start ${worst.toFixed(1)}`,
)

const file = 'scenes/pendulum.json'
const environment = await createEnvironment(loadScene(readFileSync(file, 'utf8'), file))
const starts = Array.from({ length: 50 }, (_, seed) => {
  const { observation } = environment.reset({ seed })
  return interpolate(values, Math.atan2(observation[1]!, observation[0]!), observation[2]!)
})
for (const count of [20, 50]) {
  const optimum = starts.slice(0, count).reduce((total, value) => total + value) / count
  console.log(`over the first ${count} report episodes of training: ${optimum.toFixed(1)}`)
}
