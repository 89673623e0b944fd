/** Handles of a selected item: points that one drags to resize shapes, to place joints and to set ranges. */
import { wrap } from '../scene/formula.ts'
import type { Body, Joint, Shape } from '../scene/schema.ts'
import { normalised } from '../sim/geometry.ts'
import { findEntry, type Item, mapList, type SceneDraft } from './draft.ts'
import { drawnScene } from './drawn.ts'
import {
  add,
  bodyBox,
  boxCorners,
  distance,
  middleOf,
  type Point,
  subtract,
  tidy,
  tidyPoint,
  toBody,
  toWorld,
  turned,
} from './geometry.ts'

export interface Handle {
  /** Unique among the handles of its item. */
  id: string
  /** In the scene as drawn, m. */
  at: Point
  kind: 'point' | 'radius' | 'range'
  /** What it sets, in words, with its value: `radius 0.05 m`. */
  label: string
}

const SMALLEST = 1e-4
/** Of a hinge without stops, so that there is something to drag; rad. */
const OPEN_RANGE: Point = [-0.9 * Math.PI, 0.9 * Math.PI]

/** The handles of an item. `arc`: radius at which the ends of a hinge's range are shown, m. */
export function handlesOf(draft: SceneDraft, item: Item, arc: number): Handle[] {
  if (item.list === 'bodies') {
    const body = drawnScene(draft).bodies.find(({ name }) => name === item.name)
    return body ? body.shapes.flatMap((shape, index) => shapeHandles(body, shape, index)) : []
  }
  if (item.list === 'joints') {
    const joint = drawnScene(draft).joints.find(({ name }) => name === item.name)
    return joint ? jointHandles(draft, joint, arc) : []
  }
  return []
}

/** The draft with a handle of an item dragged to a point of the scene. */
export function dragHandle(draft: SceneDraft, item: Item, id: string, to: Point): SceneDraft {
  const found = findEntry(draft, item as { list: 'bodies'; name: string })
  if (!found) return draft
  if (item.list === 'bodies') {
    const [index, part] = [Number(id.split('.')[0]), id.slice(id.indexOf('.') + 1)]
    return mapList(draft, 'bodies', (body, at) => {
      const shape = body.shapes[index]
      if (at !== found.index || !shape) return body
      const changed = dragShape(shape, part, toBody(body, to))
      return { ...body, shapes: body.shapes.map((each, k) => (k === index ? changed : each)) } as Body
    })
  }
  if (item.list !== 'joints') return draft
  const joint = found.entry as unknown as Joint
  return mapList(draft, 'joints', (each, at) => (at === found.index ? dragJoint(draft, joint, id, to) : each))
}

/** Where the child of a hinge lies as drawn, seen from the hinge, rad: its angle 0. */
export function referenceAngle(draft: SceneDraft, joint: Joint): number {
  const child = drawnScene(draft).bodies.find(({ name }) => name === joint.child)
  const [x, y] = child ? subtract(middleOf(bodyBox(child)), joint.anchor) : [1, 0]
  return Math.hypot(x, y) < 1e-9 ? 0 : Math.atan2(y, x)
}

/** The range of a hinge, or one to begin with. */
export function shownRange({ range }: Extract<Joint, { type: 'hinge' }>): Point {
  return range ?? OPEN_RANGE
}

function shapeHandles(body: Body, shape: Shape, index: number): Handle[] {
  const handle = (part: string, kind: Handle['kind'], point: Point, label: string): Handle => ({
    id: `${index}.${part}`,
    at: toWorld(body, point),
    kind,
    label,
  })
  switch (shape.type) {
    case 'capsule': {
      const [from, to] = [shape.from, shape.to]
      const length = distance(from, to)
      const along = length > 0 ? normalised(subtract(to, from)) : ([1, 0] as Point)
      const side = add(
        [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2],
        [-along[1] * shape.radius, along[0] * shape.radius],
      )
      return [
        handle('from', 'point', from, `length ${metres(length)}`),
        handle('to', 'point', to, `length ${metres(length)}`),
        handle('radius', 'radius', side, `radius ${metres(shape.radius)}`),
      ]
    }
    case 'circle': {
      const [x, y] = shape.center ?? [0, 0]
      return [handle('radius', 'radius', [x + shape.radius, y], `radius ${metres(shape.radius)}`)]
    }
    case 'box':
      return boxCorners(shape).map((corner, k) =>
        handle(`corner.${k}`, 'point', corner, `${metres(shape.width)} × ${metres(shape.height)}`),
      )
    case 'segment': {
      const label = `length ${metres(distance(shape.from, shape.to))}`
      return [handle('from', 'point', shape.from, label), handle('to', 'point', shape.to, label)]
    }
    case 'polygon':
    case 'polyline':
      return shape.points.map((point, k) =>
        handle(`points.${k}`, 'point', point, `(${metres(point[0])}, ${metres(point[1])})`),
      )
  }
}

