/** Any sequence of editor actions can be undone byte for byte and redone, and every state on the way can be saved. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { UserError } from '../../src/common/user-error.ts'
import { Canvas, TOOLS } from '../../src/editor/canvas.ts'
import { copyItems, duplicateItems, pasteItems, withCarried } from '../../src/editor/clipboard.ts'
import { emptyScene, type Item, itemsOf, keyOf, type SceneDraft } from '../../src/editor/draft.ts'
import { drawnScene } from '../../src/editor/drawn.ts'
import { Editor } from '../../src/editor/editor.ts'
import { dragHandle, handlesOf } from '../../src/editor/handles.ts'
import { insertActuator, insertBody, insertJoint, insertMarker, insertSensor } from '../../src/editor/insert.ts'
import { renameItem } from '../../src/editor/names.ts'
import { moveInLists, outlineOf } from '../../src/editor/outline.ts'
import {
  addToList,
  partsOf,
  removeFromList,
  setDefault,
  setField,
  setVariant,
  sharedSection,
} from '../../src/editor/properties.ts'
import { removeItems } from '../../src/editor/remove.ts'
import { draftText, readDraft, validateDraft } from '../../src/editor/text.ts'
import type { Pointer } from '../../src/editor/tool.ts'
import { alignBodies, mirrorItems, moveItems, rotateItems } from '../../src/editor/transform.ts'
import type { Field, Section } from '../../src/scene/fields.ts'
import { fc } from '../properties.ts'

/** Eight numbers from 0 to 1 decide what an action does. */
type Dice = readonly number[]
type Act = (editor: Editor, canvas: Canvas, dice: Dice) => void

const pick = <T>(list: readonly T[], die: number): T | undefined =>
  list[Math.min(list.length - 1, Math.floor(die * list.length))]
const place = (x: number, y: number): [number, number] => [x * 2 - 1, y * 2 - 1]
const pointer = (x: number, y: number, dice: Dice): Pointer => ({
  at: place(x, y),
  pixel: 0.01,
  grid: 0.1,
  shift: dice[6]! > 0.8,
  alt: dice[6]! < 0.1,
  free: dice[7]! > 0.7,
})
const itemOf = (editor: Editor, die: number): Item | undefined => pick(itemsOf(editor.draft.peek()), die)
const change = (editor: Editor, label: string, make: (draft: SceneDraft) => SceneDraft) =>
  editor.apply(label, ({ draft }) => ({ draft: make(draft) }))

let clipboard: string | undefined

