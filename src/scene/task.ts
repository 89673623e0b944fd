/**
 * A scene's task with its formulas compiled: what is observed, what is rewarded, when an episode ends and where it starts.
 */
import { BeforeStep, compileFormula, type Evaluate, type FormulaScope, type RandomSource } from './formula.ts'
import { FormulaError, parseFormula } from './formula-syntax.ts'
import { checkUnits as unitOfFormula } from './formula-units.ts'
import type { Scene } from './schema.ts'
import { sensorsOf } from './sensors.ts'
import { formatUnit, parseUnit, sameUnit } from './units.ts'

export interface CompiledTask {
  /** The sensors' values, in the order of `sensorsOf(scene)`; the simulation fills it and the formulas read it. */
  readonly sensorValues: Float64Array
  readonly observation: readonly { name: string; evaluate: Evaluate; clip: number }[]
  readonly reward: readonly { name: string; evaluate: Evaluate }[]
  readonly terminate: readonly { name: string; evaluate: Evaluate }[]
  /** To be called once before each control step, with the sensors as they are then. */
  captureBeforeStep(): void
  /** Draws every coordinate's initial value, in the file's order, into `coordinates` (name to value). */
  drawReset(random: RandomSource, coordinates: Map<string, number>): void
}

/** A formula that does not compile, and where in the scene it stands. */
export interface FormulaProblem {
  /** Path in the scene, as `['task', 'reward', 0, 'formula']`. */
  path: (string | number)[]
  error: FormulaError
}

/**
 * Compiles the formulas of a scene's task; the task is undefined where there are problems. With `checkUnits`, formulas
 * that join different units are problems, and so are observations whose declared unit is not their formula's.
 */
export function compileTask(
  scene: Scene,
  { checkUnits = false }: { checkUnits?: boolean } = {},
): { task?: CompiledTask; problems: FormulaProblem[] } {
  const problems: FormulaProblem[] = []
  const sensors = sensorsOf(scene)
  const before = new BeforeStep()
  let resetRandom: RandomSource | undefined
  const scope: FormulaScope = {
    sensors: new Map(sensors.map(({ name }, index) => [name, index])),
    values: new Float64Array(sensors.length),
    constants: new Map(Object.entries(scene.task.constants ?? {})),
    ...(checkUnits && { units: new Map(sensors.map(({ name, unit }) => [name, unit])) }),
  }
  const stepScope: FormulaScope = { ...scope, before }
  const resetScope: FormulaScope = {
    ...scope,
    sensors: new Map(),
    random: () => resetRandom!,
  }

  function compileAt(text: string, within: FormulaScope, path: (string | number)[]): Evaluate {
    try {
      return compileFormula(text, within)
    } catch (error) {
      if (!(error instanceof FormulaError)) throw error
      problems.push({ path, error })
      return () => 0
    }
  }
  function compileList<T extends { formula: string }>(
    key: 'observation' | 'reward' | 'terminate' | 'reset',
    entries: readonly T[],
    within: FormulaScope,
  ): (T & { evaluate: Evaluate })[] {
    return entries.map((entry, index) => ({
      ...entry,
      evaluate: compileAt(entry.formula, within, ['task', key, index, 'formula']),
    }))
  }

  /** An observation's declared unit and its formula's must not contradict each other. */
  function checkDeclaredUnits(units: ReadonlyMap<string, string>): void {
    scene.task.observation.forEach(({ formula, unit }, index) => {
      if (unit === undefined) return
      const path = ['task', 'observation', index, 'formula']
      if (problems.some((problem) => problem.path.join() === path.join())) return
      const [declared, own] = [parseUnit(unit), unitOfFormula(parseFormula(formula), units)]
      if (!declared || !own || sameUnit(declared, own)) return
      const message = `The formula gives ${formatUnit(own)}, and "unit" says ${unit}; mend one of the two.`
      problems.push({ path, error: new FormulaError(message, 0) })
    })
  }

  const { task } = scene
  const observation = compileList('observation', task.observation, scope)
  const reward = compileList('reward', task.reward, stepScope)
  const terminate = compileList('terminate', task.terminate, stepScope)
  const reset = compileList('reset', task.reset, resetScope)
  if (scope.units) checkDeclaredUnits(scope.units)
  if (problems.length > 0) return { problems }
  return {
    problems,
    task: {
      sensorValues: scope.values,
      observation: observation.map((entry) => ({ ...entry, clip: entry.clip ?? Number.POSITIVE_INFINITY })),
      reward,
      terminate,
      captureBeforeStep: () => before.capture(),
      drawReset(random, coordinates) {
        resetRandom = random
        for (const { coordinate, evaluate } of reset) coordinates.set(coordinate, evaluate())
      },
    },
  }
}
