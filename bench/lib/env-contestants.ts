/** What the bench of environments times: whole environments and their parts, each a step that is called over and over. */
import type { Scene } from '../../src/scene/schema.ts'
import { sensorsOf } from '../../src/scene/sensors.ts'
import { compileTask } from '../../src/scene/task.ts'
import { createEnvironment } from '../../src/sim/environment.ts'
import { loadPhysics, PhysicsWorld, STATE_STRIDE } from '../../src/sim/physics.ts'
import { planScene } from '../../src/sim/plan.ts'
import { sensorWriter } from '../../src/sim/sensors.ts'

export interface Contestant {
  name: string
  /** One control step, and a reset before it where the episode is over. */
  step(): void
  close(): void
}

/** Uniform in [-1, 1): Park and Miller's generator. Every contestant has its own of the same seed, so that all get the same actions. */
export function actionsOf(seed: number): () => number {
  let state = seed * 7919 + 1
  return () => {
    state = (state * 48271) % 2147483647
    return (2 * state) / 2147483647 - 1
  }
}

/** The environment as a learner uses it, under random actions, with resets. */
export async function environmentContestant(scene: Scene, random: () => number): Promise<Contestant> {
  const environment = await createEnvironment(scene)
  const action = new Float32Array(scene.actuators.length)
  let seed = 0
  let isOver = true
  return {
    name: 'torquelab',
    step(): void {
      if (isOver) environment.reset({ seed: seed++ })
      for (let index = 0; index < action.length; index++) action[index] = random()
      const { terminated, truncated } = environment.step(action)
      isOver = terminated || truncated
    },
    close: () => environment.close(),
  }
}

/** How the episodes of `environmentContestant` went: the lengths of the first `steps` steps' episodes. */
export async function episodeLengths(scene: Scene, random: () => number, steps: number): Promise<number[]> {
  const environment = await createEnvironment(scene)
  const action = new Float32Array(scene.actuators.length)
  const lengths: number[] = []
  let length = 0
  environment.reset({ seed: 0 })
  for (let step = 0; step < steps; step++) {
    for (let index = 0; index < action.length; index++) action[index] = random()
    const { terminated, truncated } = environment.step(action)
    length++
    if (!terminated && !truncated) continue
    lengths.push(length)
    length = 0
    environment.reset({ seed: lengths.length })
  }
  environment.close()
  return [...lengths, Math.max(1, length)]
}

/**
 * The world alone, or the world and its sensors, under the same actions and with episodes of the same lengths: what an
 * environment takes beyond them is the formulas' (and the checks').
 */
export async function partContestant(
  scene: Scene,
  random: () => number,
  lengths: readonly number[],
  withSensors: boolean,
): Promise<Contestant> {
  await loadPhysics()
  const plan = planScene(scene)
  const { task } = compileTask(scene)
  if (!task) throw new Error(`The scene "${scene.name}" does not compile.`)
  const stops = JSON.stringify(scene.task).includes('.limitForce')
  const actions = new Float64Array(scene.actuators.length)
  const state = new Float64Array(scene.bodies.length * STATE_STRIDE)
  let world: PhysicsWorld | undefined
  let episode = 0
  let left = 0
  const sources = { plan, world: () => world!, state, actions, steps: () => 0 }
  const writers = sensorsOf(scene).map((sensor, index) => sensorWriter(sensor, index, task.sensorValues, sources))
  const source = actionsOf(1)
  const coordinates = new Map<string, number>()
  const resets = { uniform: (low: number, high: number) => low + ((high - low) * (source() + 1)) / 2, normal: () => 0 }
  return {
    name: withSensors ? 'world and sensors' : 'world',
    step(): void {
      if (left === 0) {
        left = lengths[episode++ % lengths.length]!
        world?.free()
        task.drawReset(resets, coordinates)
        world = new PhysicsWorld(plan, coordinates, { loads: false, stops })
      }
      left--
      for (let index = 0; index < actions.length; index++) actions[index] = random()
      world!.step(actions)
      if (!withSensors) return
      world!.readState(state)
      for (let index = 0; index < writers.length; index++) writers[index]!()
    },
    close: () => world?.free(),
  }
}
