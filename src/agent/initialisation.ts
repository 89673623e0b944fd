/** Initial weights as in the paper: hidden layers U(±1/√fan_in), last layers U(±3e-3), biases alike; targets start as copies. */
import type { RandomStream } from '../common/random.ts'
import type { DenseLayer, Network } from '../policy/network.ts'
import { criticActionLayer, type Networks, type ProblemSize } from './engine.ts'

const LAST_LAYER_BOUND = 3e-3

export function initialiseNetworks(size: ProblemSize, hiddenSizes: readonly number[], random: RandomStream): Networks {
  const actor = initialiseNetwork(layerInputs(size.observation, hiddenSizes), [...hiddenSizes, size.action], random)
  const criticInputs = layerInputs(size.observation, hiddenSizes)
  criticInputs[criticActionLayer(hiddenSizes)]! += size.action
  const critic = initialiseNetwork(criticInputs, [...hiddenSizes, 1], random)
  return { actor, critic, targetActor: copyNetwork(actor), targetCritic: copyNetwork(critic) }
}

export function copyNetwork({ layers }: Network): Network {
  return {
    layers: layers.map((layer) => ({ ...layer, weights: layer.weights.slice(), bias: layer.bias.slice() })),
  }
}

function layerInputs(observation: number, hiddenSizes: readonly number[]): number[] {
  return [observation, ...hiddenSizes]
}

function initialiseNetwork(inputs: readonly number[], outputs: readonly number[], random: RandomStream): Network {
  const layers = outputs.map((units, index): DenseLayer => {
    const fanIn = inputs[index]!
    const bound = index === outputs.length - 1 ? LAST_LAYER_BOUND : 1 / Math.sqrt(fanIn)
    const draw = (count: number) => Float32Array.from({ length: count }, () => random.uniform(-bound, bound))
    return { inputs: fanIn, outputs: units, weights: draw(fanIn * units), bias: draw(units) }
  })
  return { layers }
}
