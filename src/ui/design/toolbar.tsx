/** The tools of the canvas as buttons, each with its key. */
import { TOOLS } from '../../editor/canvas.ts'
import { TOOL_KEYS } from './canvas-actions.ts'
import { canvas } from './canvas-layer.tsx'

export function CanvasToolbar() {
  return (
    <div class="canvas-toolbar" role="toolbar" aria-label="Tools">
      {TOOLS.map((tool) => {
        const { label, key } = TOOL_KEYS[tool]
        return (
          <button
            key={tool}
            type="button"
            class="button quiet"
            aria-pressed={canvas.tool.value === tool}
            title={`${label} (${key})`}
            onClick={() => canvas.choose(tool)}
          >
            {label}
          </button>
        )
      })}
    </div>
  )
}
