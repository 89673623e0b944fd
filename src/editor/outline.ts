/** The outline of a scene: every named part, list by list, as rows of a tree; and what is done to parts in it. */
import { messageOf, type Problem } from '../common/user-error.ts'
import {
  ITEM_LISTS,
  type Item,
  type ItemList,
  keyOf,
  rawEntries,
  type SceneDraft,
  sameItem,
  withList,
} from './draft.ts'
import type { Editor } from './editor.ts'
import { renameItem } from './names.ts'

export interface OutlineItem {
  item: Item
  /** Of its entry in the draft's list. */
  index: number
  /** Its kind or type, as the file has it. */
  type: string
  /** What it is on or between, in words. */
  detail: string
}

export interface OutlineGroup {
  list: ItemList
  title: string
  items: readonly OutlineItem[]
}

/** A row of the tree as it is seen: a group, or an item of a group that is open. */
export type OutlineRow =
  | { kind: 'group'; key: string; text: string; group: OutlineGroup; position: number; size: number }
  | { kind: 'item'; key: string; text: string; entry: OutlineItem; position: number; size: number }

const TITLES: Record<ItemList, string> = {
  bodies: 'Bodies',
  joints: 'Joints',
  actuators: 'Actuators',
  markers: 'Markers',
  sensors: 'Sensors',
}

/** The named parts of a draft. Lists without any are left out; broken entries are named by what can be read of them. */
export function outlineOf(draft: SceneDraft): OutlineGroup[] {
  return ITEM_LISTS.map((list) => ({
    list,
    title: TITLES[list],
    items: rawEntries(draft, list).flatMap(({ index, entry }) => {
      const { name } = entry
      if (typeof name !== 'string') return []
      return [{ item: { list, name }, index, type: typeOf(list, entry), detail: detailOf(list, entry) }]
    }),
  })).filter(({ items }) => items.length > 0)
}

/** The rows that are seen while the groups of some lists are closed. */
export function rowsOf(groups: readonly OutlineGroup[], closed: ReadonlySet<string>): OutlineRow[] {
  return groups.flatMap((group, at): OutlineRow[] => [
    { kind: 'group', key: group.list, text: group.title, group, position: at + 1, size: groups.length },
    ...(closed.has(group.list) ? [] : group.items).map(
      (entry, index): OutlineRow => ({
        kind: 'item',
        // A name may come twice in a draft; the first one keeps its key wherever it goes.
        key: `${keyOf(entry.item)}/${firstOf(group, entry.item.name) === entry ? '' : entry.index}`,
        text: entry.item.name,
        entry,
        position: index + 1,
        size: group.items.length,
      }),
    ),
  ])
}

function firstOf({ items }: OutlineGroup, name: string): OutlineItem | undefined {
  return items.find(({ item }) => item.name === name)
}

/** The next row, from one on and round, whose text begins so; undefined where there is none. */
export function rowBeginning(rows: readonly OutlineRow[], from: number, text: string): number | undefined {
  // One letter goes on to the next; more letters may still mean the row where one is.
  const start = text.length > 1 ? from : from + 1
  for (let step = 0; step < rows.length; step++) {
    const index = (Math.max(0, start) + step) % rows.length
    if (rows[index]!.text.toLowerCase().startsWith(text.toLowerCase())) return index
  }
  return undefined
}

/** The lists and indices (`bodies[2]`) of items that a problem lies in. */
export function problemPlaces(problems: readonly Problem[]): Map<string, string> {
  const places = new Map<string, string>()
  for (const { path, message } of problems) {
    const place = /^[a-z]+\[\d+\]/.exec(path)?.[0]
    if (place !== undefined && !places.has(place)) places.set(place, message)
  }
  return places
}

/** Locks or hides an item, or takes that back. It is a step of the history, but not part of the file. */
export function toggleMark(editor: Editor, mark: 'locked' | 'hidden', item: Item): void {
  const isOn = editor.state.peek()[mark].has(keyOf(item))
  const words = { locked: ['Lock', 'Unlock'], hidden: ['Hide', 'Show'] }[mark][isOn ? 1 : 0]
  editor.apply(`${words} ${item.name}`, (state) => {
    const marks = new Set(state[mark])
    if (isOn) marks.delete(keyOf(item))
    else marks.add(keyOf(item))
    return { [mark]: marks }
  })
}

/** Renames an item with all that refers to it; it stays selected, hidden and locked. Throws a UserError where it cannot be called so. */
export function rename(editor: Editor, item: Item, name: string): void {
  const next = { ...item, name }
  const marks = (set: ReadonlySet<string>) =>
    set.has(keyOf(item)) ? new Set([...set].map((key) => (key === keyOf(item) ? keyOf(next) : key))) : set
  editor.apply(`Rename ${item.name}`, (state) => ({
    draft: renameItem(state.draft, item, name),
    selection: state.selection.map((each) => (sameItem(each, item) ? next : each)),
    locked: marks(state.locked),
    hidden: marks(state.hidden),
  }))
}

/** Why an item cannot be called so, in words; undefined where it can. */
export function problemOfName(draft: SceneDraft, item: Item, name: string): string | undefined {
  try {
    renameItem(draft, item, name)
    return undefined
  } catch (error) {
    return messageOf(error)
  }
}

/** The draft with items one place up or down in their lists; as it is where they are at the end. Their order is kept. */
export function moveInLists(draft: SceneDraft, items: readonly Item[], by: -1 | 1): SceneDraft {
  const keys = new Set(items.map(keyOf))
  return ITEM_LISTS.reduce<SceneDraft>((next, list) => {
    const value = next[list]
    if (!Array.isArray(value)) return next
    const chosen = new Set(
      rawEntries(next, list)
        .filter(({ entry }) => keys.has(keyOf({ list, name: String(entry.name) })))
        .map(({ entry }) => entry as unknown),
    )
    if (chosen.size === 0) return next
    const entries = [...(value as unknown[])]
    const order = entries.map((_, index) => index)
    for (const index of by < 0 ? order : order.reverse()) {
      const other = index + by
      if (!chosen.has(entries[index]) || other < 0 || other >= entries.length || chosen.has(entries[other])) continue
      ;[entries[index], entries[other]] = [entries[other], entries[index]]
    }
    return entries.every((entry, index) => entry === value[index]) ? next : withList(next, list, entries)
  }, draft)
}

type Entry = Readonly<Record<string, unknown>>

function typeOf(list: ItemList, { kind, type }: Entry): string {
  if (list === 'markers') return 'marker'
  const word = list === 'bodies' ? kind : type
  return typeof word === 'string' ? word : '?'
}

function detailOf(list: ItemList, entry: Entry): string {
  const word = (key: string) => (typeof entry[key] === 'string' ? entry[key] : '?')
  switch (list) {
    case 'bodies':
      return entry.kind !== 'dynamic' ? word('kind') : entry.ground === true ? 'ground' : ''
    case 'joints':
      return `${word('parent')} → ${word('child')}`
    case 'actuators':
      return entry.type === 'thruster' ? word('body') : word('joint')
    case 'markers':
      return word('body')
    case 'sensors':
      return typeof entry.with === 'string' ? `${word('body')}, ${entry.with}` : word('body')
  }
}
