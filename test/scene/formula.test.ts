// Formulas against independent truths: an evaluator that never parses, Math's own functions, and the rules of
// docs/scene-format.md. What is no formula must be refused with a FormulaError and with nothing else.

import { describe, expect, it, vi } from 'vitest'
import * as exact from '../../src/common/exact-math/exact-math.ts'
import { BeforeStep, compileFormula, type FormulaScope, FUNCTION_NAMES, wrap } from '../../src/scene/formula.ts'
import { FormulaError } from '../../src/scene/formula-syntax.ts'
import { MAX_FORMULA_LENGTH, MAX_FORMULA_NESTING } from '../../src/scene/limits.ts'
import { fc } from '../properties.ts'

/** Names that begin like the operators `and`, `or` and `not`, as well as a dotted one. */
const VALUES: Record<string, number> = { x: 3, y: -1.5, android: 0.25, order: 7, nothing: 2, 'hinge.angle': 0.5 }
const NAMES = Object.keys(VALUES)

function scopeOf(values: Record<string, number> = VALUES, extra: Partial<FormulaScope> = {}): FormulaScope {
  return {
    sensors: new Map(Object.keys(values).map((name, index) => [name, index])),
    values: Float64Array.from(Object.values(values)),
    constants: new Map([['g', 9.81]]),
    ...extra,
  }
}

const resultOf = (text: string, scope = scopeOf()): number => compileFormula(text, scope)()

/** The error that compiling `text` throws; fails when there is none or when it is no FormulaError. */
function errorOf(text: string, scope = scopeOf()): FormulaError {
  try {
    compileFormula(text, scope)
  } catch (error) {
    expect(error, text).toBeInstanceOf(FormulaError)
    return error as FormulaError
  }
  return expect.fail(`This was accepted: ${text}`)
}

describe('precedence', () => {
  it.each([
    // A sign before a power applies to the power.
    ['-x^2', -9],
    ['(-x)^2', 9],
    ['- -x^2', 9],
    ['--x^2', 9],
    ['+x^2', 9],
    ['2 - x^2', -7],
    ['2 * -x^2', -18],
    ['-sin(0)^2 + 1', 1],
    // Powers group from the right, and their exponents may have signs.
    ['2^3^2', 512],
    ['(2^3)^2', 64],
    ['2^-1', 0.5],
    ['2^-x^2', 2 ** -9],
    ['-2^-2', -0.25],
    ['2^-1*8', 4],
    ['2^+x', 8],
    ['2*x^2', 18],
    // Products before sums, both from the left.
    ['1 + 2 * 3', 7],
    ['(1 + 2) * 3', 9],
    ['2 - 3 - 4', -5],
    ['2 - (3 - 4)', 3],
    ['8 / 4 / 2', 1],
    ['8 / (4 / 2)', 4],
    ['2--3', 5],
    ['2*-3', -6],
    ['-1 + 2', 1],
    // Sums before comparisons, which give 1 or 0 and group from the left.
    ['1 + 1 == 2', 1],
    ['1 + 1 != 2', 0],
    ['1 < 2', 1],
    ['2 < 2', 0],
    ['2 <= 2', 1],
    ['2 > 2', 0],
    ['2 >= 2', 1],
    ['3 > 2 > 1', 0],
    ['1 < 2 < 3', 1],
    ['5 == 5 == 1', 1],
    // Comparisons before `and`, `and` before `or`.
    ['1 < 2 and 3 < 4', 1],
    ['1 < 2 and 4 < 3', 0],
    ['1 or 0 and 0', 1],
    ['(1 or 0) and 0', 0],
    ['0 and 0 or 1', 1],
    ['0 or 0', 0],
    ['5 and -2', 1],
    ['5 && 0', 0],
    ['0 || 0.1', 1],
    // `not` is a sign: it binds before products and comparisons, and after powers.
    ['not 0', 1],
    ['not 5', 0],
    ['!x', 0],
    ['not not x', 1],
    ['!!x', 1],
    ['not 0 + 1', 2],
    ['not 2 == 0', 1],
    ['not (2 == 3)', 1],
    ['not(x)', 0],
    ['not 0^2', 1],
    ['not 1 or 1', 1],
    // Words are operators only where they stand alone.
    ['order and nothing', 1],
    ['android + order', 7.25],
    ['notched', 4],
    ['hinge.angle * 2', 1],
    ['\t1\n+ 1 ', 2],
    // Numbers and constants.
    ['1.5e2', 150],
    ['.5', 0.5],
    ['2E-1', 0.2],
    ['pi', Math.PI],
    ['g', 9.81],
  ])('%s is %d', (text, expected) => {
    expect(resultOf(text, scopeOf({ ...VALUES, notched: 4 }))).toBe(expected)
  })

  it('x^2 is the product x * x, to the bit', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (x) => {
        expect(resultOf('x^2', scopeOf({ x }))).toBe(x * x)
      }),
    )
  })
})