function jointHandles(draft: SceneDraft, joint: Joint, arc: number): Handle[] {
  if (joint.type === 'weld') return []
  if (joint.type === 'slider') {
    const axis = normalised(joint.axis)
    const along = (length: number): Point => add(joint.anchor, [axis[0] * length, axis[1] * length])
    const [low, high] = joint.range ?? [-arc, arc]
    return [
      { id: 'low', at: along(low), kind: 'range', label: `from ${joint.range ? metres(low) : 'no stop'}` },
      { id: 'high', at: along(high), kind: 'range', label: `to ${joint.range ? metres(high) : 'no stop'}` },
    ]
  }
  const reference = referenceAngle(draft, joint)
  const [low, high] = shownRange(joint)
  const at = (angle: number): Point => add(joint.anchor, turned([arc, 0], reference + angle))
  return [
    { id: 'low', at: at(low), kind: 'range', label: `from ${joint.range ? degrees(low) : 'no stop'}` },
    { id: 'high', at: at(high), kind: 'range', label: `to ${joint.range ? degrees(high) : 'no stop'}` },
  ]
}

function dragShape(shape: Shape, part: string, to: Point): Shape {
  const point = tidyPoint(to)
  switch (shape.type) {
    case 'capsule': {
      if (part === 'from' || part === 'to') return { ...shape, [part]: point }
      const [from, end] = [shape.from, shape.to]
      const length = distance(from, end)
      const [dx, dy] = length > 0 ? normalised(subtract(end, from)) : [1, 0]
      const [px, py] = subtract(to, from)
      return { ...shape, radius: atLeast(Math.abs(dx * py - dy * px)) }
    }
    case 'circle':
      return { ...shape, radius: atLeast(distance(shape.center ?? [0, 0], to)) }
    case 'segment':
      return part === 'from' || part === 'to' ? { ...shape, [part]: point } : shape
    case 'polygon':
    case 'polyline': {
      const index = Number(part.split('.')[1])
      return { ...shape, points: shape.points.map((each, k) => (k === index ? point : each)) }
    }
    case 'box': {
      const corner = Number(part.split('.')[1])
      const opposite = boxCorners(shape)[(corner + 2) % 4]!
      const [dx, dy] = turned(subtract(to, opposite), -(shape.angle ?? 0))
      // A corner dragged past the opposite one does not turn the box inside out.
      const signX = corner === 1 || corner === 2 ? 1 : -1
      const signY = corner >= 2 ? 1 : -1
      const [width, height] = [atLeast(dx * signX), atLeast(dy * signY)]
      const half = turned([(signX * width) / 2, (signY * height) / 2], shape.angle ?? 0)
      return { ...shape, center: tidyPoint(add(opposite, half)), width, height }
    }
  }
}

function dragJoint(draft: SceneDraft, joint: Joint, id: string, to: Point): Joint {
  if (joint.type === 'weld' || (id !== 'low' && id !== 'high')) return joint
  if (joint.type === 'slider') {
    const [ax, ay] = normalised(joint.axis)
    const [dx, dy] = subtract(to, joint.anchor)
    const old = joint.range ?? [-Math.hypot(dx, dy), Math.hypot(dx, dy)]
    return { ...joint, range: ranged(old, id, ax * dx + ay * dy) }
  }
  const old = shownRange(joint)
  const [dx, dy] = subtract(to, joint.anchor)
  const bare = Math.atan2(dy, dx) - referenceAngle(draft, joint)
  // The turn nearest to where the handle is: a range may go past half a turn.
  const before = old[id === 'low' ? 0 : 1]
  return { ...joint, range: ranged(old, id, before + wrap(bare - before)) }
}

/** A range with one end moved; the ends never meet. */
function ranged([low, high]: Point, id: 'low' | 'high', value: number): [number, number] {
  return id === 'low' ? [tidy(Math.min(value, high - 0.01)), high] : [low, tidy(Math.max(value, low + 0.01))]
}

function atLeast(length: number): number {
  return Math.max(SMALLEST, tidy(length))
}

/** `0.25 m`, with no more digits than one drags by. */
export function metres(value: number): string {
  return `${Number(value.toPrecision(4))} m`
}

export function degrees(value: number): string {
  return `${Math.round((value * 180) / Math.PI)}°`
}
