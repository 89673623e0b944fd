/** The same policy in TorqueLab and in MuJoCo: equal starts, and about equal episodes where nothing chaotic happens. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { MujocoTask, mujocoScenes } from '../../bench/lib/mujoco-task.ts'
import { playHere, playInMujoco } from '../../bench/lib/transfer.ts'
import { RandomStream } from '../../src/common/random.ts'
import { Policy } from '../../src/policy/policy.ts'
import { loadScene } from '../../src/scene/load.ts'
import type { Scene } from '../../src/scene/schema.ts'
import { compileTask } from '../../src/scene/task.ts'
import { createEnvironment, specOf } from '../../src/sim/environment.ts'
import { episodeSeeds } from '../../src/training/evaluate.ts'

const read = (name: string): Scene => loadScene(readFileSync(`scenes/${name}.json`, 'utf8'), name)

/** Answers the same to everything: upright, where nobody acts, how long a hopper stands is decided by the last digit. */
function steadyPolicy(scene: Scene): Policy {
  const { observation, action, controlStep } = specOf(scene)
  const [inputs, outputs] = [observation.length, action.length]
  const layer = {
    inputs,
    outputs,
    weights: new Float32Array(inputs * outputs),
    bias: new Float32Array(outputs).fill(0.3),
  }
  const specification = { scene: scene.name, algorithm: 'ddpg', controlStep, trainedSteps: 0 }
  return new Policy({ ...specification, observation: [...observation], action: [...action] }, { layers: [layer] })
}

describe.each([...mujocoScenes])('%s', (name) => {
  const scene = read(name)

  it('starts from the same observation for the same seed', async () => {
    const task = (await MujocoTask.of(name))!
    const environment = await createEnvironment(scene)
    const { drawReset } = compileTask(scene).task!
    for (const seed of [1, 2, 100_000]) {
      const start = new Map<string, number>()
      drawReset(RandomStream.derive(seed, 'reset'), start)
      task.reset(start)
      const { observation } = environment.reset({ seed })
      for (const [index, value] of observation.entries()) expect(task.observation[index]).toBeCloseTo(value, 5)
    }
    environment.close()
    task.close()
  })

  it('falls alike under a steady action: returns and lengths agree within a tenth, and MuJoCo repeats', async () => {
    const task = (await MujocoTask.of(name))!
    const seeds = episodeSeeds(3, 5)
    const [here, there] = [
      await playHere(scene, steadyPolicy(scene), seeds),
      playInMujoco(scene, task, steadyPolicy(scene), seeds),
    ]
    expect(there.meanLength / here.meanLength).toBeGreaterThan(0.9)
    expect(there.meanLength / here.meanLength).toBeLessThan(1.1)
    expect(there.meanReturn / here.meanReturn).toBeGreaterThan(0.9)
    expect(there.meanReturn / here.meanReturn).toBeLessThan(1.1)
    expect(playInMujoco(scene, task, steadyPolicy(scene), seeds)).toEqual(there)
    if (name === 'hopper') {
      expect(Math.abs(there.forwardSpeed! - here.forwardSpeed!)).toBeLessThan(0.1)
      expect(Math.abs(there.flightShare! - here.flightShare!)).toBeLessThan(0.1)
    } else {
      expect(here.forwardSpeed).toBe(null)
      expect(there.flightShare).toBe(null)
    }
    task.close()
  })
})

it('hard contacts in MuJoCo give way by less than half of what Gymnasium’s do', async () => {
  const scene = read('hopper')
  const seeds = episodeSeeds(3, 3)
  const depths: number[] = []
  for (const contacts of ['gymnasium', 'hard'] as const) {
    const task = (await MujocoTask.of('hopper', contacts))!
    depths.push(playInMujoco(scene, task, steadyPolicy(scene), seeds).largestPenetration!)
    task.close()
  }
  expect(depths[1]!).toBeGreaterThan(0)
  expect(depths[1]!).toBeLessThan(depths[0]! / 2)
})
