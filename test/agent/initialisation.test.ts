// The initial weights against the paper (Lillicrap et al. 2016, section 7): hidden layers U(±1/√fan_in),
// last layers U(±3e-3), biases alike, the action counted in the fan-in of the critic's layer that takes it.
import { describe, expect, test } from 'vitest'
import { copyNetwork, initialiseNetworks } from '../../src/agent/initialisation.ts'
import { presets } from '../../src/agent/presets.ts'
import type { AgentSettings } from '../../src/agent/settings.ts'
import { RandomStream } from '../../src/common/random.ts'
import type { DenseLayer, Network } from '../../src/policy/network.ts'
import { fc } from '../properties.ts'

const problems = fc.record({
  seed: fc.nat(),
  observation: fc.integer({ min: 1, max: 6 }),
  action: fc.integer({ min: 1, max: 4 }),
  hiddenSizes: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 3 }),
})

describe('Given any problem', () => {
  test('when its networks are initialised, then the layers join: observation, hidden layers, action or value', () => {
    fc.assert(
      fc.property(problems, ({ seed, observation, action, hiddenSizes }) => {
        const { actor, critic } = initialise(seed, observation, action, hiddenSizes)
        expect(actor.layers.map(({ outputs }) => outputs)).toEqual([...hiddenSizes, action])
        expect(actor.layers.map(({ inputs }) => inputs)).toEqual([observation, ...hiddenSizes])
        expect(critic.layers.map(({ outputs }) => outputs)).toEqual([...hiddenSizes, 1])
        const criticInputs = [observation, ...hiddenSizes]
        criticInputs[hiddenSizes.length === 1 ? 0 : 1]! += action
        expect(critic.layers.map(({ inputs }) => inputs)).toEqual(criticInputs)
        for (const { inputs, outputs, weights, bias } of [...actor.layers, ...critic.layers]) {
          expect([weights.length, bias.length]).toEqual([inputs * outputs, outputs])
        }
      }),
    )
  })

  test('when its networks are initialised, then no weight or bias lies beyond the bound of its layer', () => {
    fc.assert(
      fc.property(problems, ({ seed, observation, action, hiddenSizes }) => {
        const { actor, critic } = initialise(seed, observation, action, hiddenSizes)
        for (const { layers } of [actor, critic]) {
          layers.forEach((layer, index) => {
            const bound = index === layers.length - 1 ? 3e-3 : 1 / Math.sqrt(layer.inputs)
            expect(largest(layer.weights)).toBeLessThanOrEqual(Math.fround(bound))
            expect(largest(layer.bias)).toBeLessThanOrEqual(Math.fround(bound))
          })
        }
      }),
    )
  })

  test('when its networks are initialised, then the targets equal their sources and share no memory with them', () => {
    fc.assert(
      fc.property(problems, ({ seed, observation, action, hiddenSizes }) => {
        const networks = initialise(seed, observation, action, hiddenSizes)
        expectCopy(networks.targetActor, networks.actor)
        expectCopy(networks.targetCritic, networks.critic)
      }),
    )
  })

  test('when a network is copied, then the copy equals it and shares no memory with it', () => {
    const { actor } = initialise(1, 3, 2, [5, 4])
    expectCopy(copyNetwork(actor), actor)
  })
})

describe('Given layers wide enough to see their distribution', () => {
  const observation = 9
  const action = 12
  const { actor, critic } = initialise(5, observation, action, [400, 300])
  const wide: [string, DenseLayer, number][] = [
    ["the actor's first layer, of fan-in 9", actor.layers[0]!, 1 / 3],
    ["the actor's second layer, of fan-in 400", actor.layers[1]!, 1 / 20],
    ["the actor's last layer", actor.layers[2]!, 3e-3],
    ["the critic's first layer, of fan-in 9", critic.layers[0]!, 1 / 3],
    ["the critic's action layer, of fan-in 400 + 12", critic.layers[1]!, 1 / Math.sqrt(412)],
    // Little can be said of the bounds of 300 numbers, and of 1 bias nothing.
    ["the critic's last layer", critic.layers[2]!, 3e-3],
  ]

  test.each(wide)('when %s is drawn, then its weights are uniform up to its bound', (_, { weights }, bound) => {
    expectUniform(weights, bound)
  })

  test.each(wide.slice(0, 5))('when %s is drawn, then its biases reach for the same bound', (_, { bias }, bound) => {
    expect(largest(bias)).toBeGreaterThan(bias.length > 100 ? 0.97 * bound : 0.5 * bound)
  })

  test('when the critic has few hidden units beside many actions, then the fan-in of its bound counts the actions', () => {
    const narrow = initialise(6, 3, 12, [4, 2000]).critic.layers[1]!
    expect(narrow.inputs).toBe(16)
    expectUniform(narrow.weights, 1 / 4)
    expectUniform(narrow.bias, 1 / 4)
  })

  test('when the critic has one hidden layer, then that layer takes the actions and counts them', () => {
    const only = initialise(7, 4, 12, [2000]).critic.layers[0]!
    expect(only.inputs).toBe(16)
    expectUniform(only.weights, 1 / 4)
    expectUniform(only.bias, 1 / 4)
  })
})

