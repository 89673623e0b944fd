/**
 * The outline beside the stage: every named part of the scene as a tree. What is selected here is selected on the canvas, and
 * the other way round. The tree has one tab stop; arrows, Home, End and first letters go through it.
 */
import { computed, signal, useComputed } from '@preact/signals'
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks'
import { type Item, keyOf } from '../../editor/draft.ts'
import {
  type OutlineGroup,
  type OutlineItem,
  type OutlineRow,
  outlineOf,
  problemPlaces,
  rename,
  rowBeginning,
  rowsOf,
  toggleMark,
} from '../../editor/outline.ts'
import { contextMenuOf } from '../app/actions/context-menu.tsx'
import { performNamed } from '../app/actions/registry.ts'
import { ErrorIcon } from '../controls/icons.tsx'
import { EmptyState } from '../controls/layout.tsx'
import { scrollWithin } from '../controls/scroll.ts'
import { editor } from './document.ts'
import './outline.css'
import { NameInput } from './name-input.tsx'
import { ClosedGroupIcon, EyeIcon, HiddenIcon, iconOf, LockIcon, OpenGroupIcon, UnlockIcon } from './outline-icons.tsx'

/** ms between two letters that belong together. */
const TYPE_AHEAD = 700

let lastGroups: readonly OutlineGroup[] = []
/** The same as long as no name or reference changes: a drag of a body draws no tree. */
const groups = computed(() => {
  const next = outlineOf(editor.draft.value)
  if (JSON.stringify(next) !== JSON.stringify(lastGroups)) lastGroups = next
  return lastGroups
})
const places = computed(() => problemPlaces(editor.problems.value))
const selectedKeys = computed(() => new Set(editor.selection.value.map(keyOf)))
const locked = computed(() => editor.state.value.locked)
const hidden = computed(() => editor.state.value.hidden)

/** Lists whose groups are closed. */
const closed = signal<ReadonlySet<string>>(new Set())
/** The row that a key acts on. */
const current = signal<string | undefined>(undefined)
/** The row whose name is typed. */
const renaming = signal<string | undefined>(undefined)
/** Whether the current row takes the focus when it is drawn next. */
const focus = { follows: false }

const showContextMenu = contextMenuOf('outline')

/** Begins to rename what is selected, in the outline. */
export function renameSelected(): void {
  const [item] = editor.selection.peek()
  if (!item) return
  closed.value = new Set([...closed.peek()].filter((list) => list !== item.list))
  const row = rowsOf(groups.peek(), closed.peek()).find(
    (each) => each.kind === 'item' && keyOf(each.entry.item) === keyOf(item),
  )
  if (!row) return
  current.value = row.key
  renaming.value = row.key
}

export function Outline() {
  const shown = groups.value
  // The same rows as long as they say the same: of hundreds, those are drawn whose selection changes.
  const rows = useMemo(() => rowsOf(shown, closed.value), [shown, closed.value])
  return (
    <nav class="outline" aria-label="Outline">
      <header class="panel-head">
        <h2 id="outline-title">Outline</h2>
      </header>
      {shown.length === 0 ? (
        <EmptyState title="Nothing here yet">
          Draw a first body on the stage: press <kbd>C</kbd> for a capsule or <kbd>G</kbd> for ground and drag. It is
          then listed here.
        </EmptyState>
      ) : (
        <Tree rows={rows} />
      )}
    </nav>
  )
}

