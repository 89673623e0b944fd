/** Moving, turning, mirroring and aligning items of a draft. Joints go along with the bodies that they carry. */
import { wrap } from '../scene/formula.ts'
import { MAX_NUMBER } from '../scene/limits.ts'
import type { Actuator, Body, Joint, Marker, SensorEntry, Shape } from '../scene/schema.ts'
import { fitsAs, type Item, mapList, type SceneDraft } from './draft.ts'
import { drawnScene } from './drawn.ts'
import {
  add,
  type Box,
  bodyBox,
  boxAround,
  middleOf,
  type Point,
  skeletonOf,
  tidy,
  tidyPoint,
  toBody,
  toWorld,
  turned,
  turnedAbout,
  unionOf,
} from './geometry.ts'

/** Moves items by a distance, m: bodies with the joints that carry them; joints, markers and others by themselves. */
export function moveItems(draft: SceneDraft, items: readonly Item[], by: Point): SceneDraft {
  return mapPoints(draft, items, {
    point: (point) => tidyPoint(add(point, by)),
    body: (body) => placed({ ...body, position: tidyPoint(add(body.position, by)) }, body),
    joint: (joint) => placed({ ...joint, anchor: tidyPoint(add(joint.anchor, by)) }, joint),
  })
}

/** Turns items about a point of the scene by an angle, rad, counter-clockwise. */
export function rotateItems(draft: SceneDraft, items: readonly Item[], pivot: Point, angle: number): SceneDraft {
  return mapPoints(draft, items, {
    point: (point) => tidyPoint(turnedAbout(point, pivot, angle)),
    body: (body) => {
      const position = tidyPoint(turnedAbout(body.position, pivot, angle))
      return placed({ ...body, position, angle: tidy(wrap((body.angle ?? 0) + angle)) }, body)
    },
    joint: (joint) => {
      const anchor = tidyPoint(turnedAbout(joint.anchor, pivot, angle))
      return joint.type === 'slider'
        ? { ...joint, anchor, axis: tidyPoint(turned(joint.axis, angle)) }
        : placed({ ...joint, anchor }, joint)
    },
  })
}

/** Mirrors items about a vertical (`x`) or horizontal (`y`) line through the middle of their box; twice is as before. */
export function mirrorItems(draft: SceneDraft, items: readonly Item[], direction: 'x' | 'y'): SceneDraft {
  const box = boxOf(draft, items)
  if (!box) return draft
  const [middleX, middleY] = middleOf(box)
  const flip = ([x, y]: Point): [number, number] =>
    tidyPoint(direction === 'x' ? [2 * middleX - x, y] : [x, 2 * middleY - y])
  const bodies = namesOf(items, 'bodies')
  const mirrored = mapPoints(draft, items, {
    point: flip,
    // About a vertical line a frame turned by a stands at -a; about a horizontal one too, its shapes then being upside down.
    body: (body) => {
      const flipped = {
        ...body,
        position: flip(body.position),
        ...(body.angle !== undefined && { angle: -body.angle + 0 }),
        ...(body.kind === 'dynamic' &&
          body.centerOfMass && { centerOfMass: mirrorLocal(body.centerOfMass, direction) }),
      }
      return { ...flipped, shapes: body.shapes.map((shape) => mirrorShape(shape, direction)) } as Body
    },
    joint: (joint) => mirrorJoint(joint, flip, direction, bodies.has(joint.child)),
  })
  const local = (point: Point): [number, number] => mirrorLocal(point, direction)
  const markers = mapList(mirrored, 'markers', (marker) =>
    bodies.has(marker.body) ? { ...marker, position: local(marker.position) } : marker,
  )
  const sensors = mapList(markers, 'sensors', (sensor) =>
    sensor.type === 'ray' && bodies.has(sensor.body)
      ? { ...sensor, position: local(sensor.position), angle: mirrorAngle(sensor.angle, direction) }
      : sensor,
  )
  return mapList(sensors, 'actuators', (actuator) =>
    actuator.type === 'thruster' && bodies.has(actuator.body)
      ? { ...actuator, point: local(actuator.point), direction: local(actuator.direction) }
      : actuator,
  )
}

