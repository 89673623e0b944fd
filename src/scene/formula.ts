/**
 * Formulas over named sensors, compiled to closures: no `eval`, no allocation when called.
 * What a formula may name is decided here; how it is written, in formula-syntax.ts; its functions are in formula-functions.ts.
 */
import * as exact from '../common/exact-math/exact-math.ts'
import { suggestion } from '../common/nearest.ts'
import { Cell, FUNCTIONS, type Step } from './formula-functions.ts'
import {
  type BinaryOperator,
  type CallExpression,
  type Expression,
  FormulaError,
  parseFormula,
} from './formula-syntax.ts'
import { checkUnits } from './formula-units.ts'

export { wrap } from './formula-functions.ts'

/** The value of a compiled formula, now. */
export type Evaluate = () => number

/** Draws for the formulas of `reset`. */
export interface RandomSource {
  uniform(low: number, high: number): number
  normal(mean: number, deviation: number): number
}

/**
 * What a formula is compiled against. Sensor values are read from `values` at each call,
 * so the scope's owner fills the array and then calls its formulas.
 */
export interface FormulaScope {
  /** Index of every sensor's value in `values`. */
  sensors: ReadonlyMap<string, number>
  values: Float64Array
  /** Constants of the scene. */
  constants: ReadonlyMap<string, number>
  /** Collects what `before(...)` and `delta(...)` need from before the control step; absent where there is none. */
  before?: BeforeStep
  /** The generator of `uniform(...)` and `normal(...)`; absent outside `reset`. */
  random?: () => RandomSource
  /** The sensors' units by name: given, a formula that joins different ones is refused. */
  units?: ReadonlyMap<string, string>
}

/** Values that formulas keep from before the control step: `capture()` is called once, before it. */
export class BeforeStep {
  private readonly kept: { steps: readonly Step[]; result: Cell; copy: Cell }[] = []

  /** Registers steps and the cell that they compute; returns a cell with its value before the control step. */
  keep(steps: readonly Step[], result: Cell): Cell {
    const copy = new Cell(new Float64Array(1), 0)
    this.kept.push({ steps, result, copy })
    return copy
  }

  capture(): void {
    for (let index = 0; index < this.kept.length; index++) {
      const { steps, result, copy } = this.kept[index]!
      run(steps)
      copy.value = result.value
    }
  }
}

const MATHEMATICAL_CONSTANTS: ReadonlyMap<string, number> = new Map([['pi', Math.PI]])

/** Functions that need more than their arguments' values. */
export const STEP_FUNCTIONS = ['before', 'delta']
export const RANDOM_FUNCTIONS = ['uniform', 'normal']

/** Every function's name: no sensor or constant may take it. */
export const FUNCTION_NAMES: readonly string[] = [...Object.keys(FUNCTIONS), ...STEP_FUNCTIONS, ...RANDOM_FUNCTIONS]
export const CONSTANT_NAMES: readonly string[] = [...MATHEMATICAL_CONSTANTS.keys()]

/** Compiles `text` against a scope. Throws a FormulaError that names the character. */
export function compileFormula(text: string, scope: FormulaScope): Evaluate {
  const tree = parseFormula(text)
  // Every part of the tree is at least one character of the text.
  const compiler = new Compiler(scope, text.length + 1)
  const result = compiler.compile(tree)
  if (scope.units) checkUnits(tree, scope.units)
  const { steps } = compiler
  return () => {
    run(steps)
    return result.value
  }
}

function run(steps: readonly Step[]): void {
  for (let index = 0; index < steps.length; index++) steps[index]!()
}

/** Turns a tree into steps, one after the other; a part that is known already becomes a number. */
class Compiler {
  steps: Step[] = []
  private readonly memory: Float64Array
  private used = 0
  private scope: FormulaScope

  /** `size`: cells at most. */
  constructor(scope: FormulaScope, size: number) {
    this.scope = scope
    this.memory = new Float64Array(size)
  }

