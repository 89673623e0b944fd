/** A popup menu of actions: arrow keys, Home, End, first letters, Enter and Escape, as in any menu of the system. */
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { CheckIcon } from '../../controls/icons.tsx'
import { type Action, labelOf } from './action.ts'
import { isEnabled, perform } from './registry.ts'
import { shortcutOf } from './shortcuts.ts'

export function Menu({
  label,
  sections,
  at,
  onClose,
  onMove,
}: {
  label: string
  sections: readonly (readonly Action[])[]
  /** Where its upper left corner is wanted, CSS pixels of the window; it stays inside. */
  at: { x: number; y: number }
  /** `isDone`: something was chosen, or the menu was left by Escape, so the focus goes back where it was. */
  onClose: (isDone: boolean) => void
  /** In a menu bar: the left and right arrows go to the neighbours. */
  onMove?: (step: 1 | -1) => void
}) {
  const element = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const menu = element.current!
    const { width, height } = menu.getBoundingClientRect()
    menu.style.left = `${Math.max(4, Math.min(at.x, window.innerWidth - width - 4))}px`
    menu.style.top = `${Math.max(4, Math.min(at.y, window.innerHeight - height - 4))}px`
    items(menu)[0]?.focus()
  }, [at.x, at.y, label])
  useEffect(() => {
    const close = (event: Event) => {
      if (event.target instanceof Node && element.current?.contains(event.target)) return
      // The title that opened it closes it by its own click.
      if (event.target instanceof Element && event.target.closest('[aria-haspopup=menu]')) return
      onClose(false)
    }
    window.addEventListener('pointerdown', close, true)
    window.addEventListener('blur', close)
    return () => {
      window.removeEventListener('pointerdown', close, true)
      window.removeEventListener('blur', close)
    }
  }, [onClose])
  const choose = (action: Action) => {
    onClose(true)
    perform(action)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const entries = items(element.current!)
    const now = entries.indexOf(document.activeElement as HTMLElement)
    const go = (index: number) => entries[(index + entries.length) % entries.length]?.focus()
    if (event.key === 'ArrowDown') go(now + 1)
    else if (event.key === 'ArrowUp') go(now < 0 ? -1 : now - 1)
    else if (event.key === 'Home') go(0)
    else if (event.key === 'End') go(-1)
    else if (event.key === 'Escape' || event.key === 'Tab') onClose(true)
    else if (event.key === 'ArrowRight' && onMove) onMove(1)
    else if (event.key === 'ArrowLeft' && onMove) onMove(-1)
    else if (event.key.length === 1 && event.key !== ' ' && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const starts = (entry: HTMLElement) => entry.textContent?.toLowerCase().startsWith(event.key.toLowerCase())
      const next = [...entries.slice(now + 1), ...entries.slice(0, now + 1)].find(starts)
      next?.focus()
    } else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <div ref={element} class="menu" role="menu" aria-label={label} tabIndex={-1} onKeyDown={onKeyDown}>
      {sections.map((section, index) => (
        <div key={section[0]?.name} class="menu-section">
          {index > 0 && <hr />}
          {section.map((action) => (
            // biome-ignore lint/a11y/useAriaPropsSupportedByRole: aria-checked belongs to the role of what can be on or off
            <button
              key={action.name}
              type="button"
              class="menu-item"
              role={action.isChecked ? 'menuitemcheckbox' : 'menuitem'}
              aria-checked={action.isChecked?.()}
              aria-disabled={!isEnabled(action)}
              tabIndex={-1}
              onPointerMove={(event) => event.currentTarget.focus()}
              onClick={() => {
                if (isEnabled(action)) choose(action)
              }}
            >
              <span class="menu-check">{action.isChecked?.() && <CheckIcon />}</span>
              <span class="menu-label">{labelOf(action)}</span>
              <kbd>{shortcutOf(action)}</kbd>
            </button>
          ))}
        </div>
      ))}
    </div>
  )
}

function items(menu: HTMLElement): HTMLElement[] {
  return [...menu.querySelectorAll<HTMLElement>('.menu-item')]
}