describe('Given a problem with the options of TD3', () => {
  const ddpg = initialise(3, 4, 2, [6, 5])

  test('when the action enters the first layer, then that layer counts it and the second does not', () => {
    const { critic } = initialise(3, 4, 2, [6, 5], { criticActionInput: 1 })
    expect(critic.layers.map(({ inputs }) => inputs)).toEqual([6, 6, 5])
  })

  test('when there are twin critics, then the second has the shape of the first, other weights and a target of its own', () => {
    const { critic, secondCritic, targetSecondCritic } = initialise(3, 4, 2, [6, 5], { twinCritics: true })
    expect(secondCritic!.layers.map(({ inputs }) => inputs)).toEqual(critic.layers.map(({ inputs }) => inputs))
    secondCritic!.layers.forEach((layer, index) => {
      expect(layer.weights).not.toEqual(critic.layers[index]!.weights)
      expect(largest(layer.weights)).toBeLessThanOrEqual(index === 2 ? 3e-3 : 1 / Math.sqrt(layer.inputs))
    })
    expectCopy(targetSecondCritic!, secondCritic!)
  })

  test('when there are twin critics, then the other networks are those of DDPG with the same seed', () => {
    const { secondCritic, targetSecondCritic, ...others } = initialise(3, 4, 2, [6, 5], { twinCritics: true })
    expect(others).toEqual(ddpg)
  })

  test('when layers are normalised, then all hidden ones have gains of 1 and offsets of 0, and the last has none', () => {
    const { actor, critic, targetActor } = initialise(3, 4, 2, [6, 5], { layerNormalisation: true })
    for (const { layers } of [actor, critic]) {
      expect(layers.map(({ normalisation }) => normalisation?.gain.length)).toEqual([6, 5, undefined])
      for (const { normalisation } of layers.slice(0, 2)) {
        expect(new Set(normalisation!.gain)).toEqual(new Set([1]))
        expect(new Set(normalisation!.offset)).toEqual(new Set([0]))
      }
    }
    expectCopy(targetActor, actor)
    expect(targetActor.layers[0]!.normalisation!.gain).not.toBe(actor.layers[0]!.normalisation!.gain)
    expect(actor.layers[1]!.weights).toEqual(ddpg.actor.layers[1]!.weights)
  })
})

describe('Given a seed', () => {
  test('when the networks are initialised twice, then they are the same, and others from another seed', () => {
    expect(initialise(1, 3, 2, [5, 4])).toEqual(initialise(1, 3, 2, [5, 4]))
    expect(initialise(2, 3, 2, [5, 4]).actor).not.toEqual(initialise(1, 3, 2, [5, 4]).actor)
    expect(initialise(2, 3, 2, [5, 4]).critic).not.toEqual(initialise(1, 3, 2, [5, 4]).critic)
  })

  test('when actor and critic have first layers of one shape, then they are drawn apart', () => {
    const { actor, critic } = initialise(1, 3, 2, [5, 4])
    expect(actor.layers[0]!.inputs).toBe(critic.layers[0]!.inputs)
    expect(actor.layers[0]!.weights).not.toEqual(critic.layers[0]!.weights)
  })
})

function initialise(
  seed: number,
  observation: number,
  action: number,
  hiddenSizes: number[],
  changes: Partial<AgentSettings> = {},
) {
  const settings = { ...presets.ddpg.paper, hiddenSizes, ...changes }
  return initialiseNetworks({ observation, action }, settings, RandomStream.derive(seed, 'initial weights'))
}

function expectCopy(copy: Network, source: Network): void {
  expect(copy).toEqual(source)
  source.layers.forEach((layer, index) => {
    expect(copy.layers[index]!.weights.buffer).not.toBe(layer.weights.buffer)
    expect(copy.layers[index]!.bias.buffer).not.toBe(layer.bias.buffer)
  })
}

/** U(±bound): mean 0, variance bound²/3, all within the bound and some close to either end of it. */
function expectUniform(values: Float32Array, bound: number): void {
  const count = values.length
  const mean = values.reduce((sum, value) => sum + value, 0) / count
  const variance = values.reduce((sum, value) => sum + value ** 2, 0) / count
  expect(Math.abs(mean) / bound).toBeLessThan(4 / Math.sqrt(3 * count))
  // The variance of u² for u in U(±1) is 4/45.
  expect(Math.abs(variance / bound ** 2 - 1 / 3)).toBeLessThan(4 * Math.sqrt(4 / 45 / count))
  expect(largest(values)).toBeLessThanOrEqual(Math.fround(bound))
  // The chance that none of n values comes within 28/n of one end of the bound is e⁻¹⁴.
  const sorted = values.toSorted()
  expect(sorted.at(-1)).toBeGreaterThan((1 - 28 / count) * bound)
  expect(sorted[0]).toBeLessThan(-(1 - 28 / count) * bound)
}

function largest(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
}
