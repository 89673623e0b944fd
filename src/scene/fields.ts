/**
 * The fields of a part of a scene, read from its schema: what an inspector has to show and to check. Descriptions in the schema
 * follow one pattern, `what it is, unit; what holds if absent`, from which unit and words come.
 */
import type { JsonPath } from './json-document.ts'
import { formulaSchema } from './schema.ts'
import { type AnySchema, literalOf, schemaAt, unwrap, valueAt, variantOf } from './schema-lookup.ts'
import { parseUnit } from './units.ts'

export type FieldKind =
  /** One number. */
  | 'number'
  /** Two numbers: a point, a direction, a range. */
  | 'pair'
  | 'boolean'
  /** A line of text. */
  | 'text'
  /** The part's own name. */
  | 'name'
  /** The name of another part. */
  | 'reference'
  /** A formula of time. */
  | 'formula'
  /** Which variant the part is (`kind`, `type`): the choice decides about its other fields. */
  | 'variant'
  /** A list of points. */
  | 'points'
  /** Collision groups: a set of whole numbers. */
  | 'groups'
  /** Named numbers. */
  | 'constants'

export interface Field {
  /** From the part. */
  path: JsonPath
  kind: FieldKind
  label: string
  /** What it is, in words; empty where the label says it. */
  help: string
  /** Empty where it has none; `N·m or N` where it depends on the joint. */
  unit: string
  isOptional: boolean
  /** What holds where it is not set, in words: `0.5`. */
  ifAbsent: string
  isInteger: boolean
  /** Bounds of a number as the schema has them. */
  min?: number
  max?: number
  /** Of a variant: what it may be. */
  choices: readonly string[]
  /** Of a reference: the lists that have such names. */
  list?: 'bodies' | 'joints'
}

/** Fields that belong together: a part, one of its shapes, an object in it. */
export interface Section {
  /** From the part; empty for the part itself. */
  path: JsonPath
  title: string
  help: string
  isOptional: boolean
  /** Whether the value is there; an optional section may be absent. */
  isPresent: boolean
  fields: readonly Field[]
  sections: readonly Section[]
  /** Where the section is a list whose entries can be added and removed: what one of them is called, and its variants. */
  list?: { one: string; variants: readonly string[]; length: number }
}

const REFERENCES: Readonly<Record<string, 'bodies' | 'joints'>> = {
  parent: 'bodies',
  child: 'bodies',
  body: 'bodies',
  with: 'bodies',
  joint: 'joints',
}

/** Of the format itself, or edited elsewhere: lists of named parts in the outline, formulas of the task in the task editor. */
export const NOT_FIELDS: readonly string[] = [
  '$schema',
  'format',
  'version',
  'bodies',
  'joints',
  'actuators',
  'markers',
  'sensors',
  'observation',
  'reward',
  'terminate',
  'reset',
]

const LABELS: Readonly<Record<string, string>> = {
  center: 'Centre',
  centerOfMass: 'Centre of mass',
  collidesWith: 'Collides with',
  groups: 'Collision groups',
  with: 'Other body',
  point: 'Point',
  rest: 'Rest',
  solvedAt: 'Solved at return',
  maxSteps: 'Time limit',
  neverTerminates: 'Never terminates',
}

/** The fields of the part at a path of a document: a body, a joint, the world, the task, or the scene itself where it is empty. */
export function sectionAt(path: JsonPath, document: unknown): Section {
  const schema = schemaAt(path, document)
  if (!schema) throw new Error(`The schema has nothing at ${path.map(String).join('.')}.`)
  const section = sectionOf(schema, valueAt(document, path), [], '', '')
  // No formula uses the scene's own name.
  const asText = (field: Field): Field => (field.kind === 'name' ? { ...field, kind: 'text' } : field)
  return path.length === 0 ? { ...section, fields: section.fields.map(asText) } : section
}

interface Words {
  help: string
  unit: string
  ifAbsent: string
}

/** Descriptions are the schema's, so there are as many as it has fields. */
const read = new Map<string, Words>()

/** What a description says: its words, the unit, and what holds if the field is absent. */
export function readDescription(description: string): Words {
  let words = read.get(description)
  if (!words) {
    words = wordsOf(description)
    read.set(description, words)
  }
  return words
}

function wordsOf(description: string): Words {
  const end = description.search(/; |\. /)
  const [head, tail] = end < 0 ? [description, ''] : [description.slice(0, end), description.slice(end + 2)]
  const parts = head.split(', ')
  const last = parts.at(-1)!
  const unit = last.split(' or ').every((each) => parseUnit(each)) ? last : ''
  const words = unit ? parts.slice(0, -1).join(', ') : head
  const ifAbsent = /(?:^|; )([^;]+?) if absent/.exec(`; ${tail}`)?.[1] ?? /If absent, (.+)$/.exec(tail)?.[1] ?? ''
  return { help: [words, tail].filter(Boolean).join('; '), unit, ifAbsent }
}

