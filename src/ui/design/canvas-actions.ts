/** Actions on the canvas: its tools, and what is done to a selection. */
import { TOOLS, type ToolName } from '../../editor/canvas.ts'
import { copyItems, duplicateItems, pasteItems, withCarried } from '../../editor/clipboard.ts'
import { itemsOf, keyOf, type SceneDraft } from '../../editor/draft.ts'
import { removeItems } from '../../editor/remove.ts'
import { type Alignment, alignBodies, mirrorItems, moveItems } from '../../editor/transform.ts'
import type { Action } from '../app/actions/action.ts'
import { canvas } from './canvas-layer.tsx'
import { editor } from './document.ts'

export const TOOL_KEYS: Record<ToolName, { key: string; label: string }> = {
  select: { key: 'V', label: 'Select' },
  pan: { key: 'H', label: 'Pan' },
  capsule: { key: 'C', label: 'Capsule' },
  circle: { key: 'O', label: 'Circle' },
  box: { key: 'B', label: 'Box' },
  polygon: { key: 'P', label: 'Polygon' },
  ground: { key: 'G', label: 'Ground' },
  hinge: { key: 'J', label: 'Hinge' },
  slider: { key: 'L', label: 'Slider' },
  weld: { key: 'W', label: 'Weld' },
  actuator: { key: 'A', label: 'Actuator' },
  marker: { key: 'M', label: 'Marker' },
}

/** Of copies, so that they do not hide what they are copies of, m. */
const OFFSET = [0.1, -0.1] as const
/** One press of an arrow key, m. */
const NUDGE = 0.01

/** Outlives the change to another scene. */
let clipboard: string | undefined

const common = { workspace: 'design' } as const
const isChosen = () => editor.selection.value.length > 0
const hasBodies = () => editor.selection.value.some(({ list }) => list === 'bodies')
const change = (label: string, make: (draft: SceneDraft) => SceneDraft, merge?: string) =>
  editor.apply(label, ({ draft }) => ({ draft: make(draft) }), { merge })

const tools = TOOLS.map(
  (tool): Action => ({
    ...common,
    name: `tool.${tool}`,
    label: TOOL_KEYS[tool].label,
    group: 'Insert',
    section:
      tool === 'select' || tool === 'pan' ? 'hand' : ['hinge', 'slider', 'weld'].includes(tool) ? 'joints' : 'parts',
    shortcuts: [TOOL_KEYS[tool].key],
    isChecked: () => canvas.tool.value === tool,
    perform: () => canvas.choose(tool),
  }),
)

const ALIGNMENTS: Record<Alignment, string> = {
  left: 'Align left edges',
  centre: 'Align centres',
  right: 'Align right edges',
  top: 'Align top edges',
  middle: 'Align middles',
  bottom: 'Align bottom edges',
}

const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] } as const

const nudges = Object.entries(arrows).map(
  ([key, [x, y]]): Action => ({
    ...common,
    name: `edit.nudge${key.slice(5)}`,
    label: `Move ${key.slice(5).toLowerCase()}`,
    group: 'Edit',
    section: 'nudge',
    shortcuts: [`Shift+${key}`],
    repeats: true,
    isEnabled: isChosen,
    perform: () =>
      change(
        'Move',
        (draft) => moveItems(draft, withCarried(draft, editor.selection.peek()), [x * NUDGE, y * NUDGE]),
        'nudge',
      ),
  }),
)

