/** Policies of random weights, the same for the same seed: what tests of policies start from. */
import type { DenseLayer, Network } from '../../src/policy/network.ts'
import { Policy, type PolicySpecification } from '../../src/policy/policy.ts'

/** Uniform numbers in [-1, 1): Park and Miller's generator. */
export function generator(seed: number): () => number {
  let state = (seed * 7919 + 1) % 2147483647
  return () => {
    state = (state * 48271) % 2147483647
    return (2 * state) / 2147483647 - 1
  }
}

/** A network of these layer sizes with weights that keep its sums near 1; `normalised` lists the normalised layers. */
export function networkOf(sizes: readonly number[], seed = 1, normalised: readonly number[] = []): Network {
  const random = generator(seed)
  const drawn = (length: number, draw: () => number) => Float32Array.from({ length }, draw)
  const layers: DenseLayer[] = sizes.slice(1).map((outputs, index) => {
    const inputs = sizes[index]!
    const scale = Math.sqrt(3 / inputs)
    const weights = drawn(inputs * outputs, () => scale * random())
    const bias = drawn(outputs, () => 0.3 * random())
    if (!normalised.includes(index)) return { inputs, outputs, weights, bias }
    const gain = drawn(outputs, () => 1 + 0.5 * random())
    const offset = drawn(outputs, () => 0.3 * random())
    return { inputs, outputs, weights, bias, normalisation: { gain, offset } }
  })
  return { layers }
}

export function specificationOf(inputs: number, outputs: number): PolicySpecification {
  const channels = (kind: string, count: number) =>
    Array.from({ length: count }, (_, index) => ({ name: `${kind} ${index} é`, unit: 'm/s²' }))
  return {
    scene: 'test scene',
    algorithm: 'ddpg',
    observation: channels('observation', inputs),
    action: channels('action', outputs),
    controlStep: 0.05,
    trainedSteps: 12345,
  }
}

export function policyOf(sizes: readonly number[], seed = 1, normalised: readonly number[] = []): Policy {
  return new Policy(specificationOf(sizes[0]!, sizes.at(-1)!), networkOf(sizes, seed, normalised))
}

/** The actions for rows of observations: [rows, A] after one another. */
export function actionsOf(policy: Policy, observations: readonly ArrayLike<number>[]): Float32Array {
  const size = policy.specification.action.length
  const actions = new Float32Array(observations.length * size)
  for (const [row, observation] of observations.entries()) {
    policy.act(observation, actions.subarray(row * size, (row + 1) * size))
  }
  return actions
}
