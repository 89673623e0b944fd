/**
 * The units of a formula's parts, as far as they are known: metres added to radians are an error of the task, not of the
 * physics, and cost a training run. Sensors have units; numbers and constants may stand for any; what they are multiplied
 * with is unknown from there on, and what is unknown passes. Angles are numbers (1 rad = 1), so that speed = radius × rate.
 */
import { FUNCTIONS } from './formula-functions.ts'
import { type CallExpression, type Expression, FormulaError } from './formula-syntax.ts'
import {
  divideUnits,
  formatUnit,
  multiplyUnits,
  ONE,
  parseUnit,
  powerUnit,
  RADIAN,
  sameUnit,
  type Unit,
} from './units.ts'

/** The unit of a part; undefined where it is not known. */
type Known = Unit | undefined

/**
 * The unit of a formula's value, or undefined where it is not known. `units` has the sensors' units by name.
 * Throws a FormulaError at the part whose unit does not fit, naming both units.
 */
export function checkUnits(tree: Expression, units: ReadonlyMap<string, string>): Known {
  const unitOf = (node: Expression): Known => {
    switch (node.kind) {
      case 'number':
        return undefined
      case 'name': {
        const unit = units.get(node.name)
        return unit === undefined ? undefined : parseUnit(unit)
      }
      case 'unary': {
        const unit = unitOf(node.argument)
        return node.operator === 'not' ? ONE : unit
      }
      case 'binary':
        return unitOfBinary(node, unitOf)
      case 'choice': {
        unitOf(node.condition)
        const parts = [node.whenTrue, node.whenFalse]
        return commonUnit('?', parts, parts.map(unitOf))
      }
      case 'call':
        return unitOfCall(node, unitOf)
    }
  }
  return unitOf(tree)
}

function unitOfBinary(node: Extract<Expression, { kind: 'binary' }>, unitOf: (node: Expression) => Known): Known {
  const { operator } = node
  const [left, right] = [unitOf(node.left), unitOf(node.right)]
  switch (operator) {
    case '*':
      return left && right && multiplyUnits(left, right)
    case '/':
      return left && right && divideUnits(left, right)
    case '^': {
      if (right) expectPure('^', node.right, right, 'an exponent')
      const exponent = numberOf(node.right)
      if (left && exponent !== undefined) return powerUnit(left, exponent)
      return left && sameUnit(left, ONE) ? ONE : undefined
    }
    case 'and':
    case 'or':
      return ONE
    case '+':
    case '-':
      return commonUnit(operator, [node.left, node.right], [left, right])
    default:
      commonUnit(operator, [node.left, node.right], [left, right])
      return ONE
  }
}

function unitOfCall(node: CallExpression, unitOf: (node: Expression) => Known): Known {
  const units = node.args.map(unitOf)
  const rule = FUNCTIONS[node.name]?.units ?? 'same'
  switch (rule) {
    case 'angle':
    case 'wrapped':
      if (units[0]) expectPure(node.name, node.args[0]!, units[0], 'an angle (rad) or a number without a unit')
      return rule === 'wrapped' ? RADIAN : ONE
    case 'pure':
      if (units[0]) expectPure(node.name, node.args[0]!, units[0], 'a number without a unit')
      return ONE
    case 'any':
      return ONE
    case 'root':
      return units[0] && powerUnit(units[0], 0.5)
    case 'same':
      return commonUnit(node.name, node.args, units)
    case 'compared':
    case 'ratio':
      commonUnit(node.name, node.args, units)
      return rule === 'ratio' ? RADIAN : ONE
  }
}

/** The one unit of parts that must share it; the known ones speak for the unknown. */
function commonUnit(of: string, parts: readonly Expression[], units: readonly Known[]): Known {
  let common: Known
  for (const [index, unit] of units.entries()) {
    if (!unit) continue
    common ??= unit
    if (sameUnit(unit, common)) continue
    const words = /^[a-z]/.test(of) ? `${of}(...)` : `"${of}"`
    const message = `${words} joins ${formatUnit(common)} and ${formatUnit(unit)}; bring both to one unit, say by a factor.`
    throw new FormulaError(message, parts[index]!.index)
  }
  return common
}

function expectPure(of: string, part: Expression, unit: Unit, wanted: string): void {
  if (sameUnit(unit, ONE)) return
  const words = of === '^' ? '"^"' : `${of}(...)`
  throw new FormulaError(`${words} takes ${wanted}, not ${formatUnit(unit)}; divide it by a scale.`, part.index)
}

/** The number that an exponent is, with its sign. */
function numberOf(node: Expression): number | undefined {
  if (node.kind === 'number') return node.value
  if (node.kind !== 'unary' || node.operator === 'not') return undefined
  const value = numberOf(node.argument)
  return value === undefined || node.operator === '+' ? value : -value
}
