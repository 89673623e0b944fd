/** One field of the inspector: label, control, unit, what is wrong; and a button that takes an optional one away. */
import type { Signal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'
import { rawEntries } from '../../../editor/draft.ts'
import { type FieldValue, setDefault, setNumberOfPair, setVariant } from '../../../editor/properties.ts'
import type { Field } from '../../../scene/fields.ts'
import { formatPath } from '../../../scene/json-document.ts'
import { Button, IconButton } from '../../controls/button.tsx'
import { CloseIcon } from '../../controls/icons.tsx'
import { editor } from '../document.ts'
import { changeDraft, changeField, endSlide, type FieldProps, type Shown, slideField, useTyped } from './field-edits.ts'
import { ConstantsControl, GroupsControl, PointsControl } from './list-controls.tsx'
import { NumberControl } from './number-control.tsx'
import { NameControl, TextControl } from './text-controls.tsx'

/** Of numbers that have a sensible range: lowest, highest, step. */
const SLIDERS: Readonly<Record<string, readonly [number, number, number]>> = {
  friction: [0, 2, 0.01],
  restitution: [0, 1, 0.01],
  angle: [-Math.PI, Math.PI, Math.PI / 180],
  solverIterations: [1, 64, 1],
  internalIterations: [1, 64, 1],
}

/** `problem`: of the value that the draft has. `help` follows the field that has the focus. */
export function FieldRow({
  shown,
  field,
  value,
  problem,
  help,
}: {
  shown: Shown
  field: Field
  value: FieldValue
  problem: string | undefined
  help: Signal<string>
}) {
  const id = useId()
  // Of what is typed and not taken: it goes with it.
  const [typedProblem, setTypedProblem] = useTyped()
  const said = typedProblem ?? problem
  const words = [field.label, field.help].filter(Boolean).join(': ')
  const tell = () => {
    help.value = words
  }
  const isAbsent = value.kind === 'absent'
  // These have nothing to type in while they are not set.
  const isClosed =
    isAbsent && field.isOptional && ['pair', 'points', 'groups', 'constants', 'reference'].includes(field.kind)
  const isGroup = ['pair', 'points', 'groups', 'constants'].includes(field.kind) || isClosed
  const set = () =>
    changeDraft(`Set ${field.label.toLowerCase()} of ${shown.words}`, (draft) =>
      setDefault(draft, shown.parts, field.path),
    )
  return (
    <div
      class={`property kind-${field.kind}${said ? ' invalid' : ''}${isAbsent ? ' absent' : ''}`}
      data-path={formatPath([...(shown.parts[0] ?? []), ...field.path])}
      data-field={formatPath(field.path)}
      onFocusIn={tell}
      onPointerEnter={tell}
    >
      {isGroup ? (
        <span class="property-label">
          {field.label}
          {field.kind === 'points' && field.unit && ` (${field.unit})`}
        </span>
      ) : (
        <label class="property-label" for={id}>
          {field.label}
        </label>
      )}
      <div class="property-control">
        {isClosed ? (
          <Button kind="quiet" title={`Set ${field.label.toLowerCase()}`} onClick={set}>
            {field.ifAbsent || 'not set'}
          </Button>
        ) : (
          <Control
            {...{ shown, field, value, id }}
            describedBy={`${id}-note`}
            isWrong={said !== undefined}
            onProblem={setTypedProblem}
          />
        )}
      </div>
      {field.isOptional && !isAbsent ? (
        <IconButton
          icon={CloseIcon}
          label={`Unset ${field.label.toLowerCase()}`}
          kind="quiet"
          onClick={() => changeField(shown, field, undefined)}
        />
      ) : (
        <span />
      )}
      <span id={`${id}-note`} class="visually-hidden">
        {field.help}
      </span>
      {said && (
        <div class="field-problem" role="alert">
          {said}
        </div>
      )}
    </div>
  )
}

function Control(props: FieldProps) {
  switch (props.field.kind) {
    case 'number':
      return <NumberField {...props} />
    case 'pair':
      return <PairField {...props} />
    case 'boolean':
      return <BooleanField {...props} />
    case 'text':
    case 'formula':
      return <TextControl {...props} />
    case 'name':
      return <NameControl {...props} />
    case 'reference':
      return <ReferenceField {...props} />
    case 'variant':
      return <VariantField {...props} />
    case 'points':
      return <PointsControl {...props} />
    case 'groups':
      return <GroupsControl {...props} />
    case 'constants':
      return <ConstantsControl {...props} />
  }
}

function boundsOf({ min, max, isInteger }: Field): { min?: number; max?: number; isInteger: boolean } {
  return { isInteger, ...(min !== undefined && { min }), ...(max !== undefined && { max }) }
}

function mergeKey({ parts }: Shown, { path }: Field, index = 0): string {
  return `step/${parts.map(formatPath).join()}/${formatPath(path)}/${index}`
}

function NumberField({ shown, field, value, id, describedBy, isWrong, onProblem }: FieldProps) {
  const slider = SLIDERS[String(field.path.at(-1))]
  const number = value.kind === 'value' && typeof value.value === 'number' ? value.value : undefined
  return (
    <>
      {slider && (
        <PropertySlider
          range={slider}
          label={`${field.label}, slider`}
          value={number ?? (value.kind === 'absent' && field.ifAbsent !== '' ? Number(field.ifAbsent) : undefined)}
          unit={field.unit}
          onInput={(next) => slideField(shown, field, next)}
        />
      )}
      <NumberControl
        {...{ id, value, describedBy, isWrong, onProblem }}
        unit={field.unit}
        placeholder={field.ifAbsent || 'not set'}
        bounds={boundsOf(field)}
        onCommit={(next) => changeField(shown, field, next)}
        onStep={(next) => changeField(shown, field, next, mergeKey(shown, field))}
      />
    </>
  )
}

function PropertySlider({
  range: [min, max, step],
  label,
  value,
  unit,
  onInput,
}: {
  range: readonly [number, number, number]
  label: string
  value: number | undefined
  unit: string
  onInput: (value: number) => void
}) {
  // What holds where it is not set may be no number: `the body's`.
  const known = value !== undefined && Number.isFinite(value)
  const within = Math.min(max, Math.max(min, known ? value : min < 0 ? 0 : min))
  const share = (at: number) => ((at - min) / (max - min)) * 100
  const [from, to] = min < 0 ? [Math.min(50, share(within)), Math.max(50, share(within))] : [0, share(within)]
  // The notches of a slider begin at its lowest value: 0 must be one of them, with no digits that adding made up.
  const tidied = (raw: number) => Number((Math.round(raw / step) * step).toPrecision(6))
  return (
    <span class={known ? 'slider property-slider' : 'slider property-slider unknown'}>
      <input
        type="range"
        aria-label={label}
        aria-valuetext={known ? `${Number(value.toPrecision(4))} ${unit}`.trim() : 'not set'}
        min={min}
        max={max}
        step={step}
        value={within}
        style={{ '--from': `${from}%`, '--to': `${to}%` }}
        onInput={(event) => onInput(tidied(event.currentTarget.valueAsNumber))}
        onChange={endSlide}
      />
    </span>
  )
}

function PairField({ shown, field, value, describedBy, isWrong, onProblem }: FieldProps) {
  const names = field.path.at(-1) === 'range' ? ['low', 'high'] : ['x', 'y']
  const pair = value.kind === 'value' && Array.isArray(value.value) ? (value.value as unknown[]) : undefined
  const numbers = [0, 1].map((index): FieldValue => {
    if (pair) return { kind: 'value', value: pair[index] }
    return value.kind === 'mixed' ? numberInEach(shown, field, index) : { kind: 'absent' }
  })
  const set = (index: 0 | 1, next: number, merge?: string) =>
    changeDraft(
      `Change ${field.label.toLowerCase()} of ${shown.words}`,
      (draft) => setNumberOfPair(draft, shown.parts, field.path, index, next),
      merge,
    )
  return (
    <fieldset class="property-group pair" aria-label={field.label} aria-describedby={describedBy}>
      {([0, 1] as const).map((index) => (
        <NumberControl
          key={index}
          name={`${field.label} ${names[index]}`}
          value={numbers[index]!}
          unit={index === 1 ? field.unit : ''}
          isWrong={isWrong}
          onProblem={onProblem}
          onCommit={(next) => set(index, next)}
          onStep={(next) => set(index, next, mergeKey(shown, field, index))}
        />
      ))}
    </fieldset>
  )
}

/** One number of a pair that differs between parts, and may be the same in all of them. */
function numberInEach({ parts }: Shown, { path }: Field, index: number): FieldValue {
  const { draft } = editor.state.peek()
  const values = parts.map((part) => readPath(draft, [...part, ...path, index]))
  return values.every((each) => each === values[0]) ? { kind: 'value', value: values[0] } : { kind: 'mixed' }
}

function readPath(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((now, key) => (now as Record<PropertyKey, unknown> | undefined)?.[key], value)
}

function BooleanField({ shown, field, value, id, describedBy }: FieldProps) {
  return (
    <input
      id={id}
      type="checkbox"
      aria-describedby={describedBy}
      checked={value.kind === 'value' ? value.value === true : field.ifAbsent === 'true'}
      indeterminate={value.kind === 'mixed'}
      onChange={(event) => changeField(shown, field, event.currentTarget.checked)}
    />
  )
}

function Choice({
  id,
  describedBy,
  isWrong,
  value,
  options,
  onChange,
}: Pick<FieldProps, 'id' | 'describedBy' | 'isWrong' | 'value'> & {
  options: readonly string[]
  onChange: (choice: string) => void
}): ComponentChildren {
  const now = value.kind === 'value' ? String(value.value) : ''
  // What the draft has is shown, though there may be nothing of that name.
  const known = options.includes(now) ? options : [now, ...options]
  return (
    <select
      id={id}
      class="select"
      aria-describedby={describedBy}
      aria-invalid={isWrong}
      value={now}
      onChange={(event) => onChange(event.currentTarget.value)}
    >
      {known.map((option) => (
        <option key={option} value={option} disabled={option === ''}>
          {option === '' ? (value.kind === 'mixed' ? 'mixed' : 'choose…') : option}
        </option>
      ))}
    </select>
  )
}

function ReferenceField({ field, shown, ...rest }: FieldProps) {
  const names = rawEntries(editor.draft.value, field.list!).map(({ entry }) => String(entry.name))
  return <Choice {...rest} options={names} onChange={(name) => changeField(shown, field, name)} />
}

function VariantField({ field, shown, ...rest }: FieldProps) {
  return (
    <Choice
      {...rest}
      options={field.choices}
      onChange={(variant) =>
        changeDraft(`Make ${shown.words} ${variant}`, (draft) => setVariant(draft, shown.parts, field.path, variant))
      }
    />
  )
}
