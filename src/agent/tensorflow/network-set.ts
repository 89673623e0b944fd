/** All networks of an engine as variables, and batches as tensors. */
import { criticActionLayer, type EngineOptions, type Networks, networkTitles } from '../engine.ts'
import type { Batch } from '../replay-buffer.ts'
import type { TensorBatch } from './gradients.ts'
import { createVariables, exportNetwork, firstNonFiniteLayer, type NetworkVariables, type Tf } from './variables.ts'

/** The same names as `Networks`. */
export type NetworkSet = {
  [Name in 'actor' | 'critic' | 'targetActor' | 'targetCritic']: NetworkVariables
} & { secondCritic?: NetworkVariables; targetSecondCritic?: NetworkVariables }

export type NetworkSetOptions = Pick<EngineOptions, 'size' | 'settings' | 'networks'>

/**
 * The networks as variables, to be disposed of; targets are not trained. Batch normalisation is added where the settings ask
 * for it.
 */
export function createNetworkSet(tf: Tf, { size, settings, networks }: NetworkSetOptions): NetworkSet {
  // Batch normalisation: all hidden layers of the actor, the critics' before the action enters.
  const normalised = (layers: number) =>
    settings.batchNormalisation ? { observation: size.observation, layers } : undefined
  const ofActor = normalised(settings.hiddenSizes.length)
  const ofCritic = normalised(criticActionLayer(settings))
  const { actor, critic, targetActor, targetCritic, secondCritic, targetSecondCritic } = networks
  const learning = { trainable: true, batchNormalisation: ofCritic }
  const target = { trainable: false, batchNormalisation: ofCritic }
  return {
    actor: createVariables(tf, actor, { trainable: true, batchNormalisation: ofActor }),
    critic: createVariables(tf, critic, learning),
    targetActor: createVariables(tf, targetActor, { trainable: false, batchNormalisation: ofActor }),
    targetCritic: createVariables(tf, targetCritic, target),
    ...(secondCritic && { secondCritic: createVariables(tf, secondCritic, learning) }),
    ...(targetSecondCritic && { targetSecondCritic: createVariables(tf, targetSecondCritic, target) }),
  }
}

/** Copies of the weights as plain numbers, with batch normalisation folded in. */
export function exportNetworkSet(set: NetworkSet): Networks {
  const { actor, critic, targetActor, targetCritic, secondCritic, targetSecondCritic } = set
  return {
    actor: exportNetwork(actor),
    critic: exportNetwork(critic),
    targetActor: exportNetwork(targetActor),
    targetCritic: exportNetwork(targetCritic),
    ...(secondCritic && { secondCritic: exportNetwork(secondCritic) }),
    ...(targetSecondCritic && { targetSecondCritic: exportNetwork(targetSecondCritic) }),
  }
}

/** Such as "critic, layer 2". */
export function findNonFiniteLayer(set: NetworkSet): string | undefined {
  for (const name of Object.keys(networkTitles) as (keyof Networks)[]) {
    const network = set[name]
    const layer = network && firstNonFiniteLayer(network)
    if (layer !== undefined) return `${networkTitles[name]}, layer ${layer}`
  }
  return undefined
}

/** The batch on the backend; `weights` [B] and `targetNoise` [B, A] where given. */
export function tensorBatch(
  tf: Tf,
  { observation, action }: EngineOptions['size'],
  batch: Batch,
  { weights, targetNoise }: { weights?: Float32Array | undefined; targetNoise?: Float32Array | undefined },
): TensorBatch {
  const rows = batch.rewards.length
  return {
    observations: tf.tensor2d(batch.observations, [rows, observation]),
    actions: tf.tensor2d(batch.actions, [rows, action]),
    rewards: tf.tensor2d(batch.rewards, [rows, 1]),
    nextObservations: tf.tensor2d(batch.nextObservations, [rows, observation]),
    discounts: tf.tensor2d(batch.discounts, [rows, 1]),
    ...(weights && { weights: tf.tensor2d(weights, [rows, 1]) }),
    ...(targetNoise && { targetNoise: tf.tensor2d(targetNoise, [rows, action]) }),
  }
}