export const canvasActions: readonly Action[] = [
  ...tools,
  {
    ...common,
    name: 'edit.cut',
    label: 'Cut',
    group: 'Edit',
    section: 'clipboard',
    shortcuts: ['$mod+X'],
    contexts: ['stage', 'outline'],
    isEnabled: hasBodies,
    perform: () => {
      const { draft, selection } = editor.state.peek()
      clipboard = copyItems(draft, selection)
      change('Cut', () => removeItems(draft, selection))
    },
  },
  {
    ...common,
    name: 'edit.copy',
    label: 'Copy',
    group: 'Edit',
    section: 'clipboard',
    shortcuts: ['$mod+C'],
    contexts: ['stage', 'outline'],
    isEnabled: hasBodies,
    perform: () => {
      const { draft, selection } = editor.state.peek()
      clipboard = copyItems(draft, selection)
    },
  },
  {
    ...common,
    name: 'edit.paste',
    label: 'Paste',
    group: 'Edit',
    section: 'clipboard',
    shortcuts: ['$mod+V'],
    contexts: ['stage', 'outline'],
    perform: () => {
      if (clipboard === undefined) return
      const { draft, items } = pasteItems(editor.draft.peek(), clipboard, OFFSET)
      editor.apply('Paste', () => ({ draft, selection: items }))
    },
  },
  {
    ...common,
    name: 'edit.duplicate',
    label: 'Duplicate',
    group: 'Edit',
    section: 'clipboard',
    shortcuts: ['$mod+D'],
    contexts: ['stage', 'outline'],
    isEnabled: hasBodies,
    perform: () => {
      const { draft, items } = duplicateItems(editor.draft.peek(), editor.selection.peek(), OFFSET)
      editor.apply('Duplicate', () => ({ draft, selection: items }))
    },
  },
  {
    ...common,
    name: 'edit.delete',
    label: 'Delete',
    group: 'Edit',
    section: 'clipboard',
    shortcuts: ['Delete', 'Backspace'],
    contexts: ['stage', 'outline'],
    isEnabled: isChosen,
    perform: () => change('Delete', (draft) => removeItems(draft, editor.selection.peek())),
  },
  {
    ...common,
    name: 'edit.selectAll',
    label: 'Select all',
    group: 'Edit',
    section: 'selection',
    shortcuts: ['$mod+A'],
    perform: () => editor.select(itemsOf(editor.draft.peek()).filter(({ list }) => list === 'bodies')),
  },
  {
    ...common,
    name: 'edit.selectCarried',
    label: 'Select what hangs on it',
    group: 'Edit',
    section: 'selection',
    contexts: ['stage', 'outline'],
    isEnabled: hasBodies,
    perform: () => editor.select(withCarried(editor.draft.peek(), editor.selection.peek())),
  },
  {
    ...common,
    name: 'edit.selectNext',
    label: 'Select the next part',
    group: 'Edit',
    section: 'selection',
    shortcuts: ['N'],
    repeats: true,
    perform: () => {
      const items = itemsOf(editor.draft.peek())
      const [now] = editor.selection.peek()
      const index = now ? items.findIndex((item) => keyOf(item) === keyOf(now)) : -1
      const next = items[(index + 1) % Math.max(1, items.length)]
      if (next) editor.select([next])
    },
  },
  {
    ...common,
    name: 'edit.cancel',
    label: 'Give up the tool or the selection',
    group: 'Edit',
    section: 'selection',
    shortcuts: ['Escape'],
    perform: () => {
      if (!canvas.cancel()) editor.select([])
    },
  },
  {
    ...common,
    name: 'edit.finish',
    label: 'Close the polygon',
    group: 'Edit',
    section: 'selection',
    shortcuts: ['Enter'],
    isEnabled: () => canvas.tool.value === 'polygon',
    perform: () => canvas.finish(),
  },
  ...nudges,
  ...Object.entries(ALIGNMENTS).map(
    ([alignment, label]): Action => ({
      ...common,
      name: `edit.align.${alignment}`,
      label,
      group: 'Edit',
      section: 'align',
      isEnabled: () => editor.selection.value.filter(({ list }) => list === 'bodies').length > 1,
      perform: () => change(label, (draft) => alignBodies(draft, editor.selection.peek(), alignment as Alignment)),
    }),
  ),
  ...(['x', 'y'] as const).map(
    (direction): Action => ({
      ...common,
      name: `edit.mirror.${direction}`,
      label: direction === 'x' ? 'Mirror left to right' : 'Mirror top to bottom',
      group: 'Edit',
      section: 'align',
      contexts: ['stage'],
      isEnabled: hasBodies,
      perform: () => change('Mirror', (draft) => mirrorItems(draft, editor.selection.peek(), direction)),
    }),
  ),
  ...(['locked', 'hidden'] as const).flatMap((mark): Action[] => [
    {
      ...common,
      name: `edit.${mark}`,
      label: mark === 'locked' ? 'Lock' : 'Hide',
      group: 'Edit',
      section: 'marks',
      contexts: ['stage', 'outline'],
      isEnabled: isChosen,
      perform: () =>
        editor.apply(mark === 'locked' ? 'Lock' : 'Hide', (state) => ({
          [mark]: new Set([...state[mark], ...state.selection.map(keyOf)]),
          selection: [],
        })),
    },
    {
      ...common,
      name: `edit.no.${mark}`,
      label: mark === 'locked' ? 'Unlock everything' : 'Show everything',
      group: 'Edit',
      section: 'marks',
      isEnabled: () => editor.state.value[mark].size > 0,
      perform: () => editor.apply(mark === 'locked' ? 'Unlock' : 'Show', () => ({ [mark]: new Set<string>() })),
    },
  ]),
]
