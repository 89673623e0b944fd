/** The gradients of one update as plain numbers: what other engines' own gradients are tested against. */
import type * as TensorFlow from '@tensorflow/tfjs'
import type { ChosenBatch } from '../engine.ts'
import type { Batch } from '../replay-buffer.ts'
import { actorGradients, criticGradients, type Gradients, targetValues } from './gradients.ts'
import { createNetworkSet, type NetworkSetOptions, tensorBatch } from './network-set.ts'
import { allOf, type NetworkVariables, type Tf, tidy } from './variables.ts'

/** Of one layer, in the shapes of a DenseLayer; gain and offset where it has layer normalisation. */
export interface LayerGradients {
  weights: Float32Array
  bias: Float32Array
  gain?: Float32Array
  offset?: Float32Array
}

export interface NetworkGradients {
  critic: LayerGradients[]
  secondCritic?: LayerGradients[]
  /** With the critic as given: in an update the critic has made its step before. */
  actor: LayerGradients[]
}

/**
 * What Adam is given in an update on this batch (observations scaled already): the gradients of the engine's own losses,
 * clipped where the settings say so. Those of batch normalisation's gains and offsets are left out.
 */
export function gradientsByAutodiff(
  tf: Tf,
  options: NetworkSetOptions,
  batch: Batch & Omit<ChosenBatch, 'indices'>,
): NetworkGradients {
  const { settings } = options
  const set = createNetworkSet(tf, options)
  const gradients = tidy(tf, (): NetworkGradients => {
    const tensors = tensorBatch(tf, options.size, batch, batch)
    const targets = targetValues(tf, set, tensors, settings)
    const ofCritic = (critic: NetworkVariables) => {
      const result = criticGradients(tf, critic, targets, tensors, settings)
      result.statistics.dispose()
      return asLayers(critic, result.gradients)
    }
    const ofActor = actorGradients(tf, set.actor, set.critic, tensors, settings)
    ofActor.statistics.dispose()
    return {
      critic: ofCritic(set.critic),
      ...(set.secondCritic && { secondCritic: ofCritic(set.secondCritic) }),
      actor: asLayers(set.actor, ofActor.gradients),
    }
  })
  for (const network of Object.values(set)) tf.dispose(allOf(network))
  return gradients
}

function asLayers({ layers }: NetworkVariables, gradients: Gradients): LayerGradients[] {
  const of = ({ name }: TensorFlow.Variable) => Float32Array.from(gradients[name]!.dataSync())
  return layers.map(({ weights, bias, layerNormalisation }) => ({
    weights: of(weights),
    bias: of(bias),
    ...(layerNormalisation && { gain: of(layerNormalisation.gain), offset: of(layerNormalisation.offset) }),
  }))
}