describe('a random expression', () => {
  type Tree =
    | { kind: 'number'; value: number }
    | { kind: 'name'; name: string }
    | { kind: 'sign'; sign: string; of: Tree }
    | { kind: 'pair'; operator: string; left: Tree; right: Tree }

  const LEVELS: Record<string, number> = { or: 1, and: 2, '+': 4, '-': 4, '*': 5, '/': 5, '^': 7 }
  for (const comparison of ['<', '<=', '>', '>=', '==', '!=']) LEVELS[comparison] = 3
  const SIGN_LEVEL = 6
  const ATOM_LEVEL = 8

  const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 6, withCrossShrink: true },
      fc.record({
        kind: fc.constant('number' as const),
        value: fc.oneof(fc.nat(4), fc.double({ min: 0, max: 1e6, noNaN: true })),
      }),
      fc.record({ kind: fc.constant('name' as const), name: fc.constantFrom(...NAMES) }),
      fc.record({ kind: fc.constant('sign' as const), sign: fc.constantFrom('-', '+', '!', 'not '), of: tie('tree') }),
      fc.record({
        kind: fc.constant('pair' as const),
        operator: fc.constantFrom(...Object.keys(LEVELS)),
        left: tie('tree'),
        right: tie('tree'),
      }),
    ),
  }))

  function level(node: Tree): number {
    if (node.kind === 'pair') return LEVELS[node.operator]!
    return node.kind === 'sign' ? SIGN_LEVEL : ATOM_LEVEL
  }

  /** The tree as text with only the parentheses that the precedence table asks for. */
  function print(node: Tree, space: string): string {
    const within = (child: Tree, least: number): string => {
      const text = print(child, space)
      return level(child) >= least ? text : `(${text})`
    }
    if (node.kind === 'number') return String(Math.abs(node.value))
    if (node.kind === 'name') return node.name
    if (node.kind === 'sign') return `${node.sign}${within(node.of, SIGN_LEVEL)}`
    const own = level(node)
    const gap = /[a-z]/.test(node.operator) ? ' ' : space
    const [left, right] = node.operator === '^' ? [ATOM_LEVEL, SIGN_LEVEL] : [own, own + 1]
    return `${within(node.left, left)}${gap}${node.operator}${gap}${within(node.right, right)}`
  }

  function evaluate(node: Tree): number {
    if (node.kind === 'number') return Math.abs(node.value)
    if (node.kind === 'name') return VALUES[node.name]!
    if (node.kind === 'sign') {
      const value = evaluate(node.of)
      if (node.sign === '-') return -value
      return node.sign === '+' ? value : Number(value === 0)
    }
    const [a, b] = [evaluate(node.left), evaluate(node.right)]
    const results: Record<string, () => number> = {
      '^': () => (b === 2 ? a * a : a ** b),
      '*': () => a * b,
      '/': () => a / b,
      '+': () => a + b,
      '-': () => a - b,
      '<': () => Number(a < b),
      '<=': () => Number(a <= b),
      '>': () => Number(a > b),
      '>=': () => Number(a >= b),
      '==': () => Number(a === b),
      '!=': () => Number(a !== b),
      and: () => Number(a !== 0 && b !== 0),
      or: () => Number(a !== 0 || b !== 0),
    }
    return results[node.operator]!()
  }

  /** Whether some part that reads no name has no finite value: such a formula is refused. */
  function hasNoFiniteValue(node: Tree): boolean {
    if (node.kind === 'number' || node.kind === 'name') return false
    const parts = node.kind === 'sign' ? [node.of] : [node.left, node.right]
    return parts.some(hasNoFiniteValue) || (!readsNames(node) && !Number.isFinite(evaluate(node)))
  }
  function readsNames(node: Tree): boolean {
    if (node.kind === 'number' || node.kind === 'name') return node.kind === 'name'
    return node.kind === 'sign' ? readsNames(node.of) : readsNames(node.left) || readsNames(node.right)
  }

  it('has the value that its tree has, with as few parentheses as the precedences allow', () => {
    let [refused, accepted] = [0, 0]
    fc.assert(
      fc.property(tree, fc.constantFrom('', ' '), (node, space) => {
        const text = print(node, space)
        fc.pre(text.length <= MAX_FORMULA_LENGTH)
        if (hasNoFiniteValue(node)) {
          expect(errorOf(text).message).toMatch(/no finite value/)
          refused++
        } else {
          expect(resultOf(text), text).toBe(evaluate(node))
          accepted++
        }
      }),
      { numRuns: 2000 },
    )
    expect(refused).toBeGreaterThan(10)
    expect(accepted).toBeGreaterThan(1000)
  })
})

