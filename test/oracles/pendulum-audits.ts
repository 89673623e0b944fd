/** The pendulums against their equations of motion. Figures as in audits.ts; the physics must be loaded first. */
import { wrap } from '../../src/scene/formula.ts'
import type { Scene } from '../../src/scene/schema.ts'
import { integrate, type Motion, type Parameters } from './cart-double-pendulum.ts'
import { Mechanics } from './mechanics.ts'
import { exactStep, gymnasiumStep, type PendulumState, reward } from './pendulum.ts'
import { generator, startedAt, unterminated } from './starts.ts'

export interface PendulumFigures {
  starts: number
  /** rad: over the first second, the largest of all and the mean of each start's largest */
  largestAngle: number
  meanAngle: number
  /** of a step's reward from the formula at the same state, the largest */
  reward: number
  /** rad: what Gymnasium's coarse step differs from the exact motion by, under the same torques */
  gymnasium: { largestAngle: number; meanAngle: number }
}

/** A second of random torques (±2 N·m, drawn at every step) from each of the resets of seeds 0, 1, ... */
export function auditPendulum(scene: Scene, starts: number): PendulumFigures {
  const environment = unterminated(scene)
  const mechanics = new Mechanics(environment)
  const now = (): PendulumState => [mechanics.sensor('hinge.angle'), mechanics.sensor('hinge.velocity')]
  const [errors, coarseErrors]: [number[], number[]] = [[], []]
  let largestReward = 0
  for (let seed = 0; seed < starts; seed++) {
    const random = generator(seed)
    environment.reset({ seed })
    let exact = now()
    let coarse = exact
    let [largest, largestCoarse] = [0, 0]
    for (let step = 0; step < 20; step++) {
      const action = Math.fround(random())
      const before = now()
      const result = environment.step([action])
      largestReward = Math.max(largestReward, Math.abs(result.reward - reward(before, 2 * action)))
      exact = exactStep(exact, 2 * action)
      coarse = gymnasiumStep(coarse, 2 * action)
      largest = Math.max(largest, Math.abs(now()[0] - exact[0]))
      largestCoarse = Math.max(largestCoarse, Math.abs(coarse[0] - exact[0]))
    }
    errors.push(largest)
    coarseErrors.push(largestCoarse)
  }
  environment.close()
  return {
    starts,
    largestAngle: Math.max(...errors),
    meanAngle: mean(errors),
    reward: largestReward,
    gymnasium: { largestAngle: Math.max(...coarseErrors), meanAngle: mean(coarseErrors) },
  }
}

export interface DoublePendulumFigures {
  starts: number
  /** rad: at any control step of a second, the largest of all starts and the mean of each start's largest */
  largestAngle: number
  meanAngle: number
  /** m */
  largestPosition: number
  /** rad: the longest way of a hinge */
  travelled: number
}

/** Names of a double pendulum's joints in a scene; no slider where its pivot is fixed. */
export interface DoublePendulumNames {
  slider?: string
  hinges: readonly [string, string]
}

/** A second of free motion from rest at random angles up to ± `spread` rad, against the integrated Lagrangian. */
export function auditDoublePendulum(
  scene: Scene,
  { slider, hinges }: DoublePendulumNames,
  parameters: Parameters,
  { starts, spread }: { starts: number; spread: number },
): DoublePendulumFigures {
  const rest = scene.actuators.map(() => 0)
  const { controlStep } = scene.world
  const errors: number[] = []
  let [largestPosition, travelled] = [0, 0]
  for (let seed = 1; seed <= starts; seed++) {
    const random = generator(seed)
    const angles = [spread * random(), spread * random()] as const
    const environment = startedAt(scene, new Map(hinges.map((name, index) => [`${name}.angle`, angles[index]!])))
    const mechanics = new Mechanics(environment)
    let motion: Motion = { positions: [0, ...angles], velocities: [0, 0, 0] }
    let largest = 0
    const ways = [0, 0]
    for (let step = 0; step < Math.round(1 / controlStep); step++) {
      environment.step(rest)
      motion = integrate(parameters, motion, controlStep, Math.ceil(controlStep / 0.0005))
      for (const [index, name] of hinges.entries()) {
        largest = Math.max(largest, Math.abs(wrap(mechanics.sensor(`${name}.angle`) - motion.positions[index + 1]!)))
        ways[index]! += Math.abs(motion.velocities[index + 1]!) * controlStep
      }
      if (slider) {
        const error = mechanics.sensor(`${slider}.position`) - motion.positions[0]
        largestPosition = Math.max(largestPosition, Math.abs(error))
      }
    }
    environment.close()
    errors.push(largest)
    travelled = Math.max(travelled, ...ways)
  }
  return { starts, largestAngle: Math.max(...errors), meanAngle: mean(errors), largestPosition, travelled }
}

/** The poles of Gymnasium's double pendulum on a fixed pivot, undamped, as a scene: what parameters with no cart mass describe. */
export function plainDoublePendulumScene(world: Scene['world']): Scene {
  const pole = (name: string, y: number): Scene['bodies'][number] => ({
    name,
    kind: 'dynamic',
    position: [0, y],
    density: 1000,
    shapes: [{ type: 'capsule', from: [0, 0], to: [0, 0.6], radius: 0.045 }],
    collidesWith: [],
  })
  return {
    format: 'torquelab-scene',
    version: 2,
    name: 'plain double pendulum',
    world,
    bodies: [
      { name: 'mount', kind: 'fixed', position: [0, 0], shapes: [{ type: 'circle', radius: 0.05 }], collidesWith: [] },
      pole('lower', 0),
      pole('upper', 0.6),
    ],
    joints: [
      { type: 'hinge', name: 'shoulder', parent: 'mount', child: 'lower', anchor: [0, 0] },
      { type: 'hinge', name: 'elbow', parent: 'lower', child: 'upper', anchor: [0, 0.6] },
    ],
    actuators: [{ type: 'torque', name: 'motor', joint: 'shoulder', gear: 1 }],
    task: {
      maxSteps: 1000,
      observation: [{ name: 'shoulder', formula: 'shoulder.angle' }],
      reward: [{ name: 'none', formula: '0' }],
      terminate: [],
      reset: [],
    },
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
