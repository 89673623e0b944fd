/**
 * A scene as an MJCF model, so that any scene can be played in MuJoCo: bodies, joints, shapes and actuators, with MuJoCo's own
 * soft contacts and limits. Ground that gives way stands fast there: MuJoCo's contacts give way themselves. Its coordinates are those of the scene's resets, one to one. Where a hand-written model exists
 * (models.ts), the two are tested to be equal.
 */
import { isGround } from '../../../src/scene/ground.ts'
import type { Actuator, Body, Joint, Scene, Shape } from '../../../src/scene/schema.ts'
import { massOf } from '../mass.ts'
import { Simulation } from './mujoco.ts'

/** A degree of freedom of the model, by the names of the scene: `torso.x` and `torso.vx`, `knee.angle` and `knee.velocity`. */
export interface Coordinate {
  position: string
  velocity: string
  /** What the scene's coordinate is where the model's is 0. */
  drawn: number
}

export interface ModelOptions {
  /** s; 0.5 ms if absent */
  timestep?: number
  /** MuJoCo's word; RK4 if absent, as in Gymnasium's hopper */
  integrator?: 'RK4' | 'implicitfast' | 'Euler'
  /** Attributes of contacts, such as `solref=".02 1"`; MuJoCo's defaults if absent */
  contact?: string
  /** Attributes of limited joints, such as `solreflimit=".02 1"` */
  limit?: string
}

/** Half the size of what is extruded out of the plane, m: wide enough for the plane's contacts, the masses being given. */
const HALF_DEPTH = 0.5
/** How thick the ground's lines are, m; their upper side, the left one seen from their first point to their last, is the line. */
const GROUND = 0.2

/** Throws where MuJoCo has nothing like it: a body that moves by formulas. */
export function modelOf(scene: Scene, options: ModelOptions = {}): { mjcf: string; coordinates: Coordinate[] } {
  const coordinates: Coordinate[] = []
  const meshes: string[] = []
  const jointOf = new Map(scene.joints.map((joint) => [joint.child, joint]))
  const childrenOf = (name: string) => scene.bodies.filter((body) => jointOf.get(body.name)?.parent === name)
  const write = (body: Body, parent: Body | undefined): string => {
    if (body.kind === 'kinematic' && body.motion) throw new Error(`MuJoCo cannot move "${body.name}" by formulas.`)
    const [x, y] = parent ? inFrame(parent, body.position) : body.position
    const { mass, centre, inertia } = massOf(body)
    const lines = [
      `<body name="${body.name}" pos="${x} 0 ${y}" ${turn((body.angle ?? 0) - (parent?.angle ?? 0))}>`,
      ...degreesOfFreedom(body, jointOf.get(body.name), coordinates, options.limit ?? ''),
    ]
    if (mass > 0) {
      const diagonal = `${inertia} ${inertia} ${inertia}`
      lines.push(`<inertial pos="${centre[0]} 0 ${centre[1]}" mass="${mass}" diaginertia="${diagonal}"/>`)
    }
    for (const shape of body.shapes) lines.push(...geoms(body, shape, meshes))
    for (const actuator of scene.actuators) {
      if (actuator.type !== 'thruster' || actuator.body !== body.name) continue
      lines.push(`<site name="${actuator.name}" pos="${actuator.point[0]} 0 ${actuator.point[1]}"/>`)
    }
    for (const child of childrenOf(body.name)) lines.push(write(child, body))
    return [...lines, '</body>'].join('\n')
  }
  const bodies = scene.bodies.filter(({ name }) => !jointOf.has(name)).map((body) => write(body, undefined))
  const { gravity } = scene.world
  const { timestep = 0.0005, integrator = 'RK4', contact = '' } = options
  const mjcf = `
<mujoco model="${scene.name}">
  <compiler angle="radian" inertiafromgeom="false"/>
  <option timestep="${timestep}" integrator="${integrator}" gravity="${gravity[0]} 0 ${gravity[1]}">
    <flag energy="enable"/>
  </option>
  <default><geom condim="3" ${contact}/></default>
  <asset>${meshes.join('\n')}</asset>
  <worldbody>${bodies.join('\n')}</worldbody>
  <contact>${excluded(scene).join('\n')}</contact>
  <actuator>${scene.actuators.map(describeActuator).join('\n')}</actuator>
</mujoco>`
  return { mjcf, coordinates }
}

/** A scene in MuJoCo, spoken to in the scene's own coordinates. */
export class Mirror {
  readonly coordinates: readonly Coordinate[]
  readonly simulation: Simulation
  private readonly scene: Scene
  private readonly stepsPerControlStep: number

