/** What is wrong with the scene, in words; each problem leads to its field and shows its part on the canvas. */
import { ITEM_LISTS, type Item, itemsOf, rawEntries } from '../../editor/draft.ts'
import { placeOf } from '../../editor/transform.ts'
import { performNamed } from '../app/actions/registry.ts'
import { Panel } from '../controls/layout.tsx'
import { scrollWithin } from '../controls/scroll.ts'
import { stageOnShow } from '../stage/stages.ts'
import { worldToScreen } from '../stage/view.ts'
import { editor } from './document.ts'

/** Around a field that is shown, px: the inspector's tabs and its line of help stay. */
const MARGIN = 80
/** Of the stage's edges, where a part would hardly be seen, px. */
const EDGE = 40

export function ProblemsPanel() {
  const problems = editor.problems.value
  if (problems.length === 0) return null
  return (
    <Panel title={`Problems: ${problems.length}`}>
      <p class="field-help">The last scene without problems stays in play. Training waits until they are mended.</p>
      <ul class="problem-list">
        {problems.map(({ path, message }) => (
          <li key={`${path} ${message}`}>
            <button type="button" class="problem" onClick={() => goToProblem(path)}>
              <strong>{placeInWords(path)}</strong> {message}
            </button>
          </li>
        ))}
      </ul>
    </Panel>
  )
}

/** `torso: shapes[0].radius` for `bodies[1].shapes[0].radius`. */
export function placeInWords(path: string): string {
  const { item, rest } = itemAt(path)
  if (!item) return path || 'scene'
  return rest ? `${item.name}: ${rest}` : item.name
}

/** Shows the place of a problem: the formula, or the part that it is in and its field. */
function goToProblem(path: string): void {
  const [, list, number] = /^task\.(reward|observation|terminate|reset)\[(\d+)\]/.exec(path) ?? []
  if (list !== undefined) {
    performNamed('inspector.task')
    const label = list === 'reset' ? `Coordinate ${Number(number) + 1}` : `Name of ${list} ${Number(number) + 1}`
    focusSoon(() => document.querySelector<HTMLElement>(`[aria-label="${label}"]`))
    return
  }
  if (/^task\.(reward|observation|terminate|reset)/.test(path)) {
    performNamed('inspector.task')
    return
  }
  const { item } = itemAt(path)
  editor.select(item ? [item] : [])
  performNamed('inspector.properties')
  if (item) reveal(item)
  focusSoon(() => fieldAt(path))
}

/** The part that a path lies in, and what of the path is inside it. */
function itemAt(path: string): { item?: Item; rest: string } {
  const [all, list, index] = /^(\w+)\[(\d+)\]\.?/.exec(path) ?? []
  const known = ITEM_LISTS.find((each) => each === list)
  const entry = known && rawEntries(editor.draft.peek(), known).find((each) => each.index === Number(index))?.entry
  if (!known || typeof entry?.name !== 'string') return { rest: path }
  const item = itemsOf(editor.draft.peek()).find((each) => each.list === known && each.name === entry.name)
  return { ...(item && { item }), rest: path.slice(all!.length) }
}

/** The control of the field that a path is of, or is in. */
function fieldAt(path: string): HTMLElement | null {
  const rows = [...document.querySelectorAll<HTMLElement>('.properties [data-path]')]
  const isIn = (place: string) => path === place || path.startsWith(`${place}.`) || path.startsWith(`${place}[`)
  const [row] = rows
    .filter(({ dataset }) => isIn(dataset.path!))
    .sort((a, b) => b.dataset.path!.length - a.dataset.path!.length)
  return row?.querySelector('input:not([type=range]), select, textarea, button') ?? null
}

/** The control is there once the inspector is drawn. */
function focusSoon(find: () => HTMLElement | null): void {
  requestAnimationFrame(() => {
    const control = find()
    const inspector = control?.closest('.inspector')
    if (!control || !inspector) return
    control.focus({ preventScroll: true })
    scrollWithin(inspector, control, MARGIN)
  })
}

/** Moves the view so that a part is in it, where it is not. */
export function reveal(item: Item): void {
  const stage = stageOnShow()
  const place = placeOf(editor.draft.peek(), item)
  if (!stage || !place) return
  const { view, size } = stage.looking.peek()
  const { x, y } = worldToScreen(view, size, place[0], place[1])
  const isSeen = x > EDGE && y > EDGE && x < size.width - EDGE && y < size.height - EDGE
  if (!isSeen) stage.pan(size.width / 2 - x, size.height / 2 - y)
}