/** Math, with the functions whose last bits differ between engines replaced by those that formulas use. */
const mathematics = {
  abs: Math.abs,
  sqrt: Math.sqrt,
  sign: Math.sign,
  floor: Math.floor,
  min: Math.min,
  max: Math.max,
  ...exact,
}

describe('functions', () => {
  const real = fc.double({ noNaN: true })

  it.each(['sin', 'cos', 'tan', 'abs', 'sqrt', 'exp', 'log', 'tanh', 'sign', 'floor'] as const)(
    '%s is that of Math, to the bits that every engine has',
    (name) => {
      fc.assert(
        fc.property(real, (x) => {
          expect(resultOf(`${name}(x)`, scopeOf({ x }))).toBe(mathematics[name](x))
        }),
      )
    },
  )

  it.each(['atan2', 'min', 'max'] as const)(
    '%s is that of Math to the bits that every engine has, arguments in order',
    (name) => {
      fc.assert(
        fc.property(real, real, (x, y) => {
          expect(resultOf(`${name}(x, y)`, scopeOf({ x, y }))).toBe(mathematics[name](x, y))
        }),
      )
    },
  )

  it('clip keeps a value between a low and a high end', () => {
    fc.assert(
      fc.property(real, real, real, (x, a, b) => {
        const [low, high] = a < b ? [a, b] : [b, a]
        const [, expected] = [low, x, high].sort((one, other) => one - other)
        // === rather than Object.is: which zero comes out at an end that is 0 does not matter.
        expect(resultOf('clip(x, low, high)', scopeOf({ x, low, high })) === expected).toBe(true)
      }),
    )
  })

  it('are these and no others, so a new one needs a test here', () => {
    const ofMath = ['sin', 'cos', 'tan', 'abs', 'sqrt', 'exp', 'log', 'tanh', 'sign', 'floor', 'atan2', 'min', 'max']
    const own = ['hypot', 'norm', 'clip', 'tolerance', 'wrap', 'before', 'delta', 'uniform', 'normal']
    expect([...FUNCTION_NAMES].sort()).toEqual([...ofMath, ...own].sort())
  })

  it('hypot is that of Math to within rounding', () => {
    const moderate = fc.double({ min: -1e9, max: 1e9, noNaN: true })
    fc.assert(
      fc.property(moderate, moderate, (x, y) => {
        const expected = Math.hypot(x, y)
        expect(Math.abs(resultOf('hypot(x, y)', scopeOf({ x, y })) - expected)).toBeLessThanOrEqual(
          1e-150 + 1e-15 * expected,
        )
      }),
    )
  })

  it('norm is the length of a vector of any number of entries', () => {
    expect(resultOf('norm(x)', scopeOf({ x: -3 }))).toBe(3)
    expect(resultOf('norm(x, 4)', scopeOf({ x: 3 }))).toBe(5)
    expect(resultOf('norm(1, x, 2, 4, 2)', scopeOf({ x: 0 }))).toBe(5)
  })

  it.each([
    // dm_control: rewards.tolerance(x, bounds=(low, high), margin=margin), value_at_margin 0.1, sigmoid gaussian.
    ['tolerance(x, -1, 1, 2)', 0.5, 1],
    ['tolerance(x, -1, 1, 2)', 1, 1],
    ['tolerance(x, -1, 1, 2)', 3, 0.1],
    ['tolerance(x, -1, 1, 2)', -3, 0.1],
    ['tolerance(x, -1, 1, 2)', 2, 0.5623413251903491],
    ['tolerance(x, 0, 0, 1)', 2, 0.0001],
    ['tolerance(x, -1, 1, 0)', 1.001, 0],
    ['tolerance(x, -1, 1, 0)', 1, 1],
  ])('%s with x = %d is %d', (text, x, expected) => {
    expect(resultOf(text, scopeOf({ x }))).toBeCloseTo(expected, 12)
  })

  it.each([
    ['1 + clip(x, 1, -1)', 4, /low end, 1, above its high end, -1/],
    ['tolerance(x, 2, 1, 1)', 0, /low end, 2, above its high end, 1/],
    ['tolerance(x, 1, 2, -1)', 0, /margin of 0 or more, not -1/],
    ['norm()', 0, /1 argument or more, not 0/],
  ])('%s is refused', (text, index, message) => {
    const error = errorOf(text)
    expect(error.index).toBe(index)
    expect(error.message).toMatch(message)
  })

  it('take expressions as arguments, nested', () => {
    expect(resultOf('max(min(x, 2) + 1, -y)')).toBe(3)
    expect(resultOf('sqrt(x^2 + (x + 1)^2)')).toBe(5)
  })
})

