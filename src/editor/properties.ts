/** The fields of selected parts, of one or of many at once: what they have in common, their values, and changing them. */
import { type Field, type Section, sectionAt } from '../scene/fields.ts'
import { formatPath, type JsonPath } from '../scene/json-document.ts'
import type { Shape } from '../scene/schema.ts'
import { acceptsAt, keysAt, schemaAt, valueAt, variantOf } from '../scene/schema-lookup.ts'
import { convertShape } from './convert-shape.ts'
import { type Item, isObject, keyOf, rawEntries, type SceneDraft } from './draft.ts'
import { defaultFor } from './field-defaults.ts'

/** The value of a field in every selected part; `mixed` where they differ. */
export type FieldValue = { kind: 'absent' | 'mixed' } | { kind: 'value'; value: unknown }

/** The paths of items in a draft; of the scene itself where there are none. Items that are not there are left out. */
export function partsOf(draft: SceneDraft, items: readonly Item[]): JsonPath[] {
  if (items.length === 0) return [[]]
  const indices = new Map<string, number>()
  for (const list of new Set(items.map((item) => item.list))) {
    // The first of a name that comes twice.
    for (const { index, entry } of rawEntries(draft, list).toReversed()) {
      indices.set(keyOf({ list, name: String(entry.name) }), index)
    }
  }
  return items.flatMap((item) => {
    const index = indices.get(keyOf(item))
    return index === undefined ? [] : [[item.list, index]]
  })
}

/** The fields that all parts have, by path and kind. One part has all of its own. The same parts have the same section while only values change. */
export function sharedSection(draft: SceneDraft, parts: readonly JsonPath[]): Section {
  // Hundreds of like bodies are read once.
  const structures = new Map<string, JsonPath>()
  for (const part of parts) structures.set(`${String(part[0])} ${structureOf(valueAt(draft, part))}`, part)
  const key = [parts.length > 1 ? 'several' : 'one', ...[...structures.keys()].sort()].join(' & ')
  let section = sections.get(key)
  if (!section) {
    const [first, ...rest] = [...structures.values()].map((part) => sectionAt(part, draft))
    if (!first) throw new Error('There is no part to show.')
    section = rest.reduce(intersect, first)
    // A name belongs to one part.
    if (parts.length > 1 && rest.length === 0) section = intersect(first, first)
    if (sections.size >= MOST_SECTIONS) sections.clear()
    sections.set(key, section)
  }
  return section
}

/** Sections by the structures that they are of. */
const sections = new Map<string, Section>()
const MOST_SECTIONS = 200

/** All that decides which fields a part has: its variant, the variants of what is in its lists, and which objects it has. */
function structureOf(value: unknown): string {
  if (!isObject(value)) return typeof value
  const inner = Object.entries(value).map(([key, below]) => {
    if (isObject(below)) return `${key}{${structureOf(below)}}`
    if (Array.isArray(below) && below.some(isObject)) return `${key}[${below.map(structureOf).join()}]`
    return ''
  })
  return [value.kind, value.type, ...inner].filter(Boolean).join(' ')
}

/** What a field holds in the parts. */
export function valueOfField(draft: SceneDraft, parts: readonly JsonPath[], field: JsonPath): FieldValue {
  const [first, ...rest] = parts.map((part) => valueAt(draft, [...part, ...field]))
  const text = JSON.stringify(first)
  if (rest.some((value) => value !== first && JSON.stringify(value) !== text)) return { kind: 'mixed' }
  return first === undefined ? { kind: 'absent' } : { kind: 'value', value: first }
}

/**
 * The draft with a field of every part set, or taken away where the value is undefined. What excludes it goes: a body has a mass
 * or a density. A new key takes the place that it has in the schema.
 */
export function setField(draft: SceneDraft, parts: readonly JsonPath[], field: JsonPath, value: unknown): SceneDraft {
  return changeParts(draft, parts, (next, part) => {
    const path = [...part, ...field]
    const weighed = value === undefined ? next : weighedOtherwise(next, path)
    return write(weighed, path, value)
  })
}

