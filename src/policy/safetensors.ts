/**
 * The safetensors file format (https://huggingface.co/docs/safetensors): 8 bytes of header length (little-endian),
 * a JSON header of name → {dtype, shape, data_offsets} with string metadata, then the tensors' bytes.
 * Only F32 is read and written. There is no well-kept JavaScript package for it.
 */
import * as z from 'zod'
import { messageOf, UserError } from '../common/user-error.ts'

export interface Tensor {
  shape: number[]
  data: Float32Array
}

export interface TensorFile {
  metadata: Record<string, string>
  tensors: Map<string, Tensor>
}

/** Largest header accepted, in bytes (the format's own limit). */
const MAX_HEADER_BYTES = 100_000_000

const entrySchema = z.object({
  dtype: z.literal('F32'),
  shape: z.array(z.int().min(0)),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
})
const headerSchema = z.record(z.string(), z.unknown())
const metadataSchema = z.record(z.string(), z.string())

export function writeTensors({ metadata, tensors }: TensorFile): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata }
  let offset = 0
  for (const [name, { shape, data }] of tensors) {
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + data.byteLength] }
    offset += data.byteLength
  }
  let text = JSON.stringify(header)
  // The tensors begin on a multiple of 8; spaces are the format's padding.
  text += ' '.repeat((8 - (new TextEncoder().encode(text).length % 8)) % 8)
  const headerBytes = new TextEncoder().encode(text)
  const file = new Uint8Array(8 + headerBytes.length + offset)
  const view = new DataView(file.buffer)
  view.setBigUint64(0, BigInt(headerBytes.length), true)
  file.set(headerBytes, 8)
  let at = 8 + headerBytes.length
  for (const { data } of tensors.values()) {
    for (const value of data) {
      view.setFloat32(at, value, true)
      at += 4
    }
  }
  return file
}

/** Reads a file; throws a UserError that names `file` when it is damaged or something else. */
export function readTensors(bytes: Uint8Array, file: string): TensorFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const fail = (reason: string): never => {
    throw new UserError(`${file}: this is not a usable safetensors file: ${reason}. Save it anew.`)
  }
  if (bytes.byteLength < 8) return fail('it is shorter than its header')
  const headerLength = Number(view.getBigUint64(0, true))
  const start = 8 + headerLength
  if (headerLength > MAX_HEADER_BYTES || start > bytes.byteLength) return fail('its header does not fit in it')
  let header: Record<string, unknown>
  try {
    header = headerSchema.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, start))))
  } catch (error) {
    return fail(`its header is no JSON object (${messageOf(error)})`)
  }
  const { __metadata__, ...entries } = header
  const metadata = metadataSchema.safeParse(__metadata__ ?? {})
  if (!metadata.success) return fail('its metadata are not strings')
  const tensors = new Map<string, Tensor>()
  for (const [name, value] of Object.entries(entries)) {
    const entry = entrySchema.safeParse(value)
    if (!entry.success) return fail(`the entry of the tensor "${name}" is damaged, or not of type F32`)
    const { shape, data_offsets } = entry.data
    const [from, to] = data_offsets
    const count = shape.reduce((product, size) => product * size, 1)
    if (to - from !== count * 4 || start + to > bytes.byteLength) return fail(`the tensor "${name}" is cut off`)
    const data = new Float32Array(count)
    for (let index = 0; index < count; index++) data[index] = view.getFloat32(start + from + index * 4, true)
    tensors.set(name, { shape, data })
  }
  return { metadata: metadata.data, tensors }
}
