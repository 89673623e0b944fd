/**
 * What an environment's state means mechanically, computed from the scene and the state alone: energy, actuators' work, gaps of
 * joints, overshoot of limits. The audits of the physics rest on this and not on what the simulator believes of itself.
 */
import { isFreeToMove } from '../../src/scene/ground.ts'
import type { Body, Joint, Scene, Shape, ThrusterActuator } from '../../src/scene/schema.ts'
import type { Environment } from '../../src/sim/environment.ts'
import { type MassProperties, massOf } from './mass.ts'

/** Numbers a body in a state: x, y, angle, vx, vy (of the frame), angular velocity. */
const STRIDE = 6

export class Mechanics {
  private readonly environment: Environment
  private readonly scene: Scene
  private readonly masses: readonly MassProperties[]
  private readonly sensorIndex: ReadonlyMap<string, number>
  private readonly bodyIndex: ReadonlyMap<string, number>

  constructor(environment: Environment) {
    this.environment = environment
    this.scene = environment.scene
    this.masses = this.scene.bodies.map(massOf)
    this.sensorIndex = new Map(environment.sensors.map(({ name }, index) => [name, index]))
    this.bodyIndex = new Map(this.scene.bodies.map(({ name }, index) => [name, index]))
  }

  /** What the environment's sensor of this name says. Throws for a name that is none. */
  sensor(name: string): number {
    const index = this.sensorIndex.get(name)
    if (index === undefined) throw new Error(`The scene has no sensor "${name}".`)
    return this.environment.sensorValues[index]!
  }

  /** A joint's coordinate, rad or m. */
  position(joint: Joint): number {
    return this.sensor(`${joint.name}.${joint.type === 'hinge' ? 'angle' : 'position'}`)
  }

  velocity(joint: Joint): number {
    return this.sensor(`${joint.name}.velocity`)
  }

  /** Gravity's and the joints' springs' potential, bodies' and rotors' kinetic energy, J. */
  energy(): number {
    const { gravity } = this.scene.world
    let total = 0
    for (const [index, { mass, centre, inertia }] of this.masses.entries()) {
      if (mass === 0) continue
      const { x, y, vx, vy, spin } = this.pointOf(index, centre)
      total += (mass * (vx ** 2 + vy ** 2) + inertia * spin ** 2) / 2 - mass * (gravity[0] * x + gravity[1] * y)
    }
    for (const joint of this.scene.joints) {
      if (joint.type === 'weld') continue
      const { armature = 0, stiffness = 0, rest = 0 } = joint
      total += (armature * this.velocity(joint) ** 2) / 2
      if (stiffness > 0) total += (stiffness * (this.position(joint) - rest) ** 2) / 2
    }
    return total
  }

  /** What actuators have to be remembered of before a step, for `work` after it. */
  capture(): Moment {
    const joints = this.scene.joints.map((joint) => (joint.type === 'weld' ? 0 : this.position(joint)))
    const thrusters = this.scene.actuators.flatMap((actuator) =>
      actuator.type === 'thruster' ? [this.thrust(actuator)] : [],
    )
    return { joints, thrusters }
  }

  /** The work of all actuators since `before`, one control step ago, J: exact for torques and forces, which stay the same over it. */
  work(before: Moment): number {
    let total = 0
    for (const [index, joint] of this.scene.joints.entries()) {
      if (joint.type === 'weld') continue
      const force = this.sensor(`${joint.type === 'hinge' ? 'torque' : 'force'}.${joint.name}`)
      total += force * (this.position(joint) - before.joints[index]!)
    }
    let count = 0
    for (const actuator of this.scene.actuators) {
      if (actuator.type !== 'thruster') continue
      const [was, is] = [before.thrusters[count++]!, this.thrust(actuator)]
      const action = this.sensor(`action.${actuator.name}`)
      const force = actuator.gear * (actuator.oneWay ? Math.max(0, action) : action)
      // The direction turns with the body: the mean of both ends.
      total += (force * ((was.dx + is.dx) * (is.x - was.x) + (was.dy + is.dy) * (is.y - was.y))) / 2
    }
    return total
  }

  /** How far the two bodies' ends of a joint are apart across its free directions, m (the largest of all joints). */
  gap(): number {
    return Math.max(0, ...this.scene.joints.map((joint) => this.gapOf(joint)))
  }

