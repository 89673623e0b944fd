/** What is added without a pointer: bodies at the middle of the view, and what goes on what is selected. */
import { describe, expect, test } from 'vitest'
import { UserError } from '../../src/common/user-error.ts'
import type { Made } from '../../src/editor/create.ts'
import { emptyScene, type Item, type SceneDraft } from '../../src/editor/draft.ts'
import { drawnScene } from '../../src/editor/drawn.ts'
import { bodyBox, middleOf } from '../../src/editor/geometry.ts'
import { insertActuator, insertBody, insertJoint, insertMarker, insertSensor } from '../../src/editor/insert.ts'
import { validateDraft } from '../../src/editor/text.ts'

const body = (name: string): Item => ({ list: 'bodies', name })
/** Ground, and two links of which the second begins where the first ends. */
function parts(): SceneDraft {
  let draft = insertBody(emptyScene(), 'ground', [0, 0], 2).draft
  draft = insertBody(draft, 'capsule', [0, 0.3], 2).draft
  return insertBody(draft, 'capsule', [0, 0.9], 2).draft
}

test.each(['capsule', 'circle', 'box', 'ground'] as const)(
  '%s is added at the middle of the view, a part of it large',
  (type) => {
    const { draft, item } = insertBody(emptyScene(), type, [3, -2], 10)
    const [added] = drawnScene(draft).bodies
    expect(added!.name).toBe(item.name)
    const box = bodyBox(added!)
    expect(middleOf(box)[0]).toBeCloseTo(3, 6)
    expect(middleOf(box)[1]).toBeCloseTo(-2, 6)
    const size = Math.max(box.maxX - box.minX, box.maxY - box.minY)
    expect(size).toBeGreaterThan(1)
    expect(size).toBeLessThan(8)
  },
)

test('a robot made so has all that a scene needs but a task', () => {
  let draft = parts()
  const add = (made: Made) => {
    draft = made.draft
    return made.item
  }
  const shoulder = add(insertJoint(draft, 'hinge', [body('ground'), body('link')]))
  add(insertJoint(draft, 'hinge', [body('link'), body('link_2')]))
  add(insertActuator(draft, [shoulder]))
  add(insertActuator(draft, [body('link_2')]))
  add(insertMarker(draft, [body('link_2')]))
  add(insertSensor(draft, 'contact', [body('link_2')]))
  add(insertSensor(draft, 'ray', [body('link_2')]))
  expect(validateDraft(draft).problems.map(({ path }) => path)).toEqual(['task.observation', 'task.reward'])
  expect(drawnScene(draft).joints.map(({ parent, child }) => [parent, child])).toEqual([
    ['ground', 'link'],
    ['link', 'link_2'],
  ])
  // Where the upper link begins: at its end that is nearest to the lower one.
  expect(drawnScene(draft).joints[1]!.anchor).toEqual([0, 0.6])
  expect(drawnScene(draft).actuators.map(({ type }) => type)).toEqual(['torque', 'thruster'])
})

describe('a joint', () => {
  test('hangs the body that can move on the other, whichever was selected first', () => {
    for (const items of [
      [body('ground'), body('link')],
      [body('link'), body('ground')],
    ]) {
      const [joint] = drawnScene(insertJoint(parts(), 'slider', items).draft).joints
      expect([joint!.parent, joint!.child]).toEqual(['ground', 'link'])
    }
  })

  test('is refused in words where there is no pair, or none of them can hang', () => {
    const joined = insertJoint(parts(), 'hinge', [body('link'), body('link_2')]).draft
    for (const [draft, items] of [
      [parts(), [body('link')]],
      [parts(), [body('link'), body('link_2'), body('ground')]],
      [insertBody(parts(), 'ground', [0, 0], 2).draft, [body('ground'), body('ground_2')]],
      // Round in a circle.
      [joined, [body('link_2'), body('link')]],
    ] as [SceneDraft, Item[]][])
      expect(() => insertJoint(draft, 'hinge', items)).toThrow(UserError)
  })
})

test('actuators want a joint that moves or a body that does, sensors and markers want a body', () => {
  const weld = insertJoint(parts(), 'weld', [body('link'), body('link_2')])
  expect(() => insertActuator(weld.draft, [weld.item])).toThrow(/weld/)
  expect(() => insertActuator(parts(), [body('ground')])).toThrow(UserError)
  expect(() => insertActuator(parts(), [])).toThrow(UserError)
  expect(() => insertMarker(emptyScene(), [])).toThrow(/no body/)
  expect(() => insertSensor(emptyScene(), 'ray', [])).toThrow(/no body/)
})