export type Alignment = 'left' | 'right' | 'top' | 'bottom' | 'centre' | 'middle'

/** Moves each body so that their edges or middles lie on one line: that of the box around all of them. */
export function alignBodies(draft: SceneDraft, items: readonly Item[], alignment: Alignment): SceneDraft {
  const bodies = bodiesOf(draft, items)
  if (bodies.length < 2) return draft
  const all = unionOf(bodies.map(bodyBox))
  return bodies.reduce((next, body) => {
    const box = bodyBox(body)
    const by: Record<Alignment, Point> = {
      left: [all.minX - box.minX, 0],
      right: [all.maxX - box.maxX, 0],
      top: [0, all.maxY - box.maxY],
      bottom: [0, all.minY - box.minY],
      centre: [middleOf(all)[0] - middleOf(box)[0], 0],
      middle: [0, middleOf(all)[1] - middleOf(box)[1]],
    }
    return moveItems(next, [{ list: 'bodies', name: body.name }], by[alignment])
  }, draft)
}

/** The box around items as drawn, m; undefined where nothing of them has a place. */
export function boxOf(draft: SceneDraft, items: readonly Item[]): Box | undefined {
  const scene = drawnScene(draft)
  const placed = items.flatMap((item): Box[] => {
    const point = placeOf(draft, item)
    if (item.list !== 'bodies') return point ? [boxAround([point], 0)] : []
    const body = scene.bodies.find(({ name }) => name === item.name)
    return body ? [bodyBox(body)] : []
  })
  return placed.length > 0 ? unionOf(placed) : undefined
}

/** Where an item is in the scene as drawn: a body's middle, a joint's anchor, a point on a body; an actuator's joint. */
export function placeOf(draft: SceneDraft, { list, name }: Item): Point | undefined {
  const scene = drawnScene(draft)
  const bodyOf = (body: string) => scene.bodies.find((each) => each.name === body)
  const on = (body: string, point: Point) => {
    const found = bodyOf(body)
    return found && toWorld(found, point)
  }
  if (list === 'bodies') {
    const body = bodyOf(name)
    return body && middleOf(bodyBox(body))
  }
  if (list === 'joints') return scene.joints.find((joint) => joint.name === name)?.anchor
  if (list === 'markers') {
    const marker = scene.markers?.find((each) => each.name === name)
    return marker && on(marker.body, marker.position)
  }
  if (list === 'sensors') {
    const sensor = scene.sensors?.find((each) => each.name === name)
    return sensor && on(sensor.body, sensor.type === 'ray' ? sensor.position : [0, 0])
  }
  const actuator = scene.actuators.find((each) => each.name === name)
  if (!actuator) return undefined
  if (actuator.type === 'thruster') return on(actuator.body, actuator.point)
  return scene.joints.find((joint) => joint.name === actuator.joint)?.anchor
}

/** The selected bodies that can be drawn. */
export function bodiesOf(draft: SceneDraft, items: readonly Item[]): Body[] {
  const names = namesOf(items, 'bodies')
  return drawnScene(draft).bodies.filter(({ name }) => names.has(name))
}

interface PointMap {
  /** Of what is on a body that stays where it is, in the scene as drawn. */
  point(point: Point): [number, number]
  body(body: Body): Body
  joint(joint: Joint): Joint
}

