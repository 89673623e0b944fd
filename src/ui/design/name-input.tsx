/** The name of an item of the outline while it is typed: Enter takes it, Escape leaves the old one. */
import { useSignal } from '@preact/signals'
import { useLayoutEffect, useRef } from 'preact/hooks'
import type { Item } from '../../editor/draft.ts'
import { problemOfName } from '../../editor/outline.ts'
import { editor } from './document.ts'

/** `onEnd` is called once: with the new name, or with nothing where the old one stays. */
export function NameInput({ item, onEnd }: { item: Item; onEnd: (name: string | undefined) => void }) {
  const input = useRef<HTMLInputElement>(null)
  const text = useSignal(item.name)
  const problem = problemOfName(editor.draft.peek(), item, text.value)
  useLayoutEffect(() => {
    input.current?.focus()
    input.current?.select()
  }, [])
  const isDone = useRef(false)
  const finish = (isTaken: boolean) => {
    if (isDone.current) return
    isDone.current = true
    onEnd(isTaken && !problem && text.peek() !== item.name ? text.peek() : undefined)
  }
  return (
    <span class="outline-rename">
      <input
        ref={input}
        type="text"
        class="input"
        aria-label={`New name of ${item.name}`}
        aria-invalid={problem !== undefined}
        spellcheck={false}
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && !problem) finish(true)
          else if (event.key === 'Escape') finish(false)
          else return
          event.preventDefault()
          event.stopPropagation()
        }}
        onBlur={() => finish(true)}
      />
      {problem && (
        <span class="outline-rename-problem" role="alert">
          {problem}
        </span>
      )}
    </span>
  )
}
