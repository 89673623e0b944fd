/** Draws a scene: its bodies, joints, named points, and what its actuators exert. Widths are in pixels, so outlines are built anew when the zoom changes. */

import { Container, Graphics } from 'pixi.js'
import { isFreeToMove, isGround } from '../../scene/ground.ts'
import type { Body, Scene } from '../../scene/schema.ts'
import { largestEfforts } from '../../sim/efforts.ts'
import { rotate } from '../../sim/geometry.ts'
import { drawBody } from './body-painter.ts'
import { sceneBounds } from './bounds.ts'
import type { StageColors } from './colors.ts'
import { drawnPoses, type Parts, partsOf, placeOf, type Rail } from './geometry.ts'
import { type Arrow, forceArrow, torqueArc } from './outlines.ts'
import { type Sign, SignPainter } from './sign-painter.ts'
import { type Point, type Size, type View, worldToScreen } from './view.ts'

const RAIL_STOP = 6
/** Of the scene's extent, and its least and greatest size in px: clear of the bodies at its joint, but not of the window. */
const ARC_SHARE = 1 / 15
const ARC_RADIUS = { least: 28, greatest: 80 }
const ARC_WIDTH = 3.5
const ARC_HEAD = 13
/** The arrow of the largest force, in radii of the arc. */
const ARROW_LENGTH = 2

/** What a painting needs. `poses` [bodies × 3] x, y (m), angle (rad); `efforts` as in src/sim/efforts.ts. */
interface Picture {
  view: View
  size: Size
  colors: StageColors
  poses: ArrayLike<number>
  efforts: ArrayLike<number> | undefined
}

export class RobotPainter {
  readonly container = new Container()
  private scene: Scene
  private drawn: Float32Array
  private ranges: number[]
  private parts: Parts
  /** m */
  private readonly extent: number
  private readonly bodies: Graphics[]
  private readonly bodiesOnly: boolean
  private readonly rails = new Graphics()
  private readonly signs = new SignPainter()
  private readonly efforts = new Graphics()
  private hasEfforts = false
  private builtFor: { scale: number; colors: StageColors } | undefined

  /** `bodiesOnly`: what moves, without the ground, rails, joints and points. */
  constructor(scene: Scene, { bodiesOnly = false } = {}) {
    this.bodiesOnly = bodiesOnly
    this.scene = scene
    this.drawn = drawnPoses(scene)
    this.ranges = largestEfforts(scene)
    this.parts = partsOf(scene)
    const { minX, minY, maxX, maxY } = sceneBounds(scene)
    this.extent = Math.max(maxX - minX, maxY - minY)
    this.bodies = scene.bodies.map(() => new Graphics())
    // What is fixed lies behind what moves; rails lie between them.
    const layer = (belongs: (body: Body) => boolean) => {
      scene.bodies.forEach((body, index) => {
        if (belongs(body)) this.container.addChild(this.bodies[index]!)
      })
    }
    if (!bodiesOnly) layer(isGround)
    if (!bodiesOnly) this.container.addChild(this.rails)
    layer(({ kind }) => kind === 'kinematic')
    layer(isFreeToMove)
    if (!bodiesOnly) this.container.addChild(this.signs.container, this.efforts)
  }

  /** Takes a scene of the same bodies, some changed: only those are drawn anew. False where there are others, or other kinds. */
  update(scene: Scene): boolean {
    const before = this.scene.bodies
    if (scene.bodies.length !== before.length || scene.world.gravity !== this.scene.world.gravity) return false
    if (scene.bodies.some((body, index) => !isSameKind(body, before[index]!))) return false
    this.scene = scene
    this.drawn = drawnPoses(scene)
    this.ranges = largestEfforts(scene)
    this.parts = partsOf(scene)
    if (!this.builtFor) return true
    const { scale, colors } = this.builtFor
    scene.bodies.forEach((body, index) => {
      const old = before[index]!
      // A body that only moved keeps its picture; a turned one may have ground, whose solid side is drawn as gravity is.
      if (body !== old && (body.shapes !== old.shapes || body.angle !== old.angle || !isSameMass(body, old)))
        this.buildBody(body, index, scale, colors)
    })
    return true
  }

  /** `poses` are as drawn where undefined. */
  paint(
    view: View,
    size: Size,
    colors: StageColors,
    poses: Float32Array | undefined,
    efforts: Float32Array | undefined,
  ): void {
    if (this.builtFor?.scale !== view.scale || this.builtFor.colors !== colors) this.build(view.scale, colors)
    // Poses of another scene may still be on their way while scenes change.
    const placed = poses?.length === this.drawn.length ? poses : this.drawn
    this.bodies.forEach((graphics, index) => {
      const { x, y } = worldToScreen(view, size, placed[index * 3]!, placed[index * 3 + 1]!)
      graphics.position.set(x, y)
      graphics.rotation = -placed[index * 3 + 2]!
    })
    if (this.bodiesOnly) return
    const picture = {
      view,
      size,
      colors,
      poses: placed,
      efforts: efforts?.length === this.ranges.length ? efforts : undefined,
    }
    this.rails.clear()
    for (const rail of this.parts.rails) if (!rail.carriesGround) this.paintRail(rail, picture)
    this.signs.paint(this.signsIn(picture), colors)
    if (this.hasEfforts) this.efforts.clear()
    this.hasEfforts = picture.efforts !== undefined
    this.paintEfforts(picture)
  }

