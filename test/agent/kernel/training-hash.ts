/** A hash of all weights after 1,000 updates, for every runtime at hand to agree on. Only the kernel does arithmetic that rounds. */

import { initialiseNetworks } from '../../../src/agent/initialisation.ts'
import { loadFusedKernel } from '../../../src/agent/kernel/fused-engine.ts'
import { presets } from '../../../src/agent/presets.ts'
import type { AgentSettings } from '../../../src/agent/settings.ts'
import { RandomStream } from '../../../src/common/random.ts'

const size = { observation: 11, action: 3 }

export const hashedSettings = {
  ddpg: { ...presets.ddpg.paper, hiddenSizes: [100, 75], replayCapacity: 2000 },
  // What DDPG leaves out: tanh with noise, logarithms and powers among it.
  td3: {
    ...presets.td3.paper,
    hiddenSizes: [64, 48, 33],
    batchSize: 37,
    replayCapacity: 700,
    prioritisedReplay: true,
    gradientClip: 0.5,
    preactivationPenalty: 1e-3,
  },
} satisfies Record<string, AgentSettings>

/** The hash as text; the same for any number of threads. */
export async function trainingHash(name: keyof typeof hashedSettings, threads: number): Promise<string> {
  const settings = hashedSettings[name]
  const create = await loadFusedKernel()
  const engine = create({
    size,
    settings,
    networks: initialiseNetworks(size, settings, RandomStream.derive(1, 'initial weights')),
    random: {
      replay: RandomStream.derive(1, 'replay').state(),
      targetNoise: RandomStream.derive(1, 'target noise').state(),
    },
    threads,
  })
  try {
    const random = RandomStream.derive(1, 'transitions')
    const vector = (length: number) => Float32Array.from({ length }, () => random.uniform(-1, 1))
    for (let index = 0; index < 1000; index++) {
      const observation = vector(size.observation)
      const action = vector(size.action)
      const reward = observation[0]! * action[0]! - observation[1]! * observation[1]!
      engine.store(observation, action, reward, vector(size.observation), index % 50 === 49 ? 0 : settings.discount)
    }
    for (let update = 1; update <= 1000; update++) engine.update(update % settings.policyDelay === 0)
    const networks = Object.values(engine.exportNetworks())
    const layers = networks.flatMap((network) => network.layers)
    return hashOf(layers.flatMap(({ weights, bias }) => [weights, bias]))
  } finally {
    engine.dispose()
  }
}

/** The hash of each algorithm, as a program for every runtime (test/runtimes.ts): on two threads, but for pages, which have one. */
export async function answer(): Promise<Record<keyof typeof hashedSettings, string>> {
  const threads = typeof document === 'undefined' ? 2 : 1
  return { ddpg: await trainingHash('ddpg', threads), td3: await trainingHash('td3', threads) }
}

/** FNV-1a over the bits of the numbers. */
function hashOf(arrays: Float32Array[]): string {
  let hash = 0x811c9dc5
  for (const array of arrays) {
    for (const byte of new Uint8Array(array.slice().buffer)) hash = Math.imul(hash ^ byte, 0x01000193)
  }
  return (hash >>> 0).toString(16).padStart(8, '0')
}
