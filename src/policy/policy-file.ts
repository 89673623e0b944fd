/** The policy file: a safetensors file of the actor's layers, with the policy's specification in its header. */
import * as z from 'zod'
import { UserError } from '../common/user-error.ts'
import type { DenseLayer, LayerNormalisation } from './network.ts'
import { Policy } from './policy.ts'
import { readTensors, type Tensor, writeTensors } from './safetensors.ts'

const FORMAT = 'torquelab-policy'
/** 2 where a layer is normalised: what reads only 1 would not know; all else stays readable for it. */
const VERSIONS = ['1', '2']

const channelSchema = z.object({ name: z.string(), unit: z.string() })
const specificationSchema = z.object({
  scene: z.string(),
  algorithm: z.string(),
  observation: z.array(channelSchema).min(1),
  action: z.array(channelSchema).min(1),
  controlStep: z.number().positive(),
  trainedSteps: z.int().min(0),
})

/** What to do where a policy's file is damaged. */
const DAMAGED_ADVICE =
  'Use another policy of its run (its best, its latest or a snapshot; --policy on the command line), or train the run again: the same seed gives the same policy.'

/** The bytes of a policy's file; `readPolicy` gives the policy back to the bit. */
export function writePolicy(policy: Policy): Uint8Array {
  const { layers } = policy.network
  const tensors = new Map<string, Tensor>()
  for (const [index, { inputs, outputs, weights, bias, normalisation }] of layers.entries()) {
    tensors.set(`actor.${index}.weights`, { shape: [inputs, outputs], data: weights })
    tensors.set(`actor.${index}.bias`, { shape: [outputs], data: bias })
    if (!normalisation) continue
    tensors.set(`actor.${index}.gain`, { shape: [outputs], data: normalisation.gain })
    tensors.set(`actor.${index}.offset`, { shape: [outputs], data: normalisation.offset })
  }
  const version = layers.some(({ normalisation }) => normalisation) ? '2' : '1'
  const metadata = { format: FORMAT, version, specification: JSON.stringify(policy.specification) }
  return writeTensors({ metadata, tensors })
}

/** Reads a policy; throws a UserError that names `file` and what is wrong. */
export function readPolicy(bytes: Uint8Array, file: string): Policy {
  const { metadata, tensors } = readTensors(bytes, file, DAMAGED_ADVICE)
  if (metadata.format !== FORMAT) throw new UserError(`${file}: this safetensors file holds no TorqueLab policy.`)
  if (!VERSIONS.includes(metadata.version ?? '')) {
    throw new UserError(
      `${file}: the policy's version is ${metadata.version}; this TorqueLab reads versions ${VERSIONS.join(' and ')}. Update TorqueLab.`,
    )
  }
  const specification = parseSpecification(metadata.specification, file)
  const layers: DenseLayer[] = []
  let inputs = specification.observation.length
  let used = 0
  for (;;) {
    const layer = layers.length
    const weights = tensors.get(`actor.${layer}.weights`)
    const bias = tensors.get(`actor.${layer}.bias`)
    if (!weights || !bias) break
    const [rows, outputs] = weights.shape
    if (rows !== inputs || outputs === undefined || bias.data.length !== outputs) {
      throw new UserError(`${file}: layer ${layer} of the policy does not fit the layer before it. ${DAMAGED_ADVICE}`)
    }
    const normalisation = normalisationOf(layer, outputs, tensors, file)
    layers.push({ inputs, outputs, weights: weights.data, bias: bias.data, ...(normalisation && { normalisation }) })
    inputs = outputs
    used += normalisation ? 4 : 2
  }
  if (layers.length === 0 || inputs !== specification.action.length || tensors.size !== used) {
    throw new UserError(
      `${file}: the policy's layers do not lead to its ${specification.action.length} actions. ${DAMAGED_ADVICE}`,
    )
  }
  if (layers.at(-1)!.normalisation) {
    throw new UserError(
      `${file}: the policy's last layer is normalised, which only hidden layers can be. Export the policy without.`,
    )
  }
  for (const [name, { data }] of tensors) {
    if (!data.every(Number.isFinite))
      throw new UserError(`${file}: ${JSON.stringify(name)} holds a value that is not finite. ${DAMAGED_ADVICE}`)
  }
  return new Policy(specification, { layers })
}

function normalisationOf(
  layer: number,
  outputs: number,
  tensors: Map<string, Tensor>,
  file: string,
): LayerNormalisation | undefined {
  const gain = tensors.get(`actor.${layer}.gain`)
  const offset = tensors.get(`actor.${layer}.offset`)
  if (!gain && !offset) return undefined
  if (gain?.data.length === outputs && offset?.data.length === outputs) return { gain: gain.data, offset: offset.data }
  throw new UserError(
    `${file}: the normalisation of layer ${layer} of the policy does not fit its ${outputs} units. ${DAMAGED_ADVICE}`,
  )
}

function parseSpecification(text: string | undefined, file: string): z.infer<typeof specificationSchema> {
  try {
    return specificationSchema.parse(JSON.parse(text ?? ''))
  } catch {
    throw new UserError(`${file}: the policy's specification is missing or damaged. ${DAMAGED_ADVICE}`)
  }
}
