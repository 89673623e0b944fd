/** Bodies whose path is given: where their formulas put them, and how fast. */
import type { RigidBody } from '@dimforge/rapier2d-deterministic-compat'
import type { CompiledMotion } from '../scene/motion.ts'
import type { Root } from './kinematics.ts'

const target = { x: 0, y: 0, angle: 0 }

/** Where kinematic bodies start. Their first velocity is that of the first physics step, `timestep` long. */
export function startOfMotions(motions: readonly CompiledMotion[], timestep: number): Map<number, Root> {
  return new Map(
    motions.map(({ body, poseAt }) => {
      const [pose, next] = [
        { x: 0, y: 0, angle: 0 },
        { x: 0, y: 0, angle: 0 },
      ]
      poseAt(0, pose)
      poseAt(timestep, next)
      const velocity = {
        vx: (next.x - pose.x) / timestep,
        vy: (next.y - pose.y) / timestep,
        angular: (next.angle - pose.angle) / timestep,
      }
      return [body, { pose, velocity }]
    }),
  )
}

/** Tells the engine where a body has to be at `time`, the end of the next physics step. */
export function aimMotion({ poseAt }: CompiledMotion, body: RigidBody, time: number): void {
  poseAt(time, target)
  body.setNextKinematicTranslation(target)
  body.setNextKinematicRotation(target.angle)
}
