/** Draws the bodies, joints and torques of a scene. Line widths are in pixels, so outlines are built anew when the zoom changes. */
import { Container, Graphics } from 'pixi.js'
import type { Body, Scene } from '../../scene/schema.ts'
import type { StageColors } from './colors.ts'
import {
  boxOutline,
  capsuleOutline,
  drawnPoses,
  jointPositions,
  sceneBounds,
  torqueArc,
  torqueRanges,
} from './geometry.ts'
import { type Size, type View, worldToScreen } from './view.ts'

const LINE_WIDTH = 1.5
const JOINT_RADIUS = 4.5
/** Of the scene's extent, and its least and greatest size in px: clear of the bodies at its joint, but not of the window. */
const ARC_SHARE = 1 / 15
const ARC_RADIUS = { least: 28, greatest: 80 }
const ARC_WIDTH = 3.5
const ARC_HEAD = 13

export class RobotPainter {
  readonly container = new Container()
  private readonly scene: Scene
  private readonly drawn: Float32Array
  private readonly ranges: number[]
  /** m */
  private readonly extent: number
  private readonly bodies: Graphics[]
  private readonly joints = new Graphics()
  private builtFor: { scale: number; colors: StageColors } | undefined

  constructor(scene: Scene) {
    this.scene = scene
    this.drawn = drawnPoses(scene)
    this.ranges = torqueRanges(scene)
    const { minX, minY, maxX, maxY } = sceneBounds(scene)
    this.extent = Math.max(maxX - minX, maxY - minY)
    this.bodies = scene.bodies.map(() => new Graphics())
    // What is fixed lies behind what moves.
    for (const kind of ['fixed', 'dynamic'] as const) {
      scene.bodies.forEach((body, index) => {
        if (body.kind === kind) this.container.addChild(this.bodies[index]!)
      })
    }
    this.container.addChild(this.joints)
  }

  /** `poses` [bodies × 3] x, y (m), angle (rad), as drawn where undefined; `torques` (N·m) one a joint. */
  paint(
    view: View,
    size: Size,
    colors: StageColors,
    poses: Float32Array | undefined,
    torques: Float32Array | undefined,
  ): void {
    if (this.builtFor?.scale !== view.scale || this.builtFor.colors !== colors) this.build(view.scale, colors)
    // Poses of another scene may still be on their way while scenes change.
    const placed = poses?.length === this.drawn.length ? poses : this.drawn
    this.bodies.forEach((graphics, index) => {
      const { x, y } = worldToScreen(view, size, placed[index * 3]!, placed[index * 3 + 1]!)
      graphics.position.set(x, y)
      graphics.rotation = -placed[index * 3 + 2]!
    })
    this.paintJoints(view, size, colors, placed, torques)
  }

  destroy(): void {
    this.container.destroy({ children: true })
  }

  private build(scale: number, colors: StageColors): void {
    this.scene.bodies.forEach((body, index) => {
      const graphics = this.bodies[index]!
      graphics.clear()
      // The body's frame has y up, the screen's y down.
      graphics.scale.set(1, -1)
      drawBody(graphics, body, scale, colors)
    })
    this.builtFor = { scale, colors }
  }

  private paintJoints(
    view: View,
    size: Size,
    colors: StageColors,
    poses: Float32Array,
    torques: Float32Array | undefined,
  ): void {
    const { joints } = this
    joints.clear()
    const positions = jointPositions(this.scene, poses)
    const { least, greatest } = ARC_RADIUS
    const radius = Math.min(greatest, Math.max(least, this.extent * ARC_SHARE * view.scale))
    this.scene.joints.forEach((_, index) => {
      const { x, y } = worldToScreen(view, size, positions[index * 2]!, positions[index * 2 + 1]!)
      joints
        .circle(x, y, JOINT_RADIUS)
        .fill(colors.background)
        .circle(x, y, JOINT_RADIUS)
        .stroke({ width: LINE_WIDTH, color: colors.joint })
        .circle(x, y, 1.5)
        .fill(colors.joint)
      const arc = torqueArc(torques?.[index] ?? 0, this.ranges[index]!, radius, ARC_HEAD)
      if (!arc) return
      const onScreen = (points: number[]) => points.map((value, at) => (at % 2 === 0 ? x + value : y - value))
      joints
        .poly(onScreen(arc.line), false)
        .stroke({ width: ARC_WIDTH, color: colors.torque, cap: 'butt', join: 'round' })
        .poly(onScreen(arc.head), true)
        .fill(colors.torque)
    })
  }
}

function drawBody(graphics: Graphics, body: Body, scale: number, colors: StageColors): void {
  const fixed = body.kind === 'fixed'
  const line = { width: LINE_WIDTH, color: fixed ? colors['fixed-line'] : colors['body-line'] }
  const fill = fixed ? colors.fixed : colors.body
  for (const shape of body.shapes) {
    if (shape.type === 'circle') {
      const [x, y] = (shape.center ?? [0, 0]).map((value) => value * scale) as [number, number]
      const radius = shape.radius * scale
      graphics.circle(x, y, radius).fill(fill).circle(x, y, radius).stroke(line)
      // A spoke shows how far a wheel has turned.
      if (!fixed)
        graphics
          .moveTo(x, y)
          .lineTo(x + radius, y)
          .stroke(line)
      continue
    }
    const outline =
      shape.type === 'capsule'
        ? capsuleOutline(
            { x: shape.from[0] * scale, y: shape.from[1] * scale },
            { x: shape.to[0] * scale, y: shape.to[1] * scale },
            shape.radius * scale,
            Math.min(64, Math.max(8, Math.ceil(shape.radius * scale))),
          )
        : boxOutline(
            { x: (shape.center?.[0] ?? 0) * scale, y: (shape.center?.[1] ?? 0) * scale },
            shape.width * scale,
            shape.height * scale,
            shape.angle ?? 0,
          )
    graphics.poly(outline, true).fill(fill).poly(outline, true).stroke(line)
  }
  if (!fixed) drawCentreOfMass(graphics, colors)
}

/** A small cross at the centre of mass. */
function drawCentreOfMass(graphics: Graphics, colors: StageColors): void {
  graphics.moveTo(-4, 0).lineTo(4, 0).moveTo(0, -4).lineTo(0, 4).stroke({ width: 1, color: colors['body-line'] })
}
