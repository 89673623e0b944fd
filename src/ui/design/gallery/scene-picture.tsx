/** A small picture of a scene at its initial pose, in the colours of the stage: they follow the theme by themselves. */

import { skeletonOf, toWorld } from '../../../editor/geometry.ts'
import { isGround } from '../../../scene/ground.ts'
import type { Body, Scene, Shape } from '../../../scene/schema.ts'
import { sceneBounds } from '../../stage/bounds.ts'

/** Width to height. */
const ASPECT = 4 / 3
/** Around what is shown, as a share of its height. */
const MARGIN = 0.12
/** Of lines, as a share of the picture's height. */
const LINE = 0.012

export function ScenePicture({ scene }: { scene: Scene }) {
  const { minX, minY, maxX, maxY } = sceneBounds(scene)
  const [middleX, middleY] = [(minX + maxX) / 2, (minY + maxY) / 2]
  const height = Math.max(maxY - minY, (maxX - minX) / ASPECT, 1e-3) * (1 + 2 * MARGIN)
  const width = height * ASPECT
  // Ground first, then from the back to the front, as the stage draws.
  const bodies = scene.bodies.toSorted((a, b) => Number(isGround(b)) - Number(isGround(a)))
  return (
    <svg
      class="scene-picture"
      viewBox={`${middleX - width / 2} ${-middleY - height / 2} ${width} ${height}`}
      preserveAspectRatio="xMidYMid slice"
      stroke-width={height * LINE}
      aria-hidden="true"
    >
      <g transform="scale(1 -1)">
        {bodies.flatMap((body) =>
          body.shapes.map((shape, index) => <ShapePicture key={`${body.name}/${index}`} body={body} shape={shape} />),
        )}
        {scene.joints.map(({ name, anchor }) => (
          <circle key={name} class="picture-joint" cx={anchor[0]} cy={anchor[1]} r={height * LINE * 1.6} />
        ))}
      </g>
    </svg>
  )
}

export function ShapePicture({ body, shape }: { body: Body; shape: Shape }) {
  const { kind, points, radius } = skeletonOf(shape)
  const placed = points.map((point) => toWorld(body, point))
  const pairs = placed.map(([x, y]) => `${x},${y}`).join(' ')
  const name = `picture-${isGround(body) ? 'fixed' : body.kind}`
  if (kind === 'area') return <polygon class={name} points={pairs} />
  if (shape.type === 'circle') return <circle class={name} cx={placed[0]![0]} cy={placed[0]![1]} r={radius} />
  if (radius === 0) return <polyline class={`${name} line`} points={pairs} />
  const [from, to] = placed as [[number, number], [number, number]]
  const turn = (Math.atan2(to[1] - from[1], to[0] - from[0]) * 180) / Math.PI
  const length = Math.hypot(to[0] - from[0], to[1] - from[1])
  return (
    <rect
      class={name}
      x={-radius}
      y={-radius}
      width={length + 2 * radius}
      height={2 * radius}
      rx={radius}
      transform={`translate(${from[0]} ${from[1]}) rotate(${turn})`}
    />
  )
}
