/** The document of the editor: its history, its gestures, its problems, and names with everything that refers to them. */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { UserError } from '../../src/common/user-error.ts'
import { emptyScene, type SceneDraft } from '../../src/editor/draft.ts'
import { drawnScene } from '../../src/editor/drawn.ts'
import { Editor } from '../../src/editor/editor.ts'
import { renameConstant, renameInFormula, renameItem } from '../../src/editor/names.ts'
import { draftText, readDraft, validateDraft } from '../../src/editor/text.ts'
import { moveItems } from '../../src/editor/transform.ts'
import { validateScene } from '../../src/scene/load.ts'

const scenes = readdirSync('scenes').filter((file) => /^[a-z-]+\.json$/.test(file))
const read = (file: string) => readDraft(readFileSync(`scenes/${file}`, 'utf8'), file)
const hopper = () => read('hopper.json')
const setName = (name: string) => (draft: Record<string, unknown>) => void Object.assign(draft, { name })

describe('the text of a draft', () => {
  test.each(scenes)('%s says the same after it was read and written, and stays as it is the second time', (file) => {
    const text = draftText(read(file))
    const before = validateScene(readFileSync(`scenes/${file}`, 'utf8'))
    expect(validateScene(text)).toEqual(before)
    expect(Object.keys(JSON.parse(text))).toEqual(Object.keys(read(file)))
    expect(draftText(readDraft(text, file))).toBe(text)
  })

  test('a file with problems can be edited, one that is no scene cannot', () => {
    const draft = readDraft('{ "format": "torquelab-scene", "version": 2, "bodies": 3 }', 'mine.json')
    expect(validateDraft(draft).problems.length).toBeGreaterThan(0)
    for (const [text, words] of [
      ['{ "format": ', 'mine.json:1:13: This is not valid JSON'],
      ['[]', 'mine.json: this is no scene'],
      ['{ "format": "torquelab-scene", "version": 99 }', 'mine.json: This scene is of version 99'],
    ])
      expect(() => readDraft(text!, 'mine.json')).toThrow(new RegExp(words!))
  })
})

describe('the editor', () => {
  const editor = (draft: SceneDraft = hopper()) => {
    const made = new Editor()
    made.open(draft)
    return made
  }

  test('undoes and redoes edits, and says what they were', () => {
    const made = editor()
    const text = made.text()
    made.edit('Rename', setName('a'))
    made.edit('Rename again', setName('b'))
    const changed = made.text()
    expect([made.undoLabel.value, made.redoLabel.value]).toEqual(['Rename again', undefined])
    made.undo()
    expect(made.draft.value.name).toBe('a')
    expect([made.undoLabel.value, made.redoLabel.value]).toEqual(['Rename', 'Rename again'])
    made.undo()
    made.undo()
    expect(made.text()).toBe(text)
    made.redo()
    made.redo()
    expect(made.text()).toBe(changed)
    made.undo()
    made.edit('Other', setName('c'))
    expect(made.redoLabel.value).toBeUndefined()
  })

  test('a key that was removed comes back in its place', () => {
    const made = editor()
    const text = made.text()
    made.edit('Remove', (draft) => void delete draft.description)
    made.undo()
    expect(made.text()).toBe(text)
  })

  test('an edit that changes nothing is no step', () => {
    const made = editor()
    made.edit('Nothing', setName('hopper'))
    expect(made.undoLabel.value).toBeUndefined()
    expect(made.isDirty.value).toBe(false)
  })

  test('edits with the same key are one step', () => {
    const made = editor()
    for (const name of ['a', 'ab', 'abc']) made.edit('Type', setName(name), { merge: 'name' })
    made.edit('Other', (draft) => void Object.assign(draft, { description: 'x' }))
    made.edit('Type', setName('d'), { merge: 'name' })
    made.undo()
    made.undo()
    expect(made.draft.value.name).toBe('abc')
    made.undo()
    expect(made.draft.value.name).toBe('hopper')
  })

  test('a gesture is one step from where it began, or none', () => {
    const made = editor()
    const add = (text: string) => (state: { draft: SceneDraft }) => ({
      draft: { ...state.draft, name: `${state.draft.name}${text}` },
    })
    const drag = made.begin('Drag')
    for (const text of ['1', '2', '3']) drag.update(add(text))
    expect(made.draft.value.name).toBe('hopper3')
    drag.commit()
    drag.update(add('late'))
    expect(made.draft.value.name).toBe('hopper3')
    made.undo()
    expect(made.draft.value.name).toBe('hopper')

    const cancelled = made.begin('Drag')
    cancelled.update(add('1'))
    cancelled.cancel()
    expect(made.draft.value.name).toBe('hopper')
    expect(made.redoLabel.value).toBe('Drag')
  })

  test('undo and edits close a gesture that was left open', () => {
    const made = editor()
    const drag = made.begin('Drag')
    drag.update(({ draft }) => ({ draft: { ...draft, name: 'dragged' } }))
    made.edit('Describe', (draft) => void Object.assign(draft, { description: '' }))
    expect(drag.isOpen).toBe(false)
    made.undo()
    made.undo()
    expect(made.draft.value.name).toBe('hopper')
  })

  test('is dirty where it differs from what was saved, and not by the way there', () => {
    const made = editor()
    made.edit('Rename', setName('a'))
    expect(made.isDirty.value).toBe(true)
    made.edit('Rename', setName('hopper'))
    expect(made.isDirty.value).toBe(false)
    made.edit('Rename', setName('b'))
    made.markSaved()
    expect(made.isDirty.value).toBe(false)
    made.undo()
    expect(made.isDirty.value).toBe(true)
    made.open(emptyScene(), { isSaved: false })
    expect(made.isDirty.value).toBe(true)
  })

  test('tells the problems of a draft, and the scene where there are none', () => {
    const made = editor()
    expect(made.scene.value?.name).toBe('hopper')
    made.edit('Break', (draft) => void Object.assign(draft, { name: 'a/b' }))
    expect(made.scene.value).toBeUndefined()
    expect(made.problems.value.map(({ path }) => path)).toEqual(['name'])
    const drag = made.begin('Drag')
    drag.update(({ draft }) => ({ draft: { ...draft, name: 'fine' } }))
    expect(made.scene.value).toBeUndefined()
    drag.commit()
    expect(made.scene.value?.name).toBe('fine')
  })

  test('the selection is the same list while what is selected changes', () => {
    const made = editor()
    made.select([{ list: 'bodies', name: 'torso' }])
    const before = made.selection.value
    made.edit('Describe', (draft) => void Object.assign(draft, { description: 'x' }))
    expect(made.selection.value).toBe(before)
  })

  test('the selection comes back with an undo, and holds only what is there', () => {
    const made = editor()
    const torso = { list: 'bodies', name: 'torso' } as const
    made.select([torso, torso])
    made.apply('Remove', ({ draft }) => ({ draft: { ...draft, bodies: [] } }))
    expect(made.selection.value).toEqual([])
    made.undo()
    expect(made.selection.value).toEqual([torso])
  })
})

