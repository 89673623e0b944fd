/** Fields of one part and of many: read, set, unset, and turned into other variants; every result fits the schema. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { convertShape } from '../../src/editor/convert-shape.ts'
import { emptyScene, type Item, type ItemList, itemsOf, type SceneDraft } from '../../src/editor/draft.ts'
import { boxAround, skeletonOf } from '../../src/editor/geometry.ts'
import {
  addToList,
  partsOf,
  removeFromList,
  setDefault,
  setField,
  setNumberOfPair,
  setVariant,
  sharedSection,
  valueOfField,
} from '../../src/editor/properties.ts'
import { draftText, readDraft, validateDraft } from '../../src/editor/text.ts'
import { type Field, type Section, sectionAt } from '../../src/scene/fields.ts'
import type { JsonPath } from '../../src/scene/json-document.ts'
import type { Shape } from '../../src/scene/schema.ts'
import { acceptsAt, valueAt } from '../../src/scene/schema-lookup.ts'
import { fc } from '../properties.ts'
import { everything } from '../scene/everything.ts'

const all = () => everything() as unknown as SceneDraft
const hopper = () => readDraft(readFileSync('scenes/hopper.json', 'utf8'), 'hopper')
const item = (list: ItemList, name: string): Item => ({ list, name })
const fieldsOf = ({ fields, sections }: Section): Field[] => [...fields, ...sections.flatMap(fieldsOf)]
const keys = (section: Section) => section.fields.map(({ path }) => path.join('.'))

describe('what several parts have in common', () => {
  test('is each field that all of them have, without the name', () => {
    const draft = hopper()
    const shared = sharedSection(draft, partsOf(draft, [item('bodies', 'torso'), item('bodies', 'foot')]))
    expect(keys(shared)).toEqual(expect.arrayContaining(['kind', 'position', 'friction', 'density']))
    expect(keys(shared)).not.toContain('name')
    expect(
      shared.sections.find(({ path }) => path[0] === 'shapes')!.sections[0]!.fields.map(({ label }) => label),
    ).toContain('Radius')
    const unlike = sharedSection(draft, partsOf(draft, [item('bodies', 'torso'), item('joints', 'leg_joint')]))
    expect(keys(unlike)).toEqual([])
    const driven = sharedSection(draft, partsOf(draft, [item('joints', 'leg_joint'), item('actuators', 'leg_motor')]))
    expect(keys(driven)).toEqual([])
  })

  test('joins the units of hinges and sliders', () => {
    const draft = all()
    const joints = partsOf(
      draft,
      itemsOf(draft).filter(({ list }) => list === 'joints'),
    )
    const kinds = joints.map((part) => (valueAt(draft, part) as { type: string }).type)
    const some = joints.filter((_, index) => kinds[index] !== 'weld')
    expect(new Set(kinds)).toEqual(new Set(['hinge', 'slider', 'weld']))
    const damping = sharedSection(draft, some).fields.find(({ label }) => label === 'Damping')!
    expect(damping.unit.split(' or ').sort()).toEqual(['N·m·s/rad', 'N·s/m'])
  })

  test('is the scene where nothing is selected', () => {
    const section = sharedSection(hopper(), partsOf(hopper(), []))
    expect(keys(section)).toEqual(['name', 'description'])
    expect(section.sections.map(({ title }) => title)).toEqual(['World', 'Task'])
  })

  test('stays the same while values change, and follows variants, shapes and objects', () => {
    const draft = all()
    const parts = partsOf(draft, [item('bodies', 'lift')])
    const before = sharedSection(draft, parts)
    expect(sharedSection(setField(draft, parts, ['friction'], 0.1), parts)).toBe(before)
    expect(sharedSection(draft, [...parts, ...parts])).not.toBe(before)
    const changes: [string, SceneDraft][] = [
      ['no motion', setField(draft, parts, ['motion'], undefined)],
      ['another kind', setVariant(draft, parts, ['kind'], 'fixed')],
      ['another shape', setVariant(draft, parts, ['shapes', 0, 'type'], 'circle')],
      ['one more shape', addToList(draft, parts, ['shapes'], 'box')],
    ]
    for (const [what, changed] of changes) {
      const section = sharedSection(changed, parts)
      expect([what, JSON.stringify(section)]).toEqual([what, JSON.stringify(sectionAt(parts[0]!, changed))])
      expect([what, JSON.stringify(section) === JSON.stringify(before)]).toEqual([what, false])
    }
  })

  test('values are one, mixed or absent', () => {
    const draft = hopper()
    const parts = partsOf(draft, [item('bodies', 'torso'), item('bodies', 'foot')])
    expect(valueOfField(draft, parts, ['kind'])).toEqual({ kind: 'value', value: 'dynamic' })
    expect(valueOfField(draft, parts, ['position'])).toEqual({ kind: 'mixed' })
    expect(valueOfField(draft, parts, ['collidesWith']).kind).not.toBe('value')
    expect(valueOfField(draft, parts, ['nothing'])).toEqual({ kind: 'absent' })
  })
})

describe('setting fields', () => {
  test('of all parts at once, and taking them away again', () => {
    const draft = hopper()
    const parts = partsOf(
      draft,
      itemsOf(draft).filter(({ list }) => list === 'bodies'),
    )
    const set = setField(draft, parts, ['restitution'], 0.25)
    expect(valueOfField(set, parts, ['restitution'])).toEqual({ kind: 'value', value: 0.25 })
    expect(validateDraft(set).problems).toEqual([])
    expect(draftText(setField(set, parts, ['restitution'], undefined))).toBe(draftText(draft))
  })

  test('one number of a pair, where the others differ', () => {
    const draft = hopper()
    const parts = partsOf(draft, [item('bodies', 'torso'), item('bodies', 'foot')])
    const before = parts.map((part) => valueAt(draft, [...part, 'position']) as number[])
    const after = setNumberOfPair(draft, parts, ['position'], 0, 0.5)
    expect(parts.map((part) => valueAt(after, [...part, 'position']))).toEqual(before.map(([, y]) => [0.5, y]))
  })

  test('a body has a mass or a density: setting one takes the other away, and the mass is what it was', () => {
    const draft = hopper()
    const parts = partsOf(draft, [item('bodies', 'torso')])
    const heavy = setDefault(draft, parts, ['mass'])
    expect(validateDraft(heavy).problems).toEqual([])
    const mass = valueOfField(heavy, parts, ['mass'])
    expect(mass.kind).toBe('value')
    expect(valueOfField(heavy, parts, ['density']).kind).toBe('absent')
    const whole = setDefault(draft, parts, ['inertia'])
    expect(validateDraft(whole).problems).toEqual([])
    expect(valueOfField(whole, parts, ['mass'])).toEqual(mass)
    const dense = setField(whole, parts, ['density'], 500)
    expect(validateDraft(dense).problems).toEqual([])
    expect(Object.keys(valueAt(dense, parts[0]!) as object)).not.toContain('inertia')
  })

  test('a new key stands where the schema has it', () => {
    const draft = hopper()
    const parts = partsOf(draft, [item('joints', 'leg_joint')])
    const order = Object.keys(valueAt(setField(draft, parts, ['contacts'], true), parts[0]!) as object)
    expect(order.at(-1)).toBe('contacts')
    const slower = Object.keys(valueAt(setField(draft, parts, ['maxVelocity'], 9), parts[0]!) as object)
    expect(slower.indexOf('maxVelocity')).toBeGreaterThan(slower.indexOf('anchor'))
  })
})

/** Every part of a scene that has one of everything, with every field of it. */
const cases = (() => {
  const draft = all()
  const parts: JsonPath[] = [[], ...partsOf(draft, itemsOf(draft))]
  return parts.flatMap((part) => fieldsOf(sharedSection(draft, [part])).map((field) => ({ part, field })))
})()

