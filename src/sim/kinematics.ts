/** Where every body is and how it moves when the joints have given angles and velocities: forward kinematics of the joint tree. */
import type { Scene } from '../scene/schema.ts'

/** m, m, rad */
export interface Pose {
  x: number
  y: number
  angle: number
}

/** m/s, m/s, rad/s */
export interface Velocity {
  vx: number
  vy: number
  angular: number
}

/** Poses and velocities of all bodies, in the scene's order; `coordinates` by name (`hinge.angle`), 0 where absent. */
export function placeBodies(
  scene: Scene,
  coordinates: ReadonlyMap<string, number>,
): { poses: Pose[]; velocities: Velocity[] } {
  const poses: Pose[] = scene.bodies.map(({ position, angle = 0 }) => ({ x: position[0], y: position[1], angle }))
  const velocities: Velocity[] = scene.bodies.map(() => ({ vx: 0, vy: 0, angular: 0 }))
  const indexOf = new Map(scene.bodies.map(({ name }, index) => [name, index]))
  const jointOf = new Map(scene.joints.map((joint) => [joint.child, joint]))
  const placed = new Set<number>()

  function place(index: number): void {
    if (placed.has(index)) return
    placed.add(index)
    const body = scene.bodies[index]!
    const joint = jointOf.get(body.name)
    if (!joint) return
    const parentIndex = indexOf.get(joint.parent)!
    place(parentIndex)
    const parentDrawn = scene.bodies[parentIndex]!
    const parent = poses[parentIndex]!
    const parentVelocity = velocities[parentIndex]!
    const turned = parent.angle - (parentDrawn.angle ?? 0)
    const toAnchor = rotate(
      joint.anchor[0] - parentDrawn.position[0],
      joint.anchor[1] - parentDrawn.position[1],
      turned,
    )
    const turn = turned + (coordinates.get(`${joint.name}.angle`) ?? 0)
    const toBody = rotate(body.position[0] - joint.anchor[0], body.position[1] - joint.anchor[1], turn)
    const angular = parentVelocity.angular + (coordinates.get(`${joint.name}.velocity`) ?? 0)
    poses[index] = {
      x: parent.x + toAnchor.x + toBody.x,
      y: parent.y + toAnchor.y + toBody.y,
      angle: (body.angle ?? 0) + turn,
    }
    velocities[index] = {
      vx: parentVelocity.vx - parentVelocity.angular * toAnchor.y - angular * toBody.y,
      vy: parentVelocity.vy + parentVelocity.angular * toAnchor.x + angular * toBody.x,
      angular,
    }
  }

  for (let index = 0; index < scene.bodies.length; index++) place(index)
  return { poses, velocities }
}

function rotate(x: number, y: number, angle: number): { x: number; y: number } {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  return { x: cos * x - sin * y, y: sin * x + cos * y }
}