describe('a choice', () => {
  it.each([
    ['x > 0 ? 1 : 2', 1],
    ['x < 0 ? 1 : 2', 2],
    ['0.5 ? 1 : 2', 1],
    // It binds least, and groups from the right.
    ['x < 0 or 0 ? 1 : 1 + 1', 2],
    ['x < 0 ? 1 : x < 2 ? 2 : 3', 3],
    ['x > 0 ? x > 5 ? 1 : 2 : 3', 2],
    ['1 + (x > 0 ? 10 : 20)', 11],
    ['max(x > 0 ? 10 : 20, 12)', 12],
    ['-(x > 0 ? 2 : 3)^2', -4],
  ])('%s is %d', (text, expected) => {
    expect(resultOf(text)).toBe(expected)
  })

  it('computes only the side that is chosen', () => {
    const drawn: number[] = []
    const random = () => ({ uniform: (low: number) => drawn.push(low), normal: () => 0 })
    const choose = compileFormula('x > 0 ? uniform(1, 2) : uniform(3, 4)', scopeOf({ x: -1 }, { random }))
    choose()
    expect(drawn).toEqual([3])
    compileFormula('x > 0 and uniform(5, 6)', scopeOf({ x: -1 }, { random }))()
    expect(drawn).toEqual([3])
    compileFormula('x > 0 or uniform(5, 6)', scopeOf({ x: -1 }, { random }))()
    expect(drawn).toEqual([3, 5])
  })
})

