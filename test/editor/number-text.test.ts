/** Numbers typed as formulas, as fields show them, and steps of the arrow keys. */
import { expect, test } from 'vitest'
import { numberOf, shortText, stepOf, stepped } from '../../src/editor/number-text.ts'
import { fc } from '../properties.ts'

test.each([
  ['0.25', 0.25],
  ['1e-3', 0.001],
  ['-2', -2],
  ['1/3', 1 / 3],
  ['2*pi/3', (2 * Math.PI) / 3],
  ['-2^2', -4],
  ['sqrt(2)/2', Math.SQRT1_2],
  [' 3 + 4 ', 7],
])('%s is %d', (text, value) => expect(numberOf(text)).toBeCloseTo(value, 14))

test('constants of the scene are known by name; angles may be given in degrees', () => {
  expect(numberOf('2 * reach', { constants: new Map([['reach', 0.3]]) })).toBe(0.6)
  for (const text of ['90°', '90 deg']) expect(numberOf(text, { unit: 'rad' })).toBeCloseTo(Math.PI / 2, 14)
  expect(() => numberOf('90°', { unit: 'm' })).toThrow()
})

test.each([
  ['', /Enter a number/],
  ['  ', /Enter a number/],
  ['2*', /./],
  ['1/0', /no finite value/],
  ['reach', /called "reach"/],
  ['hinge.angle', /called "hinge.angle"/],
  ['uniform(0, 1)', /uniform/],
  ['before(1)', /before/],
])('%j is refused in words', (text, words) => expect(() => numberOf(text)).toThrow(words))

test('every number that a scene may hold is read back from its text', () => {
  fc.assert(
    fc.property(fc.double({ min: -1e6, max: 1e6, noNaN: true }), (value) => {
      expect(numberOf(String(value))).toBe(value + 0)
      expect(Math.abs(numberOf(shortText(value)) - value)).toBeLessThanOrEqual(Math.abs(value) * 1e-5)
    }),
  )
})

test.each([
  [0, 1, 0.1],
  [0.25, 1, 0.26],
  [0.3, -1, 0.29],
  [12, 1, 13],
  [250, 10, 350],
  [0.25, 0.1, 0.251],
])('from %d, %d steps of an arrow key lead to %d', (value, by, result) => expect(stepped(value, by)).toBe(result))

test('steps stay within bounds, go by 1 for whole numbers, and come back', () => {
  expect(stepped(0.95, 10, { max: 1 })).toBe(1)
  expect(stepped(3, -10, { min: 1, isInteger: true })).toBe(1)
  expect(stepOf(40, true)).toBe(1)
  fc.assert(
    fc.property(fc.integer({ min: 11, max: 89 }), fc.integer({ min: -5, max: 2 }), (digits, power) => {
      // Away from powers of ten, where the step changes.
      const value = Number((digits * 10 ** power).toPrecision(6))
      expect(stepped(stepped(value, 1), -1)).toBe(value)
    }),
  )
})
