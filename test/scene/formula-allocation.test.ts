// What formulas cost: they run a hundred times a control step, and garbage would stop the training to be collected.
// In a file of its own: what other formulas taught the engine's optimiser would change the figures.
import { describe, expect, it } from 'vitest'
import { BeforeStep, compileFormula } from '../../src/scene/formula.ts'

describe('a compiled formula', () => {
  it('allocates nothing once the engine has optimised it', () => {
    const before = new BeforeStep()
    const names = ['a', 'b', 'c', 'd']
    const scope = {
      sensors: new Map(names.map((name, index) => [name, index])),
      values: Float64Array.of(0.3, 0.4, 0.5, 0.6),
      constants: new Map(),
      before,
    }
    const formulas = [
      '-(wrap(a)^2 + 0.1 * b^2 + 0.001 * c^2)',
      'cos(a) * sin(b) + clip(c, -1, 1)',
      'abs(a) < 0.2 and b > 0.7',
      'norm(a, b, c, d) - hypot(a, b) + atan2(c, d)',
      'tolerance(a, 0, 1, 2) * exp(-b^2)',
      'delta(a + b) - before(c)',
      'a > 0.3 ? min(b, c) : sqrt(d)',
    ].map((text) => compileFormula(text, scope))
    const results = new Float64Array(formulas.length)
    const evaluate = (times: number): void => {
      for (let time = 0; time < times; time++) {
        scope.values[time % names.length] = 0.1 + (time % 1000) * 1e-3
        before.capture()
        for (let index = 0; index < formulas.length; index++) results[index] = formulas[index]!()
      }
    }
    // Until the engine has optimised it.
    evaluate(400_000)
    // Short runs, so that no collection hides what was allocated; a single boxed number would be 12 bytes or more.
    const bytesPerEvaluation = Array.from({ length: 8 }, () => {
      const bytes = process.memoryUsage().heapUsed
      evaluate(5000)
      return (process.memoryUsage().heapUsed - bytes) / (5000 * formulas.length)
    })
    expect(bytesPerEvaluation.map(Math.abs).sort((a, b) => a - b)[4]).toBeLessThan(0.5)
  })
})
