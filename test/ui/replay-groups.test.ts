/** Which observation entries share a plot. */
import { expect, it } from 'vitest'
import { groupByUnit } from '../../src/ui/replay/observation-groups.ts'

const entry = (name: string, unit?: string, range?: [number, number]) => ({
  name,
  formula: '0',
  ...(unit !== undefined && { unit }),
  ...(range && { range }),
})

it('groups entries by unit, in order, with the range around theirs', () => {
  const entries = [
    entry('cos', '1', [-1, 1]),
    entry('velocity', 'rad/s', [-8, 8]),
    entry('contact', '1', [0, 2]),
    entry('height'),
  ]
  expect(groupByUnit(entries)).toEqual([
    {
      unit: '1',
      entries: [
        { name: 'cos', index: 0 },
        { name: 'contact', index: 2 },
      ],
      range: [-1, 2],
    },
    { unit: 'rad/s', entries: [{ name: 'velocity', index: 1 }], range: [-8, 8] },
    { unit: '', entries: [{ name: 'height', index: 3 }], range: undefined },
  ])
})

it('takes a range from whichever entry of the group has one', () => {
  expect(groupByUnit([entry('a', 'm'), entry('b', 'm', [0, 3])])[0]?.range).toEqual([0, 3])
})
