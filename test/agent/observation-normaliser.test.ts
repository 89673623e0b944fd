// Running mean and scale against those of the whole list at once.
import { describe, expect, test } from 'vitest'
import { ObservationNormaliser } from '../../src/agent/observation-normaliser.ts'
import { fc } from '../properties.ts'

const entry = fc.double({ min: -1e3, max: 1e3, noNaN: true })

describe('Given any observations', () => {
  test('when they are added one by one, then mean and scale are those of all of them', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(entry, entry), { minLength: 1, maxLength: 50 }), (list) => {
        const normaliser = new ObservationNormaliser(2)
        for (const observation of list) normaliser.add(observation)
        expect(normaliser.seen).toBe(list.length)
        for (const index of [0, 1] as const) {
          const values = list.map((observation) => observation[index])
          const mean = values.reduce((sum, value) => sum + value, 0) / values.length
          const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
          expect(normaliser.mean()[index]).toBeCloseTo(Math.fround(mean), 3)
          // The variance of equal values is rounding noise, which 1e-8 has to cover.
          fc.pre(variance < 1e-10 || variance > 1e-6)
          expect(normaliser.scale()[index]! * (variance < 1e-10 ? 1 : Math.sqrt(variance))).toBeCloseTo(1, 5)
        }
      }),
    )
  })

  test('when they lie far from 0 beside their spread, then the variance is not lost to rounding', () => {
    const normaliser = new ObservationNormaliser(1)
    for (let index = 0; index < 100_000; index++) normaliser.add([1e6 + (index % 2 === 0 ? 0.01 : -0.01)])
    expect(normaliser.scale()[0]! / 100).toBeCloseTo(1, 3)
  })
})

describe('Given no observation', () => {
  test('when mean and scale are asked for, then they change nothing', () => {
    const normaliser = new ObservationNormaliser(2)
    expect([...normaliser.mean()]).toEqual([0, 0])
    expect([...normaliser.scale()]).toEqual([1, 1])
  })
})

describe('Given an entry that never changes', () => {
  test('when the scale is asked for, then it is 1', () => {
    const normaliser = new ObservationNormaliser(1)
    for (let index = 0; index < 3; index++) normaliser.add([0.1])
    expect(normaliser.scale()[0]).toBe(1)
  })
})
