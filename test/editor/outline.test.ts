/** The outline's rows, its search by first letters, its order and its marks. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { emptyScene, type Item, itemsOf, keyOf, type SceneDraft } from '../../src/editor/draft.ts'
import { Editor } from '../../src/editor/editor.ts'
import { moveInLists, outlineOf, problemPlaces, rowBeginning, rowsOf, toggleMark } from '../../src/editor/outline.ts'
import { draftText, readDraft, validateDraft } from '../../src/editor/text.ts'
import { fc } from '../properties.ts'
import { everything } from '../scene/everything.ts'

const hopper = () => readDraft(readFileSync('scenes/hopper.json', 'utf8'), 'hopper')

test('names every part of a scene once, in the order of the file, with what it is on', () => {
  const draft = everything() as unknown as SceneDraft
  const groups = outlineOf(draft)
  expect(groups.flatMap(({ items }) => items.map(({ item }) => keyOf(item)))).toEqual(itemsOf(draft).map(keyOf))
  expect(groups.map(({ title }) => title)).toEqual(['Bodies', 'Joints', 'Actuators', 'Markers', 'Sensors'])
  const details = new Map(
    outlineOf(hopper()).flatMap(({ items }) => items.map((each) => [each.item.name, each.detail])),
  )
  expect(details.get('leg_joint')).toBe('thigh → leg')
  expect(details.get('leg_motor')).toBe('leg_joint')
  expect(outlineOf(emptyScene())).toEqual([])
})

test('shows what can be read of broken entries', () => {
  const draft: SceneDraft = { ...emptyScene(), joints: [3, { name: 'loose' }, { type: 'hinge' }] }
  expect(outlineOf(draft)).toEqual([
    {
      list: 'joints',
      title: 'Joints',
      items: [{ item: { list: 'joints', name: 'loose' }, index: 1, type: '?', detail: '? → ?' }],
    },
  ])
})

test('rows of closed groups are not there; letters find the next row that begins so, and go round', () => {
  const groups = outlineOf(hopper())
  const rows = rowsOf(groups, new Set(['bodies']))
  expect(rows[0]).toMatchObject({ kind: 'group', text: 'Bodies' })
  expect(rows[1]).toMatchObject({ kind: 'group', text: 'Joints' })
  const all = rowsOf(groups, new Set())
  const names = all.map(({ text }) => text)
  const first = rowBeginning(all, 0, 'l')!
  expect(names[first]).toBe('leg')
  const second = rowBeginning(all, first, 'l')!
  expect(names[second]).toBe('leg_joint')
  expect(rowBeginning(all, second, 'leg_j')).toBe(second)
  expect(rowBeginning(all, names.lastIndexOf('leg_motor'), 'l')).toBe(first)
  expect(rowBeginning(all, 0, 'zz')).toBeUndefined()
})

test('problems lie in the entries that their paths begin with', () => {
  const draft = { ...hopper(), joints: [{ name: 'bad', type: 'hinge' }] }
  const { problems } = validateDraft(draft)
  expect([...problemPlaces(problems).keys()]).toEqual(['joints[0]'])
})

describe('moving in the lists', () => {
  const order = (draft: SceneDraft) => itemsOf(draft).map(keyOf)

  test('goes one place, and not beyond the ends', () => {
    const [first, second, ...rest] = itemsOf(hopper())
    const moved = moveInLists(hopper(), [second!], -1)
    expect(order(moved)).toEqual([second!, first!, ...rest].map(keyOf))
    expect(moveInLists(moved, [second!], -1)).toBe(moved)
  })

  test('keeps every entry and the order of those that move, and comes back where none met an end', () => {
    const draft = hopper()
    const items = itemsOf(draft)
    fc.assert(
      fc.property(fc.subarray(items), fc.constantFrom(-1, 1), (chosen, by) => {
        const moved = moveInLists(draft, chosen, by as -1 | 1)
        expect(order(moved).sort()).toEqual(order(draft).sort())
        const keys = new Set(chosen.map(keyOf))
        const among = (of: SceneDraft) => order(of).filter((key) => keys.has(key))
        expect(among(moved)).toEqual(among(draft))
        const ends = (item: Item) => {
          const own = items.filter(({ list }) => list === item.list)
          return item === (by < 0 ? own[0] : own.at(-1))
        }
        if (!chosen.some(ends)) expect(draftText(moveInLists(moved, chosen, -by as -1 | 1))).toBe(draftText(draft))
      }),
    )
  })
})

test('marks are steps of the history that leave the file alone', () => {
  const editor = new Editor()
  editor.open(hopper())
  const torso: Item = { list: 'bodies', name: 'torso' }
  toggleMark(editor, 'hidden', torso)
  expect(editor.state.value.hidden.has('bodies/torso')).toBe(true)
  expect([editor.undoLabel.value, editor.isDirty.value]).toEqual(['Hide torso', false])
  toggleMark(editor, 'hidden', torso)
  expect(editor.state.value.hidden.size).toBe(0)
  editor.undo()
  expect(editor.state.value.hidden.has('bodies/torso')).toBe(true)
})