  private constructor(scene: Scene, simulation: Simulation, coordinates: readonly Coordinate[]) {
    this.scene = scene
    this.simulation = simulation
    this.coordinates = coordinates
    this.stepsPerControlStep = Math.round(scene.world.controlStep / simulation.timestep)
  }

  static async of(scene: Scene, options?: ModelOptions): Promise<Mirror> {
    const { mjcf, coordinates } = modelOf(scene, options)
    return new Mirror(scene, await Simulation.load(mjcf), coordinates)
  }

  /** `start`: values by the names of the scene's reset coordinates; as drawn and at rest where absent. */
  reset(start: ReadonlyMap<string, number>): void {
    this.simulation.reset(
      this.coordinates.map(({ position, drawn }) => (start.get(position) ?? drawn) - drawn),
      this.coordinates.map(({ velocity }) => start.get(velocity) ?? 0),
    )
  }

  /** One control step of the scene. */
  step(action: readonly number[]): void {
    const controls = this.scene.actuators.map((actuator, index) => control(actuator, action[index]!))
    this.simulation.step(controls, this.stepsPerControlStep)
  }

  /** The scene's value of each of `coordinates`. */
  positions(): number[] {
    const { qpos } = this.simulation
    return this.coordinates.map(({ drawn }, index) => qpos[index]! + drawn)
  }

  velocities(): number[] {
    return this.simulation.qvel
  }
}

function degreesOfFreedom(body: Body, joint: Joint | undefined, coordinates: Coordinate[], limit: string): string[] {
  if (!joint) {
    if (body.kind !== 'dynamic') return []
    const { name, position, angle = 0 } = body
    coordinates.push({ position: `${name}.x`, velocity: `${name}.vx`, drawn: position[0] })
    coordinates.push({ position: `${name}.y`, velocity: `${name}.vy`, drawn: position[1] })
    coordinates.push({ position: `${name}.angle`, velocity: `${name}.angularVelocity`, drawn: angle })
    // Sliding is along the world's axes though the body is drawn turned.
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
    return [
      `<joint type="slide" axis="${cos} 0 ${-sin}"/>`,
      `<joint type="slide" axis="${sin} 0 ${cos}"/>`,
      '<joint type="hinge" axis="0 -1 0"/>',
    ]
  }
  if (joint.type === 'weld' || isGround(body)) return []
  const isHinge = joint.type === 'hinge'
  coordinates.push({
    position: `${joint.name}.${isHinge ? 'angle' : 'position'}`,
    velocity: `${joint.name}.velocity`,
    drawn: 0,
  })
  const [x, y] = inFrame(body, joint.anchor)
  const attributes = [
    `name="${joint.name}" pos="${x} 0 ${y}"`,
    isHinge ? 'type="hinge" axis="0 -1 0"' : `type="slide" axis="${axisIn(body, joint.axis)}"`,
    joint.range ? `limited="true" range="${joint.range.join(' ')}" ${limit}` : 'limited="false"',
    `armature="${joint.armature ?? 0}" damping="${joint.damping ?? 0}"`,
    `stiffness="${joint.stiffness ?? 0}" springref="${joint.rest ?? 0}"`,
  ]
  return [`<joint ${attributes.join(' ')}/>`]
}

function geoms(body: Body, shape: Shape, meshes: string[]): string[] {
  const friction = `friction="${shape.friction ?? body.friction ?? 0.5} 0.005 0.0001"`
  switch (shape.type) {
    case 'capsule':
      return [
        `<geom type="capsule" fromto="${shape.from[0]} 0 ${shape.from[1]} ${shape.to[0]} 0 ${shape.to[1]}" size="${shape.radius}" ${friction}/>`,
      ]
    case 'circle': {
      const [x, y] = shape.center ?? [0, 0]
      return [`<geom type="sphere" pos="${x} 0 ${y}" size="${shape.radius}" ${friction}/>`]
    }
    case 'box': {
      const [x, y] = shape.center ?? [0, 0]
      const size = `${shape.width / 2} ${HALF_DEPTH} ${shape.height / 2}`
      return [`<geom type="box" pos="${x} 0 ${y}" ${turn(shape.angle ?? 0)} size="${size}" ${friction}/>`]
    }
    case 'polygon': {
      const name = `mesh${meshes.length}`
      const corners = shape.points.flatMap(([x, y]) => [`${x} ${-HALF_DEPTH} ${y}`, `${x} ${HALF_DEPTH} ${y}`])
      meshes.push(`<mesh name="${name}" vertex="${corners.join('  ')}"/>`)
      // MuJoCo moves a mesh's frame to its centre of mass; the geom's pose is that of the frame as given.
      return [`<geom type="mesh" mesh="${name}" ${friction}/>`]
    }
    case 'segment':
      return [line(shape.from, shape.to, friction)]
    case 'polyline':
      return shape.points.slice(1).map((to, index) => line(shape.points[index]!, to, friction))
  }
}

