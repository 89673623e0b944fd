/** The fields that the inspector is made of: every key of every variant of the schema has one, with its unit and its words. */
import { describe, expect, test } from 'vitest'
import { type Field, labelOfKey, NOT_FIELDS, readDescription, type Section, sectionAt } from '../../src/scene/fields.ts'
import type { JsonPath } from '../../src/scene/json-document.ts'
import { sceneSchema } from '../../src/scene/schema.ts'

/** What of Zod's schemas is walked here, by itself and not by the code under test. */
interface Schema {
  def: {
    type: string
    shape?: Record<string, Schema>
    innerType?: Schema
    element?: Schema
    options?: Schema[]
    discriminator?: string
    values?: unknown[]
  }
}
const plain = (schema: Schema): Schema => (schema.def.type === 'optional' ? plain(schema.def.innerType!) : schema)

interface Variant {
  /** Where it stands in a document, and the document. */
  path: JsonPath
  document: unknown
  title: string
  shape: Record<string, Schema>
}

/** Every object of the schema that the inspector shows, in each of its variants. */
function variantsOf(outer: Schema, path: JsonPath, around: (value: unknown) => unknown, title: string): Variant[] {
  const schema = plain(outer)
  if (schema.def.type === 'array') {
    return variantsOf(schema.def.element!, [...path, 0], (value) => around([value]), title)
  }
  const options = schema.def.options ?? (schema.def.type === 'object' ? [schema] : [])
  return options.flatMap((option) => {
    const { discriminator } = schema.def
    const chosen = discriminator ? { [discriminator]: option.def.shape![discriminator]!.def.values![0] } : {}
    const own: Variant = {
      path,
      document: around(chosen),
      title: [title, ...Object.values(chosen)].join(' '),
      shape: option.def.shape!,
    }
    const inner = Object.entries(option.def.shape!).flatMap(([key, value]) =>
      variantsOf(value, [...path, key], (below) => around({ ...chosen, [key]: below }), `${own.title} ${key}`.trim()),
    )
    return [own, ...inner]
  })
}

const variants = variantsOf(sceneSchema as unknown as Schema, [], (value) => value, '').filter(
  ({ path }) => !path.some((key) => ['observation', 'reward', 'terminate', 'reset'].includes(String(key))),
)

/** The section of an object inside the part that the inspector shows. */
function sectionOf({ path, document }: Variant): Section {
  const part = ['bodies', 'joints', 'actuators', 'markers', 'sensors'].includes(String(path[0])) ? path.slice(0, 2) : []
  const inner = path.slice(part.length)
  const find = (section: Section): Section[] => [section, ...section.sections.flatMap(find)]
  return find(sectionAt(part, document)).find((section) => section.path.join('.') === inner.join('.'))!
}

test('the walk meets every variant of the format', () => {
  expect(variants.map(({ title }) => title)).toEqual(
    expect.arrayContaining([
      '',
      'world',
      'task',
      'bodies dynamic',
      'bodies kinematic motion',
      'bodies dynamic shapes capsule',
      'bodies fixed shapes polyline',
      'joints hinge',
      'actuators thruster',
      'markers',
      'sensors ray',
    ]),
  )
})

describe.each(variants.map((variant) => [variant.title || 'the scene', variant] as const))('%s', (_, variant) => {
  const section = sectionOf(variant)
  const keyOf = ({ path }: { path: JsonPath }) => String(path.at(-1))

  test('has a control for every key that is not edited elsewhere, and for no other', () => {
    const shown = [...section.fields, ...section.sections].map(keyOf).sort()
    const keys = Object.keys(variant.shape).filter((key) => !NOT_FIELDS.includes(key))
    expect(shown).toEqual(keys.sort())
  })

  test('says what is optional, and what holds where an optional number is not set', () => {
    for (const field of section.fields) {
      const { def } = variant.shape[keyOf(field)]!
      expect([keyOf(field), field.isOptional]).toEqual([keyOf(field), def.type === 'optional'])
    }
  })

  test('gives every number that measures something its unit', () => {
    const none = ['friction', 'restitution', 'solverIterations', 'internalIterations', 'maxSteps', 'solvedAt']
    const direction = ['axis', 'direction']
    for (const field of section.fields.filter(
      ({ kind }) => kind === 'number' || kind === 'pair' || kind === 'points',
    )) {
      const hasUnit = ![...none, ...direction].includes(keyOf(field))
      expect([keyOf(field), field.unit !== '']).toEqual([keyOf(field), hasUnit])
    }
  })
})

test.each<[string, Partial<Field>]>([
  ['m', { help: '', unit: 'm', ifAbsent: '' }],
  ['[x, y], m/s²', { help: '[x, y]', unit: 'm/s²' }],
  ['Coulomb coefficient; 0.5 if absent', { unit: '', ifAbsent: '0.5' }],
  [
    '[low, high], rad; no stops if absent',
    { help: '[low, high]; no stops if absent', unit: 'rad', ifAbsent: 'no stops' },
  ],
  ['speed aimed at = gear × action, rad/s or m/s', { unit: 'rad/s or m/s' }],
  ['torque = gear × action with the action in [-1, 1], N·m', { unit: 'N·m' }],
  [
    "in the body's frame, m; with mass only. If absent, [0, 0] where inertia is given",
    { unit: 'm', ifAbsent: '[0, 0] where inertia is given' },
  ],
  ['kg; either this or density', { help: 'either this or density', unit: 'kg', ifAbsent: '' }],
])('reads "%s"', (description, expected) => {
  expect(readDescription(description)).toMatchObject(expected)
})

test('writes keys as people read them', () => {
  expect(['maxVelocity', 'centerOfMass', 'gear'].map(labelOfKey)).toEqual(['Max velocity', 'Centre of mass', 'Gear'])
})

test('a part that says no known variant shows the choice', () => {
  const section = sectionAt(['bodies', 0], { bodies: [{ kind: 'ghost', name: 'x' }] })
  expect(section.fields.map(({ kind, choices }) => [kind, choices])).toEqual([
    ['variant', ['fixed', 'dynamic', 'kinematic']],
  ])
})
