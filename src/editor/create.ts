/** New items, as the canvas's tools make them: with names, masses and strengths that work at once. */
import { UserError } from '../common/user-error.ts'
import { LIMIT, MIN_LENGTH } from '../scene/limits.ts'
import { massPropertiesOf } from '../scene/mass-properties.ts'
import type { Actuator, Body, Joint, Shape } from '../scene/schema.ts'
import { type Item, type ItemList, type SceneDraft, withList } from './draft.ts'
import { drawnScene } from './drawn.ts'
import {
  boxAround,
  carriedBy,
  convexHull,
  distance,
  distanceTo,
  middleOf,
  type Point,
  subtract,
  tidy,
  tidyPoint,
  toBody,
  toWorld,
} from './geometry.ts'
import { freeName, takenNames } from './names.ts'

/** Of what a tool makes: about that of water, as in most models of the field, kg/m³. */
const DENSITY = 1000
/** Of boxes and polygons out of the plane, m. */
const DEPTH = 0.1
const CAPSULE_RADIUS = 0.05

export interface Made {
  draft: SceneDraft
  item: Item
}

export type Drawing =
  | { type: 'capsule' | 'box' | 'circle' | 'ground'; from: Point; to: Point }
  | { type: 'polygon'; points: readonly Point[] }

/** What a drawing would be, without adding it; undefined while it is too small to be anything. */
export function shapeOf(drawing: Drawing): { position: [number, number]; shape: Shape } | undefined {
  if (drawing.type === 'polygon') {
    const hull = convexHull(drawing.points).slice(0, LIMIT.polygonPoints)
    if (hull.length < 3) return undefined
    const position = tidyPoint(middleOf(boxAround(hull, 0)))
    return {
      position,
      shape: { type: 'polygon', points: hull.map((p) => tidyPoint(subtract(p, position))), depth: DEPTH },
    }
  }
  const { type, from, to } = drawing
  const length = distance(from, to)
  const position = tidyPoint(from)
  const end = tidyPoint(subtract(to, from))
  if (length < 10 * MIN_LENGTH) return undefined
  if (type === 'ground') return { position, shape: { type: 'segment', from: [0, 0], to: end } }
  if (type === 'circle') return { position, shape: { type: 'circle', radius: tidy(length) } }
  if (type === 'capsule') {
    const radius = tidy(Math.max(MIN_LENGTH, Math.min(CAPSULE_RADIUS, length / 6)))
    return { position, shape: { type: 'capsule', from: [0, 0], to: end, radius } }
  }
  const [width, height] = [tidy(Math.abs(end[0])), tidy(Math.abs(end[1]))]
  if (width < 10 * MIN_LENGTH || height < 10 * MIN_LENGTH) return undefined
  return {
    position: tidyPoint(middleOf(boxAround([from, to], 0))),
    shape: { type: 'box', width, height, depth: DEPTH },
  }
}

const BODY_NAMES: Record<Drawing['type'], string> = {
  capsule: 'link',
  circle: 'ball',
  box: 'box',
  polygon: 'polygon',
  ground: 'ground',
}

/** Adds a body as drawn. Throws a UserError where the drawing is too small. */
export function addBody(draft: SceneDraft, drawing: Drawing, kind: Body['kind'] = 'dynamic'): Made {
  const drawn = shapeOf(drawing)
  if (!drawn) throw new UserError('That is too small to be a body; drag further.')
  const { shape, position } = drawn
  const name = freeName(takenNames(draft, 'bodies'), BODY_NAMES[drawing.type])
  if (drawing.type === 'ground') return append(draft, 'bodies', { kind: 'fixed', name, position, shapes: [shape] })
  return append(draft, 'bodies', {
    kind,
    name,
    position,
    shapes: [shape],
    ...(kind === 'dynamic' && { density: DENSITY }),
  })
}

/**
 * Adds a joint where two bodies overlap at a point: the one that hangs on no joint yet becomes the child. `axis` is a slider's.
 * Throws a UserError that says what is missing.
 */
export function addJoint(draft: SceneDraft, type: Joint['type'], at: Point, tolerance = 0, axis: Point = [1, 0]): Made {
  const { parent, child } = pairAt(draft, at, tolerance)
  const name = freeName(takenNames(draft, 'joints'), type === 'weld' ? `${child}_weld` : `${child}_joint`)
  return append(draft, 'joints', {
    name,
    type,
    parent,
    child,
    anchor: tidyPoint(at),
    ...(type === 'slider' && { axis: tidyPoint(axis) }),
  })
}

