/**
 * The text of a formula as a tree. Parsing is jsep's; this file fixes the grammar (docs/scene-format.md):
 *
 * | precedence | operators | associates |
 * |---|---|---|
 * | 7 (binds most) | `^` (power); a sign before it applies to the whole power: `-x^2` is `-(x^2)` | right |
 * | 6 | unary `-`, `+`, `not` / `!` | - |
 * | 5 | `*`, `/` | left |
 * | 4 | `+`, `-` | left |
 * | 3 | `<`, `<=`, `>`, `>=`, `==`, `!=` (1 or 0) | left |
 * | 2 | `and` / `&&` | left |
 * | 1 | `or` / `\|\|` | left |
 * | 0 (binds least) | `condition ? a : b` | right |
 */
import jsep from 'jsep'
import { MAX_FORMULA_LENGTH, MAX_FORMULA_NESTING } from './limits.ts'

/** `index` is the 0-based character where a part begins. */
export type Expression = { index: number } & (
  | { kind: 'number'; value: number }
  | { kind: 'name'; name: string }
  | { kind: 'call'; name: string; args: Expression[] }
  | { kind: 'unary'; operator: '-' | '+' | 'not'; argument: Expression }
  | { kind: 'binary'; operator: BinaryOperator; left: Expression; right: Expression }
  | { kind: 'choice'; condition: Expression; whenTrue: Expression; whenFalse: Expression }
)

export type CallExpression = Extract<Expression, { kind: 'call' }>

export type BinaryOperator = '^' | '*' | '/' | '+' | '-' | '<' | '<=' | '>' | '>=' | '==' | '!=' | 'and' | 'or'

/** A formula that cannot be used; `index` is the 0-based character it fails at. */
export class FormulaError extends Error {
  readonly index: number

  constructor(message: string, index: number) {
    super(message)
    this.name = 'FormulaError'
    this.index = index
  }
}

const BINARY_OPERATORS: Record<string, { precedence: number; operator: BinaryOperator; rightAssociative?: true }> = {
  '^': { precedence: 7, operator: '^', rightAssociative: true },
  '*': { precedence: 5, operator: '*' },
  '/': { precedence: 5, operator: '/' },
  '+': { precedence: 4, operator: '+' },
  '-': { precedence: 4, operator: '-' },
  '<': { precedence: 3, operator: '<' },
  '<=': { precedence: 3, operator: '<=' },
  '>': { precedence: 3, operator: '>' },
  '>=': { precedence: 3, operator: '>=' },
  '==': { precedence: 3, operator: '==' },
  '!=': { precedence: 3, operator: '!=' },
  and: { precedence: 2, operator: 'and' },
  '&&': { precedence: 2, operator: 'and' },
  or: { precedence: 1, operator: 'or' },
  '||': { precedence: 1, operator: 'or' },
}

const UNARY_OPERATORS: Record<string, '-' | '+' | 'not'> = { '-': '-', '+': '+', '!': 'not', not: 'not' }

configureParser()

/** Parses `text`; throws a FormulaError that names the character. */
export function parseFormula(text: string): Expression {
  if (text.length > MAX_FORMULA_LENGTH) {
    throw new FormulaError(`The formula is longer than ${MAX_FORMULA_LENGTH} characters.`, MAX_FORMULA_LENGTH)
  }
  let tree: jsep.Expression
  try {
    tree = jsep(text)
  } catch (error) {
    const { description, index } = error as { description?: string; index?: number }
    throw new FormulaError(
      `${description ?? 'This is not a formula'}.`.replace(/\.\.$/, '.'),
      Math.min(index ?? 0, text.length),
    )
  }
  return new Converter(text).convert(tree, 0)
}

function configureParser(): void {
  jsep.removeAllBinaryOps()
  jsep.removeAllUnaryOps()
  for (const [symbol, { precedence, rightAssociative }] of Object.entries(BINARY_OPERATORS)) {
    jsep.addBinaryOp(symbol, precedence, rightAssociative ?? false)
  }
  for (const symbol of Object.keys(UNARY_OPERATORS)) jsep.addUnaryOp(symbol)
  jsep.hooks.add('gobble-token', function (environment) {
    const start = this.index
    if (this.char === '(') {
      // jsep forgets parentheses, and (-x)^2 needs them.
      const expression = this.gobbleGroup()
      if (!expression) this.throwError('There is nothing between the parentheses')
      environment.node = { type: 'Group', expression, index: start }
    } else if (/[0-9.]/.test(this.char)) {
      environment.node = { ...(this.gobbleNumericLiteral() as jsep.Expression), index: start }
    } else if (/[A-Za-z_$\u0080-\uffff]/.test(this.char) && !/^not\b/.test(this.expr.slice(start))) {
      const identifier = this.gobbleIdentifier() as jsep.Expression
      environment.node = { ...this.gobbleTokenProperty(identifier), index: start }
    }
  })
  // jsep says nothing of where a sign stands: where its operand does, less the sign and spaces before it.
  jsep.hooks.add('after-token', function (environment) {
    const { node } = environment
    if (node?.type === 'UnaryExpression' && node.index === undefined) {
      const argument = node.argument as jsep.Expression
      const before = this.expr.slice(0, argument.index as number).trimEnd()
      node.index = before.length - (node.operator as string).length
    }
  })
}

