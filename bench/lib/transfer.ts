/** A policy played in TorqueLab and in MuJoCo: the same starts, observations, rewards and ends. */
import { RandomStream } from '../../src/common/random.ts'
import { policyController } from '../../src/episode/controllers.ts'
import type { Policy } from '../../src/policy/policy.ts'
import { travellingBody } from '../../src/scene/robot.ts'
import type { Scene } from '../../src/scene/schema.ts'
import { compileTask } from '../../src/scene/task.ts'
import { createEnvironment, specOf } from '../../src/sim/environment.ts'
import { evaluatePolicy } from '../../src/training/evaluate.ts'
import { LocomotionWatch } from '../../src/training/locomotion.ts'
import type { MujocoTask } from './mujoco-task.ts'

/** What a policy gets on one engine. Locomotion is null where no body travels. */
export interface PlayedOn {
  meanReturn: number
  /** Of the population of episodes. */
  stdReturn: number
  minReturn: number
  meanLength: number
  returns: number[]
  /** m/s */
  forwardSpeed: number | null
  flightShare: number | null
  /** m */
  largestPenetration: number | null
}

/** Plays one episode for each seed on TorqueLab's physics. */
export async function playHere(scene: Scene, policy: Policy, seeds: readonly number[]): Promise<PlayedOn> {
  const travels = travellingBody(scene) >= 0
  const environment = await createEnvironment(scene, { measureContacts: travels })
  try {
    const watch = travels ? new LocomotionWatch(scene) : undefined
    const found = evaluatePolicy(environment, policy, seeds, { observers: watch ? [watch] : [] })
    const locomotion = watch?.result()
    return {
      ...statistics(found.returns, found.meanLength),
      forwardSpeed: locomotion?.forwardSpeed ?? null,
      flightShare: locomotion?.flightShare ?? null,
      largestPenetration: locomotion?.largestPenetration ?? null,
    }
  } finally {
    environment.close()
  }
}

/** Plays one episode for each seed in MuJoCo, from the starts that the scene's resets draw for these seeds. */
export function playInMujoco(scene: Scene, task: MujocoTask, policy: Policy, seeds: readonly number[]): PlayedOn {
  const travels = travellingBody(scene) >= 0
  const controller = policyController(policy, specOf(scene))
  const { drawReset } = compileTask(scene).task!
  const action = new Float32Array(task.actions)
  const returns: number[] = []
  let [steps, flightSteps, way, depth] = [0, 0, 0, 0]
  for (const seed of seeds) {
    const start = new Map<string, number>()
    drawReset(RandomStream.derive(seed, 'reset'), start)
    task.reset(start)
    const from = task.x
    let sum = 0
    for (let step = 0; step < scene.task.maxSteps && !task.isOver; step++) {
      controller.act(task.observation, action)
      let touches = false
      task.step(
        action,
        travels
          ? () => {
              const found = task.contacts()
              touches ||= found.touchesGround
              depth = Math.max(depth, found.depth)
            }
          : undefined,
      )
      sum += task.reward
      steps++
      if (!touches) flightSteps++
    }
    way += task.x - from
    returns.push(sum)
  }
  return {
    ...statistics(returns, steps / seeds.length),
    forwardSpeed: travels ? way / (steps * task.controlStep) : null,
    flightShare: travels ? flightSteps / steps : null,
    largestPenetration: travels ? depth : null,
  }
}

function statistics(returns: number[], meanLength: number) {
  const meanReturn = returns.reduce((sum, value) => sum + value, 0) / returns.length
  const stdReturn = Math.sqrt(returns.reduce((sum, value) => sum + (value - meanReturn) ** 2, 0) / returns.length)
  return { meanReturn, stdReturn, minReturn: Math.min(...returns), meanLength, returns }
}