/** One number of a pair; the other stays, or is 0 where there was none. */
export function setNumberOfPair(
  draft: SceneDraft,
  parts: readonly JsonPath[],
  field: JsonPath,
  index: 0 | 1,
  value: number,
): SceneDraft {
  return changeParts(draft, parts, (next, part) => {
    const old = valueAt(next, [...part, ...field])
    const pair = Array.isArray(old) ? [old[0] ?? 0, old[1] ?? 0] : [0, 0]
    pair[index] = value
    return setField(next, [part], field, pair)
  })
}

/** The draft with an absent field set to what makes a sensible start. */
export function setDefault(draft: SceneDraft, parts: readonly JsonPath[], field: JsonPath): SceneDraft {
  return changeParts(draft, parts, (next, part) => {
    if (valueAt(next, [...part, ...field]) !== undefined) return next
    const path = [...part, ...field]
    return setField(next, [part], field, defaultFor(next, path.slice(0, -1), String(path.at(-1))))
  })
}

/** The draft with the parts, or objects in them, as another variant: what both variants know stays, what the new one needs is added. */
export function setVariant(
  draft: SceneDraft,
  parts: readonly JsonPath[],
  field: JsonPath,
  variant: string,
): SceneDraft {
  return changeParts(draft, parts, (next, part) => {
    const path = [...part, ...field.slice(0, -1)]
    const key = String(field.at(-1))
    const old = valueAt(next, path)
    if (!isObject(old) || old[key] === variant) return next
    if (path.includes('shapes') && acceptsAt(path, next, old)) {
      return write(next, path, convertShape(old as unknown as Shape, variant as Shape['type']))
    }
    return write(next, path, asVariant(next, path, { ...old, [key]: variant }))
  })
}

/** The draft with one more entry of a list of variants, such as a shape of a body, in every part. */
export function addToList(draft: SceneDraft, parts: readonly JsonPath[], list: JsonPath, variant: string): SceneDraft {
  return changeParts(draft, parts, (next, part) => {
    const path = [...part, ...list]
    const old = valueAt(next, path)
    const entries = Array.isArray(old) ? old : []
    const at = [...path, entries.length]
    // Its keys come from the schema, which is asked about what stands there.
    const withType = write(next, path, [...entries, { type: variant }])
    return write(next, at, asVariant(withType, at, { type: variant }))
  })
}

export function removeFromList(draft: SceneDraft, parts: readonly JsonPath[], entry: JsonPath): SceneDraft {
  return changeParts(draft, parts, (next, part) => {
    const list = valueAt(next, [...part, ...entry.slice(0, -1)])
    if (!Array.isArray(list)) return next
    const rest = list.filter((_, index) => index !== entry.at(-1))
    return write(next, [...part, ...entry.slice(0, -1)], rest)
  })
}

function changeParts(
  draft: SceneDraft,
  parts: readonly JsonPath[],
  change: (draft: SceneDraft, part: JsonPath) => SceneDraft,
): SceneDraft {
  return parts.reduce((next, part) => change(next, part), draft)
}

/** What the schema of a variant accepts of an object, and defaults for what it needs besides. */
function asVariant(
  draft: SceneDraft,
  path: JsonPath,
  object: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const after = write(draft, path, object)
  const shape = variantOf(schemaAt(path, after)!, object).def.shape ?? {}
  const next: Record<string, unknown> = {}
  for (const [key, schema] of Object.entries(shape)) {
    const isOptional = schema.def.type === 'optional'
    const kept = object[key] !== undefined && (!isOptional || schema.safeParse(object[key]).success)
    const value = kept ? object[key] : isOptional ? undefined : defaultFor(after, path, key)
    if (value !== undefined) next[key] = value
  }
  // A dynamic body has to weigh something, and a prism has a volume to weigh.
  if ('depth' in shape && next.depth === undefined) next.depth = defaultFor(after, path, 'depth')
  if (next.kind === 'dynamic' && next.mass === undefined && next.density === undefined) next.density = 1000
  return inOrder(next, Object.keys(shape), Object.keys(object))
}

