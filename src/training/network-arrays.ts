/** A network as named arrays, for checkpoints. */
import { arrayOf, type StateArrays } from '../agent/state.ts'
import type { DenseLayer, Network } from '../policy/network.ts'

export function networkArrays({ layers }: Network): StateArrays {
  const arrays: StateArrays = {}
  for (const [index, { weights, bias, normalisation }] of layers.entries()) {
    arrays[`${index}.weights`] = weights
    arrays[`${index}.bias`] = bias
    if (!normalisation) continue
    arrays[`${index}.gain`] = normalisation.gain
    arrays[`${index}.offset`] = normalisation.offset
  }
  return arrays
}

/** The network that `networkArrays` gave the arrays of. */
export function networkOf(arrays: StateArrays): Network {
  const layers: DenseLayer[] = []
  while (arrays[`${layers.length}.weights`]) {
    const index = layers.length
    const bias = arrayOf(arrays, `${index}.bias`, Float32Array)
    const weights = arrayOf(arrays, `${index}.weights`, Float32Array)
    const outputs = bias.length
    layers.push({
      inputs: weights.length / outputs,
      outputs,
      weights,
      bias,
      ...(arrays[`${index}.gain`] && {
        normalisation: {
          gain: arrayOf(arrays, `${index}.gain`, Float32Array, outputs),
          offset: arrayOf(arrays, `${index}.offset`, Float32Array, outputs),
        },
      }),
    })
  }
  return { layers }
}
