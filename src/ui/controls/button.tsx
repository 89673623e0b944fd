/** Buttons: with words, and with an icon alone (its label is then its accessible name and its tooltip). */
import type { ComponentChildren } from 'preact'
import type { Icon } from './icons.tsx'

interface Common {
  onClick?: () => void
  disabled?: boolean
  /** For toggles: whether it is on. */
  pressed?: boolean
  /** The keys that do the same, as people read them (`Space`); shown in the tooltip. */
  shortcut?: string
}

export function Button({
  children,
  kind = 'normal',
  icon: Glyph,
  type = 'button',
  title,
  shortcut,
  pressed,
  ...rest
}: Common & {
  children: ComponentChildren
  /** `primary`: the one thing to do next; `quiet`: no border until pointed at; `danger`: ends or deletes something. */
  kind?: 'normal' | 'primary' | 'quiet' | 'danger'
  icon?: Icon
  type?: 'button' | 'submit'
  title?: string
}) {
  return (
    <button {...rest} type={type} class={`button ${kind}`} aria-pressed={pressed} title={tooltip(title, shortcut)}>
      {Glyph && <Glyph />}
      <span>{children}</span>
    </button>
  )
}

export function IconButton({
  icon: Glyph,
  label,
  kind = 'normal',
  shortcut,
  pressed,
  ...rest
}: Common & { icon: Icon; label: string; kind?: 'normal' | 'primary' | 'quiet' }) {
  return (
    <button
      {...rest}
      type="button"
      class={`button icon-only ${kind}`}
      aria-label={label}
      aria-pressed={pressed}
      title={tooltip(label, shortcut)}
    >
      <Glyph />
    </button>
  )
}

function tooltip(text: string | undefined, shortcut: string | undefined): string | undefined {
  return shortcut ? `${text ?? ''} (${shortcut})`.trim() : text
}
