/** The three workspaces as tabs: click, arrow keys, or the shortcuts of the workspaces. */
import { shortcutText } from './actions/shortcuts.ts'
import { WORKSPACES } from './actions/window-actions.ts'
import { workspace } from './state.ts'

export function Tabs() {
  const move = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    if (!step) return
    event.preventDefault()
    const index = WORKSPACES.findIndex(({ id }) => id === workspace.value)
    const next = WORKSPACES[(index + step + WORKSPACES.length) % WORKSPACES.length]!
    workspace.value = next.id
    document.getElementById(`tab-${next.id}`)?.focus()
  }
  return (
    <div class="tabs" role="tablist" aria-label="Workspaces" onKeyDown={move}>
      {WORKSPACES.map(({ id, title }, index) => (
        <button
          key={id}
          id={`tab-${id}`}
          type="button"
          role="tab"
          aria-selected={workspace.value === id}
          aria-controls={`workspace-${id}`}
          tabIndex={workspace.value === id ? 0 : -1}
          title={`${title} (${shortcutText(`$mod+${index + 1}`)})`}
          onClick={() => {
            workspace.value = id
          }}
        >
          {title}
        </button>
      ))}
    </div>
  )
}