const ACTS: Record<string, Act> = {
  /** Any tool, dragged anywhere; now and then it is given up. */
  drag(_, canvas, dice) {
    canvas.choose(pick(TOOLS, dice[0]!)!)
    for (const [x, y] of [dice.slice(1, 3), dice.slice(3, 5)] as [number, number][]) {
      canvas.press(pointer(x, y, dice))
      canvas.move(pointer(y, x, dice))
      canvas.move(pointer(dice[4]!, dice[5]!, dice))
      if (dice[0]! * 10 - Math.floor(dice[0]! * 10) > 0.9) canvas.cancel()
      else canvas.release(pointer(dice[4]!, dice[5]!, dice))
    }
    canvas.finish()
  },
  capsule(_, canvas, dice) {
    canvas.choose('capsule')
    canvas.press(pointer(dice[1]!, dice[2]!, dice))
    canvas.release(pointer(dice[3]!, dice[4]!, dice))
  },
  hinge(editor, canvas, dice) {
    const body = pick(drawnScene(editor.draft.peek()).bodies, dice[0]!)
    if (!body) return
    canvas.choose(dice[1]! > 0.3 ? 'hinge' : 'slider')
    const at = { ...pointer(0, 0, dice), at: body.position }
    canvas.press(at)
    canvas.release(at)
  },
  select: (editor, _, dice) =>
    editor.select(itemsOf(editor.draft.peek()).filter((_, index) => (dice[0]! * 1e4 * (index + 1)) % 3 < 1)),
  move: (editor, _, dice) =>
    change(editor, 'Move', (draft) => moveItems(draft, editor.selection.peek(), place(dice[1]!, dice[2]!))),
  turn: (editor, _, dice) =>
    change(editor, 'Turn', (draft) =>
      rotateItems(draft, withCarried(draft, editor.selection.peek()), place(dice[1]!, dice[2]!), dice[3]! * 6 - 3),
    ),
  mirror: (editor, _, dice) =>
    change(editor, 'Mirror', (draft) => mirrorItems(draft, editor.selection.peek(), dice[0]! > 0.5 ? 'x' : 'y')),
  align: (editor, _, dice) =>
    change(editor, 'Align', (draft) =>
      alignBodies(draft, editor.selection.peek(), pick(['left', 'top', 'centre', 'middle'] as const, dice[0]!)!),
    ),
  copy(editor) {
    clipboard = copyItems(editor.draft.peek(), editor.selection.peek().slice(0, 3)) ?? clipboard
  },
  paste(editor, _, dice) {
    if (clipboard === undefined || itemsOf(editor.draft.peek()).length > 40) return
    const { draft, items } = pasteItems(editor.draft.peek(), clipboard, place(dice[0]!, dice[1]!))
    editor.apply('Paste', () => ({ draft, selection: items }))
  },
  duplicate(editor, _, dice) {
    if (itemsOf(editor.draft.peek()).length > 40) return
    const item = itemOf(editor, dice[0]!)
    if (item)
      change(editor, 'Duplicate', (draft) => duplicateItems(draft, withCarried(draft, [item]), [0.1, 0.1]).draft)
  },
  remove(editor, _, dice) {
    const item = itemOf(editor, dice[0]!)
    if (item) change(editor, 'Delete', (draft) => removeItems(draft, [item]))
  },
  rename(editor, _, dice) {
    const item = itemOf(editor, dice[0]!)
    const name = `${pick(['a', 'b', 'c', 'link', 'x9'], dice[1]!)}${Math.floor(dice[2]! * 9)}`
    if (item) change(editor, 'Rename', (draft) => renameItem(draft, item, name))
  },
  handle(editor, _, dice) {
    const item = itemOf(editor, dice[0]!)
    const handle = item && pick(handlesOf(editor.draft.peek(), item, 0.3), dice[1]!)
    if (!handle) return
    const drag = editor.begin('Resize')
    for (const at of [place(dice[2]!, dice[3]!), place(dice[4]!, dice[5]!)])
      drag.update(({ draft }) => ({ draft: dragHandle(draft, item, handle.id, at) }))
    if (dice[6]! > 0.2) drag.commit()
    else drag.cancel()
  },
  lock(editor, _, dice) {
    const item = itemOf(editor, dice[0]!)
    const key = dice[1]! > 0.5 ? 'locked' : 'hidden'
    if (item) editor.apply('Lock', (state) => ({ [key]: new Set([...state[key], keyOf(item)]) }))
  },
  /** As the inspector may leave it: a number of any size, an empty text, a key gone. */
  spoil: (editor, _, dice) =>
    editor.edit('Set', (draft) => {
      const body = pick((draft.bodies ?? []) as Record<string, unknown>[], dice[0]!)
      if (!body) return
      if (dice[1]! < 0.3) delete body.density
      else if (dice[1]! < 0.6) body.friction = dice[2]! * 200 - 50
      else if (dice[1]! < 0.7) body.position = 'nowhere'
      else body.density = dice[2]! * 1000
    }),
  /** The inspector: any field of what is selected, set to anything, unset, begun, or made another variant. */
  field(editor, _, dice) {
    const draft = editor.draft.peek()
    const parts = partsOf(draft, editor.selection.peek().slice(0, 4))
    if (parts.length === 0) return
    const fields = (section: Section): Field[] => [...section.fields, ...section.sections.flatMap(fields)]
    const field = pick(fields(sharedSection(draft, parts)), dice[0]!)
    if (!field || field.kind === 'name') return
    const value = pick(
      [dice[2]! * 200 - 50, [dice[2]! * 4 - 2, dice[3]!], 'time', true, [0, 3], {}, undefined],
      dice[4]!,
    )
    const variant = pick(field.choices, dice[5]!)
    change(editor, 'Change', (now) => {
      if (variant !== undefined) return setVariant(now, parts, field.path, variant)
      return dice[1]! < 0.5 ? setDefault(now, parts, field.path) : setField(now, parts, field.path, value)
    })
  },
  shape(editor, _, dice) {
    const draft = editor.draft.peek()
    const item = pick(
      itemsOf(draft).filter(({ list }) => list === 'bodies'),
      dice[0]!,
    )
    const parts = item ? partsOf(draft, [item]) : []
    const type = pick(['capsule', 'box', 'circle', 'polygon', 'segment', 'polyline'], dice[2]!)!
    change(editor, 'Shape', (now) =>
      dice[1]! < 0.5 ? addToList(now, parts, ['shapes'], type) : removeFromList(now, parts, ['shapes', 1]),
    )
  },
  order: (editor, _, dice) =>
    change(editor, 'Order', (draft) => moveInLists(draft, editor.selection.peek(), dice[0]! > 0.5 ? 1 : -1)),
  insert(editor, _, dice) {
    if (itemsOf(editor.draft.peek()).length > 40) return
    const kind = pick(['body', 'joint', 'actuator', 'marker', 'sensor'] as const, dice[0]!)
    const made = {
      body: (draft: SceneDraft) =>
        insertBody(
          draft,
          pick(['capsule', 'circle', 'box', 'ground'] as const, dice[1]!)!,
          place(dice[2]!, dice[3]!),
          2,
        ),
      joint: (draft: SceneDraft, items: readonly Item[]) =>
        insertJoint(draft, pick(['hinge', 'slider', 'weld'] as const, dice[1]!)!, items),
      actuator: insertActuator,
      marker: insertMarker,
      sensor: (draft: SceneDraft, items: readonly Item[]) =>
        insertSensor(draft, dice[1]! < 0.5 ? 'ray' : 'contact', items),
    }[kind!]
    editor.apply('Insert', ({ draft, selection }) => {
      const { draft: next, item } = made(draft, selection)
      return { draft: next, selection: [item] }
    })
  },
  undo: (editor) => editor.undo(),
  redo: (editor) => editor.redo(),
}