  destroy(): void {
    this.signs.destroy()
    this.container.destroy({ children: true })
    // Those that were left out of the container.
    if (this.bodiesOnly) for (const part of [...this.bodies, this.rails, this.efforts]) part.destroy()
  }

  private build(scale: number, colors: StageColors): void {
    this.scene.bodies.forEach((body, index) => {
      this.buildBody(body, index, scale, colors)
    })
    this.builtFor = { scale, colors }
  }

  private buildBody(body: Body, index: number, scale: number, colors: StageColors): void {
    const [gx, gy] = this.scene.world.gravity
    const strength = Math.hypot(gx, gy)
    const graphics = this.bodies[index]!
    graphics.clear()
    // The body's frame has y up, the screen's y down.
    graphics.scale.set(1, -1)
    const down = strength === 0 ? { x: 0, y: 0 } : rotate(gx / strength, gy / strength, -(body.angle ?? 0))
    drawBody(graphics, body, scale, colors, down)
  }

  private paintRail(rail: Rail, { view, size, colors, poses }: Picture): void {
    const { rails } = this
    const origin = onScreen(placeOf(rail, poses), view, size)
    const angle = poses[rail.body * 3 + 2]! + rail.angle
    // Without stops it goes on out of sight.
    const [low, high] = rail.range ?? [-1e3, 1e3]
    const limit = size.width + size.height
    const at = (along: number, across: number): Point => {
      const length = Math.min(limit, Math.max(-limit, along * view.scale))
      const { x, y } = rotate(length, across, angle)
      return { x: origin.x + x, y: origin.y - y }
    }
    const segment = (from: Point, to: Point) => rails.moveTo(from.x, from.y).lineTo(to.x, to.y)
    segment(at(low, 0), at(high, 0))
    if (rail.range) for (const end of rail.range) segment(at(end, -RAIL_STOP), at(end, RAIL_STOP))
    rails.stroke({ width: 2, color: colors['fixed-line'] })
  }

  private signsIn({ view, size, poses }: Picture): Sign[] {
    const turnOf = (body: number): number => -poses[body * 3 + 2]!
    const markers = this.parts.markers.map((marker): Sign => {
      return { name: 'marker', ...onScreen(placeOf(marker, poses), view, size), rotation: 0 }
    })
    const railOf = new Map(this.parts.rails.map((rail) => [rail.joint, rail]))
    const joints = this.parts.joints.map((joint, index): Sign => {
      const rail = railOf.get(index)
      const rotation = rail ? turnOf(rail.body) - rail.angle : turnOf(joint.body)
      return { name: joint.type, ...onScreen(placeOf(joint, poses), view, size), rotation }
    })
    return [...markers, ...joints]
  }

  private paintEfforts(picture: Picture): void {
    const { view, size, poses, efforts, colors } = picture
    if (!efforts) return
    const { least, greatest } = ARC_RADIUS
    const radius = Math.min(greatest, Math.max(least, this.extent * ARC_SHARE * view.scale))
    this.parts.joints.forEach(({ type, ...anchor }, index) => {
      const at = onScreen(placeOf(anchor, poses), view, size)
      if (type === 'hinge')
        this.paintArrow(torqueArc(efforts[index]!, this.ranges[index]!, radius, ARC_HEAD), at, colors)
      const rail = this.parts.rails.find(({ joint }) => joint === index)
      if (!rail) return
      const angle = poses[rail.body * 3 + 2]! + rail.angle
      const arrow = forceArrow(efforts[index]!, this.ranges[index]!, angle, radius * ARROW_LENGTH, ARC_HEAD)
      this.paintArrow(arrow, at, colors)
    })
    this.parts.thrusters.forEach((thruster, number) => {
      const index = this.parts.joints.length + number
      const at = onScreen(placeOf(thruster, poses), view, size)
      const angle = poses[thruster.body * 3 + 2]! + thruster.angle
      const arrow = forceArrow(efforts[index]!, this.ranges[index]!, angle, radius * ARROW_LENGTH, ARC_HEAD)
      // It pushes from outside: its tip is where it acts.
      if (arrow) this.paintArrow(arrow, { x: at.x - arrow.head[0]!, y: at.y + arrow.head[1]! }, colors)
    })
  }

  private paintArrow(arrow: Arrow | undefined, { x, y }: Point, colors: StageColors): void {
    if (!arrow) return
    const onStage = (points: number[]) => points.map((value, at) => (at % 2 === 0 ? x + value : y - value))
    this.efforts
      .poly(onStage(arrow.line), false)
      .stroke({ width: ARC_WIDTH, color: colors.torque, cap: 'butt', join: 'round' })
      .poly(onStage(arrow.head), true)
      .fill(colors.torque)
  }
}

function isSameKind(a: Body, b: Body): boolean {
  return a.kind === b.kind && isGround(a) === isGround(b)
}

function isSameMass(a: Body, b: Body): boolean {
  if (a.kind !== 'dynamic' || b.kind !== 'dynamic') return true
  return a.density === b.density && a.mass === b.mass && a.centerOfMass === b.centerOfMass
}

function onScreen({ x, y }: Point, view: View, size: Size): Point {
  return worldToScreen(view, size, x, y)
}
