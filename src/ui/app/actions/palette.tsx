/** The palette: every action by a few letters of its name. */
import { signal, useComputed, useSignal } from '@preact/signals'
import { useEffect, useId, useRef } from 'preact/hooks'
import { type Action, labelOf } from './action.ts'
import { Dialog } from './dialog.tsx'
import { filterActions } from './filter.ts'
import { actionsHere, isEnabled, perform } from './registry.ts'
import { shortcutOf } from './shortcuts.ts'

export const isPaletteOpen = signal(false)

export function Palette() {
  return isPaletteOpen.value ? <OpenPalette /> : null
}

function OpenPalette() {
  const query = useSignal('')
  const chosen = useSignal(0)
  const found = useComputed(() => filterActions(actionsHere.value, query.value))
  const id = useId()
  const list = useRef<HTMLDivElement>(null)
  const index = Math.min(chosen.value, found.value.length - 1)
  useEffect(() => list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' }), [index])
  const close = () => {
    isPaletteOpen.value = false
  }
  const choose = (action: Action | undefined) => {
    if (!action || !isEnabled(action)) return
    close()
    // The dialog gives the focus back first: actions may move it on.
    setTimeout(() => perform(action))
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const last = found.value.length - 1
    if (event.key === 'ArrowDown') chosen.value = index >= last ? 0 : index + 1
    else if (event.key === 'ArrowUp') chosen.value = index <= 0 ? last : index - 1
    else if (event.key === 'PageDown') chosen.value = Math.min(last, index + 8)
    else if (event.key === 'PageUp') chosen.value = Math.max(0, index - 8)
    else if (event.key === 'Enter') choose(found.value[index])
    else return
    event.preventDefault()
  }
  return (
    <Dialog label="Commands" className="palette" onClose={close}>
      <input
        type="text"
        role="combobox"
        aria-label="Find a command"
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-activedescendant={found.value[index] && `${id}-${found.value[index].name}`}
        placeholder="Type a command"
        autocomplete="off"
        spellcheck={false}
        autoFocus
        value={query.value}
        onInput={(event) => {
          query.value = event.currentTarget.value
          chosen.value = 0
        }}
        onKeyDown={onKeyDown}
      />
      <div ref={list} id={`${id}-list`} class="palette-list" role="listbox" aria-label="Commands">
        {found.value.map((action, at) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the text field's, which keeps the focus
          // biome-ignore lint/a11y/useFocusableInteractive: an option of a combobox never has the focus
          <div
            key={action.name}
            id={`${id}-${action.name}`}
            class="palette-item"
            role="option"
            aria-selected={at === index}
            aria-disabled={!isEnabled(action)}
            onClick={() => choose(action)}
          >
            <span class="palette-group">{action.group}</span>
            <span class="palette-label">{labelOf(action)}</span>
            <kbd>{shortcutOf(action)}</kbd>
          </div>
        ))}
        {found.value.length === 0 && <p class="palette-none">No command has these letters.</p>}
      </div>
    </Dialog>
  )
}
