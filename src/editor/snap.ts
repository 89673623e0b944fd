/** Snapping: what is dragged lands on ends, centres and joints of other things, in line with them, or on the grid. */
import type { SceneDraft } from './draft.ts'
import { drawnScene } from './drawn.ts'
import { distance, keyPointsOf, type Point, toWorld } from './geometry.ts'

export interface SnapTarget {
  at: Point
  /** What is there, as in `end of link`. */
  what: string
}

export interface Snapped {
  /** To be added to what is dragged, m. */
  by: Point
  /** Lines to show why: from the target to what was laid upon it, or in line with it. */
  guides: { from: Point; to: Point }[]
  /** The point that was hit; undefined where only lines or the grid were. */
  target?: SnapTarget
}

/** Points to snap to: of every body but those that move, of joints and markers. */
export function snapTargets(draft: SceneDraft, moving: ReadonlySet<string>): SnapTarget[] {
  const { bodies, joints, markers = [] } = drawnScene(draft)
  const byName = new Map(bodies.map((body) => [body.name, body]))
  return [
    ...joints
      .filter(({ child }) => !moving.has(child))
      .map(({ anchor, name }): SnapTarget => ({ at: anchor, what: name })),
    ...markers
      .filter(({ body }) => !moving.has(body))
      .map(({ body, position, name }): SnapTarget => ({ at: toWorld(byName.get(body)!, position), what: name })),
    ...bodies
      .filter(({ name }) => !moving.has(name))
      .flatMap((body) => keyPointsOf(body).map((at): SnapTarget => ({ at, what: body.name }))),
  ]
}

/**
 * How to shift points that are dragged so that one of them lands on a target within `tolerance` (m), else in line with one
 * across or upright, else on a grid of `spacing` (m; 0: no grid) by its first point.
 */
export function snap(
  points: readonly Point[],
  targets: readonly SnapTarget[],
  tolerance: number,
  spacing: number,
): Snapped {
  let best: { by: Point; target: SnapTarget; far: number; to: Point } | undefined
  let [alongX, alongY]: ({ by: number; target: SnapTarget; point: Point } | undefined)[] = []
  for (const point of points) {
    for (const target of targets) {
      const by: Point = [target.at[0] - point[0], target.at[1] - point[1]]
      const far = distance(point, target.at)
      if (far <= tolerance && far < (best?.far ?? Number.POSITIVE_INFINITY)) best = { by, target, far, to: target.at }
      if (Math.abs(by[0]) <= tolerance && Math.abs(by[0]) < Math.abs(alongX?.by ?? tolerance * 2))
        alongX = { by: by[0], target, point }
      if (Math.abs(by[1]) <= tolerance && Math.abs(by[1]) < Math.abs(alongY?.by ?? tolerance * 2))
        alongY = { by: by[1], target, point }
    }
  }
  if (best) return { by: best.by, guides: [], target: best.target }
  const first = points[0] ?? [0, 0]
  const onGrid = (value: number): number => {
    if (spacing <= 0) return 0
    const by = Math.round(value / spacing) * spacing - value
    return Math.abs(by) <= Math.max(tolerance, spacing / 2) ? by : 0
  }
  const by: Point = [alongX?.by ?? onGrid(first[0]), alongY?.by ?? onGrid(first[1])]
  const guides = [alongX, alongY].flatMap((line) =>
    line ? [{ from: line.target.at, to: [line.point[0] + by[0], line.point[1] + by[1]] as Point }] : [],
  )
  return { by, guides }
}