  /** How far the joints are beyond their ranges, rad or m (the largest of all joints of this type). */
  overshoot(type: 'hinge' | 'slider' = 'hinge'): number {
    return Math.max(
      0,
      ...this.scene.joints.map((joint) => {
        if (joint.type !== type || !joint.range) return 0
        const position = this.position(joint)
        return Math.max(joint.range[0] - position, position - joint.range[1])
      }),
    )
  }

  /** The lowest point of each dynamic body's shapes, m: the least of all. */
  lowest(): { x: number; y: number } {
    let best = { x: 0, y: Number.POSITIVE_INFINITY }
    for (const [index, body] of this.scene.bodies.entries()) {
      if (!isFreeToMove(body)) continue
      for (const { point, radius } of body.shapes.flatMap(extremesOf)) {
        const { x, y } = this.pointOf(index, point)
        if (y - radius < best.y) best = { x, y: y - radius }
      }
    }
    return best
  }

  private gapOf(joint: Joint): number {
    const [parent, child] = [this.endOf(joint, joint.parent), this.endOf(joint, joint.child)]
    const [dx, dy] = [child.x - parent.x, child.y - parent.y]
    if (joint.type !== 'slider') return Math.hypot(dx, dy)
    const drawn = this.bodyOf(joint.parent).angle ?? 0
    const angle = Math.atan2(joint.axis[1], joint.axis[0]) + parent.angle - drawn
    return Math.abs(-Math.sin(angle) * dx + Math.cos(angle) * dy)
  }

  private endOf(joint: Joint, name: string) {
    const { position, angle = 0 } = this.bodyOf(name)
    const [dx, dy] = [joint.anchor[0] - position[0], joint.anchor[1] - position[1]]
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
    return this.pointOf(this.bodyIndex.get(name)!, [cos * dx + sin * dy, -sin * dx + cos * dy])
  }

  private thrust({ body, point, direction }: ThrusterActuator): Thrust {
    const at = this.pointOf(this.bodyIndex.get(body)!, point)
    const angle = at.angle + Math.atan2(direction[1], direction[0])
    return { x: at.x, y: at.y, dx: Math.cos(angle), dy: Math.sin(angle) }
  }

  private bodyOf(name: string): Body {
    return this.scene.bodies[this.bodyIndex.get(name)!]!
  }

  /** A point of a body's frame in the world, and how it moves. */
  private pointOf(index: number, [px, py]: readonly [number, number]) {
    const [x, y, angle, vx, vy, spin] = this.environment.state.subarray(STRIDE * index) as unknown as Numbers
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
    const [armX, armY] = [cos * px - sin * py, sin * px + cos * py]
    return { x: x + armX, y: y + armY, vx: vx - spin * armY, vy: vy + spin * armX, angle, spin }
  }
}

/** What `work` compares with. */
export interface Moment {
  joints: readonly number[]
  thrusters: readonly Thrust[]
}

interface Thrust {
  x: number
  y: number
  dx: number
  dy: number
}

type Numbers = [x: number, y: number, angle: number, vx: number, vy: number, spin: number]

/** Points of a shape, in its body's frame, whose discs of `radius` reach as far as the shape does. */
function extremesOf(shape: Shape): { point: readonly [number, number]; radius: number }[] {
  switch (shape.type) {
    case 'circle':
      return [{ point: shape.center ?? [0, 0], radius: shape.radius }]
    case 'capsule':
      return [shape.from, shape.to].map((point) => ({ point, radius: shape.radius }))
    case 'box':
      return cornersOf(shape).map((point) => ({ point, radius: 0 }))
    case 'segment':
      return [shape.from, shape.to].map((point) => ({ point, radius: 0 }))
    default:
      return shape.points.map((point) => ({ point, radius: 0 }))
  }
}

function cornersOf({ center = [0, 0], width, height, angle = 0 }: Extract<Shape, { type: 'box' }>): [number, number][] {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  const signs = [
    [1, 1],
    [1, -1],
    [-1, 1],
    [-1, -1],
  ] as const
  return signs.map(([a, b]) => {
    const [x, y] = [(a * width) / 2, (b * height) / 2]
    return [center[0] + cos * x - sin * y, center[1] + sin * x + cos * y]
  })
}