function Tree({ rows }: { rows: readonly OutlineRow[] }) {
  const tree = useRef<HTMLDivElement>(null)
  /** Where a range of rows begins that Shift extends. */
  const anchor = useRef<string>(undefined)
  const typed = useRef({ text: '', at: 0 })
  const found = rows.findIndex(({ key }) => key === current.value)
  // Where the row is gone, the keys go on from its place.
  const place = useRef(0)
  const now = found >= 0 ? found : Math.min(place.current, rows.length - 1)
  place.current = now
  /** Whether the selection was made here. */
  const isOwn = useRef(false)

  // What is selected on the canvas is brought into view here.
  const chosen = editor.selection.value
  useEffect(() => {
    const wasOwn = isOwn.current
    isOwn.current = false
    const row = rows.find((each) => each.kind === 'item' && selectedKeys.peek().has(keyOf(each.entry.item)))
    if (!row || wasOwn) return
    if (!isSelected(rows, current.peek())) current.value = row.key
    const element = elementOf(tree.current, current.peek())
    if (tree.current && element) scrollWithin(tree.current, element)
  }, [chosen])
  useLayoutEffect(() => {
    if (!focus.follows) return
    focus.follows = false
    // A name that is typed has the focus itself.
    if (renaming.peek() === undefined) elementOf(tree.current, rows[now]?.key)?.focus()
  })

  const itemsBetween = (from: number, to: number): Item[] =>
    rows
      .slice(Math.min(from, to), Math.max(from, to) + 1)
      .flatMap((row) => (row.kind === 'item' ? [row.entry.item] : []))
  const choose = (index: number, how: 'only' | 'toggle' | 'extend' | 'focus') => {
    const row = rows[Math.min(rows.length - 1, Math.max(0, index))]!
    focus.follows = true
    isOwn.current = how !== 'focus'
    current.value = row.key
    if (how === 'focus') return
    const from = rows.findIndex(({ key }) => key === anchor.current)
    if (how === 'extend' && from >= 0) {
      editor.select(itemsBetween(from, rows.indexOf(row)))
      return
    }
    anchor.current = row.key
    // A group stands for all that is in it.
    const items = row.kind === 'item' ? [row.entry.item] : row.group.items.map(({ item }) => item)
    if (how !== 'toggle') editor.select(row.kind === 'item' ? items : [])
    else {
      const keys = new Set(items.map(keyOf))
      const rest = editor.selection.peek().filter((item) => !keys.has(keyOf(item)))
      const isOn = items.every((item) => selectedKeys.peek().has(keyOf(item)))
      editor.select(isOn ? rest : [...rest, ...items])
    }
  }
  const setOpen = (row: OutlineRow, isOpen: boolean) => {
    if (row.kind !== 'group') return
    const next = new Set(closed.peek())
    if (isOpen) next.delete(row.key)
    else next.add(row.key)
    closed.value = next
    focus.follows = true
  }

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target instanceof HTMLInputElement) return
    const row = rows[now]
    if (!row) return
    const { key, shiftKey, altKey } = event
    const hasModifier = event.ctrlKey || event.metaKey
    const how = shiftKey ? 'extend' : hasModifier ? 'focus' : 'only'
    if (altKey && (key === 'ArrowUp' || key === 'ArrowDown')) {
      performNamed(key === 'ArrowUp' ? 'outline.up' : 'outline.down')
      focus.follows = true
    } else if (altKey) return
    else if (key === 'ArrowDown') choose(now + 1, how)
    else if (key === 'ArrowUp') choose(now - 1, how)
    else if (key === 'Home') choose(0, how)
    else if (key === 'End') choose(rows.length - 1, how)
    else if (key === 'ArrowRight') {
      if (row.kind !== 'group') return
      if (closed.peek().has(row.key)) setOpen(row, true)
      else choose(now + 1, 'only')
    } else if (key === 'ArrowLeft') {
      if (row.kind === 'group') setOpen(row, false)
      else
        choose(
          rows.findLastIndex((each, index) => index < now && each.kind === 'group'),
          'focus',
        )
    } else if (key === ' ') choose(now, hasModifier ? 'toggle' : 'only')
    else if (key === 'Enter') {
      if (row.kind === 'group') setOpen(row, closed.peek().has(row.key))
      else performNamed('inspector.properties')
    } else if (key === 'F2' && row.kind === 'item') renaming.value = row.key
    else if (key === 'Delete' || key === 'Backspace') {
      performNamed('edit.delete')
      focus.follows = true
    } else if (key === 'Escape') editor.select([])
    else if (!hasModifier && key.length === 1) {
      const { text, at } = typed.current
      typed.current = { text: event.timeStamp - at < TYPE_AHEAD ? text + key : key, at: event.timeStamp }
      const next = rowBeginning(rows, now, typed.current.text)
      if (next !== undefined) choose(next, 'only')
    } else return
    event.preventDefault()
    event.stopPropagation()
  }

  return (
    <div
      ref={tree}
      class="outline-tree"
      role="tree"
      aria-labelledby="outline-title"
      aria-multiselectable="true"
      onKeyDown={onKeyDown}
      onClick={(event) => {
        const index = rowAt(rows, event.target)
        const row = rows[index]
        if (row?.kind === 'group') setOpen(row, closed.peek().has(row.key))
        else if (row) choose(index, event.shiftKey ? 'extend' : event.ctrlKey || event.metaKey ? 'toggle' : 'only')
      }}
      onDblClick={(event) => {
        const row = rows[rowAt(rows, event.target)]
        if (row?.kind === 'item') renaming.value = row.key
      }}
      onContextMenu={(event) => {
        const index = rowAt(rows, event.target)
        const row = rows[index]
        // The menu is for what is selected; a part that is not becomes it.
        if (row?.kind === 'item' && !selectedKeys.peek().has(keyOf(row.entry.item))) choose(index, 'only')
        showContextMenu(event)
      }}
    >
      {rows.map((row, index) => (
        <Row key={row.key} row={row} isCurrent={index === now} isRenamed={renaming.value === row.key} />
      ))}
    </div>
  )
}

