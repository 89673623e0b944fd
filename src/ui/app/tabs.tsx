/** The three workspaces as tabs: click, arrow keys, or Ctrl/Cmd/Alt with 1, 2 and 3. */
import { useShortcuts } from './shortcuts.ts'
import { type Workspace, workspace } from './state.ts'

export const WORKSPACES: readonly { id: Workspace; title: string }[] = [
  { id: 'design', title: 'Design' },
  { id: 'train', title: 'Train' },
  { id: 'replay', title: 'Replay' },
]

export function Tabs() {
  useShortcuts(
    WORKSPACES.map(({ id }, index) => ({
      key: String(index + 1),
      withModifier: true,
      perform: () => {
        workspace.value = id
      },
    })),
  )
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
          title={`${title} (Ctrl+${index + 1})`}
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
