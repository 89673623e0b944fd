/** Labelled fields: a label, the control, its help or what is wrong with its value, in words. */
import type { ComponentChildren } from 'preact'
import { useId, useRef, useState } from 'preact/hooks'

/** A label and help around any control; `children` gets the ids that tie them together. */
export function Field({
  label,
  help,
  problem,
  hideLabel = false,
  children,
}: {
  label: string
  help?: ComponentChildren
  problem?: string | undefined
  hideLabel?: boolean
  children: (ids: { id: string; describedBy: string | undefined }) => ComponentChildren
}) {
  const id = useId()
  const noteId = `${id}-note`
  const note = problem ?? help
  return (
    <div class={problem ? 'field invalid' : 'field'}>
      <label class={hideLabel ? 'visually-hidden' : 'field-label'} for={id}>
        {label}
      </label>
      {children({ id, describedBy: note ? noteId : undefined })}
      {note && (
        <div id={noteId} class={problem ? 'field-problem' : 'field-help'} role={problem ? 'alert' : undefined}>
          {note}
        </div>
      )}
    </div>
  )
}

/** What is wrong with a number as typed, or undefined; `1e-3` is a number, an empty field is none. */
export function problemOfNumber(
  text: string,
  { min, max, integer = false }: { min?: number | undefined; max?: number | undefined; integer?: boolean },
): string | undefined {
  const value = Number(text)
  const isNumber = text.trim() !== '' && Number.isFinite(value)
  if (integer && !(isNumber && Number.isInteger(value))) return 'Enter a whole number, such as 12.'
  if (!isNumber) return 'Enter a number, such as 12 or 1e-3.'
  if (min !== undefined && value < min) return `The smallest value is ${min}.`
  if (max !== undefined && value > max) return `The largest value is ${max}.`
  return undefined
}

/** The input of a number or a list of them, as text: its owner judges what is typed. */
export function DecimalInput({
  describedBy,
  text,
  isWrong,
  onInput,
  ...rest
}: {
  id: string
  describedBy: string | undefined
  text: string
  isWrong: boolean
  disabled?: boolean
  onInput: (text: string) => void
  onBlur?: () => void
  onKeyDown?: (event: KeyboardEvent) => void
}) {
  return (
    <input
      type="text"
      inputMode="decimal"
      autocomplete="off"
      spellcheck={false}
      value={text}
      aria-describedby={describedBy}
      aria-invalid={isWrong}
      onInput={(event) => onInput(event.currentTarget.value)}
      {...rest}
    />
  )
}

/** A number with its unit: committed on Enter and when the field is left, restored by Escape. */
export function NumberField({
  label,
  value,
  unit,
  min,
  max,
  integer = false,
  help,
  hideLabel = false,
  disabled = false,
  onCommit,
}: {
  label: string
  value: number
  unit?: string
  min?: number | undefined
  max?: number | undefined
  integer?: boolean
  help?: ComponentChildren
  hideLabel?: boolean
  disabled?: boolean
  onCommit: (value: number) => void
}) {
  const [draft, setDraft] = useState<string>()
  const problem = draft === undefined ? undefined : problemOfNumber(draft, { min, max, integer })
  const commit = () => {
    if (draft === undefined || problem) return
    setDraft(undefined)
    if (Number(draft) !== value) onCommit(Number(draft))
  }
  return (
    <Field label={label} help={help} problem={problem} hideLabel={hideLabel}>
      {({ id, describedBy }) => (
        <div class="number-input">
          <DecimalInput
            id={id}
            describedBy={describedBy}
            text={draft ?? String(value)}
            isWrong={problem !== undefined}
            disabled={disabled}
            onInput={setDraft}
            onBlur={commit}
            onKeyDown={(event) => {
              if (event.key === 'Enter') commit()
              if (event.key === 'Escape') setDraft(undefined)
            }}
          />
          {unit && <span class="unit">{unit}</span>}
        </div>
      )}
    </Field>
  )
}

/** A tick with its label beside it. */
export function Checkbox({
  label,
  checked,
  help,
  onChange,
}: {
  label: string
  checked: boolean
  help?: ComponentChildren
  onChange: (checked: boolean) => void
}) {
  const noteId = useId()
  return (
    <div class="field">
      <label class="checkbox">
        <input
          type="checkbox"
          checked={checked}
          aria-describedby={help ? noteId : undefined}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
        {label}
      </label>
      {help && (
        <div id={noteId} class="field-help">
          {help}
        </div>
      )}
    </div>
  )
}

export interface Option<Value extends string> {
  value: Value
  label: string
}

export function Select<Value extends string>({
  label,
  value,
  options,
  help,
  hideLabel = false,
  disabled = false,
  onChange,
}: {
  label: string
  value: Value
  options: readonly Option<Value>[]
  help?: ComponentChildren
  hideLabel?: boolean
  disabled?: boolean
  /** Its owner may refuse the choice, also later: what is shown is `value` again once the promise is settled. */
  onChange: (value: Value) => unknown
}) {
  const latest = useRef(value)
  latest.current = value
  return (
    <Field label={label} help={help} hideLabel={hideLabel}>
      {({ id, describedBy }) => (
        <select
          id={id}
          class="select"
          value={value}
          disabled={disabled}
          aria-describedby={describedBy}
          onChange={async (event) => {
            const { currentTarget } = event
            await onChange(currentTarget.value as Value)
            // What it changed has been drawn by then.
            setTimeout(() => {
              currentTarget.value = latest.current
            })
          }}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
}