/** A thick line whose upper side is the one given. */
function line(from: readonly [number, number], to: readonly [number, number], friction: string): string {
  const [[ax, ay], [bx, by]] = from[0] <= to[0] ? [from, to] : [to, from]
  const [dx, dy] = [bx - ax, by - ay]
  const length = Math.hypot(dx, dy)
  const [x, y] = [(ax + bx) / 2 + (dy / length) * GROUND, (ay + by) / 2 - (dx / length) * GROUND]
  const size = `${length / 2} ${HALF_DEPTH} ${GROUND}`
  return `<geom type="box" pos="${x} 0 ${y}" ${turn(Math.atan2(dy, dx))} size="${size}" ${friction}/>`
}

/** Pairs that do not collide: by groups, and those that a joint holds together. Fixed bodies never meet one another. */
function excluded(scene: Scene): string[] {
  const allows = (a: Body, b: Body) => {
    const { groups = [0] } = b
    return a.collidesWith === undefined || groups.some((group) => a.collidesWith!.includes(group))
  }
  const joined = new Set(
    scene.joints
      .filter(({ contacts }) => !contacts)
      .flatMap(({ parent, child }) => [`${parent} ${child}`, `${child} ${parent}`]),
  )
  return scene.bodies.flatMap((a, index) =>
    scene.bodies.slice(index + 1).flatMap((b) => {
      const meets = allows(a, b) && allows(b, a) && !joined.has(`${a.name} ${b.name}`)
      return meets || (a.kind !== 'dynamic' && b.kind !== 'dynamic')
        ? []
        : [`<exclude body1="${a.name}" body2="${b.name}"/>`]
    }),
  )
}

function describeActuator(actuator: Actuator): string {
  switch (actuator.type) {
    case 'torque':
    case 'force':
      return `<general joint="${actuator.joint}" gainprm="${actuator.gear}"/>`
    case 'velocity': {
      const { joint, gain, gear, maxForce } = actuator
      return `<general joint="${joint}" gainprm="${gain * gear}" biastype="affine" biasprm="0 0 ${-gain}" forcelimited="true" forcerange="${-maxForce} ${maxForce}"/>`
    }
    case 'position': {
      const { joint, stiffness, damping, maxForce } = actuator
      return `<general joint="${joint}" gainprm="${stiffness}" biastype="affine" biasprm="0 ${-stiffness} ${-damping}" forcelimited="true" forcerange="${-maxForce} ${maxForce}"/>`
    }
    case 'thruster': {
      const length = Math.hypot(...actuator.direction)
      const [x, y] = actuator.direction.map((value) => value / length)
      return `<general site="${actuator.name}" gear="${x} 0 ${y} 0 0 0" gainprm="${actuator.gear}"/>`
    }
  }
}

/** MuJoCo's control for an action. */
function control(actuator: Actuator, action: number): number {
  const clipped = Math.min(1, Math.max(-1, action))
  if (actuator.type === 'position') return actuator.low + ((clipped + 1) / 2) * (actuator.high - actuator.low)
  if (actuator.type === 'thruster' && actuator.oneWay) return Math.max(0, clipped)
  return clipped
}

/** A counter-clockwise turn, which is about -y. */
function turn(angle: number): string {
  return `quat="${Math.cos(angle / 2)} 0 ${-Math.sin(angle / 2)} 0"`
}

/** A point of the scene as drawn, in a body's frame. */
function inFrame({ position, angle = 0 }: Body, point: readonly [number, number]): [number, number] {
  const [dx, dy] = [point[0] - position[0], point[1] - position[1]]
  return [Math.cos(angle) * dx + Math.sin(angle) * dy, -Math.sin(angle) * dx + Math.cos(angle) * dy]
}

function axisIn({ angle = 0 }: Body, [x, y]: readonly [number, number]): string {
  return `${Math.cos(angle) * x + Math.sin(angle) * y} 0 ${-Math.sin(angle) * x + Math.cos(angle) * y}`
}