/** Turns jsep's tree into ours; what is no formula is refused. */
class Converter {
  private readonly text: string

  constructor(text: string) {
    this.text = text
  }

  /** `depth` counts what is nested: parentheses, calls, signs, exponents and choices; a long sum is not. */
  convert(node: jsep.Expression, depth: number): Expression {
    const index = this.startOf(node)
    if (depth > MAX_FORMULA_NESTING) {
      throw new FormulaError(`This is nested more than ${MAX_FORMULA_NESTING} deep; use fewer parentheses.`, index)
    }
    switch (node.type) {
      case 'Group':
        return this.convert(node.expression as jsep.Expression, depth + 1)
      case 'Literal':
        if (typeof node.value === 'number' && Number.isFinite(node.value)) {
          return { kind: 'number', value: node.value, index }
        }
        throw new FormulaError(`${node.raw} is no number that a formula can use.`, index)
      case 'Identifier':
      case 'MemberExpression':
        return { kind: 'name', name: dottedName(node), index }
      case 'CallExpression': {
        const name = dottedName(node.callee as jsep.Expression, index)
        const args = (node.arguments as jsep.Expression[]).map((argument) => this.convert(argument, depth + 1))
        return { kind: 'call', name, args, index }
      }
      case 'UnaryExpression': {
        const argument = this.convert(node.argument as jsep.Expression, depth + 1)
        return { kind: 'unary', operator: UNARY_OPERATORS[node.operator as string]!, argument, index }
      }
      case 'BinaryExpression':
        return this.convertBinary(node, depth)
      case 'ConditionalExpression': {
        const [condition, whenTrue, whenFalse] = [node.test, node.consequent, node.alternate].map((part) =>
          this.convert(part as jsep.Expression, depth + 1),
        ) as [Expression, Expression, Expression]
        return { kind: 'choice', condition, whenTrue, whenFalse, index }
      }
      case 'Compound':
        if ((node.body as unknown[]).length === 0) throw new FormulaError('The formula is empty.', 0)
        throw new FormulaError('There are several expressions where one is expected; is an operator missing?', 0)
      default:
        throw new FormulaError('Only numbers, names, operators, functions and parentheses are allowed.', index)
    }
  }

  private convertBinary(node: jsep.Expression, depth: number): Expression {
    const operator = BINARY_OPERATORS[node.operator as string]!.operator
    // A chain such as a + b + c leans to the left; only what leans to the right is nested.
    const right = this.convert(node.right as jsep.Expression, operator === '^' ? depth + 1 : depth)
    let left = node.left as jsep.Expression
    const index = this.startOf(left)
    if (operator !== '^') return { kind: 'binary', operator, left: this.convert(left, depth), right, index }
    // jsep binds a sign before a power; mathematics binds it after: -x^2 = -(x^2).
    const signs: { operator: '-' | '+' | 'not'; index: number }[] = []
    while (left.type === 'UnaryExpression') {
      signs.push({ operator: UNARY_OPERATORS[left.operator as string]!, index: this.startOf(left) })
      left = left.argument as jsep.Expression
    }
    const base = this.convert(left, depth + signs.length)
    const power: Expression = { kind: 'binary', operator: '^', left: base, right, index: base.index }
    return signs.reduceRight<Expression>((argument, sign) => ({ kind: 'unary', argument, ...sign }), power)
  }

  /** The character where a node begins: its own, or that of its first part. */
  private startOf(node: jsep.Expression): number {
    let at = node
    while (at.index === undefined) {
      const first = (at.left ?? at.test ?? at.argument ?? at.expression) as jsep.Expression | undefined
      if (!first) return at.raw === undefined ? 0 : Math.max(0, this.text.indexOf(String(at.raw)))
      at = first
    }
    return at.index as number
  }
}

function dottedName(node: jsep.Expression, start = node.index as number): string {
  if (node.type === 'Identifier') return node.name as string
  const property = node.property as jsep.Expression | undefined
  if (node.type === 'MemberExpression' && node.computed !== true && node.optional !== true && property) {
    return `${dottedName(node.object as jsep.Expression, start)}.${dottedName(property, start)}`
  }
  throw new FormulaError('A name is words joined by dots, such as hinge.angle.', start)
}
