/** Copies of items: within a scene, and from one scene to another. What is pasted gets free names, and its parts refer to each other. */
import { UserError } from '../common/user-error.ts'
import { sceneSchema } from '../scene/schema.ts'
import { append } from './create.ts'
import { type Entries, entriesOf, ITEM_LISTS, type Item, type ItemList, isObject, type SceneDraft } from './draft.ts'
import { carriedBy, type Point } from './geometry.ts'
import { freeName, takenNames } from './names.ts'
import { moveItems } from './transform.ts'

const FORMAT = 'torquelab-parts'

/** Items as text for a clipboard: bodies with the joints between them and all that is on them; undefined where there is nothing to copy. */
export function copyItems(draft: SceneDraft, items: readonly Item[]): string | undefined {
  const chosen = (list: ItemList) => new Set(items.filter((item) => item.list === list).map(({ name }) => name))
  const bodies = chosen('bodies')
  if (bodies.size === 0) return undefined
  const all = <List extends ItemList>(list: List) => entriesOf(draft, list).map(({ entry }) => entry)
  const joints = all('joints').filter(({ parent, child }) => bodies.has(parent) && bodies.has(child))
  const joined = new Set(joints.map(({ name }) => name))
  return JSON.stringify({
    format: FORMAT,
    bodies: all('bodies').filter(({ name }) => bodies.has(name)),
    joints,
    actuators: all('actuators').filter((actuator) =>
      actuator.type === 'thruster' ? bodies.has(actuator.body) : joined.has(actuator.joint),
    ),
    markers: all('markers').filter(({ body }) => bodies.has(body)),
    sensors: all('sensors').filter(
      (sensor) => bodies.has(sensor.body) && (sensor.type === 'ray' || !sensor.with || bodies.has(sensor.with)),
    ),
  })
}

/** Adds what `copyItems` gave, moved by a distance (m). Throws a UserError where the text is no such copy. */
export function pasteItems(draft: SceneDraft, text: string, by: Point): { draft: SceneDraft; items: Item[] } {
  const parts = readParts(text)
  let next = draft
  const names: Record<ItemList, Map<string, string>> = {
    bodies: new Map(),
    joints: new Map(),
    actuators: new Map(),
    markers: new Map(),
    sensors: new Map(),
  }
  const items: Item[] = []
  for (const list of ITEM_LISTS) {
    const taken = takenNames(next, list)
    for (const entry of parts[list] as Entries[ItemList][]) {
      const name = freeName(taken, entry.name)
      taken.add(name)
      names[list].set(entry.name, name)
      const made = append(next, list, { ...refer(entry, names), name } as never)
      next = made.draft
      items.push(made.item)
    }
  }
  return { draft: moveItems(next, items, by), items: items.filter(({ list }) => list === 'bodies') }
}

/** Copies of items and of what they carry between them, moved by a distance (m). */
export function duplicateItems(
  draft: SceneDraft,
  items: readonly Item[],
  by: Point,
): { draft: SceneDraft; items: Item[] } {
  const text = copyItems(draft, items)
  return text === undefined ? { draft, items: [] } : pasteItems(draft, text, by)
}

/** Items and every body that hangs on them. */
export function withCarried(draft: SceneDraft, items: readonly Item[]): Item[] {
  const joints = entriesOf(draft, 'joints').map(({ entry }) => entry)
  const bodies = items.filter(({ list }) => list === 'bodies').map(({ name }) => name)
  const others = items.filter(({ list }) => list !== 'bodies')
  return [...[...carriedBy({ joints }, bodies)].map((name): Item => ({ list: 'bodies', name })), ...others]
}

/** The entry with its references to other pasted parts under their new names. */
function refer(entry: Entries[ItemList], names: Record<ItemList, Map<string, string>>): Record<string, unknown> {
  const own: Record<string, unknown> = { ...entry }
  for (const key of ['parent', 'child', 'body', 'with']) {
    if (typeof own[key] === 'string') own[key] = names.bodies.get(own[key]) ?? own[key]
  }
  if (typeof own.joint === 'string') own.joint = names.joints.get(own.joint) ?? own.joint
  return own
}

function readParts(text: string): { [List in ItemList]: Entries[List][] } {
  const refuse = (): never => {
    throw new UserError('The clipboard holds no parts of a scene; copy bodies first.')
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return refuse()
  }
  if (!isObject(value) || value.format !== FORMAT) return refuse()
  const { shape } = sceneSchema
  const parsed = {
    bodies: shape.bodies.safeParse(value.bodies),
    joints: shape.joints.safeParse(value.joints),
    actuators: shape.actuators.element.array().safeParse(value.actuators),
    markers: shape.markers.safeParse(value.markers),
    sensors: shape.sensors.safeParse(value.sensors),
  }
  const data = (list: ItemList): unknown[] =>
    parsed[list].success ? ((parsed[list].data as unknown[]) ?? []) : refuse()
  return Object.fromEntries(ITEM_LISTS.map((list) => [list, data(list)])) as never
}
