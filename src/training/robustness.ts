/**
 * Robustness: what a policy's return becomes when the robot or its world is not what it was trained in. All levels are played
 * on the same seeds, so that they differ by the perturbation and not by luck with where episodes start.
 */
import type { Policy } from '../policy/policy.ts'
import { totalMass } from '../scene/mass-properties.ts'
import { pushedBody } from '../scene/robot.ts'
import type { Scene } from '../scene/schema.ts'
import { createEnvironment } from '../sim/environment.ts'
import { type Evaluation, evaluatePolicy, type Perturb } from './evaluate.ts'
import { ObservationScale, pushes, scaleFriction, scaleMass, sensorNoise } from './perturbations.ts'

export const perturbationNames = ['mass', 'friction', 'pushes', 'sensor noise'] as const
export type PerturbationName = (typeof perturbationNames)[number]

/** A level of a perturbation and what the policy gets there. */
export interface RobustnessLevel extends Omit<Evaluation, 'seeds'> {
  level: number
}

export interface Perturbation {
  name: PerturbationName
  /** What a level says, with its unit. */
  meaning: string
  /** The level that changes nothing. */
  nominal: number
  levels: RobustnessLevel[]
}

export interface Robustness {
  /** The unperturbed task. */
  evaluation: Evaluation
  perturbations: Perturbation[]
  /** Standard deviation of each entry of the observation in the unperturbed task: what sensor noise is a fraction of. */
  observationDeviations: number[]
}

const SCALES = { mass: [0.8, 0.9, 1, 1.1, 1.2], friction: [0.5, 0.75, 1, 1.25, 1.5] }
/** As a change of the speed of the whole robot, m/s: the same levels mean the same for a light and a heavy one. */
const PUSHES = [0, 0.1, 0.2, 0.4, 0.8]
const NOISE = [0, 0.02, 0.05, 0.1, 0.2]

/** Plays `policy` on every level, one episode for each seed; `onLevel` hears of each as it is done. Throws a UserError where policy and scene do not fit. */
export async function measureRobustness(
  scene: Scene,
  policy: Policy,
  seeds: readonly number[],
  onLevel: (name: PerturbationName, level: RobustnessLevel) => void = () => {},
): Promise<Robustness> {
  const scale = new ObservationScale(scene.task.observation.length)
  const evaluation = await play(scene, policy, seeds, { observers: [scale] })
  const observationDeviations = scale.deviations()
  const measure = async (
    name: PerturbationName,
    meaning: string,
    nominal: number,
    levels: readonly number[],
    perturbed: (level: number) => { scene?: Scene; perturb?: Perturb },
  ): Promise<Perturbation> => {
    const results: RobustnessLevel[] = []
    for (const level of levels) {
      const { scene: other = scene, perturb } = perturbed(level)
      const { seeds: _, ...found } = level === nominal ? evaluation : await play(other, policy, seeds, { perturb })
      const result = { level, ...found }
      results.push(result)
      onLevel(name, result)
    }
    return { name, meaning, nominal, levels: results }
  }
  const mass = totalMass(scene)
  const pushed = scene.bodies[pushedBody(scene)]!.name
  const perturbations = [
    await measure('mass', "times the scene's", 1, SCALES.mass, (factor) => ({ scene: scaleMass(scene, factor) })),
    await measure('friction', "times the scene's", 1, SCALES.friction, (factor) => ({
      scene: scaleFriction(scene, factor),
    })),
    await measure(
      'pushes',
      `impulse on "${pushed}" once a second, N·s`,
      0,
      PUSHES.map((speed) => Number((speed * mass).toPrecision(3))),
      (impulse) => ({ perturb: pushes(impulse) }),
    ),
    await measure('sensor noise', 'fraction of the standard deviation of each observation', 0, NOISE, (fraction) => ({
      perturb: sensorNoise(observationDeviations.map((deviation) => fraction * deviation)),
    })),
  ]
  return { evaluation, perturbations, observationDeviations }
}

async function play(
  scene: Scene,
  policy: Policy,
  seeds: readonly number[],
  options: Parameters<typeof evaluatePolicy>[3],
): Promise<Evaluation> {
  const environment = await createEnvironment(scene)
  try {
    return evaluatePolicy(environment, policy, seeds, options)
  } finally {
    environment.close()
  }
}
