/** Starts of episodes for the audits: random poses above the ground, environments that begin in them, random numbers of their own. */
import { isGround } from '../../src/scene/ground.ts'
import type { Joint, Scene } from '../../src/scene/schema.ts'
import { Environment } from '../../src/sim/environment.ts'
import { Mechanics } from './mechanics.ts'

/** Values by the names of reset coordinates; as drawn and at rest where absent. */
export type Start = ReadonlyMap<string, number>

/** Uniform numbers in [-1, 1): Park and Miller's generator, so that audits do not draw from what they audit. */
export function generator(seed: number): () => number {
  let state = (seed * 7919 + 1) % 2147483647
  return () => {
    state = (state * 48271) % 2147483647
    return (2 * state) / 2147483647 - 1
  }
}

/** An environment of the scene that starts there and never terminates. The physics must be loaded; close it after use. */
export function startedAt(scene: Scene, start: Start): Environment {
  const reset = [...start].map(([coordinate, value]) => ({ coordinate, formula: `${value}` }))
  const environment = unterminated({ ...scene, task: { ...scene.task, reset } })
  environment.reset({ seed: 0 })
  return environment
}

/** The scene with its own resets, to be played through whatever would end an episode. The physics must be loaded. */
export function unterminated(scene: Scene): Environment {
  return new Environment({ ...scene, task: { ...scene.task, terminate: [] } })
}

/** Names of the bodies that no joint carries. */
export function freeBodies(scene: Scene): string[] {
  const carried = new Set(scene.joints.map(({ child }) => child))
  return scene.bodies.filter(({ name, kind }) => kind === 'dynamic' && !carried.has(name)).map(({ name }) => name)
}

export function positionName({ name, type }: Joint): string {
  return `${name}.${type === 'hinge' ? 'angle' : 'position'}`
}

export interface PoseOptions {
  /** Joints are drawn from this share of their ranges about the middle; of a turn, or of ±0.5 m, where they have none. */
  share: number
  /** Free bodies are turned by up to this, rad. */
  tilt: number
  /** Joints move at up to this, rad/s or m/s. */
  speed: number
}

export function randomPose(
  scene: Scene,
  random: () => number,
  { share, tilt, speed }: PoseOptions,
): Map<string, number> {
  const start = new Map<string, number>()
  const ground = new Set(scene.bodies.filter(isGround).map(({ name }) => name))
  for (const joint of scene.joints) {
    if (joint.type === 'weld' || ground.has(joint.child)) continue
    const [low, high] = joint.range ?? (joint.type === 'hinge' ? [-Math.PI, Math.PI] : [-0.5, 0.5])
    start.set(positionName(joint), (low + high) / 2 + (share * random() * (high - low)) / 2)
    start.set(`${joint.name}.velocity`, speed * random())
  }
  for (const name of freeBodies(scene)) {
    const drawn = scene.bodies.find((body) => body.name === name)!
    start.set(`${name}.angle`, (drawn.angle ?? 0) + tilt * random())
  }
  return start
}

/** The same start with all free bodies raised or lowered alike, so that the lowest point is `clearance` m above the ground. */
export function liftedTo(scene: Scene, start: Start, clearance: number): Map<string, number> {
  const lifted = new Map(start)
  const free = scene.bodies.filter(({ name }) => freeBodies(scene).includes(name))
  if (free.length === 0) return lifted
  const heightOf = (name: string, drawn: number) => lifted.get(`${name}.y`) ?? drawn
  const environment = startedAt(scene, lifted)
  const { x, y } = new Mechanics(environment).lowest()
  environment.close()
  const rise = groundAt(scene, x) + clearance - y
  for (const { name, position } of free) lifted.set(`${name}.y`, heightOf(name, position[1]) + rise)
  return lifted
}

/** The height of the ground below x, m: of lines, and of boxes that lie flat. -100 where there is nothing. */
function groundAt(scene: Scene, x: number): number {
  let height = -100
  for (const body of scene.bodies) {
    if (body.kind !== 'kinematic' && !isGround(body)) continue
    const [bodyX, bodyY] = body.position
    for (const shape of body.shapes) {
      if (shape.type === 'box') {
        const [centreX, centreY] = shape.center ?? [0, 0]
        if (Math.abs(x - bodyX - centreX) <= shape.width / 2)
          height = Math.max(height, bodyY + centreY + shape.height / 2)
      }
      const points = shape.type === 'polyline' ? shape.points : shape.type === 'segment' ? [shape.from, shape.to] : []
      for (const [index, [bx, by]] of points.slice(1).entries()) {
        const [ax, ay] = points[index]!
        const along = (x - bodyX - ax) / (bx - ax)
        if (along >= 0 && along <= 1) height = Math.max(height, bodyY + ay + along * (by - ay))
      }
    }
  }
  return height
}
