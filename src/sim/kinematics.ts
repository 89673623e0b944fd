/** Where every body is and how it moves when the joints have given coordinates: forward kinematics of the joint forest. */
import type { Joint, Scene } from '../scene/schema.ts'
import { normalised, type Pose, rotate, type Velocity } from './geometry.ts'

/** How a body moves that no joint carries. */
export interface Root {
  pose: Pose
  velocity: Velocity
}

/**
 * Poses and velocities of all bodies' frames, in the scene's order. `coordinates` by name, as in `reset`: of joints
 * (`hinge.angle`, `slider.position`, `.velocity`; 0 where absent) and of free bodies (`torso.x`; as drawn and at rest where
 * absent). `roots`: bodies by index that are somewhere else than drawn, such as kinematic ones.
 */
export function placeBodies(
  scene: Pick<Scene, 'bodies' | 'joints'>,
  coordinates: ReadonlyMap<string, number>,
  roots: ReadonlyMap<number, Root> = new Map(),
): { poses: Pose[]; velocities: Velocity[] } {
  const poses: Pose[] = []
  const velocities: Velocity[] = []
  const indexOf = new Map(scene.bodies.map(({ name }, index) => [name, index]))
  const jointOf = new Map(scene.joints.map((joint) => [joint.child, joint]))

  function place(index: number): void {
    if (poses[index]) return
    const body = scene.bodies[index]!
    const joint = jointOf.get(body.name)
    const { pose, velocity } = joint ? carried(index, joint) : (roots.get(index) ?? rootOf(body, coordinates))
    poses[index] = pose
    velocities[index] = velocity
  }

  function carried(index: number, joint: Joint): Root {
    const body = scene.bodies[index]!
    const parentIndex = indexOf.get(joint.parent)!
    place(parentIndex)
    const parentDrawn = scene.bodies[parentIndex]!
    const parent = poses[parentIndex]!
    const { vx, vy, angular: parentAngular } = velocities[parentIndex]!
    const turned = parent.angle - (parentDrawn.angle ?? 0)
    const toAnchor = rotate(
      joint.anchor[0] - parentDrawn.position[0],
      joint.anchor[1] - parentDrawn.position[1],
      turned,
    )
    const [turn, turnRate, slide, slideRate] = motionOf(joint, coordinates)
    if (joint.type === 'slider') {
      const [axisX, axisY] = normalised(joint.axis)
      const axis = rotate(axisX, axisY, turned)
      toAnchor.x += slide * axis.x
      toAnchor.y += slide * axis.y
    }
    const angle = turned + turn
    const toBody = rotate(body.position[0] - joint.anchor[0], body.position[1] - joint.anchor[1], angle)
    const angular = parentAngular + turnRate
    const pose = {
      x: parent.x + toAnchor.x + toBody.x,
      y: parent.y + toAnchor.y + toBody.y,
      angle: (body.angle ?? 0) + angle,
    }
    const velocity = {
      vx: vx - parentAngular * toAnchor.y - angular * toBody.y,
      vy: vy + parentAngular * toAnchor.x + angular * toBody.x,
      angular,
    }
    if (joint.type === 'slider') {
      const [axisX, axisY] = normalised(joint.axis)
      const axis = rotate(axisX, axisY, turned)
      velocity.vx += slideRate * axis.x
      velocity.vy += slideRate * axis.y
    }
    return { pose, velocity }
  }

  for (let index = 0; index < scene.bodies.length; index++) place(index)
  return { poses, velocities }
}

/** Angle, its rate, position and its rate that a joint's coordinates ask for. */
function motionOf(
  joint: Joint,
  coordinates: ReadonlyMap<string, number>,
): [turn: number, turnRate: number, slide: number, slideRate: number] {
  const rate = coordinates.get(`${joint.name}.velocity`) ?? 0
  switch (joint.type) {
    case 'hinge':
      return [coordinates.get(`${joint.name}.angle`) ?? 0, rate, 0, 0]
    case 'slider':
      return [0, 0, coordinates.get(`${joint.name}.position`) ?? 0, rate]
    case 'weld':
      return [0, 0, 0, 0]
  }
}

function rootOf(
  { name, position, angle = 0 }: Scene['bodies'][number],
  coordinates: ReadonlyMap<string, number>,
): Root {
  const of = (quantity: string, drawn: number) => coordinates.get(`${name}.${quantity}`) ?? drawn
  return {
    pose: { x: of('x', position[0]), y: of('y', position[1]), angle: of('angle', angle) },
    velocity: { vx: of('vx', 0), vy: of('vy', 0), angular: of('angularVelocity', 0) },
  }
}
