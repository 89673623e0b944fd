/** The same tasks in MuJoCo's own WebAssembly as a contestant: an environment with nothing to spare, whose steps have the same parts as ours. */
import type { Scene } from '../../src/scene/schema.ts'
import { compileTask } from '../../src/scene/task.ts'
import { actionsOf, type Contestant } from './env-contestants.ts'
import { MujocoTask } from './mujoco-task.ts'

/** MuJoCo on the task of a built-in scene; undefined where there is no model of it, or where the package is not installed. */
export async function mujocoContestant(scene: Scene, random: () => number): Promise<Contestant | undefined> {
  const task = await MujocoTask.of(scene.name)
  if (!task) return undefined
  const action = new Float32Array(task.actions)
  const noise = actionsOf(2)
  const resets = { uniform: (low: number, high: number) => low + ((high - low) * (noise() + 1)) / 2, normal: noise }
  const { drawReset } = compileTask(scene).task!
  const start = new Map<string, number>()
  return {
    name: 'mujoco-wasm',
    step(): void {
      if (task.isOver) {
        drawReset(resets, start)
        task.reset(start)
      }
      for (let index = 0; index < action.length; index++) action[index] = random()
      task.step(action)
    },
    close: () => task.close(),
  }
}
