/** The policy file: a safetensors file of the actor's layers, with the policy's specification in its header. */
import * as z from 'zod'
import { UserError } from '../common/user-error.ts'
import type { DenseLayer } from './network.ts'
import { Policy } from './policy.ts'
import { readTensors, type Tensor, writeTensors } from './safetensors.ts'

const FORMAT = 'torquelab-policy'
const VERSION = '1'

const channelSchema = z.object({ name: z.string(), unit: z.string() })
const specificationSchema = z.object({
  scene: z.string(),
  algorithm: z.string(),
  observation: z.array(channelSchema).min(1),
  action: z.array(channelSchema).min(1),
  controlStep: z.number().positive(),
  trainedSteps: z.int().min(0),
})

export function writePolicy(policy: Policy): Uint8Array {
  const tensors = new Map<string, Tensor>()
  for (const [index, layer] of policy.network.layers.entries()) {
    tensors.set(`actor.${index}.weights`, { shape: [layer.inputs, layer.outputs], data: layer.weights })
    tensors.set(`actor.${index}.bias`, { shape: [layer.outputs], data: layer.bias })
  }
  const metadata = { format: FORMAT, version: VERSION, specification: JSON.stringify(policy.specification) }
  return writeTensors({ metadata, tensors })
}

/** Reads a policy; throws a UserError that names `file` and what is wrong. */
export function readPolicy(bytes: Uint8Array, file: string): Policy {
  const { metadata, tensors } = readTensors(bytes, file)
  if (metadata.format !== FORMAT) throw new UserError(`${file}: this safetensors file holds no TorqueLab policy.`)
  if (metadata.version !== VERSION) {
    throw new UserError(
      `${file}: the policy's version is ${metadata.version}; this TorqueLab reads version ${VERSION}. Update TorqueLab.`,
    )
  }
  const specification = parseSpecification(metadata.specification, file)
  const layers: DenseLayer[] = []
  let inputs = specification.observation.length
  for (;;) {
    const weights = tensors.get(`actor.${layers.length}.weights`)
    const bias = tensors.get(`actor.${layers.length}.bias`)
    if (!weights || !bias) break
    const [rows, outputs] = weights.shape
    if (rows !== inputs || outputs === undefined || bias.data.length !== outputs) {
      throw new UserError(
        `${file}: layer ${layers.length} of the policy does not fit the layer before it. Save it anew.`,
      )
    }
    layers.push({ inputs, outputs, weights: weights.data, bias: bias.data })
    inputs = outputs
  }
  if (layers.length === 0 || inputs !== specification.action.length || tensors.size !== 2 * layers.length) {
    throw new UserError(
      `${file}: the policy's layers do not lead to its ${specification.action.length} actions. Save it anew.`,
    )
  }
  for (const [name, { data }] of tensors) {
    if (!data.every(Number.isFinite))
      throw new UserError(`${file}: "${name}" holds a value that is not finite. Use an earlier policy.`)
  }
  return new Policy(specification, { layers })
}

function parseSpecification(text: string | undefined, file: string): z.infer<typeof specificationSchema> {
  try {
    return specificationSchema.parse(JSON.parse(text ?? ''))
  } catch {
    throw new UserError(`${file}: the policy's specification is missing or damaged. Save it anew.`)
  }
}