describe('what is known beforehand', () => {
  it.each(['1 / 0', 'x + sqrt(-1)', 'exp(1e4)', 'x > 0 ? log(0) : 1', '0 * (1 / (g - g))', '10^400', '0/0 == 0'])(
    'and has no finite value is refused: %s',
    (text) => {
      expect(errorOf(text).message).toMatch(/no finite value/)
    },
  )

  it('is refused at its own character', () => {
    expect(errorOf('x + 3 * (2 / 0)').index).toBe(9)
    expect(errorOf('x + - sqrt(-2)').index).toBe(6)
  })

  it('is computed once: only what reads a sensor is computed again', () => {
    let calls = 0
    const sqrt = vi.spyOn(Math, 'sqrt').mockImplementation((value) => {
      calls++
      return value ** 0.5
    })
    const scope = scopeOf({ x: 2 })
    const formula = compileFormula('x + sqrt(g * 4 + pi)', scope)
    expect(calls).toBe(1)
    const first = formula()
    scope.values[0] = 3
    expect(formula()).toBe(first + 1)
    expect(calls).toBe(1)
    sqrt.mockRestore()
  })
})

describe('wrap', () => {
  const turn = 2 * Math.PI
  const angles = fc.double({ min: -1e4, max: 1e4, noNaN: true })

  it('is the same angle less whole turns', () => {
    fc.assert(
      fc.property(angles, (angle) => {
        const turns = (angle - wrap(angle)) / turn
        expect(Math.abs(turns - Math.round(turns))).toBeLessThan(1e-9)
        expect(Math.cos(wrap(angle))).toBeCloseTo(Math.cos(angle), 9)
        expect(Math.sin(wrap(angle))).toBeCloseTo(Math.sin(angle), 9)
      }),
    )
  })

  it('lies in [-pi, pi) and is its own wrap', () => {
    fc.assert(
      fc.property(angles, (angle) => {
        const wrapped = wrap(angle)
        expect(wrapped).toBeGreaterThanOrEqual(-Math.PI)
        expect(wrapped).toBeLessThan(Math.PI)
        expect(wrap(wrapped)).toBe(wrapped)
      }),
    )
  })

  it.each([
    [0, 0],
    [1, 1],
    [-1, -1],
    [Math.PI, -Math.PI],
    [-Math.PI, -Math.PI],
    [3 * Math.PI, -Math.PI],
    [-3 * Math.PI, -Math.PI],
    [2 * Math.PI, 0],
    [-2 * Math.PI, 0],
    [Math.PI / 2, Math.PI / 2],
    [(3 * Math.PI) / 2, -Math.PI / 2],
    [-(3 * Math.PI) / 2, Math.PI / 2],
  ])('of %d is %d', (angle, expected) => {
    expect(wrap(angle)).toBeCloseTo(expected, 14)
    expect(resultOf('wrap(x)', scopeOf({ x: angle }))).toBe(wrap(angle))
  })

  it('lies in [-pi, pi) and is its own wrap beside the odd multiples of pi, too', () => {
    for (const multiple of [-1001, -7, -3, -1, 1, 3, 7, 1001]) {
      for (const ulps of [-3, -2, -1, 0, 1, 2, 3]) {
        const angle = multiple * Math.PI * (1 + (ulps * Number.EPSILON) / 2)
        const wrapped = wrap(angle)
        const words = `wrap(${angle}) = ${wrapped}`
        expect(wrapped, words).toBeGreaterThanOrEqual(-Math.PI)
        expect(wrapped, words).toBeLessThan(Math.PI)
        expect(wrap(wrapped), `${words}, wrapped once more`).toBe(wrapped)
      }
    }
  })

  it.each([1e9, -1e9, 1e16, -1e16, 1e300, -1e300])('of the absurd angle %d still lies in [-pi, pi)', (angle) => {
    expect(wrap(angle)).toBeGreaterThanOrEqual(-Math.PI)
    expect(wrap(angle)).toBeLessThan(Math.PI)
  })
})

