/**
 * A rollout as Foxglove and Lichtblick draw it: the scene once as a SceneUpdate, then each body's frame as FrameTransforms.
 * Their z is up: the scene's (x, y) is their (x, 0, z), and a turn of the scene is one about their -y. docs/files.md says more.
 */
import { isGround } from '../scene/ground.ts'
import type { Body, Scene, Shape } from '../scene/schema.ts'

export const WORLD_FRAME = 'world'

type Point = readonly [x: number, y: number]

/** m: half of what bodies measure out of the plane, where their shapes do not say it. */
const HALF_DEPTH = 0.05
const LINE_WIDTH = 0.01
const COLOURS = [
  { r: 0.3, g: 0.55, b: 0.85, a: 1 },
  { r: 0.35, g: 0.7, b: 0.45, a: 1 },
  { r: 0.85, g: 0.6, b: 0.3, a: 1 },
  { r: 0.7, g: 0.45, b: 0.75, a: 1 },
]
const GROUND = { r: 0.5, g: 0.5, b: 0.5, a: 1 }

const timestampOf = (time: bigint) => ({ sec: Number(time / 1_000_000_000n), nsec: Number(time % 1_000_000_000n) })
const upright = ([x, y]: Point) => ({ x, y: 0, z: y })
/** A turn in the plane, counterclockwise, rad. */
const turned = (angle: number) => ({ x: 0, y: -Math.sin(angle / 2), z: 0, w: Math.cos(angle / 2) })
const IDENTITY = turned(0)
/** A cylinder's axis lies along z: this lays it along y, out of the plane. */
const OUT_OF_PLANE = { x: Math.SQRT1_2, y: 0, z: 0, w: Math.SQRT1_2 }

/** Those that can be seen. */
const hasShapes = ({ shapes }: Body) => shapes.length > 0

/** The `foxglove.SceneUpdate` with one entity a body that has shapes, each in its own frame. */
export function sceneUpdate({ bodies }: Scene): unknown {
  return { deletions: [], entities: bodies.flatMap((body, index) => (hasShapes(body) ? [entityOf(body, index)] : [])) }
}

function entityOf(body: Body, index: number) {
  const color = isGround(body) ? GROUND : COLOURS[index % COLOURS.length]!
  const entity = {
    timestamp: timestampOf(0n),
    frame_id: body.name,
    id: body.name,
    lifetime: { sec: 0, nsec: 0 },
    frame_locked: true,
    metadata: [],
    arrows: [],
    cubes: [] as unknown[],
    spheres: [],
    cylinders: [] as unknown[],
    lines: [] as unknown[],
    triangles: [],
    texts: [],
    models: [],
  }
  const cube = (centre: Point, angle: number, size: readonly [x: number, y: number, z: number]) =>
    entity.cubes.push({
      pose: { position: upright(centre), orientation: turned(angle) },
      size: { x: size[0], y: size[1], z: size[2] },
      color,
    })
  const disc = (centre: Point, radius: number) =>
    entity.cylinders.push({
      pose: { position: upright(centre), orientation: OUT_OF_PLANE },
      size: { x: 2 * radius, y: 2 * radius, z: 2 * HALF_DEPTH },
      bottom_scale: 1,
      top_scale: 1,
      color,
    })
  /** 0: an open line; 1: one that ends where it began, as LinePrimitive numbers them. */
  const line = (type: 0 | 1, points: readonly Point[]) =>
    entity.lines.push({
      type,
      pose: { position: upright([0, 0]), orientation: IDENTITY },
      thickness: LINE_WIDTH,
      scale_invariant: false,
      points: points.map(upright),
      color,
      colors: [],
      indices: [],
    })
  const add = (shape: Shape): void => {
    switch (shape.type) {
      case 'circle':
        disc(shape.center ?? [0, 0], shape.radius)
        // Otherwise nobody would see it turn.
        line(0, [shape.center ?? [0, 0], [(shape.center?.[0] ?? 0) + shape.radius, shape.center?.[1] ?? 0]])
        break
      case 'box':
        cube(shape.center ?? [0, 0], shape.angle ?? 0, [shape.width, shape.depth ?? 2 * HALF_DEPTH, shape.height])
        break
      case 'capsule': {
        const [dx, dy] = [shape.to[0] - shape.from[0], shape.to[1] - shape.from[1]]
        const middle: Point = [shape.from[0] + dx / 2, shape.from[1] + dy / 2]
        disc(shape.from, shape.radius)
        disc(shape.to, shape.radius)
        cube(middle, Math.atan2(dy, dx), [Math.hypot(dx, dy), 2 * HALF_DEPTH, 2 * shape.radius])
        break
      }
      case 'polygon':
        line(1, shape.points)
        break
      case 'segment':
        line(0, [shape.from, shape.to])
        break
      case 'polyline':
        line(0, shape.points)
    }
  }
  body.shapes.forEach(add)
  return entity
}

/**
 * The `foxglove.FrameTransforms`, as JSON, of those bodies with shapes that `fixed` says in a state [bodies × 6] at a time (ns), to a
 * millimetre and a fifth of a milliradian. Every number has all its decimals: messages of equal length compress better.
 */
export function frameTransforms({ bodies }: Scene, state: Float64Array, time: bigint, fixed: boolean): string {
  const timestamp = JSON.stringify(timestampOf(time))
  const transforms = bodies.flatMap((body, index) => {
    if ((body.kind === 'fixed') !== fixed || !hasShapes(body)) return []
    const [x, y, angle] = state.subarray(6 * index)
    const { y: turn, w } = turned(angle!)
    const frames = `"parent_frame_id":"${WORLD_FRAME}","child_frame_id":${JSON.stringify(body.name)}`
    const translation = `{"x":${decimals(x!, 3)},"y":0,"z":${decimals(y!, 3)}}`
    const rotation = `{"x":0,"y":${decimals(turn, 4)},"z":0,"w":${decimals(w, 4)}}`
    return [`{"timestamp":${timestamp},${frames},"translation":${translation},"rotation":${rotation}}`]
  })
  return `{"transforms":[${transforms.join(',')}]}`
}

/** Exact numbers are in `/exact`; more digits here would double the file. toFixed writes numbers from 1e21 on with an exponent. */
const decimals = (value: number, count: number) => value.toFixed(count).replace(/^-(?=0\.0*$)/, '')