/** A key as people read it: `maxVelocity` is `Max velocity`. */
export function labelOfKey(key: string): string {
  const words = key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
  return LABELS[key] ?? words.charAt(0).toUpperCase() + words.slice(1)
}

function sectionOf(outer: AnySchema, value: unknown, path: JsonPath, title: string, help: string): Section {
  const union = unwrap(outer)
  const schema = variantOf(union, value)
  const shape = schema.def.shape ?? {}
  const { discriminator } = union.def
  // Of a part that says no variant there is, the choice is all that can be shown.
  const fields: Field[] = discriminator && schema === union ? [variantField(union, [...path, discriminator])] : []
  const sections: Section[] = []
  for (const [key, inner] of Object.entries(shape)) {
    if (NOT_FIELDS.includes(key)) continue
    const at = [...path, key]
    const plain = unwrap(inner)
    const words = descriptionOf(inner)
    const below = valueAt(value, [key])
    if (key === discriminator) fields.push(variantField(union, at))
    else if (plain.def.type === 'object') sections.push(objectSection(inner, below, at, words))
    else if (isListOfParts(plain)) sections.push(listSection(plain, below, at, words))
    else fields.push(fieldOf(inner, at, words))
  }
  return {
    path,
    title,
    help,
    isOptional: outer.def.type === 'optional',
    isPresent: value !== undefined,
    fields,
    sections,
  }
}

function objectSection(schema: AnySchema, value: unknown, path: JsonPath, description: string): Section {
  return sectionOf(schema, value, path, labelOfKey(String(path.at(-1))), description)
}

function listSection(schema: AnySchema, value: unknown, path: JsonPath, description: string): Section {
  const { element } = schema.def
  const { discriminator = 'type', options = [] } = element!.def
  const entries = Array.isArray(value) ? value : []
  const title = labelOfKey(String(path.at(-1)))
  const one = title.replace(/s$/, '').toLowerCase()
  return {
    path,
    title,
    help: description,
    isOptional: false,
    isPresent: Array.isArray(value),
    fields: [],
    sections: entries.map((entry, index) => {
      const type = valueAt(entry, [discriminator])
      return sectionOf(
        element!,
        entry,
        [...path, index],
        `${typeof type === 'string' ? labelOfKey(type) : one} ${index + 1}`,
        '',
      )
    }),
    list: { one, variants: options.map((option) => literalOf(option, discriminator)), length: entries.length },
  }
}

/** A list of variants, as a body's shapes. */
function isListOfParts({ def }: AnySchema): boolean {
  return def.type === 'array' && def.element?.def.discriminator !== undefined
}

function variantField(union: AnySchema, path: JsonPath): Field {
  const key = String(path.at(-1))
  return {
    ...plainField(path, 'variant', descriptionOf(union)),
    choices: (union.def.options ?? []).map((option) => literalOf(option, key)),
  }
}

function fieldOf(outer: AnySchema, path: JsonPath, description: string): Field {
  const schema = unwrap(outer)
  const key = String(path.at(-1))
  const kind = kindOf(schema, key)
  const reference = kind === 'reference' ? REFERENCES[key] : undefined
  return {
    ...plainField(path, kind, description),
    isOptional: outer.def.type === 'optional',
    isInteger: schema.format === 'safeint',
    ...(Number.isFinite(schema.minValue) && { min: schema.minValue! }),
    ...(Number.isFinite(schema.maxValue) && { max: schema.maxValue! }),
    ...(reference && { list: reference }),
  }
}

function plainField(path: JsonPath, kind: FieldKind, description: string): Field {
  return {
    path,
    kind,
    label: labelOfKey(String(path.at(-1))),
    ...readDescription(description),
    isOptional: false,
    isInteger: false,
    choices: [],
  }
}

function kindOf(schema: AnySchema, key: string): FieldKind {
  const { type, element } = schema.def
  if ((schema as unknown) === formulaSchema) return 'formula'
  if (type === 'number' || type === 'boolean') return type
  if (type === 'tuple') return 'pair'
  if (type === 'record') return 'constants'
  if (type === 'string') return key === 'name' ? 'name' : REFERENCES[key] ? 'reference' : 'text'
  if (type === 'array' && element) return unwrap(element).def.type === 'tuple' ? 'points' : 'groups'
  throw new Error(`The inspector has no control for "${key}", which is ${type}.`)
}

function descriptionOf(schema: AnySchema): string {
  return schema.description ?? unwrap(schema).description ?? ''
}
