/** Where kinematic bodies are at a time: their `motion` formulas, compiled. */
import { compileFormula, type Evaluate, type FormulaScope } from './formula.ts'
import { FormulaError } from './formula-syntax.ts'
import type { Scene } from './schema.ts'
import type { FormulaProblem } from './task.ts'

export interface CompiledMotion {
  /** Index of the body in the scene. */
  readonly body: number
  /** Writes where the body's frame is (m, m, rad) at `time`, seconds since the reset. Allocates nothing. */
  readonly poseAt: (time: number, pose: { x: number; y: number; angle: number }) => void
}

/** What a `motion` formula may read. */
export const MOTION_SENSORS: readonly { name: string; unit: string }[] = [{ name: 'time', unit: 's' }]

/** The motions of all kinematic bodies, also of those that stay as drawn, and the formulas that do not compile. */
export function compileMotions(
  scene: Scene,
  { checkUnits = false }: { checkUnits?: boolean } = {},
): { motions: CompiledMotion[]; problems: FormulaProblem[] } {
  const problems: FormulaProblem[] = []
  const scope: FormulaScope = {
    sensors: new Map(MOTION_SENSORS.map(({ name }, index) => [name, index])),
    values: new Float64Array(MOTION_SENSORS.length),
    constants: new Map(Object.entries(scene.task.constants ?? {})),
    ...(checkUnits && { units: new Map(MOTION_SENSORS.map(({ name, unit }) => [name, unit])) }),
  }
  const { values } = scope
  const motions = scene.bodies.flatMap((body, index): CompiledMotion[] => {
    if (body.kind !== 'kinematic') return []
    const { motion = {}, position, angle = 0 } = body
    const compileAt = (key: 'x' | 'y' | 'angle', drawn: number): Evaluate => {
      const text = motion[key]
      if (text === undefined) return () => drawn
      try {
        const evaluate = compileFormula(text, scope)
        values[0] = 0
        if (!Number.isFinite(evaluate())) {
          throw new FormulaError('This has no finite value at time 0 (a division by 0?).', 0)
        }
        return evaluate
      } catch (error) {
        if (!(error instanceof FormulaError)) throw error
        problems.push({ path: ['bodies', index, 'motion', key], error })
        return () => drawn
      }
    }
    const [x, y, turn] = [compileAt('x', position[0]), compileAt('y', position[1]), compileAt('angle', angle)]
    const poseAt: CompiledMotion['poseAt'] = (time, pose) => {
      values[0] = time
      pose.x = x()
      pose.y = y()
      pose.angle = turn()
    }
    return [{ body: index, poseAt }]
  })
  return { motions, problems }
}
