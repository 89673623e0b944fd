/** What of a broken part can be read: so that a part with one wrong number is still drawn, moved and mended. */
import type * as z from 'zod'

type Entry = Readonly<Record<string, unknown>>

/** Remembered, since unchanged entries are shared between drafts. */
const known = new WeakMap<z.ZodType, WeakMap<Entry, Entry | undefined>>()

/** The entry itself where it fits its schema; else without the values that do not, where the rest then fits. */
export function readable(schema: z.ZodType, entry: Entry): Entry | undefined {
  let entries = known.get(schema)
  if (!entries) {
    entries = new WeakMap()
    known.set(schema, entries)
  }
  if (!entries.has(entry)) entries.set(entry, read(schema, entry))
  return entries.get(entry)
}

/** Says that an entry fits its schema where another one does; nothing where that is not known. */
export function readsAs(schema: z.ZodType, entry: Entry, other: Entry): void {
  const entries = known.get(schema)
  if (entries?.get(other) === other) entries.set(entry, entry)
}

/** `changed` is made of `read`, which was read of `entry`: the entry with the same change, its broken values as they are. */
export function withChange(entry: Entry, read: Entry, changed: Entry): Entry {
  if (read === entry) return changed
  const isLike = (key: string) => JSON.stringify(read[key]) === JSON.stringify(changed[key])
  // Shapes that could not be read have no counterpart.
  const isWhole = (key: string) => key !== 'shapes' || lengthOf(entry.shapes) === lengthOf(read.shapes)
  const keys = Object.keys(changed).filter((key) => !isLike(key) && isWhole(key))
  return keys.length > 0 ? { ...entry, ...Object.fromEntries(keys.map((key) => [key, changed[key]])) } : entry
}

function read(schema: z.ZodType, entry: Entry): Entry | undefined {
  const first = schema.safeParse(entry)
  if (first.success) return entry
  let { issues } = first.error
  const copy = structuredClone(entry)
  // First the wrong values alone, then the shapes that cannot do without them.
  for (const keepsShapes of [true, false]) {
    const shapes = new Set<unknown>()
    for (const issue of issues) {
      const keys = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path]
      for (const path of keys) {
        if (path[0] === 'shapes' && typeof path[1] === 'number' && !(keepsShapes && path.length > 2))
          shapes.add(path[1])
        else if (path.length > 0) takeAway(copy, path[0] === 'shapes' ? path : path.slice(0, 1))
      }
    }
    if (shapes.size > 0 && Array.isArray(copy.shapes)) {
      Object.assign(copy, { shapes: copy.shapes.filter((_, index) => !shapes.has(index)) })
    }
    const next = schema.safeParse(copy)
    if (next.success) return copy
    issues = next.error.issues
  }
  return undefined
}

function takeAway(object: unknown, path: readonly PropertyKey[]): void {
  const owner = path.slice(0, -1).reduce<unknown>((value, key) => {
    return value === null || typeof value !== 'object' ? undefined : Reflect.get(value, key)
  }, object)
  // An element of a list leaves a hole that the next look finds.
  if (owner !== null && typeof owner === 'object') Reflect.deleteProperty(owner, path.at(-1)!)
}

function lengthOf(list: unknown): number {
  return Array.isArray(list) ? list.length : -1
}
