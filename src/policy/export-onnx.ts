/**
 * A policy as an ONNX model (https://onnx.ai), for robots and other runtimes: "observation" [batch, O] in, "action"
 * [batch, A] in [-1, 1] out, both float32. Only operators of the default set, in the oldest version that has them all.
 */
import { describeChannels, describePolicy, exportMetadata } from './export-metadata.ts'
import { type DenseLayer, LAYER_NORMALISATION_EPSILON } from './network.ts'
import { ONNX_SCHEMA } from './onnx-schema.ts'
import type { Policy, PolicyChannel } from './policy.ts'

/** The first operator set with LayerNormalization, and the IR version of the ONNX release that brought it (1.12). */
const OPERATOR_SET = 17
const IR_VERSION = 8

/** TensorProto.DataType.FLOAT */
const FLOAT = 1

/** NodeProto, with protobufjs' names for its fields. */
interface Node {
  name: string
  opType: string
  input: string[]
  output: string[]
  attribute?: { name: string; type: 'FLOAT' | 'INT'; f?: number; i?: number }[]
}

/** TensorProto */
interface Initializer {
  name: string
  dims: number[]
  dataType: number
  floatData: number[]
}

/** The bytes of the model; `versions` go into its metadata. The same policy and versions give the same bytes. */
export async function exportOnnx(policy: Policy, versions: Record<string, string>): Promise<Uint8Array> {
  const { parse } = await import('protobufjs')
  const { specification, network } = policy
  const layers = network.layers.map((layer, index) => layerOf(layer, index, network.layers.length))
  const model = {
    irVersion: IR_VERSION,
    // Without a domain: the default operators.
    opsetImport: [{ version: OPERATOR_SET }],
    producerName: 'TorqueLab',
    producerVersion: versions.torquelab ?? '',
    docString: describePolicy(specification),
    graph: {
      name: 'policy',
      node: layers.flatMap(({ nodes }) => nodes),
      initializer: layers.flatMap(({ initializers }) => initializers),
      input: [batchOf('observation', specification.observation)],
      output: [batchOf('action', specification.action)],
    },
    // Values are text; what is not, is JSON.
    metadataProps: Object.entries(exportMetadata(specification, versions)).map(([key, value]) => ({
      key,
      value: typeof value === 'string' ? value : JSON.stringify(value),
    })),
  }
  const type = parse(ONNX_SCHEMA).root.lookupType('onnx.ModelProto')
  return type.encode(type.fromObject(model)).finish()
}

/** A layer's operators: Gemm, LayerNormalization where it is normalised, Relu or Tanh. */
function layerOf(
  { inputs, outputs, weights, bias, normalisation }: DenseLayer,
  index: number,
  count: number,
): { nodes: Node[]; initializers: Initializer[] } {
  const isLast = index === count - 1
  const nodes: Node[] = []
  const initializers: Initializer[] = []
  let value = index === 0 ? 'observation' : `hidden.${index - 1}`
  const apply = (opType: string, parameters: string[], output: string, attribute: Node['attribute'] = []) => {
    const name = `${opType.toLowerCase()}.${index}`
    nodes.push({ name, opType, input: [value, ...parameters], output: [output], attribute })
    value = output
  }
  const parameter = (kind: string, dims: number[], values: Float32Array): string => {
    const name = `actor.${index}.${kind}`
    initializers.push({ name, dims, dataType: FLOAT, floatData: [...values] })
    return name
  }
  const linear = [parameter('weights', [inputs, outputs], weights), parameter('bias', [outputs], bias)]
  apply('Gemm', linear, `sum.${index}`)
  if (normalisation) {
    const { gain, offset } = normalisation
    const scaling = [parameter('gain', [outputs], gain), parameter('offset', [outputs], offset)]
    apply('LayerNormalization', scaling, `normalised.${index}`, [
      { name: 'axis', type: 'INT', i: -1 },
      { name: 'epsilon', type: 'FLOAT', f: LAYER_NORMALISATION_EPSILON },
    ])
  }
  if (isLast) apply('Tanh', [], 'action')
  else apply('Relu', [], `hidden.${index}`)
  return { nodes, initializers }
}

/** ValueInfoProto of any number of rows of these channels. */
function batchOf(name: string, channels: readonly PolicyChannel[]) {
  const shape = { dim: [{ dimParam: 'batch' }, { dimValue: channels.length }] }
  return { name, type: { tensorType: { elemType: FLOAT, shape } }, docString: describeChannels(channels) }
}
