/**
 * The functions that formulas may call: one table for the compiler, for the check of units and for the reference in
 * docs/scene-format.md. Each writes its result into a cell rather than returning it: numbers that functions return are
 * objects on the heap as soon as the engine cannot inline the call.
 */

import * as exact from '../common/exact-math/exact-math.ts'

/** A number in memory, which steps of a formula read and write. */
export class Cell {
  private readonly memory: Float64Array
  private readonly index: number
  /** Whether the value is known when the formula is compiled. */
  readonly isConstant: boolean

  constructor(memory: Float64Array, index: number, isConstant = false) {
    this.memory = memory
    this.index = index
    this.isConstant = isConstant
  }

  static constant(value: number): Cell {
    return new Cell(Float64Array.of(value), 0, true)
  }

  get value(): number {
    return this.memory[this.index]!
  }

  set value(value: number) {
    this.memory[this.index] = value
  }
}

/** Computes one cell from others. */
export type Step = () => void

/**
 * What a function wants of its arguments' units, and which unit its value has:
 * `angle`: wants rad or 1, gives 1; `wrapped`: the same, gives rad; `pure`: wants 1, gives 1; `same`: all arguments have
 * one unit, which it gives; `compared`: all have one unit, gives 1; `ratio`: all have one unit, gives rad; `any`: gives 1;
 * `root`: gives the root of its argument's unit.
 */
export type UnitRule = 'angle' | 'wrapped' | 'pure' | 'same' | 'compared' | 'ratio' | 'any' | 'root'

export interface FormulaFunction {
  /** The arguments' names; `...` as the last stands for any number of further ones. */
  parameters: readonly string[]
  meaning: string
  units: UnitRule
  step(out: Cell, args: readonly Cell[]): Step
  /** What is wrong with arguments that are known numbers; undefined where nothing is. */
  check?(args: readonly (number | undefined)[]): string | undefined
}

export const FUNCTIONS: Readonly<Record<string, FormulaFunction>> = {
  sin: unary('x', 'sine of an angle in rad', 'angle', (out, x) => () => {
    out.value = exact.sin(x.value)
  }),
  cos: unary('x', 'cosine of an angle in rad', 'angle', (out, x) => () => {
    out.value = exact.cos(x.value)
  }),
  tan: unary('x', 'tangent of an angle in rad', 'angle', (out, x) => () => {
    out.value = exact.tan(x.value)
  }),
  atan2: binary('y', 'x', 'angle of the point (x, y), in [-π, π]', 'ratio', (out, y, x) => () => {
    out.value = exact.atan2(y.value, x.value)
  }),
  wrap: unary('x', 'the angle x brought into [-π, π)', 'wrapped', (out, x) => () => {
    out.value = wrap(x.value)
  }),
  abs: unary('x', 'x without its sign', 'same', (out, x) => () => {
    out.value = Math.abs(x.value)
  }),
  sign: unary('x', '-1, 0 or 1', 'any', (out, x) => () => {
    out.value = Math.sign(x.value)
  }),
  floor: unary('x', 'the largest whole number not above x', 'same', (out, x) => () => {
    out.value = Math.floor(x.value)
  }),
  sqrt: unary('x', 'square root', 'root', (out, x) => () => {
    out.value = Math.sqrt(x.value)
  }),
  exp: unary('x', 'e to the power of x', 'pure', (out, x) => () => {
    out.value = exact.exp(x.value)
  }),
  log: unary('x', 'natural logarithm', 'pure', (out, x) => () => {
    out.value = exact.log(x.value)
  }),
  tanh: unary('x', 'hyperbolic tangent', 'pure', (out, x) => () => {
    out.value = exact.tanh(x.value)
  }),
  hypot: binary('a', 'b', 'length of the vector (a, b)', 'same', (out, a, b) => () => {
    // Math.hypot makes a list of its arguments.
    out.value = Math.sqrt(a.value * a.value + b.value * b.value)
  }),
  norm: {
    parameters: ['a', '...'],
    meaning: 'length of the vector (a, b, ...): the root of the sum of the squares',
    units: 'same',
    step: (out, args) => () => {
      let sum = 0
      for (let index = 0; index < args.length; index++) {
        const { value } = args[index]!
        sum += value * value
      }
      out.value = Math.sqrt(sum)
    },
  },
  min: binary('a', 'b', 'the smaller one', 'same', (out, a, b) => () => {
    out.value = Math.min(a.value, b.value)
  }),
  max: binary('a', 'b', 'the larger one', 'same', (out, a, b) => () => {
    out.value = Math.max(a.value, b.value)
  }),
  clip: {
    parameters: ['x', 'low', 'high'],
    meaning: 'x, but no less than low and no more than high',
    units: 'same',
    step: (out, [x, low, high]) => {
      return () => {
        out.value = Math.min(high!.value, Math.max(low!.value, x!.value))
      }
    },
    check: ([, low, high]) => endsUpsideDown('clip', low, high),
  },
  tolerance: {
    parameters: ['x', 'low', 'high', 'margin'],
    meaning: '1 for x from low to high, beside them falling as a bell curve that is 0.1 at the distance margin',
    units: 'compared',
    step: (out, [x, low, high, margin]) => {
      return () => {
        out.value = tolerance(x!.value, low!.value, high!.value, margin!.value)
      }
    },
    check: ([, low, high, margin]) => {
      if (margin !== undefined && margin < 0) return `tolerance(...) takes a margin of 0 or more, not ${margin}.`
      return endsUpsideDown('tolerance', low, high)
    },
  },
}

/** An angle in rad brought into [-π, π). The remainder is exact, so an angle already there stays as it is to the bit. */
export function wrap(angle: number): number {
  const turn = 2 * Math.PI
  const remainder = angle % turn
  if (remainder >= Math.PI) return remainder - turn
  return remainder < -Math.PI ? remainder + turn : remainder
}

/** The value that the bell curve of `tolerance` has at its margin. */
const VALUE_AT_MARGIN = 0.1
/** -scale²/2 of the bell curve exp(-(scale · d)² / 2), with d the distance in margins. */
const EXPONENT = exact.log(VALUE_AT_MARGIN)

/**
 * dm_control's `rewards.tolerance` with its gaussian sigmoid (suite/utils/rewards.py): 1 where low ≤ x ≤ high, and
 * 0.1^(d/margin)² at a distance d from there; 0 at any distance where the margin is 0.
 */
export function tolerance(x: number, low: number, high: number, margin: number): number {
  if (x >= low && x <= high) return 1
  if (margin <= 0) return Number.isNaN(x) ? x : 0
  const distance = (x < low ? low - x : x - high) / margin
  return exact.exp(EXPONENT * distance * distance)
}

function unary(
  x: string,
  meaning: string,
  units: UnitRule,
  step: (out: Cell, argument: Cell) => Step,
): FormulaFunction {
  return { parameters: [x], meaning, units, step: (out, [argument]) => step(out, argument!) }
}

function binary(
  a: string,
  b: string,
  meaning: string,
  units: UnitRule,
  step: (out: Cell, first: Cell, second: Cell) => Step,
): FormulaFunction {
  return { parameters: [a, b], meaning, units, step: (out, [first, second]) => step(out, first!, second!) }
}

function endsUpsideDown(name: string, low?: number, high?: number): string | undefined {
  if (low === undefined || high === undefined || low <= high) return undefined
  return `${name}(...) has its low end, ${low}, above its high end, ${high}; exchange them.`
}
