import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { relativeDifference } from '../../bench/lib/comparison.ts'
import { measureDensePeak } from '../../bench/lib/dense-peak.ts'
import { parseOptions } from '../../bench/lib/options.ts'
import { activeShares, flatShare, practise } from '../../bench/lib/practice.ts'
import { type BenchNetworks, networkNames, readStartState, writeStartState } from '../../bench/lib/start-state.ts'
import { flopPerUpdate, median } from '../../bench/lib/statistics.ts'
import { presets } from '../../src/agent/presets.ts'

const settings = { ...presets.ddpg.paper, criticL2: 0, hiddenSizes: [20, 10], batchSize: 8, replayCapacity: 500 }

describe('Given the start that the bench makes for its contestants', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'torquelab-test-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  test('when it is written and read, then nothing has changed', async () => {
    const { trained } = await practise(settings, 100, 1)
    writeStartState(folder, trained)
    const read = readStartState(folder)
    expect(read).toEqual(trained)
  })

  test('when it is made twice, then both are equal, and the trained networks are not the initial ones', async () => {
    const [first, second] = [await practise(settings, 200, 1), await practise(settings, 200, 1)]
    expect(second).toEqual(first)
    expect(first.trained.networks).not.toEqual(first.initial.networks)
  })

  test('when the first hidden layers are off and the second ones on, then the shares of active units are 0 and 1', async () => {
    const { initial } = await practise(settings, 1, 1)
    for (const { layers } of [initial.networks.actor, initial.networks.critic]) {
      layers.forEach(({ weights, bias }, layer) => {
        weights.fill(0)
        bias.fill(layer === 0 ? -1 : 1)
      })
    }
    const shares = activeShares(initial)
    for (const [first, second] of [shares.actor, shares.critic]) {
      expect(first).toBe(0)
      expect(second).toBeCloseTo(1)
    }
  })
})

describe('Given an actor', () => {
  test('when its biases drive all actions into the flat ends of tanh, then all rows are flat; where one is in between, none is', async () => {
    const { initial } = await practise(settings, 1, 1)
    expect(flatShare(initial)).toBe(0)
    const { bias } = initial.networks.actor.layers.at(-1)!
    bias.fill(30)
    expect(flatShare(initial)).toBe(1)
    bias[1] = 0
    expect(flatShare(initial)).toBe(0)
  })
})

describe('Given one update of two contestants', () => {
  /** Networks whose every number has moved by `step` from those of `networks`; targets by a thousandth of it, times `follow`. */
  function move(networks: BenchNetworks, step: number, follow: number): BenchNetworks {
    const entries = networkNames.map((name) => {
      const by = name.startsWith('target') ? step * 1e-3 * follow : step
      const layers = networks[name].layers.map((layer) => ({
        ...layer,
        weights: layer.weights.map((value) => value + by),
        bias: layer.bias.map((value) => value + by),
      }))
      return [name, { layers }]
    })
    return Object.fromEntries(entries) as BenchNetworks
  }

  test('when they differ by a thousandth of the change, then so does the difference', async () => {
    const { networks } = (await practise(settings, 1, 1)).initial
    expect(relativeDifference(networks, move(networks, 1.001e-3, 1), move(networks, 1e-3, 1))).toBeLessThan(2e-3)
  })

  test('when one weight of many goes the opposite way, then nothing is said of it; when some do, then the difference is no small number', async () => {
    const { networks } = (await practise({ ...settings, hiddenSizes: [150, 100] }, 1, 1)).initial
    const right = move(networks, 1e-3, 1)
    const opposite = (count: number) => {
      const wrong = move(networks, 1e-3, 1)
      const { weights } = wrong.critic.layers[1]!
      for (let index = 0; index < count; index++) weights[100 * index + 7]! -= 2e-3
      return relativeDifference(networks, wrong, right)
    }
    expect(opposite(1)).toBeLessThan(1e-3)
    expect(opposite(5)).toBeGreaterThan(1e-2)
  })

  test.each([
    ['a soft update left out', 1e-3, 0],
    ['another learning rate', 2e-3, 1],
    ['numbers that are not finite', Number.NaN, 1],
  ])('when one has %s, then the difference is no small number', async (_, step, follow) => {
    const { networks } = (await practise(settings, 1, 1)).initial
    const difference = relativeDifference(networks, move(networks, step, follow), move(networks, 1e-3, 1))
    expect(difference <= 0.5).toBe(false)
  })
})

describe('Given the figures of the bench', () => {
  test('when one update is counted, then each matrix product is in it once', () => {
    // Given one hidden layer of 5 units, 2 observations, 1 action, 3 transitions: an actor of 2·5 + 5·1 products, a critic of 3·5 + 5·1
    const small = { ...settings, hiddenSizes: [5], batchSize: 3 }
    // Then: 2 actor and 3 critic forward passes, weight gradients of both, what reaches the hidden layer in both
    // networks' own steps, and in the actor's step through the critic to the action
    const products = 2 * 15 + 3 * 20 + (15 + 20) + (5 + 5) + (5 + 5)
    expect(flopPerUpdate({ observation: 2, action: 1 }, small)).toBe(2 * 3 * products)
  })

  test('when there are odd or even counts of rounds, then the median is the middle, or the mean of both middles', () => {
    expect([median([3, 1, 2]), median([4, 1, 3, 2])]).toEqual([2, 2.5])
  })

  test('when the dense peak is measured, then its module runs here', async () => {
    expect(await measureDensePeak(false, 1)).toBeGreaterThan(0.1)
  })
})

describe('Given the options of the bench', () => {
  test('when some engines are named, then the fused engine takes part too', () => {
    const options = parseOptions(['--engines', 'jax', '--threads', '2,1,2'])
    expect(options).toMatchObject({ engines: ['fused', 'jax'], threadCounts: [1, 2] })
  })

  test.each([
    [['--engines', 'torch'], /no "torch".*pytorch/],
    [['--threads', '0'], /--threads/],
    [['--fast'], /--fast.*--quick/],
  ])('when they are %s, then one line says what is wrong', (args, message) => {
    expect(() => parseOptions(args)).toThrow(message)
  })
})