interface RowProps {
  row: OutlineRow
  isCurrent: boolean
  isRenamed: boolean
}

function Row(props: RowProps) {
  const { row, isCurrent } = props
  if (row.kind === 'item') return <ItemRow {...props} entry={row.entry} />
  const isOpen = !closed.value.has(row.key)
  const Arrow = isOpen ? OpenGroupIcon : ClosedGroupIcon
  return (
    <div
      {...attributesOf(row)}
      role="treeitem"
      tabIndex={isCurrent ? 0 : -1}
      class="outline-row group"
      aria-level={1}
      aria-expanded={isOpen}
      aria-selected={false}
    >
      <Arrow />
      <span class="outline-name">{row.text}</span>
      <span class="outline-detail">{row.group.items.length}</span>
    </div>
  )
}

function attributesOf({ key, position, size }: OutlineRow) {
  return { 'data-row': key, 'aria-posinset': position, 'aria-setsize': size }
}

function ItemRow({ row, isCurrent, isRenamed, entry }: RowProps & { entry: OutlineItem }) {
  const { item, type, detail, index } = entry
  const key = keyOf(item)
  const isChosen = useComputed(() => selectedKeys.value.has(key)).value
  const isHidden = useComputed(() => hidden.value.has(key)).value
  const isLocked = useComputed(() => locked.value.has(key)).value
  const problem = useComputed(() => places.value.get(`${item.list}[${index}]`)).value
  const Glyph = iconOf(type)
  if (isRenamed) {
    return (
      <div
        {...attributesOf(row)}
        role="treeitem"
        tabIndex={isCurrent ? 0 : -1}
        class="outline-row item"
        aria-level={2}
        aria-selected={isChosen}
      >
        <Glyph />
        <NameInput item={item} onEnd={(name) => finishRenaming(item, name)} />
      </div>
    )
  }
  return (
    <div
      {...attributesOf(row)}
      role="treeitem"
      tabIndex={isCurrent ? 0 : -1}
      class={`outline-row item${isHidden ? ' hidden-item' : ''}`}
      aria-level={2}
      aria-selected={isChosen}
      aria-label={[`${item.name} ${detail}`.trim(), type, problem && `problem: ${problem}`].filter(Boolean).join(', ')}
      title={problem ?? [type, detail !== type && detail].filter(Boolean).join(': ')}
    >
      <Glyph />
      <span class="outline-name">{item.name}</span>{' '}
      {problem ? (
        <span class="outline-problem">
          <ErrorIcon />
        </span>
      ) : (
        <span class="outline-detail">{detail}</span>
      )}
      <Mark item={item} mark="hidden" isOn={isHidden} />
      <Mark item={item} mark="locked" isOn={isLocked} />
    </div>
  )
}

const MARKS = {
  hidden: { on: HiddenIcon, off: EyeIcon, word: 'Hide' },
  locked: { on: LockIcon, off: UnlockIcon, word: 'Lock' },
} as const

/** Tabs go past it: the same is in the context menu. */
function Mark({ item, mark, isOn }: { item: Item; mark: 'hidden' | 'locked'; isOn: boolean }) {
  const { on, off, word } = MARKS[mark]
  const Glyph = isOn ? on : off
  return (
    <button
      type="button"
      class="outline-mark"
      tabIndex={-1}
      aria-pressed={isOn}
      aria-label={`${word} ${item.name}`}
      title={`${word} ${item.name}`}
      onClick={(event) => {
        event.stopPropagation()
        toggleMark(editor, mark, item)
      }}
      onDblClick={(event) => event.stopPropagation()}
    >
      <Glyph />
    </button>
  )
}

/** Ends the typing of a name; undefined leaves the old one. */
function finishRenaming(item: Item, name: string | undefined): void {
  if (name !== undefined) {
    // The row of the new name is the one that the keys act on.
    current.value = current.peek()?.replace(keyOf(item), keyOf({ ...item, name }))
    rename(editor, item, name)
  }
  focus.follows = true
  renaming.value = undefined
}

function isSelected(rows: readonly OutlineRow[], key: string | undefined): boolean {
  const row = rows.find((each) => each.key === key)
  return row?.kind === 'item' && selectedKeys.peek().has(keyOf(row.entry.item))
}

/** The row that an event is on; -1 where it is on none, or on a control in it. */
function rowAt(rows: readonly OutlineRow[], target: EventTarget | null): number {
  if (!(target instanceof Element) || target.closest('input, button')) return -1
  const key = target.closest<HTMLElement>('[data-row]')?.dataset.row
  return rows.findIndex((row) => row.key === key)
}

function elementOf(tree: HTMLElement | null, key: string | undefined): HTMLElement | undefined {
  return [...(tree?.querySelectorAll<HTMLElement>('[data-row]') ?? [])].find((row) => row.dataset.row === key)
}
