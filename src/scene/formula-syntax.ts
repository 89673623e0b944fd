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
 */
import jsep from 'jsep'

export type Expression =
  | { kind: 'number'; value: number }
  | { kind: 'name'; name: string; index: number }
  | { kind: 'call'; name: string; args: Expression[]; index: number }
  | { kind: 'unary'; operator: '-' | '+' | 'not'; argument: Expression }
  | { kind: 'binary'; operator: BinaryOperator; left: Expression; right: Expression }

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

/** Longest formula accepted, in characters: enough for any task, and too short to overflow the parser's stack. */
export const MAX_FORMULA_LENGTH = 1000

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
  return convert(tree, text)
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
    } else if (/[A-Za-z_$\u0080-\uffff]/.test(this.char) && !/^not\b/.test(this.expr.slice(start))) {
      const identifier = this.gobbleIdentifier() as jsep.Expression
      environment.node = { ...this.gobbleTokenProperty(identifier), index: start }
    }
  })
}

function convert(node: jsep.Expression, text: string): Expression {
  switch (node.type) {
    case 'Group':
      return convert(node.expression as jsep.Expression, text)
    case 'Literal':
      if (typeof node.value === 'number' && Number.isFinite(node.value)) return { kind: 'number', value: node.value }
      throw new FormulaError(
        `${node.raw} is no number that a formula can use.`,
        Math.max(0, text.indexOf(String(node.raw))),
      )
    case 'Identifier':
    case 'MemberExpression':
      return { kind: 'name', name: dottedName(node), index: node.index as number }
    case 'CallExpression': {
      const name = dottedName(node.callee as jsep.Expression, node.index as number)
      const args = (node.arguments as jsep.Expression[]).map((argument) => convert(argument, text))
      return { kind: 'call', name, args, index: node.index as number }
    }
    case 'UnaryExpression':
      return {
        kind: 'unary',
        operator: UNARY_OPERATORS[node.operator as string]!,
        argument: convert(node.argument as jsep.Expression, text),
      }
    case 'BinaryExpression':
      return convertBinary(node, text)
    case 'Compound':
      if ((node.body as unknown[]).length === 0) throw new FormulaError('The formula is empty.', 0)
      throw new FormulaError('There are several expressions where one is expected; is an operator missing?', 0)
    default:
      throw new FormulaError('Only numbers, names, operators, functions and parentheses are allowed.', 0)
  }
}

function convertBinary(node: jsep.Expression, text: string): Expression {
  const operator = BINARY_OPERATORS[node.operator as string]!.operator
  const right = convert(node.right as jsep.Expression, text)
  let left = node.left as jsep.Expression
  if (operator !== '^') return { kind: 'binary', operator, left: convert(left, text), right }
  // jsep binds a sign before a power; mathematics binds it after: -x^2 = -(x^2).
  const signs: ('-' | '+' | 'not')[] = []
  while (left.type === 'UnaryExpression') {
    signs.push(UNARY_OPERATORS[left.operator as string]!)
    left = left.argument as jsep.Expression
  }
  const power: Expression = { kind: 'binary', operator: '^', left: convert(left, text), right }
  return signs.reduceRight<Expression>((argument, sign) => ({ kind: 'unary', operator: sign, argument }), power)
}

function dottedName(node: jsep.Expression, start = node.index as number): string {
  if (node.type === 'Identifier') return node.name as string
  const property = node.property as jsep.Expression | undefined
  if (node.type === 'MemberExpression' && node.computed !== true && node.optional !== true && property) {
    return `${dottedName(node.object as jsep.Expression, start)}.${dottedName(property, start)}`
  }
  throw new FormulaError('A name is words joined by dots, such as hinge.angle.', start)
}