test('every optional field can be set to a start that the schema accepts, and unset again', () => {
  const draft = all()
  for (const { part, field } of cases.filter((each) => each.field.isOptional)) {
    const path = [...part, ...field.path]
    const without = setField(draft, [part], field.path, undefined)
    expect(valueAt(without, path), path.join('.')).toBeUndefined()
    const set = setDefault(without, [part], field.path)
    const value = valueAt(set, path)
    expect([path.join('.'), value === undefined, acceptsAt(path, set, value)]).toEqual([path.join('.'), false, true])
  }
})

test('every part can become every variant of its kind, and its entry then fits the schema', () => {
  const draft = all()
  for (const { part, field } of cases.filter((each) => each.field.kind === 'variant')) {
    for (const variant of field.choices) {
      const changed = setVariant(draft, [part], field.path, variant)
      const path = [...part, ...field.path.slice(0, -1)]
      expect(valueAt(changed, [...path, String(field.path.at(-1))])).toBe(variant)
      const hasLines = /segment|polyline/.test(JSON.stringify(valueAt(changed, path)))
      // A body of lines that becomes dynamic keeps them, and the problem says so.
      if (variant === 'dynamic' && hasLines) expect(validateDraft(changed).problems.length).toBeGreaterThan(0)
      else if (!(path.includes('shapes') && /segment|polyline/.test(variant)))
        expect([path.join('.'), variant, acceptsAt(path, changed, valueAt(changed, path))]).toEqual([
          path.join('.'),
          variant,
          true,
        ])
    }
  }
})

test('shapes are added to a body and taken away', () => {
  const draft = hopper()
  const parts = partsOf(draft, [item('bodies', 'torso')])
  const added = addToList(draft, parts, ['shapes'], 'box')
  expect(validateDraft(added).problems).toEqual([])
  expect(draftText(removeFromList(added, parts, ['shapes', 1]))).toBe(draftText(draft))
})

test('a converted shape lies where the old one was, whatever it is turned into', () => {
  const number = fc.double({ min: -1, max: 1, noNaN: true })
  const size = fc.double({ min: 0.05, max: 1, noNaN: true })
  const shape = fc.oneof(
    fc.record({ type: fc.constant('circle' as const), center: fc.tuple(number, number), radius: size }),
    fc.record({
      type: fc.constant('box' as const),
      center: fc.tuple(number, number),
      width: size,
      height: size,
      angle: number,
      depth: size,
    }),
    fc.record({
      type: fc.constant('capsule' as const),
      from: fc.tuple(number, number),
      to: fc.constant<[number, number]>([2, 2]),
      radius: size,
    }),
  )
  const types: Shape['type'][] = ['circle', 'box', 'capsule', 'polygon', 'segment', 'polyline']
  const extentOf = (of: Shape) => {
    const { points, radius } = skeletonOf(of)
    return boxAround(points, radius)
  }
  fc.assert(
    fc.property(shape, fc.constantFrom(...types), (from, type) => {
      const to = convertShape(from, type)
      expect(to.type).toBe(type)
      const [a, b] = [extentOf(from), extentOf(to)]
      expect((b.minX + b.maxX) / 2).toBeCloseTo((a.minX + a.maxX) / 2, 4)
      expect((b.minY + b.maxY) / 2).toBeCloseTo((a.minY + a.maxY) / 2, 4)
      const draft = { ...emptyScene(), bodies: [{ name: 'a', kind: 'fixed', position: [0, 0], shapes: [to] }] }
      expect(acceptsAt(['bodies', 0, 'shapes', 0], draft, to)).toBe(true)
    }),
  )
})