/** Keys that were there in their order, then new ones in the schema's. */
function inOrder(
  object: Record<string, unknown>,
  schemaKeys: readonly string[],
  old: readonly string[],
): Record<string, unknown> {
  let result: Record<string, unknown> = {}
  for (const key of old) if (key in object) result[key] = object[key]
  for (const key of Object.keys(object)) if (!(key in result)) result = inserted(result, key, object[key], schemaKeys)
  return result
}

/** A body weighs by its mass or by its density: the draft without what a field at this path excludes. */
function weighedOtherwise(draft: SceneDraft, path: JsonPath): SceneDraft {
  const key = String(path.at(-1))
  const body = path.slice(0, -1)
  const has = (other: string) => valueAt(draft, [...body, other]) !== undefined
  if (path[0] !== 'bodies' || path.length !== 3) return draft
  if (key === 'density') {
    return ['mass', 'inertia', 'centerOfMass'].reduce(
      (next, other) => (has(other) ? write(next, [...body, other], undefined) : next),
      draft,
    )
  }
  if (!['mass', 'inertia', 'centerOfMass'].includes(key) || !has('density')) return draft
  const mass = defaultFor(draft, body, 'mass')
  const withMass = key === 'mass' || has('mass') ? draft : write(draft, [...body, 'mass'], mass)
  return write(withMass, [...body, 'density'], undefined)
}

/** The draft with a value at a path, or without it; objects on the way are made where they are missing. */
function write(draft: SceneDraft, path: JsonPath, value: unknown): SceneDraft {
  const at = (now: unknown, depth: number): unknown => {
    if (depth === path.length) return value
    const key = path[depth]!
    if (Array.isArray(now)) {
      const entries = [...now]
      entries[Number(key)] = at(now[Number(key)], depth + 1)
      return entries
    }
    const object = isObject(now) ? now : {}
    const next = at(object[String(key)], depth + 1)
    if (next === undefined) {
      const { [String(key)]: _, ...rest } = object
      return rest
    }
    return inserted(object, String(key), next, keysAt(path.slice(0, depth), draft))
  }
  return JSON.stringify(valueAt(draft, path)) === JSON.stringify(value) ? draft : (at(draft, 0) as SceneDraft)
}

/** The object with a key, in its place: where it was, else before the first that comes later in the schema. */
function inserted(object: object, key: string, value: unknown, schemaKeys: readonly string[]): Record<string, unknown> {
  if (Object.hasOwn(object, key)) return { ...object, [key]: value }
  const later = new Set(schemaKeys.slice(schemaKeys.indexOf(key) + 1))
  const entries = Object.entries(object)
  const place = schemaKeys.includes(key) ? entries.findIndex(([other]) => later.has(other)) : -1
  entries.splice(place < 0 ? entries.length : place, 0, [key, value])
  return Object.fromEntries(entries)
}

function intersect(a: Section, b: Section): Section {
  const fieldKey = ({ path, kind }: Field) => `${kind} ${formatPath(path)}`
  const others = new Map(b.fields.map((field) => [fieldKey(field), field]))
  const sections = new Map(b.sections.map((section) => [formatPath(section.path), section]))
  const units = (x: string, y: string) =>
    [...new Set([...x.split(' or '), ...y.split(' or ')])].filter(Boolean).join(' or ')
  return {
    ...a,
    isPresent: a.isPresent && b.isPresent,
    fields: a.fields.flatMap((field) => {
      const other = others.get(fieldKey(field))
      // A name is of one part.
      if (!other || field.kind === 'name') return []
      const choices = field.choices.filter((choice) => other.choices.includes(choice))
      if (field.kind === 'variant' && choices.length < 2) return []
      return [
        { ...field, choices, unit: units(field.unit, other.unit), isOptional: field.isOptional && other.isOptional },
      ]
    }),
    sections: a.sections.flatMap((section) => {
      const other = sections.get(formatPath(section.path))
      return other ? [intersect(section, other)] : []
    }),
    ...(a.list && b.list && { list: { ...a.list, length: Math.min(a.list.length, b.list.length) } }),
  }
}