describe('renaming', () => {
  const item = (list: 'bodies' | 'joints' | 'actuators', name: string) => ({ list, name }) as const

  test.each([
    [item('bodies', 'torso'), 'trunk'],
    [item('joints', 'thigh_joint'), 'hip'],
    [item('actuators', 'thigh_motor'), 'thigh_joint'],
  ])('%j to %s leaves a scene that is valid and says the same of everything else', (target, name) => {
    const draft = hopper()
    const renamed = renameItem(draft, target, name)
    expect(validateDraft(renamed).problems).toEqual([])
    expect(draftText(renamed)).not.toBe(draftText(draft))
    expect(draftText(renameItem(renamed, { ...target, name }, target.name))).toBe(draftText(draft))
  })

  test('finds names in formulas by what they are, not by their letters', () => {
    const formula = 'hip.angle + torque.hip * action.hip - hip_2.x + max(hip . velocity, 0)'
    expect(renameInFormula(formula, item('joints', 'hip'), 'knee')).toBe(
      'knee.angle + torque.knee * action.hip - hip_2.x + max(knee . velocity, 0)',
    )
    expect(renameInFormula(formula, item('actuators', 'hip'), 'motor')).toBe(
      'hip.angle + torque.hip * action.motor - hip_2.x + max(hip . velocity, 0)',
    )
    expect(renameInFormula('hip.angle +', item('joints', 'hip'), 'knee')).toBe('hip.angle +')
  })

  test('of a constant follows it into the formulas, and keeps its place', () => {
    const task = { ...(hopper().task as Record<string, unknown>), constants: { a: 1, goal: 2, z: 3 } }
    const reward = [{ name: 'near', formula: 'goal * abs(goal - torso.x) + a' }]
    const draft = { ...hopper(), task: { ...task, reward } }
    const renamed = renameConstant(draft, 'goal', 'target')
    expect(renamed.task).toMatchObject({
      constants: { a: 1, target: 2, z: 3 },
      reward: [{ formula: 'target * abs(target - torso.x) + a' }],
    })
    expect(Object.keys((renamed.task as { constants: object }).constants)).toEqual(['a', 'target', 'z'])
    expect(validateDraft(renamed).problems).toEqual(validateDraft(draft).problems)
    for (const name of ['z', 'torso', 'pi', '2nd']) expect(() => renameConstant(draft, 'goal', name)).toThrow(UserError)
  })

  test('refuses names that are taken or cannot be used', () => {
    for (const name of ['leg', 'thigh_joint', 'time', 'sin', '2nd', 'a b', ''])
      expect(() => renameItem(hopper(), item('bodies', 'torso'), name)).toThrow(UserError)
  })
})

describe('a broken part', () => {
  const broken = (change: Record<string, unknown>): SceneDraft => {
    const bodies = [...(hopper().bodies as Record<string, unknown>[])]
    bodies[1] = { ...bodies[1], ...change }
    return { ...hopper(), bodies }
  }
  const capsule = { type: 'capsule', from: [0, 0], to: [0, 1], radius: 0.1 }

  test('is drawn without what is wrong with it', () => {
    const drawn = (draft: SceneDraft) => drawnScene(draft).bodies.find(({ name }) => name === 'torso')
    expect(drawn(broken({ friction: -1, extra: 3 }))).toMatchObject({ name: 'torso', shapes: [{}] })
    expect(drawn(broken({ friction: -1 }))).not.toHaveProperty('friction')
    expect(drawn(broken({ shapes: [capsule, { ...capsule, radius: -1 }] }))?.shapes).toEqual([capsule])
    expect(drawn(broken({ shapes: [{ ...capsule, friction: -1 }] }))?.shapes).toEqual([capsule])
    expect(drawn(broken({ position: 'nowhere' }))).toBeUndefined()
  })

  test('is moved with what is wrong with it', () => {
    const draft = broken({ friction: -1, shapes: [capsule, { ...capsule, radius: -1 }] })
    const moved = moveItems(draft, [{ list: 'bodies', name: 'torso' }], [1, 0])
    const before = (draft.bodies as { position: number[] }[])[1]!
    expect((moved.bodies as unknown[])[1]).toEqual({
      ...before,
      position: [before.position[0]! + 1, before.position[1]],
    })
  })
})
