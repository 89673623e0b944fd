/** Changes of fields as steps of the document's history. */
import { useState } from 'preact/hooks'

import { isObject, type SceneDraft } from '../../../editor/draft.ts'
import type { Gesture } from '../../../editor/editor.ts'
import { type FieldValue, setField } from '../../../editor/properties.ts'
import type { Field } from '../../../scene/fields.ts'
import { formatPath, type JsonPath } from '../../../scene/json-document.ts'
import { editor } from '../document.ts'

/** The parts whose fields are shown, and what they are called in the history. */
export interface Shown {
  parts: readonly JsonPath[]
  /** `torso`, `3 bodies` */
  words: string
}

/** What the control of a field is given. */
export interface FieldProps {
  shown: Shown
  field: Field
  value: FieldValue
  id: string
  describedBy: string
  isWrong: boolean
  onProblem: (problem: string | undefined) => void
}

export function changeDraft(label: string, change: (draft: SceneDraft) => SceneDraft, merge?: string): void {
  editor.apply(label, ({ draft }) => ({ draft: change(draft) }), { merge })
}

/** Sets a field of all shown parts, or takes it away where the value is undefined; steps with the same `merge` are one. */
export function changeField({ parts, words }: Shown, { path, label }: Field, value: unknown, merge?: string): void {
  const verb = value === undefined ? 'Unset' : 'Change'
  changeDraft(`${verb} ${label.toLowerCase()} of ${words}`, (draft) => setField(draft, parts, path, value), merge)
}

/**
 * What is typed into a field and not taken yet: it belongs to the selection that it was typed for, and is gone with it. As
 * `useState`.
 */
export function useTyped(): [string | undefined, (text: string | undefined) => void] {
  const selection = editor.selection.value
  const [typed, setTyped] = useState<{ text: string; of: unknown }>()
  return [
    typed?.of === selection ? typed.text : undefined,
    (text) => setTyped(text === undefined ? undefined : { text, of: selection }),
  ]
}

let sliding: { key: string; gesture: Gesture } | undefined

/** A slider is moved: everything until `endSlide` is one step. */
export function slideField({ parts, words }: Shown, { path, label }: Field, value: number): void {
  const key = formatPath([...(parts[0] ?? []), ...path])
  if (sliding?.key !== key || !sliding.gesture.isOpen) {
    sliding = { key, gesture: editor.begin(`Change ${label.toLowerCase()} of ${words}`) }
  }
  sliding.gesture.update(({ draft }) => ({ draft: setField(draft, parts, path, value) }))
}

export function endSlide(): void {
  sliding?.gesture.commit()
  sliding = undefined
}

/** The constants of the scene that numbers may be typed with. */
export function constantsOf({ task }: SceneDraft): ReadonlyMap<string, number> {
  if (!isObject(task) || !isObject(task.constants)) return new Map()
  return new Map(
    Object.entries(task.constants).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  )
}