describe('before and delta', () => {
  it('before(...) is the value at the last capture, until the next', () => {
    const before = new BeforeStep()
    const scope = scopeOf({ x: 1, y: 10 }, { before })
    const kept = compileFormula('before(x + y)', scope)
    const live = compileFormula('x + y', scope)
    before.capture()
    scope.values.set([2, 20])
    expect([kept(), live()]).toEqual([11, 22])
    scope.values.set([3, 30])
    expect([kept(), kept()]).toEqual([11, 11])
    before.capture()
    scope.values.set([4, 40])
    expect([kept(), live()]).toEqual([33, 44])
  })

  it('delta(...) is the value now less the value at the capture', () => {
    const before = new BeforeStep()
    const scope = scopeOf({ x: 3 }, { before })
    const delta = compileFormula('delta(x^2)', scope)
    before.capture()
    expect(delta()).toBe(0)
    scope.values[0] = 5
    expect(delta()).toBe(16)
    scope.values[0] = 1
    expect(delta()).toBe(-8)
  })

  it('several of them in several formulas do not disturb each other', () => {
    const before = new BeforeStep()
    const scope = scopeOf({ x: 1, y: 2 }, { before })
    const first = compileFormula('before(x) + 10 * before(y) + 100 * x', scope)
    const second = compileFormula('delta(y) - before(x)', scope)
    before.capture()
    scope.values.set([5, 7])
    expect(first()).toBe(1 + 20 + 500)
    expect(second()).toBe(5 - 1)
  })

  it.each(['before(x)', 'delta(x)'])('%s is refused where there is no step before', (text) => {
    expect(errorOf(`1 + ${text}`).index).toBe(4)
  })

  it.each(['before(before(x))', 'before(delta(x))', 'delta(before(x))'])('%s is refused', (text) => {
    expect(errorOf(text, scopeOf(VALUES, { before: new BeforeStep() })).index).toBe(text.indexOf('(') + 1)
  })
})

describe('uniform and normal', () => {
  it('ask the generator for each value, with their arguments evaluated', () => {
    const calls: [string, number, number][] = []
    const random = () => ({
      uniform: (low: number, high: number) => calls.push(['uniform', low, high]),
      normal: (mean: number, deviation: number) => calls.push(['normal', mean, deviation]),
    })
    const formula = compileFormula(
      'uniform(-pi, pi) + 10 * normal(1 + 1, 0.1) + 100 * uniform(0, 1)',
      scopeOf({}, { random }),
    )
    expect(formula()).toBe(1 + 20 + 300)
    expect(calls).toEqual([
      ['uniform', -Math.PI, Math.PI],
      ['normal', 2, 0.1],
      ['uniform', 0, 1],
    ])
    formula()
    expect(calls).toHaveLength(6)
  })

  it.each(['uniform(0, 1)', 'normal(0, 1)'])('%s is refused outside reset', (text) => {
    const error = errorOf(`1 + ${text}`, scopeOf(VALUES, { before: new BeforeStep() }))
    expect(error.index).toBe(4)
    expect(error.message).toContain('reset')
  })
})

