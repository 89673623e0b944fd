/** The context menu: a right click, the menu key or Shift+F10 on an element made by `contextMenuOf`. */
import { signal } from '@preact/signals'
import type { Action, ActionContext } from './action.ts'
import { Menu } from './menu.tsx'
import { actionsOf, sectionsOf } from './registry.ts'

const shown = signal<{ actions: readonly Action[]; x: number; y: number; from: Element | null } | undefined>(undefined)

/** The listener that gives an element its context menu. */
export function contextMenuOf(context: ActionContext): (event: MouseEvent) => void {
  return (event) => {
    event.preventDefault()
    const actions = actionsOf(context)
    if (actions.length === 0) return
    const place = (event.currentTarget as Element).getBoundingClientRect()
    // The keyboard's menu key says no place.
    const isByKey = event.clientX === 0 && event.clientY === 0
    shown.value = {
      actions,
      x: isByKey ? place.left + 24 : event.clientX,
      y: isByKey ? place.top + 24 : event.clientY,
      from: document.activeElement,
    }
  }
}

export function ContextMenu() {
  const menu = shown.value
  if (!menu) return null
  return (
    <Menu
      label="Commands for the selection"
      sections={sectionsOf(menu.actions)}
      at={menu}
      onClose={(isDone) => {
        shown.value = undefined
        if (isDone && menu.from instanceof HTMLElement) menu.from.focus()
      }}
    />
  )
}
