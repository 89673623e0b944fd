/**
 * Initial weights as in the paper: hidden layers U(±1/√fan_in), last layers U(±3e-3), biases alike; targets start as copies.
 * Layer normalisation starts as the identity after normalising: gains 1, offsets 0.
 */
import type { RandomStream } from '../common/random.ts'
import type { DenseLayer, Network } from '../policy/network.ts'
import { criticActionLayer, type Networks, type ProblemSize } from './engine.ts'
import type { AgentSettings } from './settings.ts'

const LAST_LAYER_BOUND = 3e-3

/** Fresh networks for a problem and settings, targets as copies; with twin critics the second too. */
export function initialiseNetworks(size: ProblemSize, settings: AgentSettings, random: RandomStream): Networks {
  const { hiddenSizes, layerNormalisation } = settings
  const initialise = (inputs: readonly number[], outputs: number): Network => {
    const network = initialiseNetwork(inputs, [...hiddenSizes, outputs], random)
    return layerNormalisation ? withLayerNormalisation(network) : network
  }
  const actorInputs = [size.observation, ...hiddenSizes]
  const criticInputs = actorInputs.with(
    criticActionLayer(settings),
    actorInputs[criticActionLayer(settings)]! + size.action,
  )
  const actor = initialise(actorInputs, size.action)
  const critic = initialise(criticInputs, 1)
  const networks: Networks = { actor, critic, targetActor: copyNetwork(actor), targetCritic: copyNetwork(critic) }
  if (!settings.twinCritics) return networks
  // Drawn last, so that the other networks are those of DDPG with the same seed.
  const secondCritic = initialise(criticInputs, 1)
  return { ...networks, secondCritic, targetSecondCritic: copyNetwork(secondCritic) }
}

/** A copy that shares no array with the network. */
export function copyNetwork({ layers }: Network): Network {
  return {
    layers: layers.map(({ normalisation, ...layer }) => ({
      ...layer,
      weights: layer.weights.slice(),
      bias: layer.bias.slice(),
      ...(normalisation && {
        normalisation: { gain: normalisation.gain.slice(), offset: normalisation.offset.slice() },
      }),
    })),
  }
}

/** Layers with these numbers of inputs and outputs, their weights then their biases drawn layer by layer. */
function initialiseNetwork(inputs: readonly number[], outputs: readonly number[], random: RandomStream): Network {
  const layers = outputs.map((units, index): DenseLayer => {
    const fanIn = inputs[index]!
    const bound = index === outputs.length - 1 ? LAST_LAYER_BOUND : 1 / Math.sqrt(fanIn)
    const draw = (count: number) => Float32Array.from({ length: count }, () => random.uniform(-bound, bound))
    return { inputs: fanIn, outputs: units, weights: draw(fanIn * units), bias: draw(units) }
  })
  return { layers }
}

/** The same network with its hidden layers normalised. */
function withLayerNormalisation({ layers }: Network): Network {
  const normalise = (layer: DenseLayer): DenseLayer => ({
    ...layer,
    normalisation: { gain: new Float32Array(layer.outputs).fill(1), offset: new Float32Array(layer.outputs) },
  })
  return { layers: layers.map((layer, index) => (index < layers.length - 1 ? normalise(layer) : layer)) }
}