  /** Appends the steps that compute a tree; returns the cell where its value then is. */
  compile(node: Expression): Cell {
    switch (node.kind) {
      case 'number':
        return Cell.constant(node.value)
      case 'name':
        return this.compileName(node.name, node.index)
      case 'unary': {
        const argument = this.compile(node.argument)
        if (node.operator === '+') return argument
        const negative = node.operator === '-'
        return this.emit(node.index, [argument], (out) => (negative ? negate(out, argument) : not(out, argument)))
      }
      case 'binary':
        if (node.operator === 'and' || node.operator === 'or') return this.compileLogic(node.operator, node)
        return this.compileArithmetic(node.operator, node)
      case 'choice':
        return this.compileChoice(node)
      case 'call':
        return this.compileCall(node)
    }
  }

  private compileName(name: string, index: number): Cell {
    const { constants, sensors, values } = this.scope
    const constant = MATHEMATICAL_CONSTANTS.get(name) ?? constants.get(name)
    if (constant !== undefined) return Cell.constant(constant)
    const slot = sensors.get(name)
    if (slot !== undefined) return new Cell(values, slot)
    const known = [...sensors.keys(), ...constants.keys(), ...CONSTANT_NAMES]
    throw new FormulaError(`There is no sensor or constant called "${name}".${suggestion(name, known)}`, index)
  }

  private compileArithmetic(
    operator: Exclude<BinaryOperator, 'and' | 'or'>,
    node: Extract<Expression, { kind: 'binary' }>,
  ): Cell {
    const [left, right] = [this.compile(node.left), this.compile(node.right)]
    return this.emit(node.index, [left, right], (out) => OPERATORS[operator](out, left, right))
  }

  /** The right side is computed only where the left one does not decide. */
  private compileLogic(operator: 'and' | 'or', node: Extract<Expression, { kind: 'binary' }>): Cell {
    const left = this.compile(node.left)
    const [steps, right] = this.compileApart(node.right)
    const decides = operator === 'or'
    return this.emit(node.index, [left, right], (out) => () => {
      if ((left.value !== 0) === decides) out.value = decides ? 1 : 0
      else {
        run(steps)
        out.value = right.value !== 0 ? 1 : 0
      }
    })
  }

  private compileChoice(node: Extract<Expression, { kind: 'choice' }>): Cell {
    const condition = this.compile(node.condition)
    const [trueSteps, whenTrue] = this.compileApart(node.whenTrue)
    const [falseSteps, whenFalse] = this.compileApart(node.whenFalse)
    return this.emit(node.index, [condition, whenTrue, whenFalse], (out) => () => {
      if (condition.value !== 0) {
        run(trueSteps)
        out.value = whenTrue.value
      } else {
        run(falseSteps)
        out.value = whenFalse.value
      }
    })
  }

  private compileCall(node: CallExpression): Cell {
    const { name } = node
    if (STEP_FUNCTIONS.includes(name)) return this.compileStepFunction(node)
    if (RANDOM_FUNCTIONS.includes(name)) return this.compileRandomFunction(node)
    const known = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined
    if (!known) {
      throw new FormulaError(`There is no function called "${name}".${suggestion(name, FUNCTION_NAMES)}`, node.index)
    }
    const { parameters } = known
    if (parameters.at(-1) === '...') expectArguments(node, 1, Number.POSITIVE_INFINITY)
    else expectArguments(node, parameters.length)
    const args = node.args.map((argument) => this.compile(argument))
    const problem = known.check?.(args.map(knownValue))
    if (problem) throw new FormulaError(problem, node.index)
    return this.emit(node.index, args, (out) => known.step(out, args))
  }

  private compileStepFunction(node: CallExpression): Cell {
    expectArguments(node, 1)
    const { before, ...scopeBefore } = this.scope
    if (!before) {
      throw new FormulaError(`${node.name}(...) is not available here: there is no step before.`, node.index)
    }
    const { scope } = this
    // There is no step before the step before.
    this.scope = scopeBefore
    const [steps, now] = this.compileApart(node.args[0]!)
    this.scope = scope
    const kept = before.keep(steps, now)
    if (node.name === 'before') return kept
    return this.emit(node.index, [kept], (out) => () => {
      run(steps)
      out.value = now.value - kept.value
    })
  }