describe('an error', () => {
  it.each([
    ['hinge.angel', 0, '"hinge.angle"'],
    ['1 + hinge.angl', 4, '"hinge.angle"'],
    ['cos(hinge.angle) + odrer', 19, '"order"'],
    ['sinn(x)', 0, '"sin"'],
    ['1 + 2 * wrapp(x)', 8, '"wrap"'],
    ['unifrom(0, 1)', 0, '"uniform"'],
    ['2 * pii', 4, '"pi"'],
    ['sin(x, y)', 0, '1 argument, not 2'],
    ['1 + sin()', 4, '1 argument, not 0'],
    ['atan2(x)', 0, '2 arguments, not 1'],
    ['2 * clip(x, y)', 4, '3 arguments, not 2'],
    ['x + 1e999', 4, '1e999'],
    ["x + 'abc'", 4, 'abc'],
    ['x = 1', 2, '='],
    ['x % 2', 2, '%'],
    ['1 +', 3, 'Expected'],
    ['2 + (3', 6, 'Unclosed'],
    ['max(x,,y)', 7, ','],
    ['', 0, 'empty'],
    ['   ', 0, 'empty'],
  ])('of %j is at character %d and names %s', (text, index, words) => {
    const error = errorOf(text)
    expect(error.message).toContain(words)
    expect(error.index).toBe(index)
  })

  it('lists what there is when nothing is near', () => {
    const { message } = errorOf('zzzzzz', scopeOf({ x: 1, y: 2 }))
    expect(message).toMatch(/Known: x, y, g, pi/)
  })

  it.each(['π', 'sin(π)', '$x', '1 + ångström', 'x + 𝑦', '角'])('of %j has the character of the name', (text) => {
    expect(errorOf(text).index).toBe(text.search(/[^\x20-\x7e]|\$/))
  })
})

describe('what is no formula is refused', () => {
  it.each([
    'x[0]',
    'hinge[angle]',
    'hinge["angle"]',
    "x['constructor']",
    'this',
    'this.x',
    '"abc"',
    "'abc'",
    '"a" + "b"',
    '`x`',
    '`$' + '{x}`',
    'sin`x`',
    '[1, 2]',
    '1 + [x]',
    '{}',
    '{a: 1}',
    'x = 1',
    'x += 1',
    'x ? y',
    'x ? : 1',
    'x ?: 1',
    '? 1 : 2',
    'x ? 1 : ',
    'x : y',
    'x++',
    'x => x',
    '() => 1',
    'new x',
    'typeof x',
    'void 0',
    'x, y',
    '(x, y)',
    'sin((x, y))',
    'x; y',
    'x y',
    '2 x',
    '2x',
    'a.__proto__',
    'x.__proto__',
    '__proto__',
    'constructor',
    'x.constructor',
    'constructor.constructor(1)',
    'hasOwnProperty(x)',
    'sin.call(x, 1)',
    'sin(x)(1)',
    'sin(x).y',
    '(sin)(x)',
    '(x).y',
    'x?.y',
    'hinge?.angle',
    'hinge?.[0]',
    'Math.sin(x)',
    'globalThis',
    'process.exit(1)',
    'undefined',
    'NaN',
    'Infinity',
    'true',
    'null',
    '~x',
    'x & 1',
    'x | 1',
    'x ^^ 2',
    'x << 1',
    'x ** 2',
    'x === 3',
    'x !== 3',
    'x <> 3',
    'x ?? 1',
    '0x10',
    '1_000',
    '1n',
    '1..2',
    '.',
    '()',
    'sin()',
    '/x/',
    '// x',
    '/* x */ 1',
    '#x',
    '@x',
    '\\u0078',
  ])('%s', (text) => {
    errorOf(text)
  })

  it('and so is everything that objects inherit, as a name, a member or a function', () => {
    for (const name of [
      ...Object.getOwnPropertyNames(Object.prototype),
      ...Object.getOwnPropertyNames(Map.prototype),
    ]) {
      for (const text of [name, `x.${name}`, `${name}(x)`, `${name}.${name}(x, y)`]) {
        expect(errorOf(text).message).toMatch(/^There is no (function|sensor or constant) called/)
      }
    }
  })
})

describe('nesting', () => {
  it('of 60 parentheses is fine, of 70 is refused where it is too deep', () => {
    expect(resultOf(`${'('.repeat(60)}x${')'.repeat(60)}`)).toBe(3)
    const error = errorOf(`${'('.repeat(70)}x${')'.repeat(70)}`)
    expect(error.index).toBe(MAX_FORMULA_NESTING + 1)
    expect(error.message).toMatch(/nested more than 64 deep/)
  })

  it.each([
    ['calls', `${'sin('.repeat(70)}x${')'.repeat(70)}`],
    ['signs', `${'-'.repeat(70)}x`],
    ['powers', `${'x^'.repeat(70)}x`],
    ['choices', `${'x ? 1 : '.repeat(70)}x`],
  ])('of 70 %s is refused, and a long sum is not nested', (_, text) => {
    expect(errorOf(text).message).toMatch(/nested/)
    expect(resultOf(`${'x+'.repeat(400)}x`)).toBe(3 * 401)
  })
})

