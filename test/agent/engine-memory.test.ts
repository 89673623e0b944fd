/** An engine gives back all that it took, and an update leaves nothing behind. */
import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import type { AgentSettings } from '../../src/agent/settings.ts'
import { createEngine, loadTested, storeRandom } from './engines.ts'

const cases: { what: string; changes: Partial<AgentSettings> }[] = [
  { what: 'DDPG', changes: {} },
  {
    what: 'all of TD3, prioritised replay, gradient clipping and layer normalisation',
    changes: {
      twinCritics: true,
      policyDelay: 2,
      targetNoise: 0.2,
      criticL2: 0.01,
      prioritisedReplay: true,
      layerNormalisation: true,
      gradientClip: 1e-3,
      preactivationPenalty: 0.1,
    },
  },
  { what: 'batch normalisation', changes: { batchNormalisation: true } },
]

test.each(cases)('given an engine with $what, when it has made updates, then nothing remains of it', async (one) => {
  const factory = await loadTested('tfjs-cpu')
  const before = tf.memory().numTensors
  const engine = createEngine(factory, { changes: one.changes })
  storeRandom(engine, 10)
  const update = () => {
    for (const updatesPolicy of [true, false]) engine.update(updatesPolicy)
    engine.act(new Float32Array(3), new Float32Array(2))
  }
  update()
  const afterOne = tf.memory().numTensors
  for (let count = 0; count < 5; count++) update()
  expect(tf.memory().numTensors).toBe(afterOne)
  expect(afterOne).toBeGreaterThan(before)
  engine.dispose()
  expect(tf.memory().numTensors).toBe(before)
})
