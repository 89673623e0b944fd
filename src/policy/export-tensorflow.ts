/**
 * A policy as a layers model of TensorFlow.js, for other JavaScript: `tf.loadLayersModel` reads it, and `predict` takes
 * observations [batch, O] and gives actions [batch, A] in [-1, 1].
 */
import type * as TensorFlow from '@tensorflow/tfjs'
import { exportMetadata } from './export-metadata.ts'
import { LAYER_NORMALISATION_EPSILON, type Network } from './network.ts'
import type { Policy } from './policy.ts'

/** The files of a layers model, by name. model.json names the other. */
export type TensorFlowFiles = Record<'model.json' | 'model.weights.bin', Uint8Array>

/** The model's files; `versions` go into its user-defined metadata. The same policy and versions give the same bytes. */
export async function exportTensorFlow(policy: Policy, versions: Record<string, string>): Promise<TensorFlowFiles> {
  const tf = await import('@tensorflow/tfjs')
  // Else it advises its native library on the terminal.
  tf.enableProdMode()
  await tf.ready()
  const model = sequentialOf(tf, policy.network)
  try {
    model.setUserDefinedMetadata({ ...exportMetadata(policy.specification, versions) })
    return await filesOf(tf, model)
  } finally {
    model.dispose()
  }
}

/** The network as a layers model, to be disposed of: observations [B, O] to actions [B, A]. */
function sequentialOf(tf: typeof TensorFlow, { layers }: Network): TensorFlow.Sequential {
  const model = tf.sequential({ name: 'policy' })
  for (const [index, { inputs, outputs, weights, bias, normalisation }] of layers.entries()) {
    const isLast = index === layers.length - 1
    const activation = isLast ? 'tanh' : normalisation ? 'linear' : 'relu'
    const dense = tf.layers.dense({
      name: `actor_${index}`,
      ...(index === 0 && { inputShape: [inputs] }),
      units: outputs,
      activation,
    })
    model.add(dense)
    setWeights(tf, dense, [weights, [inputs, outputs]], [bias, [outputs]])
    if (!normalisation) continue
    const normalise = tf.layers.layerNormalization({
      name: `actor_${index}_normalisation`,
      axis: -1,
      epsilon: LAYER_NORMALISATION_EPSILON,
    })
    model.add(normalise)
    setWeights(tf, normalise, [normalisation.gain, [outputs]], [normalisation.offset, [outputs]])
    model.add(tf.layers.reLU({ name: `actor_${index}_relu` }))
  }
  return model
}

function setWeights(
  tf: typeof TensorFlow,
  layer: TensorFlow.layers.Layer,
  ...values: [data: Float32Array, shape: number[]][]
): void {
  tf.tidy(() => layer.setWeights(values.map(([data, shape]) => tf.tensor(data, shape))))
}

/** The library's own files of a model: its HTTP handler puts them together, and what it would send stays here. */
async function filesOf(tf: typeof TensorFlow, model: TensorFlow.Sequential): Promise<TensorFlowFiles> {
  let sent = new FormData()
  const fetchFunc = async (_: unknown, request: RequestInit): Promise<Response> => {
    sent = request.body as FormData
    return new Response()
  }
  await model.save(tf.io.http('http://localhost', { fetchFunc: fetchFunc as typeof fetch }))
  const bytesOf = async (name: keyof TensorFlowFiles): Promise<Uint8Array> =>
    new Uint8Array(await (sent.get(name) as Blob).arrayBuffer())
  return { 'model.json': await bytesOf('model.json'), 'model.weights.bin': await bytesOf('model.weights.bin') }
}
