// The sum tree against a plain list of priorities and its prefix sums.
import { describe, expect, test } from 'vitest'
import { SumTree } from '../../src/agent/sum-tree.ts'
import { RandomStream } from '../../src/common/random.ts'
import { fc } from '../properties.ts'

/** Sums of these are exact in float32. */
const priorities = fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 40 })

describe('Given a tree with any priorities', () => {
  test('when a value is looked up, then it is the leaf whose share of the prefix sums holds it', () => {
    fc.assert(
      fc.property(priorities, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (values, share) => {
        const tree = filled(values)
        const total = values.reduce((sum, value) => sum + value, 0)
        expect(tree.total).toBe(total)
        fc.pre(total > 0)
        const wanted = share * total
        let sum = 0
        const leaf = values.findIndex((value) => {
          sum += value
          return wanted < sum
        })
        expect(tree.find(wanted)).toBe(leaf)
      }),
    )
  })

  test('when priorities are set again in any order, then only the last of each counts', () => {
    const changes = fc.array(fc.tuple(fc.nat(39), fc.integer({ min: 0, max: 1000 })), { maxLength: 60 })
    fc.assert(
      fc.property(priorities, changes, (values, changed) => {
        const tree = filled(values)
        const list = [...values]
        for (const [leaf, value] of changed) {
          if (leaf >= list.length) continue
          tree.set(leaf, value)
          list[leaf] = value
        }
        expect(list.map((_, leaf) => tree.get(leaf))).toEqual(list)
        expect(tree.total).toBe(list.reduce((sum, value) => sum + value, 0))
      }),
    )
  })

  test('when priorities are no float32, then each node is the float32 sum of its children', () => {
    const tree = new SumTree(3)
    for (const [leaf, value] of [0.1, 0.2, 0.3].entries()) tree.set(leaf, value)
    const [a, b, c] = [0.1, 0.2, 0.3].map(Math.fround)
    expect(tree.total).toBe(Math.fround(Math.fround(a! + b!) + Math.fround(c!)))
  })

  test('when values are drawn uniformly, then leaves are found as often as their priorities say', () => {
    const values = [5, 0, 1, 10, 4, 0, 20]
    const tree = filled(values)
    const random = RandomStream.derive(1, 'tree')
    const counts = values.map(() => 0)
    const draws = 100_000
    for (let draw = 0; draw < draws; draw++) counts[tree.find(random.uniform(0, tree.total))]!++
    counts.forEach((count, leaf) => {
      const share = values[leaf]! / 40
      expect(Math.abs(count / draws - share)).toBeLessThanOrEqual(4 * Math.sqrt((share * (1 - share)) / draws))
    })
  })
})

describe('Given a tree of one leaf', () => {
  test('when it is looked up, then that leaf is found', () => {
    const tree = filled([3])
    expect([tree.total, tree.find(0), tree.find(2.9)]).toEqual([3, 0, 0])
  })
})

function filled(values: readonly number[]): SumTree {
  const tree = new SumTree(values.length)
  for (const [leaf, value] of values.entries()) tree.set(leaf, value)
  return tree
}
