/** Draws one body in its own frame, y up: its shapes, and a small cross at its centre of mass. */

import type { Graphics } from 'pixi.js'
import { isFreeToMove, isGround } from '../../scene/ground.ts'
import { massPropertiesOf } from '../../scene/mass-properties.ts'
import type { Body, Shape, SolidShape } from '../../scene/schema.ts'
import type { StageColors } from './colors.ts'
import { solidOutline } from './outlines.ts'
import type { Point } from './view.ts'

export const LINE_WIDTH = 1.5
/** Of ground lines: the line, and the band below it that says which side is solid, px. */
const GROUND_WIDTH = 2
const GROUND_BAND = 7
const CROSS = 4

type LineShape = Exclude<Shape, SolidShape>

/** Fills `graphics`, which is empty. `down`: where gravity points in the body's frame, of length 1 (or 0 without gravity). */
export function drawBody(graphics: Graphics, body: Body, scale: number, colors: StageColors, down: Point): void {
  const { fill, stroke } = {
    fixed: { fill: colors.fixed, stroke: colors['fixed-line'] },
    kinematic: { fill: colors.kinematic, stroke: colors['kinematic-line'] },
    dynamic: { fill: colors.body, stroke: colors['body-line'] },
  }[isGround(body) ? 'fixed' : body.kind]
  const line = { width: LINE_WIDTH, color: stroke }
  for (const shape of body.shapes) {
    if (shape.type === 'segment' || shape.type === 'polyline') {
      drawGround(graphics, shape, scale, down, fill, stroke)
    } else if (shape.type === 'circle') {
      const [x, y] = (shape.center ?? [0, 0]).map((value) => value * scale) as [number, number]
      const radius = shape.radius * scale
      graphics.circle(x, y, radius).fill(fill).circle(x, y, radius).stroke(line)
      // A spoke shows how far a wheel has turned.
      if (body.kind !== 'fixed') {
        graphics
          .moveTo(x, y)
          .lineTo(x + radius, y)
          .stroke(line)
      }
    } else {
      const outline = solidOutline(shape, scale)
      graphics.poly(outline, true).fill(fill).poly(outline, true).stroke(line)
    }
  }
  if (!isFreeToMove(body)) return
  const [x, y] = massPropertiesOf(body).centerOfMass.map((value) => value * scale) as [number, number]
  graphics
    .moveTo(x - CROSS, y)
    .lineTo(x + CROSS, y)
    .moveTo(x, y - CROSS)
    .lineTo(x, y + CROSS)
    .stroke({ width: 1, color: colors['body-line'] })
}

function drawGround(
  graphics: Graphics,
  shape: LineShape,
  scale: number,
  down: Point,
  fill: string,
  stroke: string,
): void {
  const points = (shape.type === 'segment' ? [shape.from, shape.to] : shape.points).map(([x, y]): [number, number] => [
    x * scale,
    y * scale,
  ])
  // Quadrangle by quadrangle: the band of a whole line can cross itself.
  for (let index = 1; index < points.length; index++) {
    const [from, to] = [points[index - 1]!, points[index]!]
    const [dx, dy] = [down.x * GROUND_BAND, down.y * GROUND_BAND]
    graphics.poly([...from, ...to, to[0] + dx, to[1] + dy, from[0] + dx, from[1] + dy], true)
  }
  graphics.fill(fill).poly(points.flat(), false).stroke({ width: GROUND_WIDTH, color: stroke, join: 'round' })
}
