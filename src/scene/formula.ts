/**
 * Formulas over named sensors, compiled to closures: no `eval`, no allocation when called.
 * What a formula may name and call is decided here; how it is written, in formula-syntax.ts.
 */
import { suggestion } from '../common/nearest.ts'
import { type BinaryOperator, type Expression, FormulaError, parseFormula } from './formula-syntax.ts'

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
}

/** Values that formulas keep from before the control step: `capture()` is called once, before it. */
export class BeforeStep {
  private readonly formulas: Evaluate[] = []
  private readonly captured: number[] = []

  /** Registers a formula; returns a reader of its value before the step. */
  keep(formula: Evaluate): Evaluate {
    const slot = this.formulas.push(formula) - 1
    this.captured.push(0)
    return () => this.captured[slot]!
  }

  capture(): void {
    for (let slot = 0; slot < this.formulas.length; slot++) this.captured[slot] = this.formulas[slot]!()
  }
}

const MATHEMATICAL_CONSTANTS: ReadonlyMap<string, number> = new Map([['pi', Math.PI]])

const FUNCTIONS: Record<string, { arity: number; apply: (...args: number[]) => number }> = {
  sin: { arity: 1, apply: Math.sin },
  cos: { arity: 1, apply: Math.cos },
  atan2: { arity: 2, apply: Math.atan2 },
  abs: { arity: 1, apply: Math.abs },
  sqrt: { arity: 1, apply: Math.sqrt },
  exp: { arity: 1, apply: Math.exp },
  min: { arity: 2, apply: Math.min },
  max: { arity: 2, apply: Math.max },
  clip: { arity: 3, apply: (value, low, high) => Math.min(high, Math.max(low, value)) },
  wrap: { arity: 1, apply: wrap },
}

/** Functions that need more than their arguments' values. */
const STEP_FUNCTIONS = ['before', 'delta']
const RANDOM_FUNCTIONS = ['uniform', 'normal']

/** Every function's name: no sensor or constant may take it. */
export const FUNCTION_NAMES: readonly string[] = [...Object.keys(FUNCTIONS), ...STEP_FUNCTIONS, ...RANDOM_FUNCTIONS]
export const CONSTANT_NAMES: readonly string[] = [...MATHEMATICAL_CONSTANTS.keys()]

/** An angle in rad brought into [-π, π). The remainder is exact, so an angle already there stays as it is to the bit. */
export function wrap(angle: number): number {
  const turn = 2 * Math.PI
  const remainder = angle % turn
  if (remainder >= Math.PI) return remainder - turn
  return remainder < -Math.PI ? remainder + turn : remainder
}

/** Compiles `text` against a scope. Throws a FormulaError that names the character. */
export function compileFormula(text: string, scope: FormulaScope): Evaluate {
  return compile(parseFormula(text), scope)
}

function compile(node: Expression, scope: FormulaScope): Evaluate {
  switch (node.kind) {
    case 'number': {
      const { value } = node
      return () => value
    }
    case 'name':
      return compileName(node.name, node.index, scope)
    case 'unary': {
      const argument = compile(node.argument, scope)
      if (node.operator === '+') return argument
      return node.operator === '-' ? () => -argument() : () => (argument() === 0 ? 1 : 0)
    }
    case 'binary':
      return compileBinary(node.operator, compile(node.left, scope), compile(node.right, scope))
    case 'call':
      return compileCall(node, scope)
  }
}

function compileName(name: string, index: number, scope: FormulaScope): Evaluate {
  const constant = MATHEMATICAL_CONSTANTS.get(name) ?? scope.constants.get(name)
  if (constant !== undefined) return () => constant
  const slot = scope.sensors.get(name)
  if (slot === undefined) {
    const known = [...scope.sensors.keys(), ...scope.constants.keys(), ...CONSTANT_NAMES]
    throw new FormulaError(`There is no sensor or constant called "${name}".${suggestion(name, known)}`, index)
  }
  const { values } = scope
  return () => values[slot]!
}

function compileBinary(operator: BinaryOperator, left: Evaluate, right: Evaluate): Evaluate {
  switch (operator) {
    case '^':
      return () => power(left(), right())
    case '*':
      return () => left() * right()
    case '/':
      return () => left() / right()
    case '+':
      return () => left() + right()
    case '-':
      return () => left() - right()
    case '<':
      return () => (left() < right() ? 1 : 0)
    case '<=':
      return () => (left() <= right() ? 1 : 0)
    case '>':
      return () => (left() > right() ? 1 : 0)
    case '>=':
      return () => (left() >= right() ? 1 : 0)
    case '==':
      return () => (left() === right() ? 1 : 0)
    case '!=':
      return () => (left() !== right() ? 1 : 0)
    case 'and':
      return () => (left() !== 0 && right() !== 0 ? 1 : 0)
    case 'or':
      return () => (left() !== 0 || right() !== 0 ? 1 : 0)
  }
}

/** x² as a product: exact, where `Math.pow` promises nothing across JavaScript engines. */
function power(base: number, exponent: number): number {
  return exponent === 2 ? base * base : base ** exponent
}

function compileCall(node: Extract<Expression, { kind: 'call' }>, scope: FormulaScope): Evaluate {
  const { name, index } = node
  if (STEP_FUNCTIONS.includes(name)) {
    expectArguments(node, 1)
    const { before, ...scopeBefore } = scope
    if (!before) throw new FormulaError(`${name}(...) is not available here: there is no step before.`, index)
    const argument = compile(node.args[0]!, scopeBefore)
    const kept = before.keep(argument)
    return name === 'before' ? kept : () => argument() - kept()
  }
  if (RANDOM_FUNCTIONS.includes(name)) {
    expectArguments(node, 2)
    const { random } = scope
    if (!random) throw new FormulaError(`${name}(...) is for reset formulas only: a task must be repeatable.`, index)
    const [first, second] = node.args.map((argument) => compile(argument, scope)) as [Evaluate, Evaluate]
    return name === 'uniform' ? () => random().uniform(first(), second()) : () => random().normal(first(), second())
  }
  const known = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined
  if (!known) throw new FormulaError(`There is no function called "${name}".${suggestion(name, FUNCTION_NAMES)}`, index)
  expectArguments(node, known.arity)
  const { apply } = known
  const [a, b, c] = node.args.map((argument) => compile(argument, scope))
  if (known.arity === 1) return () => apply(a!())
  if (known.arity === 2) return () => apply(a!(), b!())
  return () => apply(a!(), b!(), c!())
}

function expectArguments(node: Extract<Expression, { kind: 'call' }>, count: number): void {
  if (node.args.length === count) return
  const expected = count === 1 ? '1 argument' : `${count} arguments`
  throw new FormulaError(`${node.name}(...) takes ${expected}, not ${node.args.length}.`, node.index)
}
