/** Asks the scene's schema what it knows about a place in a document: its keys, its variants, its words. */
import type { JsonPath } from './json-document.ts'
import { sceneSchema } from './schema.ts'

/** The part of Zod's schemas that is walked here. */
export interface AnySchema {
  description?: string
  /** Of numbers: `safeint` for whole ones, and the bounds. */
  format?: string | null
  minValue?: number | null
  maxValue?: number | null
  safeParse(value: unknown): { success: boolean }
  def: {
    type: string
    shape?: Record<string, AnySchema>
    element?: AnySchema
    items?: AnySchema[]
    innerType?: AnySchema
    options?: AnySchema[]
    discriminator?: string
    values?: unknown[]
  }
}

/** The value at a path of a document, or undefined. */
export function valueAt(document: unknown, path: JsonPath): unknown {
  return path.reduce<unknown>((value, part) => {
    return value !== null && typeof value === 'object' && Object.hasOwn(value, part)
      ? (value as Record<PropertyKey, unknown>)[part]
      : undefined
  }, document)
}

/** The keys that an object at this path may have. */
export function keysAt(path: JsonPath, document: unknown): string[] {
  const schema = schemaAt(path, document)
  const { shape } = schema ? variantOf(schema, valueAt(document, path)).def : {}
  return Object.keys(shape ?? {})
}

/** The schema's words about the value at a path; empty where it has none. */
export function descriptionAt(path: JsonPath, document: unknown): string {
  const outer = schemaAt(path, document, 'outer')
  return outer?.description ?? (outer && unwrap(outer).description) ?? ''
}

/** The values that the discriminating key at this path (`type`, `kind`) may have. */
export function variantsAt(path: JsonPath, document: unknown): string[] {
  const key = String(path.at(-1))
  const union = schemaAt(path.slice(0, -1), document)
  return (union?.def.options ?? []).map((option) => literalOf(option, key))
}

/** Whether the schema at this path takes a value; undefined stands for an absent key. */
export function acceptsAt(path: JsonPath, document: unknown, value: unknown): boolean {
  return schemaAt(path, document, 'outer')?.safeParse(value).success ?? false
}

/** Walks the schema along a path; the document chooses among variants on the way. `outer` keeps the last `optional`. */
export function schemaAt(path: JsonPath, document: unknown, as: 'inner' | 'outer' = 'inner'): AnySchema | undefined {
  let schema: AnySchema | undefined = sceneSchema as unknown as AnySchema
  for (const [depth, part] of path.entries()) {
    const { def }: AnySchema = variantOf(unwrap(schema), valueAt(document, path.slice(0, depth)))
    if (def.type === 'tuple') schema = def.items?.[Number(part)]
    else schema = def.type === 'array' ? def.element : def.shape?.[String(part)]
    if (!schema) return undefined
  }
  return as === 'outer' ? schema : unwrap(schema)
}

/** The schema inside `optional`. */
export function unwrap(schema: AnySchema): AnySchema {
  return schema.def.type === 'optional' && schema.def.innerType ? unwrap(schema.def.innerType) : schema
}

/** The variant of a union that a value says it is; the union itself where it says none. */
export function variantOf(schema: AnySchema, value: unknown): AnySchema {
  const { discriminator, options = [] } = schema.def
  if (!discriminator) return schema
  const chosen = valueAt(value, [discriminator])
  return options.find((option) => literalOf(option, discriminator) === chosen) ?? schema
}

/** The word by which a variant is chosen. */
export function literalOf(option: AnySchema, key: string): string {
  return String(option.def.shape?.[key]?.def.values?.[0] ?? '')
}
