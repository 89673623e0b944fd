/** The sheet of all shortcuts of the workspace on show. */
import { signal } from '@preact/signals'
import { IconButton } from '../../controls/button.tsx'
import { CloseIcon } from '../../controls/icons.tsx'
import { ACTION_GROUPS, labelOf } from './action.ts'
import { Dialog } from './dialog.tsx'
import { actionsHere } from './registry.ts'
import { shortcutText } from './shortcuts.ts'

export const isSheetOpen = signal(false)

/** Keys that belong to an element with the focus rather than to an action. */
const OF_ELEMENTS: readonly [what: string, keys: readonly string[]][] = [
  ['Stage: move the view', ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown']],
  ['Formula: complete', ['Control+Space']],
  ['Go to the next control', ['Tab']],
]

export function ShortcutSheet() {
  if (!isSheetOpen.value) return null
  const close = () => {
    isSheetOpen.value = false
  }
  const groups = ACTION_GROUPS.map((title) => ({
    title,
    actions: actionsHere.value.filter(({ group, shortcuts }) => group === title && shortcuts?.length),
  })).filter(({ actions }) => actions.length > 0)
  return (
    <Dialog label="Keyboard shortcuts" className="sheet" onClose={close}>
      <header class="dialog-head">
        <h2>Keyboard shortcuts</h2>
        <IconButton icon={CloseIcon} label="Close" kind="quiet" onClick={close} />
      </header>
      <div class="sheet-groups">
        {groups.map(({ title, actions }) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {actions.map((action) => (
                <Keys key={action.name} what={labelOf(action)} keys={action.shortcuts!} />
              ))}
            </dl>
          </section>
        ))}
        <section>
          <h3>With the focus on</h3>
          <dl>
            {OF_ELEMENTS.map(([what, keys]) => (
              <Keys key={what} what={what} keys={keys} />
            ))}
          </dl>
        </section>
      </div>
    </Dialog>
  )
}

function Keys({ what, keys }: { what: string; keys: readonly string[] }) {
  return (
    <div>
      <dt>{what}</dt>
      <dd>
        {[...new Set(keys.map(shortcutText))].map((key) => (
          <kbd key={key}>{key}</kbd>
        ))}
      </dd>
    </div>
  )
}
