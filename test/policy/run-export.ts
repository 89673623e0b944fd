/** Runs exported policies in the programs that they are for. */
import * as tf from '@tensorflow/tfjs'
import type { TensorFlowFiles } from '../../src/policy/export-tensorflow.ts'

/** ONNX Runtime has no binaries for Macs with Intel processors. */
export const hasOnnxRuntime = !(process.platform === 'darwin' && process.arch === 'x64')

export async function loadOnnx(bytes: Uint8Array) {
  const { InferenceSession } = await import('onnxruntime-node')
  return InferenceSession.create(bytes, { intraOpNumThreads: 1, interOpNumThreads: 1 })
}

/** Actions for rows of observations, [rows, A] after one another, and their shape. */
export interface Actions {
  data: ArrayLike<number>
  shape: readonly number[]
}

/** The actions in ONNX Runtime. */
export async function runOnnx(bytes: Uint8Array, observations: readonly Float32Array[]): Promise<Actions> {
  const { Tensor } = await import('onnxruntime-node')
  const session = await loadOnnx(bytes)
  try {
    const { action } = await session.run({
      observation: new Tensor('float32', joined(observations), shape(observations)),
    })
    return { data: action!.data as Float32Array, shape: action!.dims }
  } finally {
    await session.release()
  }
}

/** Loads a layers model as a browser does: model.json from its address, and the weights from beside it. */
export function loadTensorFlow(files: TensorFlowFiles): Promise<tf.LayersModel> {
  const fetchFunc = async (url: string) =>
    new Response(Buffer.from(files[new URL(url).pathname.slice(1) as keyof TensorFlowFiles]))
  return tf.loadLayersModel(tf.io.http('http://exported/model.json', { fetchFunc: fetchFunc as typeof fetch }))
}

/** The actions in TensorFlow.js, on the backend that is set. */
export async function runTensorFlow(files: TensorFlowFiles, observations: readonly Float32Array[]): Promise<Actions> {
  const model = await loadTensorFlow(files)
  try {
    return tf.tidy(() => {
      const output = model.predict(tf.tensor2d(joined(observations), shape(observations))) as tf.Tensor
      return { data: output.dataSync(), shape: output.shape }
    })
  } finally {
    model.dispose()
  }
}

const joined = (rows: readonly Float32Array[]): Float32Array => Float32Array.from(rows.flatMap((row) => [...row]))
const shape = (rows: readonly Float32Array[]): [number, number] => [rows.length, rows[0]!.length]
