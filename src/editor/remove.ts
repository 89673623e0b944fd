/** Removing items with what cannot be without them. */
import { ITEM_LISTS, type Item, isObject, keyOf, rawEntries, type SceneDraft, withList } from './draft.ts'
import { mentionsOf } from './names.ts'

/**
 * The draft without items, without the joints, actuators, markers and sensors that refer to them, and without the observations
 * and resets of what is gone. Rewards and conditions stay, for a task is not to change unseen: they become problems that say so.
 */
export function removeItems(draft: SceneDraft, items: readonly Item[]): SceneDraft {
  const removed = withDependents(draft, items)
  if (removed.length === 0) return draft
  const keys = new Set(removed.map(keyOf))
  const rest = ITEM_LISTS.reduce<SceneDraft>((next, list) => {
    if (!rawEntries(next, list).some(({ entry }) => keys.has(keyOf({ list, name: String(entry.name) })))) return next
    const entries = (next[list] as unknown[]).filter(
      (entry) => !isObject(entry) || !keys.has(keyOf({ list, name: String(entry.name) })),
    )
    return withList(next, list, entries)
  }, draft)
  return withoutTaskEntries(rest, removed)
}

/** The items that there are, and everything that refers to them. */
export function withDependents(draft: SceneDraft, items: readonly Item[]): Item[] {
  const gone = new Map<string, Item>()
  const take = (item: Item): void => {
    if (rawEntries(draft, item.list).some(({ entry }) => entry.name === item.name)) gone.set(keyOf(item), item)
  }
  for (const item of items) take(item)
  const isGone = (list: Item['list'], name: unknown): boolean =>
    typeof name === 'string' && gone.has(keyOf({ list, name }))
  const takeWhere = (list: Item['list'], refers: (entry: Readonly<Record<string, unknown>>) => boolean): void => {
    for (const { entry } of rawEntries(draft, list)) {
      if (typeof entry.name === 'string' && refers(entry)) take({ list, name: entry.name })
    }
  }
  takeWhere('joints', ({ parent, child }) => isGone('bodies', parent) || isGone('bodies', child))
  takeWhere('actuators', ({ joint, body }) => isGone('joints', joint) || isGone('bodies', body))
  takeWhere('markers', ({ body }) => isGone('bodies', body))
  takeWhere('sensors', (entry) => isGone('bodies', entry.body) || isGone('bodies', entry.with))
  return [...gone.values()]
}

function withoutTaskEntries(draft: SceneDraft, removed: readonly Item[]): SceneDraft {
  const { task } = draft
  if (!isObject(task)) return draft
  const names = (formula: unknown): boolean =>
    typeof formula === 'string' && removed.some((item) => mentionsOf(formula, item).length > 0)
  const sets = (coordinate: unknown): boolean =>
    typeof coordinate === 'string' &&
    removed.some(({ list, name }) => (list === 'bodies' || list === 'joints') && coordinate.startsWith(`${name}.`))
  const kept = (list: string, isLost: (entry: Readonly<Record<string, unknown>>) => boolean): object => {
    const entries = task[list]
    if (!Array.isArray(entries)) return {}
    const rest = entries.filter((entry) => !isObject(entry) || !isLost(entry))
    return rest.length < entries.length ? { [list]: rest } : {}
  }
  const changes = {
    ...kept('observation', ({ formula }) => names(formula)),
    ...kept('reset', ({ coordinate }) => sets(coordinate)),
  }
  return Object.keys(changes).length > 0 ? { ...draft, task: { ...task, ...changes } } : draft
}
