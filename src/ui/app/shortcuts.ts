/** Keyboard shortcuts: one listener, and no key taken away from someone who types. */
import type { ReadonlySignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'

export interface Shortcut {
  /** `KeyboardEvent.key`, as ` ` or `r`; letters match in either case. */
  key: string
  /** With Ctrl (Cmd on a Mac) or Alt, and then in text fields too; without it no modifier may be held. */
  withModifier?: boolean
  perform: () => void
}

/** Listens while `isActive`. */
export function useShortcuts(shortcuts: readonly Shortcut[], isActive?: ReadonlySignal<boolean>): void {
  useEffect(() => {
    const listener = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.repeat || (isActive && !isActive.value)) return
      const hasModifier = event.ctrlKey || event.metaKey || event.altKey
      const found = shortcuts.find(
        ({ key, withModifier = false }) =>
          withModifier === hasModifier && event.key.toLowerCase() === key && (withModifier || !usesKeys(event)),
      )
      if (!found) return
      event.preventDefault()
      found.perform()
    }
    window.addEventListener('keydown', listener)
    return () => window.removeEventListener('keydown', listener)
  })
}

/** Whether the element with the focus has its own use for the key. */
function usesKeys({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target instanceof HTMLInputElement && target.type === 'range') return false
  if (target.closest('input, select, textarea, [contenteditable]')) return key !== 'Escape'
  return key === ' ' && target.closest('button, [role=tab]') !== null
}
