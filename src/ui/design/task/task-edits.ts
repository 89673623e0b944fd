/** Edits of the lists of a task, each a step of the document's history. */
import type { SceneDraft } from '../../../editor/draft.ts'
import type { Editor } from '../../../editor/editor.ts'
import type { Scene } from '../../../scene/schema.ts'
import { coordinatesOf } from '../../../scene/sensors.ts'
import type { TaskList } from './formula-names.ts'

/** An entry as it stands in a draft, where anything may be wrong. */
export interface TaskEntry {
  /** Its coordinate, in `reset`. */
  name: string
  formula: string
}

type Entries = Record<string, unknown>[]

/** The entries of a list; empty where the draft has none. */
export function entriesOfTask(draft: SceneDraft, list: TaskList): TaskEntry[] {
  const entries = (draft.task as Record<string, unknown> | undefined)?.[list]
  if (!Array.isArray(entries)) return []
  const key = list === 'reset' ? 'coordinate' : 'name'
  return entries.map((entry: Record<string, unknown> | null) => ({
    name: String(entry?.[key] ?? ''),
    formula: String(entry?.formula ?? ''),
  }))
}

export function setEntry(
  editor: Editor,
  list: TaskList,
  index: number,
  key: 'name' | 'coordinate' | 'formula',
  value: string,
): void {
  // What is typed in one field is one step.
  editEntries(editor, `Change ${list}`, list, (entries) => Object.assign(entries[index]!, { [key]: value }), {
    merge: `task/${list}/${index}/${key}`,
  })
}

export function addEntry(editor: Editor, list: TaskList, scene: Scene): void {
  const names = new Set(entriesOfTask(editor.draft.peek(), list).map(({ name }) => name))
  const free = coordinatesOf(scene).find((name) => !names.has(name))
  if (list === 'reset' && free === undefined) return
  let number = 1
  while (names.has(`${list} ${number}`)) number++
  editEntries(editor, `Add to ${list}`, list, (entries) => {
    entries.push(list === 'reset' ? { coordinate: free, formula: '0' } : { name: `${list} ${number}`, formula: '0' })
  })
}

/** Adds every coordinate that is not observed yet by its own name: what a policy needs where nothing is known of the task. */
export function observeCoordinates(editor: Editor, scene: Scene): void {
  const names = new Set(entriesOfTask(editor.draft.peek(), 'observation').map(({ name }) => name))
  // A hinge without stops turns on and on: its angle is told within one turn.
  const turning = new Set(
    scene.joints.filter((joint) => joint.type === 'hinge' && !joint.range).map(({ name }) => `${name}.angle`),
  )
  editEntries(editor, 'Observe every coordinate', 'observation', (entries) => {
    for (const name of coordinatesOf(scene)) {
      if (!names.has(name)) entries.push({ name, formula: turning.has(name) ? `wrap(${name})` : name })
    }
  })
}

export function removeEntry(editor: Editor, list: TaskList, index: number): void {
  editEntries(editor, `Remove from ${list}`, list, (entries) => entries.splice(index, 1))
}

export function moveEntry(editor: Editor, list: TaskList, index: number, by: 1 | -1): void {
  editEntries(editor, `Reorder ${list}`, list, (entries) => {
    const [entry] = entries.splice(index, 1)
    if (entry) entries.splice(index + by, 0, entry)
  })
}

/**
 * The pose in play as the pose that an episode starts from: `reset` gets a number for every coordinate of position, those of
 * velocity stay as they are. `sensors` are in the order of `sensorNames`.
 */
export function useAsInitialPose(
  editor: Editor,
  scene: Scene,
  sensorNames: readonly string[],
  sensors: ArrayLike<number>,
): void {
  const isVelocity = /\.(velocity|vx|vy|angularVelocity)$/
  const values = coordinatesOf(scene)
    .filter((name) => !isVelocity.test(name))
    .map((name) => ({ coordinate: name, formula: String(Number(sensors[sensorNames.indexOf(name)]!.toPrecision(6))) }))
  editEntries(editor, 'Use as initial pose', 'reset', (entries) => {
    for (const value of values) {
      const known = entries.find(({ coordinate }) => coordinate === value.coordinate)
      if (known) Object.assign(known, value)
      else entries.push(value)
    }
  })
}

function editEntries(
  editor: Editor,
  label: string,
  list: TaskList,
  change: (entries: Entries) => unknown,
  options: { merge?: string } = {},
): void {
  editor.edit(
    label,
    (draft) => {
      draft.task ??= {}
      const task = draft.task as Record<string, unknown>
      if (!Array.isArray(task[list])) task[list] = []
      change(task[list] as Entries)
    },
    options,
  )
}
