/** What can be shown over a robot: contact points and forces, axes and ranges of joints, centres of mass, velocities, a hand that pulls, and a push. */

import { Graphics } from 'pixi.js'
import { isFreeToMove } from '../../scene/ground.ts'
import { massPropertiesOf } from '../../scene/mass-properties.ts'
import type { Scene } from '../../scene/schema.ts'
import { normalised, pointIn, rotate } from '../../sim/geometry.ts'
import type { Pull } from '../../sim/pull.ts'
import type { Push } from '../../sim/push.ts'
import type { StageColors } from './colors.ts'
import { type Arrow, forceArrow } from './outlines.ts'
import { type Point, type Size, type View, worldToScreen } from './view.ts'

/** What is to be shown; what is undefined is not. */
export interface StageOverlays {
  /** [contact points × 4] x, y (m), fx, fy (N) */
  contacts?: Float32Array | undefined
  /** [bodies × 3] vx, vy (m/s, of the frame's origin), angular velocity (rad/s) */
  velocities?: Float32Array | undefined
  jointAxes?: boolean
  centresOfMass?: boolean
  pull?: Pull | undefined
  push?: Push | undefined
}

/** px */
const CONTACT_RADIUS = 3.5
const HEAD = 9
const LINE = 2
const AXIS = 34
const CENTRE = 5
const ROBOT_CENTRE = 8
/** A force of the robot's weight is drawn so long, and a speed of 1 m/s; px. */
const WEIGHT_LENGTH = 70
const SPEED_LENGTH = 40
/** A push that changes the robot's speed by 1 m/s, px. */
const PUSH_LENGTH = 70
const LONGEST = 400

interface Mass {
  body: number
  mass: number
  centre: Point
}

interface Axis {
  parent: number
  /** In the parent's frame, m. */
  point: Point
  /** Where coordinate 0 points, in the parent's frame, rad; along the axis of a slider. */
  zero: number
  range: readonly [number, number] | undefined
  type: 'hinge' | 'slider'
}

interface Known {
  masses: readonly Mass[]
  axes: readonly Axis[]
  /** Of the robot where there is gravity, N; else of 1 kg at 10 m/s². */
  weight: number
}

interface Picture {
  view: View
  size: Size
  colors: StageColors
  poses: ArrayLike<number>
}

export class OverlayPainter {
  readonly graphics = new Graphics()
  private scene: Scene
  private isDrawn = false
  /** What is drawn of the scene; undefined until something is. */
  private known: Known | undefined

  constructor(scene: Scene) {
    this.scene = scene
  }

  /** Another state of the same document. */
  update(scene: Scene): void {
    this.scene = scene
    this.known = undefined
  }

  /** Nothing is drawn without poses: overlays belong to a scene in play. */
  paint(
    view: View,
    size: Size,
    colors: StageColors,
    poses: Float32Array | undefined,
    overlays: StageOverlays | undefined,
  ): void {
    if (this.isDrawn) this.graphics.clear()
    this.isDrawn = overlays !== undefined && poses !== undefined
    if (!overlays || !poses) return
    this.known ??= readKnown(this.scene)
    const picture = { view, size, colors, poses }
    if (overlays.jointAxes) for (const axis of this.known.axes) this.paintAxis(axis, picture)
    if (overlays.centresOfMass) this.paintCentres(picture)
    if (overlays.velocities?.length === poses.length) this.paintVelocities(overlays.velocities, picture)
    if (overlays.contacts) this.paintContacts(overlays.contacts, picture)
    if (overlays.pull) this.paintPull(overlays.pull, picture)
    if (overlays.push) this.paintPush(overlays.push, picture)
  }

  destroy(): void {
    this.graphics.destroy()
  }

  private paintContacts(contacts: Float32Array, { view, size, colors }: Picture): void {
    for (let index = 0; index + 3 < contacts.length; index += 4) {
      const at = worldToScreen(view, size, contacts[index]!, contacts[index + 1]!)
      this.graphics.circle(at.x, at.y, CONTACT_RADIUS).fill(colors.contact)
      const [fx, fy] = [contacts[index + 2]!, contacts[index + 3]!]
      this.paintArrow(at, fx, fy, WEIGHT_LENGTH / this.known!.weight, colors.contact)
    }
  }

  private paintVelocities(velocities: Float32Array, { view, size, colors, poses }: Picture): void {
    for (const { body, centre } of this.known!.masses) {
      const arm = rotate(centre.x, centre.y, poses[body * 3 + 2]!)
      const spin = velocities[body * 3 + 2]!
      const at = worldToScreen(view, size, poses[body * 3]! + arm.x, poses[body * 3 + 1]! + arm.y)
      const [vx, vy] = [velocities[body * 3]! - spin * arm.y, velocities[body * 3 + 1]! + spin * arm.x]
      this.paintArrow(at, vx, vy, SPEED_LENGTH, colors.velocity)
    }
  }

  private paintCentres(picture: Picture): void {
    let [sum, x, y] = [0, 0, 0]
    for (const { body, mass, centre } of this.known!.masses) {
      const at = inWorld(body, centre, picture.poses)
      this.paintCentre(at, CENTRE, picture)
      sum += mass
      x += mass * at.x
      y += mass * at.y
    }
    if (this.known!.masses.length > 1) this.paintCentre({ x: x / sum, y: y / sum }, ROBOT_CENTRE, picture)
  }