/** The two bodies that a joint at a point would join. */
export function pairAt(draft: SceneDraft, at: Point, tolerance = 0): { parent: string; child: string } {
  const { bodies, joints } = drawnScene(draft)
  const here = bodies.filter((body) => distanceTo(body, at) <= tolerance)
  if (here.length < 2) {
    const only = here[0] ? ` Here is only "${here[0].name}".` : ''
    throw new UserError(`A joint joins two bodies: click where two overlap.${only}`)
  }
  const isChild = new Set(joints.map(({ child }) => child))
  const carries = (upper: string, lower: string) => carriedBy({ joints }, [upper]).has(lower)
  // What was drawn last hangs on what was there before.
  for (const child of here.toReversed()) {
    if (child.kind !== 'dynamic' || isChild.has(child.name)) continue
    const parents = here.filter(({ name }) => name !== child.name && !carries(child.name, name))
    const parent = parents.findLast(({ kind }) => kind === 'dynamic') ?? parents.at(-1)
    if (parent) return { parent: parent.name, child: child.name }
  }
  const words = here.map(({ name }) => `"${name}"`).join(' and ')
  if (here.every(({ kind }) => kind !== 'dynamic'))
    throw new UserError(`${words} do not move, so no joint is needed; make one of them dynamic.`)
  throw new UserError(`${words} hang on joints already, and a body hangs on one at most; delete a joint first.`)
}

/**
 * Adds a motor to the joint nearest to a point, or a thruster to the body there. Its strength is twice what holds the
 * carried bodies against gravity, rounded up. Throws a UserError where there is neither.
 */
export function addActuator(draft: SceneDraft, at: Point, tolerance: number): Made {
  const scene = drawnScene(draft)
  const near = scene.joints
    .map((joint) => ({ joint, far: distance(joint.anchor, at) }))
    .filter(({ joint, far }) => far <= tolerance && joint.type !== 'weld')
    .sort((a, b) => a.far - b.far)[0]?.joint
  if (near) return addMotor(draft, near)
  const body = scene.bodies.findLast((each) => each.kind === 'dynamic' && distanceTo(each, at) <= tolerance)
  if (!body) throw new UserError('An actuator drives a joint or pushes a body: click a hinge, a slider or a body.')
  return addThruster(draft, body, at)
}

/** Adds a motor to a hinge or slider. */
export function addMotor(draft: SceneDraft, joint: Joint): Made {
  const base = `${joint.name.replace(/_?joint$/, '') || joint.name}_motor`
  const name = freeName(takenNames(draft, 'actuators'), base)
  const type = joint.type === 'hinge' ? 'torque' : 'force'
  return append(draft, 'actuators', { type, name, joint: joint.name, gear: strengthFor(draft, joint) })
}

/** Adds a thruster that pushes a body up at a point of the scene. */
export function addThruster(draft: SceneDraft, body: Body, at: Point): Made {
  return append(draft, 'actuators', {
    type: 'thruster',
    name: freeName(takenNames(draft, 'actuators'), `${body.name}_thruster`),
    body: body.name,
    point: tidyPoint(toBody(body, at)),
    direction: [0, 1],
    gear: roundUp(2 * weightOf(draft, [body.name])),
  } satisfies Actuator)
}

/** Adds a named point to the body at a point of the scene. Throws a UserError where there is none. */
export function addMarker(draft: SceneDraft, at: Point, tolerance: number): Made {
  const { bodies } = drawnScene(draft)
  const here = bodies.filter((body) => distanceTo(body, at) <= tolerance)
  const body = here.findLast(({ kind }) => kind === 'dynamic') ?? here.at(-1)
  if (!body) throw new UserError('A marker is a point of a body: click one.')
  return append(draft, 'markers', {
    name: freeName(takenNames(draft, 'markers'), 'marker'),
    body: body.name,
    position: tidyPoint(toBody(body, at)),
  })
}

/** Adds an entry at the end of its list. Throws a UserError where the list is full. */
export function append(draft: SceneDraft, list: ItemList, entry: Record<string, unknown> & { name: string }): Made {
  const entries = Array.isArray(draft[list]) ? (draft[list] as unknown[]) : []
  if (entries.length >= LIMIT[list]) throw new UserError(`A scene has ${LIMIT[list]} ${list} at most.`)
  return { draft: withList(draft, list, [...entries, entry]), item: { list, name: entry.name } }
}

/** N·m or N */
function strengthFor(draft: SceneDraft, joint: Joint): number {
  const { bodies, joints, world } = drawnScene(draft)
  const carried = carriedBy({ joints }, [joint.child])
  const pull = Math.hypot(...world.gravity) || 9.81
  const load = bodies.reduce((sum, body) => {
    if (body.kind !== 'dynamic' || !carried.has(body.name)) return sum
    const { mass, centerOfMass } = massPropertiesOf(body)
    const arm = joint.type === 'hinge' ? distance(joint.anchor, toWorld(body, centerOfMass)) : 1
    return sum + mass * pull * arm
  }, 0)
  return roundUp(2 * load)
}

/** N */
function weightOf(draft: SceneDraft, names: readonly string[]): number {
  const { bodies, world } = drawnScene(draft)
  const pull = Math.hypot(...world.gravity) || 9.81
  return bodies.reduce((sum, body) => {
    return body.kind === 'dynamic' && names.includes(body.name) ? sum + massPropertiesOf(body).mass * pull : sum
  }, 0)
}

/** To 1, 2 or 5 times a power of ten. */
function roundUp(value: number): number {
  if (!(value > 1e-6)) return 1
  const base = 10 ** Math.floor(Math.log10(value))
  const factor = [1, 2, 5, 10].find((each) => each * base >= value * (1 - 1e-9))!
  return Math.min(1e6, Number((factor * base).toPrecision(1)))
}
