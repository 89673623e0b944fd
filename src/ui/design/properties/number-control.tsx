/**
 * A number that may be typed as a formula: Enter or leaving the field takes it, Escape brings the old one back, the arrow keys go
 * up and down (with Shift ten times as far, with Alt a tenth), and what cannot be understood is said below, and not taken.
 */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { numberOf, shortText, stepped } from '../../../editor/number-text.ts'
import type { FieldValue } from '../../../editor/properties.ts'
import { editor } from '../document.ts'
import { constantsOf, useTyped } from './field-edits.ts'

export function NumberControl({
  id,
  name,
  value,
  unit = '',
  placeholder = '',
  describedBy,
  isWrong = false,
  bounds = {},
  onProblem,
  onCommit,
  onStep,
}: {
  id?: string
  /** Its accessible name where no label has it. */
  name?: string
  value: FieldValue
  unit?: string
  /** Shown where there is no value. */
  placeholder?: string
  describedBy?: string | undefined
  isWrong?: boolean
  bounds?: { min?: number; max?: number; isInteger?: boolean }
  /** What is wrong with what is typed, in words; undefined where nothing is. */
  onProblem: (problem: string | undefined) => void
  onCommit: (value: number) => void
  /** By an arrow key; presses that follow each other belong together. */
  onStep: (value: number) => void
}) {
  const [typed, setTyped] = useTyped()
  const [isFocused, setFocused] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  const isFresh = useRef(false)
  // Once the text has all its digits, and before the next key: what is typed takes the place of the whole.
  useLayoutEffect(() => {
    if (isFocused) input.current?.select()
  }, [isFocused])
  const number = value.kind === 'value' && typeof value.value === 'number' ? value.value : undefined
  // What is no number at all is shown as it stands.
  const odd = value.kind === 'value' && number === undefined ? JSON.stringify(value.value) : ''
  const shown = number === undefined ? odd : isFocused ? String(number) : shortText(number)
  const read = (text: string): { number?: number; problem?: string } => {
    try {
      const found = numberOf(text, { constants: constantsOf(editor.draft.peek()), unit })
      if (bounds.isInteger && !Number.isInteger(found)) return { problem: `Enter a whole number; that is ${found}.` }
      return { number: found }
    } catch (error) {
      return { problem: error instanceof Error ? error.message : String(error) }
    }
  }
  const type = (text: string | undefined) => {
    setTyped(text)
    onProblem(text === undefined ? undefined : read(text).problem)
  }
  const commit = () => {
    if (typed === undefined) return
    const { number: next } = read(typed)
    // An empty field is what it was before: what is optional is taken away by its button.
    if (typed.trim() === '') return type(undefined)
    if (next === undefined) return
    type(undefined)
    if (next !== number) onCommit(next)
  }
  // Before a press on the canvas begins a change of its own.
  const latest = useRef(commit)
  latest.current = commit
  useEffect(() => {
    if (typed === undefined) return
    const leave = (event: PointerEvent) => {
      if (event.target !== input.current) latest.current()
    }
    window.addEventListener('pointerdown', leave, true)
    return () => window.removeEventListener('pointerdown', leave, true)
  }, [typed === undefined])

  return (
    <span class="number-input property-number">
      <input
        ref={input}
        id={id}
        type="text"
        autocomplete="off"
        spellcheck={false}
        aria-label={name}
        aria-describedby={describedBy}
        aria-invalid={isWrong}
        data-typing={typed !== undefined}
        placeholder={value.kind === 'mixed' ? 'mixed' : placeholder}
        title={number === undefined ? undefined : String(number)}
        value={typed ?? shown}
        onFocus={() => {
          setFocused(true)
          isFresh.current = true
        }}
        onMouseUp={(event) => {
          // The click that brought the focus also put the cursor somewhere; who dragged over a part means that part.
          const { currentTarget } = event
          if (isFresh.current && currentTarget.selectionStart === currentTarget.selectionEnd) currentTarget.select()
          isFresh.current = false
        }}
        onBlur={() => {
          setFocused(false)
          commit()
        }}
        onInput={(event) => type(event.currentTarget.value)}
        onKeyDown={(event) => {
          const by = { ArrowUp: 1, ArrowDown: -1 }[event.key]
          if (event.key === 'Enter') commit()
          else if (event.key === 'Escape' && typed !== undefined) {
            type(undefined)
            event.stopPropagation()
          } else if (by) {
            const from = typed === undefined ? number : read(typed).number
            if (from === undefined) return
            type(undefined)
            onStep(stepped(from, by * (event.shiftKey ? 10 : event.altKey && !bounds.isInteger ? 0.1 : 1), bounds))
            event.stopPropagation()
          } else return
          event.preventDefault()
        }}
      />
      {unit && <span class="unit">{unit}</span>}
    </span>
  )
}