/** Applies a map to items; what is on a moved body goes along by itself, since it is told in the body's frame. */
function mapPoints(draft: SceneDraft, items: readonly Item[], map: PointMap): SceneDraft {
  const bodies = namesOf(items, 'bodies')
  const joints = namesOf(items, 'joints')
  const scene = drawnScene(draft)
  const byName = new Map(scene.bodies.map((body) => [body.name, body]))
  const onBody = (body: string, point: Point): [number, number] => {
    const frame = byName.get(body)
    return frame ? tidyPoint(toBody(frame, map.point(toWorld(frame, point)))) : [...point]
  }
  const isAlone = (names: ReadonlySet<string>, name: string, body: string) => names.has(name) && !bodies.has(body)
  const [markers, sensors, actuators] = [
    namesOf(items, 'markers'),
    namesOf(items, 'sensors'),
    namesOf(items, 'actuators'),
  ]
  let next = mapList(draft, 'bodies', (body) => (bodies.has(body.name) ? map.body(body) : body))
  next = mapList(next, 'joints', (joint) =>
    joints.has(joint.name) || bodies.has(joint.child) ? map.joint(joint) : joint,
  )
  next = mapList(next, 'markers', (marker: Marker) =>
    isAlone(markers, marker.name, marker.body) ? { ...marker, position: onBody(marker.body, marker.position) } : marker,
  )
  next = mapList(next, 'sensors', (sensor: SensorEntry) =>
    sensor.type === 'ray' && isAlone(sensors, sensor.name, sensor.body)
      ? { ...sensor, position: onBody(sensor.body, sensor.position) }
      : sensor,
  )
  return mapList(next, 'actuators', (actuator: Actuator) =>
    actuator.type === 'thruster' && isAlone(actuators, actuator.name, actuator.body)
      ? { ...actuator, point: onBody(actuator.body, actuator.point) }
      : actuator,
  )
}

/** An entry that was only moved or turned: it need not be held against the schema at each move of a drag. */
function placed<Entry extends Body | Joint>(moved: Entry, before: Entry): Entry {
  const place = 'anchor' in moved ? moved.anchor : moved.position
  if (place.every((coordinate) => Math.abs(coordinate) <= MAX_NUMBER))
    fitsAs('anchor' in moved ? 'joints' : 'bodies', moved, before)
  return moved
}

function namesOf(items: readonly Item[], list: Item['list']): Set<string> {
  return new Set(items.filter((item) => item.list === list).map(({ name }) => name))
}

function mirrorLocal([x, y]: Point, direction: 'x' | 'y'): [number, number] {
  return direction === 'x' ? [-x + 0, y] : [x, -y + 0]
}

function mirrorAngle(angle: number, direction: 'x' | 'y'): number {
  return tidy(wrap(direction === 'x' ? Math.PI - angle : -angle))
}

function mirrorShape(shape: Shape, direction: 'x' | 'y'): Shape {
  const local = (point: Point): [number, number] => mirrorLocal(point, direction)
  switch (shape.type) {
    case 'capsule':
    case 'segment':
      return { ...shape, from: local(shape.from), to: local(shape.to) }
    case 'circle':
      return { ...shape, ...(shape.center && { center: local(shape.center) }) }
    case 'box':
      return {
        ...shape,
        ...(shape.center && { center: local(shape.center) }),
        ...(shape.angle !== undefined && { angle: -shape.angle + 0 }),
      }
    case 'polygon':
      // Mirrored corners turn the other way; their order in the file stays counter-clockwise where it was.
      return { ...shape, points: skeletonOf(shape).points.map(local).reverse() }
    case 'polyline':
      return { ...shape, points: shape.points.map(local) }
  }
}

function mirrorJoint(
  joint: Joint,
  flip: (point: Point) => [number, number],
  direction: 'x' | 'y',
  isWhole: boolean,
): Joint {
  const anchor = flip(joint.anchor)
  // A joint that moves without its child keeps what its coordinate means.
  if (joint.type === 'weld' || !isWhole) return { ...joint, anchor }
  if (joint.type === 'slider') return { ...joint, anchor, axis: mirrorLocal(joint.axis, direction) }
  const { range, rest } = joint
  return {
    ...joint,
    anchor,
    ...(range && { range: [-range[1] + 0, -range[0] + 0] as [number, number] }),
    ...(rest !== undefined && { rest: -rest + 0 }),
  }
}