const dice = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 8, maxLength: 8 })
const actions = fc.array(fc.tuple(fc.constantFrom(...Object.keys(ACTS)), dice), { minLength: 500, maxLength: 500 })

/** Does it as the window does: what cannot be done says so and changes nothing. */
function perform(editor: Editor, canvas: Canvas, name: string, numbers: Dice): void {
  const before = editor.text()
  try {
    ACTS[name]!(editor, canvas, numbers)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    expect(editor.text(), error.message).toBe(before)
  }
}

describe.each(['an empty scene', 'hopper'])('500 random actions on %s', (name) => {
  const start = (): SceneDraft =>
    name === 'hopper' ? readDraft(readFileSync('scenes/hopper.json', 'utf8'), 'hopper') : emptyScene()

  test('undone give back the scene byte for byte, redone the result; each state can be saved', () => {
    fc.assert(
      fc.property(actions, (sequence) => {
        clipboard = undefined
        const editor = new Editor()
        editor.open(start())
        const canvas = new Canvas(editor)
        const original = editor.text()
        for (const [act, numbers] of sequence) {
          perform(editor, canvas, act, numbers)
          const text = editor.text()
          // Reads back as the same draft; what it lacks to be a scene is told.
          expect(draftText(readDraft(text, 'saved.json'))).toBe(text)
          const { scene, problems } = validateDraft(editor.draft.peek())
          expect(scene === undefined).toBe(problems.length > 0)
          // Whatever is wrong, the canvas, the outline and the inspector have something to show.
          const { draft, selection } = editor.state.peek()
          drawnScene(draft)
          expect(outlineOf(draft).flatMap(({ items }) => items)).toHaveLength(itemsOf(draft).length)
          sharedSection(draft, partsOf(draft, selection))
        }
        canvas.choose('select')
        const result = editor.text()
        let steps = 0
        for (; editor.undoLabel.peek() !== undefined; steps++) editor.undo()
        expect(editor.text()).toBe(original)
        expect(editor.isDirty.peek()).toBe(false)
        for (; steps > 0; steps--) editor.redo()
        expect(editor.text()).toBe(result)
      }),
      { numRuns: 5, endOnFailure: true },
    )
  }, 60_000)
})
