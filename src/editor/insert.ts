/** New items without a pointer: for the keyboard, the palette and the outline, on what is selected. */
import { UserError } from '../common/user-error.ts'
import type { Body, Joint, SensorEntry } from '../scene/schema.ts'
import { addBody, addMotor, addThruster, append, type Drawing, type Made } from './create.ts'
import type { Item, SceneDraft } from './draft.ts'
import { drawnScene } from './drawn.ts'
import {
  bodyBox,
  carriedBy,
  distanceTo,
  keyPointsOf,
  middleOf,
  type Point,
  tidy,
  tidyPoint,
  toBody,
} from './geometry.ts'
import { freeName, takenNames } from './names.ts'

/** Of a new body, as shares of what the view shows. */
const SHARE = 0.15

/** Adds a body at the middle of a view that shows `extent` m. */
export function insertBody(
  draft: SceneDraft,
  type: 'capsule' | 'circle' | 'box' | 'ground',
  at: Point,
  extent: number,
): Made {
  const half = Math.max(1e-3, extent * SHARE)
  const ends: Record<typeof type, readonly [Point, Point]> = {
    capsule: [
      [0, half],
      [0, -half],
    ],
    circle: [
      [0, 0],
      [half / 2, 0],
    ],
    box: [
      [-half / 2, -half / 2],
      [half / 2, half / 2],
    ],
    ground: [
      [-2 * half, 0],
      [2 * half, 0],
    ],
  }
  const [from, to] = ends[type].map(([x, y]): Point => [at[0] + x, at[1] + y])
  return addBody(draft, { type, from, to } as Drawing)
}

/**
 * Joins two selected bodies: the one that moves and hangs on no joint yet becomes the child, the one selected last where both
 * could. The joint is at the end or centre of the child that is nearest to the parent. Throws a UserError that says what is missing.
 */
export function insertJoint(draft: SceneDraft, type: Joint['type'], items: readonly Item[]): Made {
  const { bodies, joints } = drawnScene(draft)
  const pair = items
    .filter(({ list }) => list === 'bodies')
    .flatMap(({ name }) => bodies.filter((body) => body.name === name))
  const [a, b] = pair
  if (!a || !b || pair.length > 2) throw new UserError('A joint joins two bodies: select the two, and nothing else.')
  const hangs = new Set(joints.map(({ child }) => child))
  const canHang = (child: typeof a, parent: typeof a) =>
    child.kind === 'dynamic' && !hangs.has(child.name) && !carriedBy({ joints }, [child.name]).has(parent.name)
  const [parent, child] = canHang(b, a) ? [a, b] : canHang(a, b) ? [b, a] : []
  if (!parent || !child)
    throw new UserError(
      `Neither of "${a.name}" and "${b.name}" can hang on the other: it must be dynamic, and hang on no joint yet.`,
    )
  const points = keyPointsOf(child)
  const [first = child.position] = points
  const anchor = points.reduce<Point>(
    (best, point) => (distanceTo(parent, point) < distanceTo(parent, best) - 1e-9 ? point : best),
    first,
  )
  const name = freeName(takenNames(draft, 'joints'), type === 'weld' ? `${child.name}_weld` : `${child.name}_joint`)
  return append(draft, 'joints', {
    name,
    type,
    parent: parent.name,
    child: child.name,
    anchor: tidyPoint(anchor),
    ...(type === 'slider' && { axis: [1, 0] }),
  })
}

/** Adds a motor to the selected joint, or a thruster to the selected body. Throws a UserError where neither is selected. */
export function insertActuator(draft: SceneDraft, items: readonly Item[]): Made {
  const scene = drawnScene(draft)
  const [item] = items
  const joint = item?.list === 'joints' ? scene.joints.find(({ name }) => name === item.name) : undefined
  if (joint?.type === 'weld') throw new UserError('A weld does not move: select a hinge, a slider or a body.')
  const body = item?.list === 'bodies' ? scene.bodies.find(({ name }) => name === item.name) : undefined
  if (joint) return addMotor(draft, joint)
  if (body?.kind !== 'dynamic')
    throw new UserError('An actuator drives a joint or pushes a body: select a hinge, a slider or a dynamic body.')
  return addThruster(draft, body, middleOf(bodyBox(body)))
}

/** Adds a named point at the middle of the selected body, or of the first. Throws a UserError where there is none. */
export function insertMarker(draft: SceneDraft, items: readonly Item[]): Made {
  const body = bodyFor(draft, items)
  return append(draft, 'markers', {
    name: freeName(takenNames(draft, 'markers'), 'marker'),
    body: body.name,
    position: tidyPoint(toBody(body, middleOf(bodyBox(body)))),
  })
}

/** Adds a sensor of touch, or of distance downwards, to the selected body, or to the first. Throws a UserError where there is none. */
export function insertSensor(draft: SceneDraft, type: SensorEntry['type'], items: readonly Item[]): Made {
  const body = bodyFor(draft, items)
  const taken = takenNames(draft, 'sensors')
  const entry: SensorEntry =
    type === 'contact'
      ? { type, name: freeName(taken, `${body.name}_contact`), body: body.name }
      : {
          type,
          name: freeName(taken, `${body.name}_distance`),
          body: body.name,
          position: tidyPoint(toBody(body, middleOf(bodyBox(body)))),
          angle: tidy(-Math.PI / 2 - (body.angle ?? 0)),
          length: 1,
        }
  return append(draft, 'sensors', entry)
}

function bodyFor(draft: SceneDraft, items: readonly Item[]): Body {
  const { bodies } = drawnScene(draft)
  const [chosen] = items.flatMap(({ list, name }) =>
    list === 'bodies' ? bodies.filter((body) => body.name === name) : [],
  )
  const body = chosen ?? bodies.find(({ kind }) => kind === 'dynamic') ?? bodies[0]
  if (!body) throw new UserError('There is no body to put it on: draw one first.')
  return body
}