  /** The usual sign: a circle of four quarters, two of them filled. */
  private paintCentre(point: Point, radius: number, { view, size, colors }: Picture): void {
    const { x, y } = worldToScreen(view, size, point.x, point.y)
    const { graphics } = this
    graphics.circle(x, y, radius).fill(colors.background)
    for (const start of [0, Math.PI]) {
      graphics
        .moveTo(x, y)
        .arc(x, y, radius, start, start + Math.PI / 2)
        .lineTo(x, y)
        .fill(colors.joint)
    }
    graphics.circle(x, y, radius).stroke({ width: 1.5, color: colors.joint })
  }

  /** Of a hinge where its coordinate is 0 and its range, of a slider its axis. */
  private paintAxis({ parent, point, zero, range, type }: Axis, { view, size, colors, poses }: Picture): void {
    const at = inWorld(parent, point, poses)
    const { x, y } = worldToScreen(view, size, at.x, at.y)
    const { graphics } = this
    const line = { width: 1.5, color: colors.label }
    const angle = zero + poses[parent * 3 + 2]!
    const ray = (turn: number, length: number) => {
      graphics.moveTo(x, y).lineTo(x + length * Math.cos(turn), y - length * Math.sin(turn))
    }
    if (type === 'slider') {
      ray(angle, AXIS * 2)
      graphics.stroke(line)
      this.paintArrow({ x, y }, Math.cos(angle), Math.sin(angle), AXIS * 2, colors.label)
      return
    }
    ray(angle, AXIS)
    graphics.stroke(line)
    if (!range) return
    const [low, high] = [angle + range[0], angle + range[1]]
    ray(low, AXIS * 0.8)
    ray(high, AXIS * 0.8)
    graphics.stroke({ ...line, alpha: 0.7 })
    // The screen's angles grow clockwise.
    graphics
      .moveTo(x, y)
      .arc(x, y, AXIS * 0.8, -low, -high, true)
      .lineTo(x, y)
      .fill({ color: colors.label, alpha: 0.18 })
  }

  private paintPull({ body, point, target }: Pull, { view, size, colors, poses }: Picture): void {
    const held = inWorld(body, point, poses)
    const from = worldToScreen(view, size, held.x, held.y)
    const to = worldToScreen(view, size, target.x, target.y)
    this.graphics
      .moveTo(from.x, from.y)
      .lineTo(to.x, to.y)
      .stroke({ width: LINE, color: colors.pull })
      .circle(from.x, from.y, 4)
      .fill(colors.pull)
      .circle(to.x, to.y, 6)
      .stroke({ width: LINE, color: colors.pull })
  }

  private paintPush({ body, impulse }: Push, { view, size, colors, poses }: Picture): void {
    const { masses } = this.known!
    const total = masses.reduce((sum, { mass }) => sum + mass, 0)
    const pushed = masses.find((each) => each.body === body)
    if (!pushed) return
    const at = inWorld(body, pushed.centre, poses)
    this.paintArrow(worldToScreen(view, size, at.x, at.y), ...impulse, PUSH_LENGTH / total, colors.pull)
  }

  private paintArrow({ x, y }: Point, dx: number, dy: number, pixels: number, color: string): void {
    const size = Math.hypot(dx, dy)
    const arrow: Arrow | undefined = forceArrow(size, LONGEST / pixels, Math.atan2(dy, dx), LONGEST, HEAD)
    if (!arrow) return
    const onStage = (points: number[]) => points.map((value, at) => (at % 2 === 0 ? x + value : y - value))
    this.graphics
      .poly(onStage(arrow.line), false)
      .stroke({ width: LINE, color })
      .poly(onStage(arrow.head), true)
      .fill(color)
  }
}

function readKnown(scene: Scene): Known {
  const masses = scene.bodies.flatMap((body, index): Mass[] => {
    if (!isFreeToMove(body)) return []
    const { mass, centerOfMass } = massPropertiesOf(body)
    return [{ body: index, mass, centre: { x: centerOfMass[0], y: centerOfMass[1] } }]
  })
  const [gx, gy] = scene.world.gravity
  const weight = masses.reduce((sum, { mass }) => sum + mass, 0) * (Math.hypot(gx, gy) || 10) || 10
  return { masses, axes: axesOf(scene, masses), weight }
}

function inWorld(body: number, point: Point, poses: ArrayLike<number>): Point {
  const turned = rotate(point.x, point.y, poses[body * 3 + 2]!)
  return { x: poses[body * 3]! + turned.x, y: poses[body * 3 + 1]! + turned.y }
}

function axesOf(scene: Scene, masses: readonly Mass[]): Axis[] {
  const indexOf = new Map(scene.bodies.map(({ name }, index) => [name, index]))
  return scene.joints.flatMap((joint): Axis[] => {
    if (joint.type === 'weld') return []
    const [parent, child] = [indexOf.get(joint.parent)!, indexOf.get(joint.child)!]
    const [parentBody, childBody] = [scene.bodies[parent]!, scene.bodies[child]!]
    const point = pointIn(parentBody, joint.anchor)
    const { type, range } = joint
    const turned = parentBody.angle ?? 0
    if (joint.type === 'slider') {
      const [x, y] = normalised(joint.axis)
      return [{ parent, point, zero: Math.atan2(y, x) - turned, range, type }]
    }
    // Where the child's centre of mass is as drawn, seen from the joint.
    const { x, y } = masses.find(({ body }) => body === child)?.centre ?? { x: 0, y: 0 }
    const centre = rotate(x, y, childBody.angle ?? 0)
    const dx = childBody.position[0] + centre.x - joint.anchor[0]
    const dy = childBody.position[1] + centre.y - joint.anchor[1]
    return [{ parent, point, zero: Math.atan2(dy, dx) - turned, range, type }]
  })
}