describe('hostile input', () => {
  /** Whatever `text` is, it is either a formula with a number for a value, or a FormulaError. */
  function survives(text: string): void {
    let formula: () => number
    try {
      formula = compileFormula(text, scopeOf(VALUES, { before: new BeforeStep() }))
    } catch (error) {
      expect(error, JSON.stringify(text).slice(0, 200)).toBeInstanceOf(FormulaError)
      expect((error as FormulaError).message).toMatch(/^.+$/s)
      return
    }
    expect(typeof formula(), text).toBe('number')
  }

  it.each([
    ['1000 opening parentheses', '('.repeat(1000)],
    ['nested parentheses', `${'('.repeat(499)}1${')'.repeat(499)}`],
    ['parentheses never opened', ')'.repeat(1000)],
    ['1000 brackets', '['.repeat(1000)],
    ['nested indices', 'x['.repeat(500)],
    ['nested calls', `${'sin('.repeat(199)}x${')'.repeat(199)}`],
    ['1000 signs', `${'-'.repeat(999)}x`],
    ['1000 exclamation marks', `${'!'.repeat(999)}x`],
    ['250 nots', `${'not '.repeat(249)}x`],
    ['a tower of powers', `${'x^'.repeat(499)}x`],
    ['a long sum', `${'1+'.repeat(499)}1`],
    ['a long name', 'x'.repeat(1000)],
    ['a long chain of members', `${'x.'.repeat(499)}x`],
    ['a chain of question marks', 'x?'.repeat(500)],
    ['colons', 'x?x:'.repeat(250)],
    ['500 expressions', '1;'.repeat(500)],
    ['quotes', '"'.repeat(999)],
    ['a number of 1000 digits', '9'.repeat(1000)],
    ['a zero character', 'x\u0000'],
    ['half a surrogate pair', 'x + \ud800'],
  ])('%s', (_, text) => survives(text))

  it('of more than 1000 characters is refused at the 1001st', () => {
    expect(MAX_FORMULA_LENGTH).toBe(1000)
    for (const text of ['('.repeat(5000), '1'.repeat(5000), `${'1+'.repeat(2500)}1`, ' '.repeat(1001)]) {
      const error = errorOf(text)
      expect(error.index).toBe(1000)
      expect(error.message).toContain('1000')
    }
    expect(resultOf(`${' '.repeat(999)}1`)).toBe(1)
  })

  const pieces = fc.constantFrom(
    ...NAMES,
    ...FUNCTION_NAMES,
    ...['+', '-', '*', '/', '^', '(', ')', ',', '.', '<', '=', '!', '&', '|', '?', ':', '[', ']', '{', '}', '"', '`'],
    ...[' ', '1', '2.5', '1e3', 'e', 'and', 'or', 'not', 'this', 'true', '__proto__', '$', 'π', '\u2028', '\\'],
  )
  const hostile = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.string({ unit: 'grapheme', maxLength: 60 }),
    fc.string({ unit: 'binary-ascii', maxLength: 60 }),
    fc.array(pieces, { maxLength: 30 }).map((parts) => parts.join('')),
  )

  it('of any kind is a number or a FormulaError, and nothing else', () => {
    fc.assert(fc.property(hostile, survives), { numRuns: 4000 })
  })

  it('is refused at one of its own characters', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        try {
          compileFormula(text, scopeOf())
        } catch (error) {
          const { index } = error as FormulaError
          expect(Number.isInteger(index) && index >= 0 && index <= text.length, `${index} of ${text}`).toBe(true)
        }
      }),
      { numRuns: 2000 },
    )
  })
})
