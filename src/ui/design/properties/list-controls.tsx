/** Controls of fields that hold many values: points, collision groups, constants. */
import type { ComponentChildren } from 'preact'
import { isObject } from '../../../editor/draft.ts'
import { freeName, renameConstant, takenNames } from '../../../editor/names.ts'
import { type FieldValue, setField } from '../../../editor/properties.ts'
import type { Field } from '../../../scene/fields.ts'
import { Button, IconButton } from '../../controls/button.tsx'
import { CloseIcon, PlusIcon } from '../../controls/icons.tsx'
import { editor } from '../document.ts'
import { changeDraft, changeField, type Shown, useTyped } from './field-edits.ts'
import { NumberControl } from './number-control.tsx'

interface ControlProps {
  shown: Shown
  field: Field
  value: FieldValue
  onProblem: (problem: string | undefined) => void
}

/** Many values as one control: a group with the field's name. */
export function Group({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <fieldset class="property-group" aria-label={label}>
      {children}
    </fieldset>
  )
}

export function PointsControl({ shown, field, value, onProblem }: ControlProps) {
  const points = value.kind === 'value' && Array.isArray(value.value) ? (value.value as unknown[]) : undefined
  if (!points) return <span class="property-note">{value.kind === 'mixed' ? 'mixed' : 'no list of points'}</span>
  const set = (next: unknown[], merge?: string) => changeField(shown, field, next, merge)
  const pairOf = (index: number): unknown[] =>
    Array.isArray(points[index]) ? [...(points[index] as unknown[])] : [0, 0]
  const setAt = (index: number, axis: number, number: number, merge?: string) =>
    set(points.with(index, pairOf(index).with(axis, number)), merge)
  return (
    <Group label={field.label}>
      {points.map((_, index) => (
        // Points have no identity but their place.
        <div key={index} class="property-point">
          <span class="property-index">{index + 1}</span>
          {['x', 'y'].map((axis, at) => (
            <NumberControl
              key={axis}
              name={`${field.label} ${index + 1} ${axis}`}
              value={{ kind: 'value', value: pairOf(index)[at] }}
              onProblem={onProblem}
              onCommit={(number) => setAt(index, at, number)}
              onStep={(number) => setAt(index, at, number, `step/${field.label}/${index}/${at}`)}
            />
          ))}
          <IconButton
            icon={CloseIcon}
            label={`Remove point ${index + 1}`}
            kind="quiet"
            onClick={() => set(points.toSpliced(index, 1))}
          />
        </div>
      ))}
      <Button kind="quiet" icon={PlusIcon} onClick={() => set([...points, nextPoint(points)])}>
        Add a point
      </Button>
    </Group>
  )
}

/** Half a step further than the last one, so that it can be seen and taken. */
function nextPoint(points: readonly unknown[]): [number, number] {
  const [before, last] = [points.at(-2), points.at(-1)].map((point) => (Array.isArray(point) ? point : [0, 0]))
  const [x, y] = [Number(last![0]) || 0, Number(last![1]) || 0]
  const further = (now: number, old: unknown) => Number((now + (now - (Number(old) || 0)) / 2).toPrecision(6))
  return [further(x, before![0]), further(y, before![1])]
}

/** Groups 0 to 15, of which any number is chosen. */
export function GroupsControl({ shown, field, value }: ControlProps) {
  const groups = value.kind === 'value' && Array.isArray(value.value) ? (value.value as unknown[]) : []
  return (
    <Group label={field.label}>
      <div class="property-chips">
        {Array.from({ length: 16 }, (_, group) => (
          <button
            key={group}
            type="button"
            class="property-chip"
            aria-pressed={groups.includes(group)}
            onClick={() => {
              const next = groups.includes(group) ? groups.filter((each) => each !== group) : [...groups, group]
              changeField(
                shown,
                field,
                (next as number[]).sort((a, b) => a - b),
              )
            }}
          >
            {group}
          </button>
        ))}
      </div>
    </Group>
  )
}

/** Named numbers that formulas use. */
export function ConstantsControl({ shown, field, value, onProblem }: ControlProps) {
  const constants = value.kind === 'value' && isObject(value.value) ? value.value : {}
  const entries = Object.entries(constants)
  const set = (next: readonly (readonly [string, unknown])[], merge?: string) =>
    changeField(shown, field, Object.fromEntries(next), merge)
  return (
    <Group label={field.label}>
      {entries.map(([name, number], index) => (
        <div key={index} class="property-point">
          <ConstantName
            name={name}
            onProblem={onProblem}
            onCommit={(next) => changeDraft(`Rename ${name}`, (draft) => renameConstant(draft, name, next))}
          />
          <NumberControl
            name={`Value of ${name}`}
            value={{ kind: 'value', value: number }}
            onProblem={onProblem}
            onCommit={(next) => set(entries.with(index, [name, next]))}
            onStep={(next) => set(entries.with(index, [name, next]), `step/constants/${name}`)}
          />
          <IconButton
            icon={CloseIcon}
            label={`Remove ${name}`}
            kind="quiet"
            onClick={() => set(entries.toSpliced(index, 1))}
          />
        </div>
      ))}
      <Button
        kind="quiet"
        icon={PlusIcon}
        onClick={() => {
          const name = freeName(takenNames(editor.draft.peek(), 'bodies'), 'constant')
          changeDraft('Add a constant', (draft) => setField(draft, shown.parts, [...field.path, name], 1))
        }}
      >
        Add a constant
      </Button>
    </Group>
  )
}

function ConstantName({
  name,
  onProblem,
  onCommit,
}: {
  name: string
  onProblem: (problem: string | undefined) => void
  onCommit: (name: string) => void
}) {
  const [typed, setTyped] = useTyped()
  const type = (text: string | undefined) => {
    setTyped(text)
    onProblem(text === undefined ? undefined : problemOfRename(name, text))
  }
  const commit = () => {
    if (typed === undefined || problemOfRename(name, typed)) return
    type(undefined)
    if (typed !== name) onCommit(typed)
  }
  return (
    <input
      type="text"
      class="input"
      aria-label={`Name of constant ${name}`}
      spellcheck={false}
      data-typing={typed !== undefined}
      value={typed ?? name}
      onInput={(event) => type(event.currentTarget.value)}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === 'Enter') commit()
        if (event.key === 'Escape' && typed !== undefined) {
          type(undefined)
          event.stopPropagation()
        }
      }}
    />
  )
}

function problemOfRename(name: string, text: string): string | undefined {
  try {
    renameConstant(editor.draft.peek(), name, text)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
