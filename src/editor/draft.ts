/** A scene file as it is edited: its JSON, which may be wrong anywhere, and the named items in it. */
import type { Actuator, Body, Joint, Marker, Scene, SensorEntry } from '../scene/schema.ts'
import { SCENE_VERSION, sceneSchema } from '../scene/schema.ts'
import { readable, readsAs, withChange } from './readable.ts'

/** The JSON object of a scene file. Drafts are never changed in place: parts of them are shared between the steps of the history. */
export type SceneDraft = Readonly<Record<string, unknown>>

/** The lists whose entries can be selected. */
export const ITEM_LISTS = ['bodies', 'joints', 'actuators', 'markers', 'sensors'] as const
export type ItemList = (typeof ITEM_LISTS)[number]

/** A named part of a scene. Names outlive every change of an index. */
export interface Item {
  list: ItemList
  name: string
}

/** What the entries of each list are where they are right. */
export interface Entries {
  bodies: Body
  joints: Joint
  actuators: Actuator
  markers: Marker
  sensors: SensorEntry
}

const SCHEMAS = {
  bodies: sceneSchema.shape.bodies.element,
  joints: sceneSchema.shape.joints.element,
  actuators: sceneSchema.shape.actuators.element,
  markers: sceneSchema.shape.markers.unwrap().element,
  sensors: sceneSchema.shape.sensors.unwrap().element,
} as const

/** A scene with nothing in it but Earth's gravity and steps that suit small robots. */
export function emptyScene(name = 'untitled'): SceneDraft {
  return {
    format: 'torquelab-scene',
    version: SCENE_VERSION,
    name,
    world: { gravity: [0, -9.81], controlStep: 0.02, physicsStep: 0.005, solverIterations: 5 },
    bodies: [],
    joints: [],
    actuators: [],
    task: { maxSteps: 500, observation: [], reward: [], terminate: [], reset: [] },
  } satisfies Scene
}

/** One text for each item, for sets and keys. */
export function keyOf({ list, name }: Item): string {
  return `${list}/${name}`
}

export function sameItem(a: Item, b: Item): boolean {
  return a.list === b.list && a.name === b.name
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

/** The entries of a list that are objects, as they stand, with their indices; empty where there is no list. */
export function rawEntries(
  draft: SceneDraft,
  list: ItemList,
): { index: number; entry: Readonly<Record<string, unknown>> }[] {
  const value = draft[list]
  if (!Array.isArray(value)) return []
  return value.flatMap((entry: unknown, index) => (isObject(entry) ? [{ index, entry }] : []))
}

/** Whether two values are the same JSON, the order of keys included. Parts that they share are not looked into. */
export function isSameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((each, index) => isSameJson(each, b[index]))
  }
  if (!isObject(a) || !isObject(b)) return false
  const [keys, others] = [definedKeys(a), definedKeys(b)]
  return keys.length === others.length && keys.every((key, at) => key === others[at] && isSameJson(a[key], b[key]))
}

/** As JSON has them. */
function definedKeys(value: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(value).filter((key) => value[key] !== undefined)
}

/** Says of an entry that it differs from another one in places within their limits alone, so that it fits the schema where that one does. */
export function fitsAs(list: ItemList, moved: object, before: object): void {
  readsAs(SCHEMAS[list], moved as Readonly<Record<string, unknown>>, before as Readonly<Record<string, unknown>>)
}

/** The entries of a list with their indices: as they are where they fit the schema, else what of them can be read. */
export function entriesOf<List extends ItemList>(
  draft: SceneDraft,
  list: List,
): { index: number; entry: Entries[List] }[] {
  return rawEntries(draft, list).flatMap(({ index, entry }) => {
    const read = readable(SCHEMAS[list], entry)
    return read ? [{ index, entry: read as unknown as Entries[List] }] : []
  })
}

/** The first entry of an item's name that can be read; undefined where there is none. */
export function findEntry<List extends ItemList>(
  draft: SceneDraft,
  { list, name }: { list: List; name: string },
): { index: number; entry: Entries[List] } | undefined {
  return entriesOf(draft, list).find(({ entry }) => entry.name === name)
}

/** Every item of a draft that has a name, in the order of the file. */
export function itemsOf(draft: SceneDraft): Item[] {
  return ITEM_LISTS.flatMap((list) =>
    rawEntries(draft, list).flatMap(({ entry: { name } }) => (typeof name === 'string' ? [{ list, name }] : [])),
  )
}

/** The draft with one list changed; an empty optional list that was not there stays away. */
export function withList(draft: SceneDraft, list: ItemList, entries: readonly unknown[]): SceneDraft {
  if (entries.length === 0 && (list === 'markers' || list === 'sensors') && draft[list] === undefined) return draft
  if (draft[list] !== undefined || list === 'bodies') return { ...draft, [list]: entries }
  // The task closes a file, as in those that people write.
  const { task, ...rest } = draft
  return { ...rest, [list]: entries, ...(task !== undefined && { task }) }
}

/** The draft with the entries of a list replaced one by one; `change` gives the same entry back where nothing changes. */
export function mapList<List extends ItemList>(
  draft: SceneDraft,
  list: List,
  change: (entry: Entries[List], index: number) => Entries[List],
): SceneDraft {
  const value = draft[list]
  if (!Array.isArray(value)) return draft
  let isChanged = false
  const next = [...value]
  for (const { index, entry } of entriesOf(draft, list)) {
    const changed = change(entry, index)
    if (changed === entry) continue
    next[index] = withChange(value[index], entry as never, changed as never)
    isChanged = true
  }
  return isChanged ? { ...draft, [list]: next } : draft
}
