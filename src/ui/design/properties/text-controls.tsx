/** Controls for text: names, descriptions, formulas of time. Enter or leaving the field takes what is typed, Escape does not. */
import { ITEM_LISTS, type Item } from '../../../editor/draft.ts'
import { problemOfName, rename } from '../../../editor/outline.ts'
import { editor } from '../document.ts'
import { changeField, type FieldProps, useTyped } from './field-edits.ts'

export function TextControl({ shown, field, value, id, describedBy, isWrong }: FieldProps) {
  const [typed, setTyped] = useTyped()
  const text = value.kind === 'value' ? String(value.value) : ''
  const commit = () => {
    setTyped(undefined)
    if (typed !== undefined && typed !== text) changeField(shown, field, typed)
  }
  const isLong = field.path.at(-1) === 'description'
  const common = {
    id,
    spellcheck: isLong,
    'aria-describedby': describedBy,
    'aria-invalid': isWrong,
    'data-typing': typed !== undefined,
    placeholder: value.kind === 'mixed' ? 'mixed' : field.ifAbsent,
    value: typed ?? text,
    onBlur: commit,
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key === 'Enter' && !(isLong && event.shiftKey)) commit()
      else if (event.key === 'Escape' && typed !== undefined) {
        setTyped(undefined)
        event.stopPropagation()
      } else return
      event.preventDefault()
    },
  }
  if (isLong)
    return <textarea {...common} class="input" rows={3} onInput={(event) => setTyped(event.currentTarget.value)} />
  const input = <input {...common} type="text" title={text} onInput={(event) => setTyped(event.currentTarget.value)} />
  return (
    <span class={field.kind === 'formula' ? 'number-input property-number property-formula' : 'number-input'}>
      {input}
      {field.unit && <span class="unit">{field.unit}</span>}
    </span>
  )
}

/** The name of a part: everything that refers to it follows. */
export function NameControl({ shown, value, id, describedBy, isWrong, onProblem }: FieldProps) {
  const [typed, setTyped] = useTyped()
  const name = value.kind === 'value' ? String(value.value) : ''
  const list = ITEM_LISTS.find((each) => each === shown.parts[0]?.[0])
  const item: Item | undefined = list && { list, name }
  const type = (text: string | undefined) => {
    setTyped(text)
    onProblem(item && text !== undefined && text !== name ? problemOfName(editor.draft.peek(), item, text) : undefined)
  }
  const commit = () => {
    if (!item || typed === undefined) return
    if (typed !== name && problemOfName(editor.draft.peek(), item, typed)) return
    type(undefined)
    if (typed !== name) rename(editor, item, typed)
  }
  return (
    <input
      id={id}
      type="text"
      class="input"
      spellcheck={false}
      aria-describedby={describedBy}
      aria-invalid={isWrong}
      data-typing={typed !== undefined}
      value={typed ?? name}
      onInput={(event) => type(event.currentTarget.value)}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === 'Enter') commit()
        else if (event.key === 'Escape' && typed !== undefined) {
          type(undefined)
          event.stopPropagation()
        } else return
        event.preventDefault()
      }}
    />
  )
}