  private compileRandomFunction(node: CallExpression): Cell {
    const { name, index } = node
    expectArguments(node, 2)
    const { random } = this.scope
    if (!random) throw new FormulaError(`${name}(...) is for reset formulas only: a task must be repeatable.`, index)
    const [first, second] = node.args.map((argument) => this.compile(argument)) as [Cell, Cell]
    const [a, b] = [knownValue(first), knownValue(second)]
    if (name === 'uniform' && a !== undefined && b !== undefined && a > b) {
      throw new FormulaError(`uniform(...) has its low end, ${a}, above its high end, ${b}; exchange them.`, index)
    }
    if (name === 'normal' && b !== undefined && b < 0) {
      throw new FormulaError(`normal(...) takes a deviation of 0 or more, not ${b}.`, index)
    }
    const out = this.newCell()
    this.steps.push(
      name === 'uniform'
        ? () => {
            out.value = random().uniform(first.value, second.value)
          }
        : () => {
            out.value = random().normal(first.value, second.value)
          },
    )
    return out
  }

  /** The steps of a part that is not always computed, and its cell. */
  private compileApart(node: Expression): [Step[], Cell] {
    const { steps } = this
    this.steps = []
    const result = this.compile(node)
    const own = this.steps
    this.steps = steps
    return [own, result]
  }

  /** Appends one step; where all that it reads is known, takes it now and gives a constant. */
  private emit(index: number, reads: readonly Cell[], stepInto: (out: Cell) => Step): Cell {
    const out = this.newCell()
    const step = stepInto(out)
    if (!reads.every(({ isConstant }) => isConstant)) {
      this.steps.push(step)
      return out
    }
    step()
    const { value } = out
    if (!Number.isFinite(value)) {
      throw new FormulaError('This has no finite value, whatever the sensors say (a division by 0?).', index)
    }
    return Cell.constant(value)
  }

  private newCell(): Cell {
    return new Cell(this.memory, this.used++)
  }
}

function knownValue(cell: Cell): number | undefined {
  return cell.isConstant ? cell.value : undefined
}

function negate(out: Cell, argument: Cell): Step {
  return () => {
    out.value = -argument.value
  }
}

function not(out: Cell, argument: Cell): Step {
  return () => {
    out.value = argument.value === 0 ? 1 : 0
  }
}

const OPERATORS: Record<Exclude<BinaryOperator, 'and' | 'or'>, (out: Cell, left: Cell, right: Cell) => Step> = {
  '^': (out, left, right) => () => {
    out.value = power(left.value, right.value)
  },
  '*': (out, left, right) => () => {
    out.value = left.value * right.value
  },
  '/': (out, left, right) => () => {
    out.value = left.value / right.value
  },
  '+': (out, left, right) => () => {
    out.value = left.value + right.value
  },
  '-': (out, left, right) => () => {
    out.value = left.value - right.value
  },
  '<': (out, left, right) => () => {
    out.value = left.value < right.value ? 1 : 0
  },
  '<=': (out, left, right) => () => {
    out.value = left.value <= right.value ? 1 : 0
  },
  '>': (out, left, right) => () => {
    out.value = left.value > right.value ? 1 : 0
  },
  '>=': (out, left, right) => () => {
    out.value = left.value >= right.value ? 1 : 0
  },
  '==': (out, left, right) => () => {
    out.value = left.value === right.value ? 1 : 0
  },
  '!=': (out, left, right) => () => {
    out.value = left.value !== right.value ? 1 : 0
  },
}

/** x² as a product: exact, where `Math.pow` promises nothing across JavaScript engines. */
function power(base: number, exponent: number): number {
  return exponent === 2 ? base * base : exact.pow(base, exponent)
}

function expectArguments(node: CallExpression, least: number, most = least): void {
  const { length } = node.args
  if (length >= least && length <= most) return
  const count = least === 1 ? '1 argument' : `${least} arguments`
  const expected = most > least ? `${count} or more` : count
  throw new FormulaError(`${node.name}(...) takes ${expected}, not ${length}.`, node.index)
}
