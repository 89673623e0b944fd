/** Hashes of what robots do over 2,000 control steps, contacts and falls included, for every runtime at hand to agree on. */
import doublePendulum from '../../scenes/double-inverted-pendulum.json' with { type: 'json' }
import hopper from '../../scenes/hopper.json' with { type: 'json' }
import { RandomStream } from '../../src/common/random.ts'
import { loadScene } from '../../src/scene/load.ts'
import { createEnvironment } from '../../src/sim/environment.ts'

const STEPS = 2000
/** How long an action is held: long enough for a hop or a swing to come of it, steps. */
const HOLD = 12

const scenes = { 'double-inverted-pendulum': doublePendulum, hopper }
export const hashedScenes = Object.keys(scenes) as (keyof typeof scenes)[]

/** FNV-1a over the bits of all states, sensors, observations and rewards, as text; and the steps in which something touched the ground. */
export async function trajectoryHash(name: keyof typeof scenes): Promise<{ hash: string; falls: number }> {
  const environment = await createEnvironment(loadScene(JSON.stringify(scenes[name]), name), { measureForces: true })
  try {
    const random = RandomStream.derive(1, 'actions')
    const action = new Float64Array(environment.spec.action.length)
    let hash = 0x811c9dc5
    let falls = 0
    let seed = 1
    const add = (numbers: Float32Array | Float64Array) => {
      const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength)
      for (let index = 0; index < bytes.length; index++) hash = Math.imul(hash ^ bytes[index]!, 0x01000193)
    }
    const reward = new Float64Array(1)
    environment.reset({ seed })
    for (let step = 0; step < STEPS; step++) {
      if (step % HOLD === 0) for (let index = 0; index < action.length; index++) action[index] = random.uniform(-1, 1)
      const result = environment.step(action)
      reward[0] = result.reward
      for (const numbers of [environment.state, environment.sensorValues, result.observation, reward]) add(numbers)
      // On the ground it lies in contact: it stays there for a while before it starts again.
      if (step % 200 !== 199) continue
      falls += Number(result.terminated)
      environment.reset({ seed: ++seed })
    }
    return { hash: (hash >>> 0).toString(16).padStart(8, '0'), falls }
  } finally {
    environment.close()
  }
}

/** Each scene's hash, as a program for every runtime (test/runtimes.ts). */
export async function answer(): Promise<Record<string, { hash: string; falls: number }>> {
  const entries: [string, { hash: string; falls: number }][] = []
  for (const name of hashedScenes) entries.push([name, await trajectoryHash(name)])
  return Object.fromEntries(entries)
}
