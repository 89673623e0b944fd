/** What lies under a pointer, and in a box that was drawn around things. */
import { type Item, keyOf, type SceneDraft } from './draft.ts'
import { drawnScene } from './drawn.ts'
import { type Box, bodyBox, distance, distanceTo, type Point, toWorld } from './geometry.ts'

const KIND_ORDER = { dynamic: 0, kinematic: 1, fixed: 2 } as const

/** Everything at a point of the scene, the topmost first: markers and joints above bodies, what moves above what is fixed. `tolerance` in m. */
export function itemsAt(
  draft: SceneDraft,
  at: Point,
  tolerance: number,
  hidden: ReadonlySet<string> = new Set(),
): Item[] {
  const { bodies, joints, markers = [] } = drawnScene(draft)
  const byName = new Map(bodies.map((body) => [body.name, body]))
  const near = (point: Point): boolean => distance(point, at) <= tolerance
  const found: Item[] = [
    ...markers
      .filter(({ body, position }) => near(toWorld(byName.get(body)!, position)))
      .map(({ name }): Item => ({ list: 'markers', name })),
    ...joints.filter(({ anchor }) => near(anchor)).map(({ name }): Item => ({ list: 'joints', name })),
    ...bodies
      .toReversed()
      .filter(
        (body) => isNearBox(bodyBox(body), at, tolerance) && distanceTo(body, at) <= (hasArea(body) ? 0 : tolerance),
      )
      .sort((a, b) => KIND_ORDER[a.kind] - KIND_ORDER[b.kind])
      .map(({ name }): Item => ({ list: 'bodies', name })),
  ]
  return found.filter((item) => !hidden.has(keyOf(item)))
}

/** The item that a click chooses: the topmost, or the one below the chosen one where the click is repeated in place. */
export function nextAt(candidates: readonly Item[], selection: readonly Item[]): Item | undefined {
  const keys = selection.map(keyOf)
  const chosen = candidates.findIndex((item) => keys.includes(keyOf(item)))
  return candidates[(chosen + 1) % Math.max(1, candidates.length)]
}

/** The bodies, joints and markers that lie wholly in a box. */
export function itemsIn(draft: SceneDraft, box: Box, hidden: ReadonlySet<string> = new Set()): Item[] {
  const { bodies, joints, markers = [] } = drawnScene(draft)
  const byName = new Map(bodies.map((body) => [body.name, body]))
  const holds = ([x, y]: Point): boolean => x >= box.minX && x <= box.maxX && y >= box.minY && y <= box.maxY
  const found: Item[] = [
    ...bodies
      .filter((body) => {
        const { minX, minY, maxX, maxY } = bodyBox(body)
        return holds([minX, minY]) && holds([maxX, maxY])
      })
      .map(({ name }): Item => ({ list: 'bodies', name })),
    ...joints.filter(({ anchor }) => holds(anchor)).map(({ name }): Item => ({ list: 'joints', name })),
    ...markers
      .filter(({ body, position }) => holds(toWorld(byName.get(body)!, position)))
      .map(({ name }): Item => ({ list: 'markers', name })),
  ]
  return found.filter((item) => !hidden.has(keyOf(item)))
}

function hasArea({ shapes }: { shapes: readonly { type: string }[] }): boolean {
  return shapes.every(({ type }) => type !== 'segment' && type !== 'polyline')
}

function isNearBox({ minX, minY, maxX, maxY }: Box, [x, y]: Point, tolerance: number): boolean {
  return x >= minX - tolerance && x <= maxX + tolerance && y >= minY - tolerance && y <= maxY + tolerance
}
