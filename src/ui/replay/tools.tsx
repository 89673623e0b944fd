/** The tools on an open rollout, above its plots: a row of names, of which one is unfolded. */
import { signal } from '@preact/signals'
import type { ComponentType } from 'preact'
import { ExportPanel } from './export/export-panel.tsx'
import { GhostPanel, isGhostShown } from './overlay/ghost-panel.tsx'
import { OnionPanel } from './overlay/onion-panel.tsx'
import { onion } from './overlay/state.ts'
import type { OpenRollout } from './state.ts'
import './tools.css'
import { VerifyPanel } from './verify/verify-panel.tsx'

interface Tool {
  id: string
  title: string
  Panel: ComponentType<{ rollout: OpenRollout }>
  /** Whether it shows something beside the rollout now. */
  isActive?: () => boolean
}

/** In the order of their names. */
export const TOOLS: readonly Tool[] = [
  { id: 'export', title: 'Export', Panel: ExportPanel },
  { id: 'ghost', title: 'Ghost', Panel: GhostPanel, isActive: isGhostShown },
  { id: 'onion', title: 'Onion skin', Panel: OnionPanel, isActive: () => onion.value.isOn },
  { id: 'verify', title: 'Verify', Panel: VerifyPanel },
]

/** Id of the unfolded one. */
export const openTool = signal<string | undefined>(undefined)

export function toggleTool(id: string): void {
  openTool.value = openTool.peek() === id ? undefined : id
}

export function Tools({ rollout }: { rollout: OpenRollout }) {
  const tool = TOOLS.find(({ id }) => id === openTool.value)
  return (
    <section class="replay-tools" aria-label="Tools">
      <div class="replay-tool-names">
        {TOOLS.map(({ id, title, isActive }) => (
          <button
            key={id}
            type="button"
            class="replay-tool-name"
            aria-expanded={tool?.id === id}
            aria-controls="replay-tool-panel"
            onClick={() => toggleTool(id)}
          >
            {title}
            {isActive?.() && (
              <span class="replay-tool-dot">
                <span class="visually-hidden">, on</span>
              </span>
            )}
          </button>
        ))}
      </div>
      <div id="replay-tool-panel" class="replay-tool-panel" hidden={!tool}>
        {tool && <tool.Panel rollout={rollout} />}
      </div>
    </section>
  )
}
