/** Numbers as people type them into a field: `0.25`, `1/3`, `2*pi/3`, `30°`. The scene keeps the number. */
import { compileFormula } from '../scene/formula.ts'
import { FormulaError } from '../scene/formula-syntax.ts'

const NOTHING = { sensors: new Map<string, number>(), values: new Float64Array(0) }

/**
 * The number that a text stands for, in the language of the scene's formulas; `constants` are the scene's, by name. Where the
 * unit is rad, a text may end in ° or deg. Throws a UserError that says what is wrong.
 */
export function numberOf(
  text: string,
  { constants = new Map(), unit = '' }: { constants?: ReadonlyMap<string, number>; unit?: string } = {},
): number {
  const [, plain = text, degrees] = (unit === 'rad' && /^(.*?)\s*(°|deg)\s*$/.exec(text)) || []
  if (plain.trim() === '') throw new FormulaError('Enter a number, such as 12, 1e-3 or 2*pi/3.', 0)
  const value = compileFormula(plain, { ...NOTHING, constants })()
  if (!Number.isFinite(value)) throw new FormulaError(`That is ${value}, and no finite number.`, 0)
  return degrees ? (value * Math.PI) / 180 : value
}

/** A number as a field shows it while nobody types in it: six digits, which is less than the number may have. */
export function shortText(value: number): string {
  return String(Number(value.toPrecision(6)))
}

/** What one press of an arrow key adds: a hundredth to a tenth of the value's size; whole numbers go by 1. */
export function stepOf(value: number, isInteger: boolean): number {
  if (isInteger) return 1
  const size = Math.abs(value)
  return size === 0 ? 0.1 : 10 ** Math.min(3, Math.max(-6, Math.floor(Math.log10(size)) - 1))
}

/** The value after some presses of an arrow key, without the digits that adding makes up; it stays within bounds. */
export function stepped(
  value: number,
  by: number,
  { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY, isInteger = false } = {},
): number {
  const step = stepOf(value, isInteger)
  const digits = Math.max(0, 1 - Math.floor(Math.log10(step * Math.abs(by))))
  return Math.min(max, Math.max(min, Number((value + step * by).toFixed(Math.min(15, digits)))))
}
