/** The task editor without its window: what formulas may name, what is wrong with them, and edits of a task's lists. */
import { describe, expect, test } from 'vitest'
import { Editor } from '../../src/editor/editor.ts'
import { builtInNames, openScene } from '../../src/host/scenes.ts'
import { coordinatesOf, sensorsOf } from '../../src/scene/sensors.ts'
import { nameAt, namesFor, problemOfFormula } from '../../src/ui/design/task/formula-names.ts'
import { PlayHistory } from '../../src/ui/design/task/play-history.ts'
import {
  addEntry,
  entriesOfTask,
  moveEntry,
  observeCoordinates,
  removeEntry,
  setEntry,
  useAsInitialPose,
} from '../../src/ui/design/task/task-edits.ts'
import type { PlayFrame } from '../../src/ui/play/messages.ts'

const { scene } = openScene('hopper')

describe('names in formulas', () => {
  test.each(builtInNames())('every sensor of %s has a unit and a meaning', (name) => {
    const sensors = namesFor('reward', openScene(name).scene).filter(({ kind }) => kind === 'sensor')
    expect(sensors.map((each) => each.name)).toEqual(sensorsOf(openScene(name).scene).map((each) => each.name))
    expect(sensors.filter(({ meaning, detail }) => meaning === '' || detail === '')).toEqual([])
  })

  test.each(['observation', 'reward', 'terminate', 'reset'] as const)(
    'what is offered for %s is accepted there',
    (list) => {
      for (const { name, kind, detail } of namesFor(list, scene)) {
        const parameters = detail.slice(1, -1).split(', ')
        const text =
          kind === 'function' ? `${name}(${parameters.map((_, at) => (at === 2 ? '2' : '1')).join(', ')})` : name
        expect(problemOfFormula(text, list, scene), text).toBeUndefined()
      }
    },
  )

  test('a wrong name is found at its character', () => {
    expect(problemOfFormula('1 + torso.xx', 'reward', scene)).toMatchObject({ index: 4 })
    expect(problemOfFormula('uniform(0, 1)', 'reward', scene)?.message).toContain('reset')
    expect(problemOfFormula('torso.x', 'reset', scene)).toBeDefined()
    expect(nameAt('1 + torso.xx^2', 6)).toEqual({ from: 4, to: 12, name: 'torso.xx' })
    expect(nameAt('1 + 2', 1)).toBeUndefined()
  })
})

describe('edits of a task', () => {
  const open = () => {
    const editor = new Editor()
    editor.open(scene)
    return editor
  }
  const names = (editor: Editor) => entriesOfTask(editor.draft.value, 'reward').map(({ name }) => name)

  test.each(builtInNames())('every coordinate of %s is observed at once, by formulas that are good', (name) => {
    const robot = openScene(name).scene
    const editor = new Editor()
    editor.open({ ...robot, task: { ...robot.task, observation: [] } })
    observeCoordinates(editor, robot)
    const entries = entriesOfTask(editor.draft.value, 'observation')
    expect(entries.map((entry) => entry.name)).toEqual(coordinatesOf(robot))
    expect(editor.problems.value).toEqual([])
    // Once more adds nothing.
    observeCoordinates(editor, robot)
    expect(entriesOfTask(editor.draft.value, 'observation')).toEqual(entries)
    editor.undo()
    expect(entriesOfTask(editor.draft.value, 'observation')).toEqual([])
  })

  test('are added, moved, renamed and removed, and undone', () => {
    const editor = open()
    const before = editor.text()
    const [first, second, third] = names(editor)
    addEntry(editor, 'reward', scene)
    addEntry(editor, 'reward', scene)
    expect(names(editor)).toEqual([first, second, third, 'reward 1', 'reward 2'])
    moveEntry(editor, 'reward', 1, -1)
    removeEntry(editor, 'reward', 2)
    expect(names(editor)).toEqual([second, first, 'reward 1', 'reward 2'])
    setEntry(editor, 'reward', 2, 'name', 'height')
    setEntry(editor, 'reward', 2, 'formula', 'torso.y')
    expect(editor.scene.value?.task.reward[2]).toEqual({ name: 'height', formula: 'torso.y' })
    while (editor.undoLabel.value !== undefined) editor.undo()
    expect(editor.text()).toBe(before)
  })

  test('what is typed in one field is one step', () => {
    const editor = open()
    for (const text of ['1', '1 ', '1 +', '1 + 1']) setEntry(editor, 'reward', 0, 'formula', text)
    editor.undo()
    expect(entriesOfTask(editor.draft.value, 'reward')[0]?.formula).toBe(scene.task.reward[0]?.formula)
  })

  test('a pose in play becomes the start of episodes, its velocities stay as they were', () => {
    const editor = open()
    const sensors = sensorsOf(scene).map(({ name }) => name)
    useAsInitialPose(
      editor,
      scene,
      sensors,
      sensors.map((_, index) => index / 8),
    )
    const reset = new Map(editor.scene.value?.task.reset.map(({ coordinate, formula }) => [coordinate, formula]))
    expect(reset.get('torso.y')).toBe(String(sensors.indexOf('torso.y') / 8))
    const velocity = scene.task.reset.find(({ coordinate }) => coordinate === 'torso.vx')
    expect(reset.get('torso.vx')).toBe(velocity?.formula)
  })
})

test('terms are stacked apart above and below 0, and a step back forgets what was after it', () => {
  const history = new PlayHistory()
  const frame = (step: number, terms: number[]) =>
    ({ load: 1, step, time: step, terms: Float64Array.from(terms), sensors: Float64Array.of(step) }) as PlayFrame
  for (let step = 0; step < 4; step++) history.add(frame(step, [1, -2, 3]))
  history.add(frame(2, [2, -1, 1]))
  const [a, b, c] = history.stackedTerms(['a', 'b', 'c'])
  expect([...a!.x]).toEqual([1, 2])
  expect([...a!.band!.high]).toEqual([1, 2])
  expect([...b!.band!.low]).toEqual([-2, -1])
  expect([...c!.band!.low]).toEqual([1, 2])
  expect([...c!.band!.high]).toEqual([4, 3])
  expect([...c!.values!]).toEqual([3, 1])
  expect([...history.sensor(0).y]).toEqual([1, 2])
})
