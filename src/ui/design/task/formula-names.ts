/** What a formula of the task may name, in words: sensors, functions and constants with units, for completion and for help. */
import { BeforeStep, CONSTANT_NAMES, compileFormula, RANDOM_FUNCTIONS, STEP_FUNCTIONS } from '../../../scene/formula.ts'
import { FUNCTIONS } from '../../../scene/formula-functions.ts'
import { FormulaError } from '../../../scene/formula-syntax.ts'
import type { Scene } from '../../../scene/schema.ts'
import { SENSOR_MEANINGS, sensorsOf } from '../../../scene/sensors.ts'

/** The four lists of a task. */
export type TaskList = 'observation' | 'reward' | 'terminate' | 'reset'

export interface FormulaName {
  name: string
  kind: 'sensor' | 'constant' | 'function'
  /** What stands beside the name: a unit, or the arguments. */
  detail: string
  meaning: string
}

/** Where something is wrong in a formula; `index` is the 0-based character. */
export interface FormulaProblem {
  index: number
  message: string
}

const STEP_MEANINGS: Readonly<Record<string, string>> = {
  before: 'x as it was before the control step',
  delta: 'how much x changed over the control step',
}
const RANDOM_MEANINGS: Readonly<Record<string, [parameters: string, meaning: string]>> = {
  uniform: ['low, high', 'a random number between low and high'],
  normal: ['mean, deviation', 'a random number of a normal distribution'],
}

/** Every name that a formula of a list may use. */
export function namesFor(list: TaskList, scene: Scene): FormulaName[] {
  const names: FormulaName[] = []
  if (list !== 'reset') {
    for (const { name, unit } of sensorsOf(scene)) {
      names.push({ name, kind: 'sensor', detail: unit === '1' ? 'no unit' : unit, meaning: meaningOf(name, scene) })
    }
  }
  for (const [name, value] of Object.entries(scene.task.constants ?? {})) {
    names.push({ name, kind: 'constant', detail: String(value), meaning: 'constant of this scene' })
  }
  for (const name of CONSTANT_NAMES) {
    names.push({ name, kind: 'constant', detail: String(Math.PI), meaning: 'half a turn, rad' })
  }
  for (const [name, { parameters, meaning }] of Object.entries(FUNCTIONS)) {
    names.push({ name, kind: 'function', detail: `(${parameters.join(', ')})`, meaning })
  }
  if (list === 'reward' || list === 'terminate') {
    for (const name of STEP_FUNCTIONS) {
      names.push({ name, kind: 'function', detail: '(x)', meaning: STEP_MEANINGS[name] ?? '' })
    }
  }
  if (list === 'reset') {
    for (const name of RANDOM_FUNCTIONS) {
      const [parameters, meaning] = RANDOM_MEANINGS[name] ?? ['', '']
      names.push({ name, kind: 'function', detail: `(${parameters})`, meaning })
    }
  }
  return names
}

/** What is wrong with a formula in a list of a scene's task, by the scene's own checker; undefined where nothing is. */
export function problemOfFormula(text: string, list: TaskList, scene: Scene): FormulaProblem | undefined {
  const sensors = list === 'reset' ? [] : sensorsOf(scene)
  try {
    compileFormula(text, {
      sensors: new Map(sensors.map(({ name }, index) => [name, index])),
      values: new Float64Array(sensors.length),
      constants: new Map(Object.entries(scene.task.constants ?? {})),
      units: new Map(sensors.map(({ name, unit }) => [name, unit])),
      ...((list === 'reward' || list === 'terminate') && { before: new BeforeStep() }),
      ...(list === 'reset' && { random: () => ({ uniform: () => 0, normal: () => 0 }) }),
    })
    return undefined
  } catch (error) {
    if (!(error instanceof FormulaError)) throw error
    return { index: error.index, message: error.message }
  }
}

/** The name that a place in a formula lies in: words joined by dots. */
export function nameAt(text: string, position: number): { from: number; to: number; name: string } | undefined {
  for (const match of text.matchAll(/[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*/g)) {
    const to = match.index + match[0].length
    if (match.index <= position && position <= to) return { from: match.index, to, name: match[0] }
  }
  return undefined
}

/** What a sensor measures, from the table that documents them all. */
function meaningOf(name: string, scene: Scene): string {
  const parts = name.split('.')
  const kindOf = (word: string): string[] => {
    const joint = scene.joints.find((each) => each.name === word)
    if (joint) return [`<${joint.type}>`, '<joint>']
    if (scene.bodies.some((each) => each.name === word)) return ['<body>']
    if (scene.markers?.some((each) => each.name === word)) return ['<marker>']
    const sensor = scene.sensors?.find((each) => each.name === word)
    if (sensor) return [`<${sensor.type}>`]
    if (scene.actuators.some((each) => each.name === word)) return ['<actuator>']
    return [word]
  }
  const own = parts.map((word) => [...kindOf(word), word])
  const found = SENSOR_MEANINGS.find(({ name: pattern }) => {
    const words = pattern.split('.')
    return words.length === parts.length && words.every((word, index) => own[index]!.includes(word))
  })
  return found?.meaning ?? ''
}
