/** An engine gives back all that it took, and an update leaves nothing behind. */
import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import { loadEngine } from '../../src/agent/create-engine.ts'
import { initialiseNetworks } from '../../src/agent/initialisation.ts'
import { presets } from '../../src/agent/settings.ts'
import { RandomStream } from '../../src/common/random.ts'

test('given an engine that has made updates, when it is disposed of, then no tensor of its remains', async () => {
  const { create } = await loadEngine('tfjs-cpu')
  const size = { observation: 3, action: 1 }
  const settings = { ...presets.paper, hiddenSizes: [5, 4], replayCapacity: 10 }
  const before = tf.memory().numTensors
  const networks = initialiseNetworks(size, settings.hiddenSizes, RandomStream.derive(1, 'initial weights'))
  const engine = create({ size, settings, networks })
  engine.store(Float32Array.of(1, 2, 3), Float32Array.of(0.5), -1, Float32Array.of(1, 2, 4), false)
  const update = () => engine.updateOn(Uint32Array.of(0, 0, 0))
  update()
  const afterOne = tf.memory().numTensors
  for (let count = 0; count < 5; count++) update()
  expect(tf.memory().numTensors).toBe(afterOne)
  expect(afterOne).toBeGreaterThan(before)
  engine.dispose()
  expect(tf.memory().numTensors).toBe(before)
})
