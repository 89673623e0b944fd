/**
 * The safetensors file format (https://huggingface.co/docs/safetensors): 8 bytes of header length (little-endian),
 * a JSON header of name → {dtype, shape, data_offsets} with string metadata, then the tensors' bytes.
 * F32, F64 and I32 are read and written. There is no well-kept JavaScript package for it.
 */
import * as z from 'zod'
import { messageOf, UserError } from '../common/user-error.ts'

export type TensorData = Float32Array | Float64Array | Int32Array

export interface Tensor<Data extends TensorData = Float32Array> {
  shape: number[]
  data: Data
}

export interface TensorFile<Data extends TensorData = Float32Array> {
  metadata: Record<string, string>
  tensors: Map<string, Tensor<Data>>
}

/** Largest header accepted, in bytes (the format's own limit). */
const MAX_HEADER_BYTES = 100_000_000

type DataType = 'F32' | 'F64' | 'I32'

const entrySchema = z.object({
  dtype: z.enum(['F32', 'F64', 'I32']),
  shape: z.array(z.int().min(0)),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
})
const headerSchema = z.record(z.string(), z.unknown())
const metadataSchema = z.record(z.string(), z.string())

export function writeTensors({ metadata, tensors }: TensorFile<TensorData>): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata }
  let offset = 0
  for (const [name, { shape, data }] of tensors) {
    header[name] = { dtype: dataTypeOf(data), shape, data_offsets: [offset, offset + data.byteLength] }
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
    writeNumbers(view, at, data)
    at += data.byteLength
  }
  return file
}

/**
 * Reads a file whose tensors are all F32; throws a UserError that names `file` when it is damaged or something else, and ends
 * with `advice`.
 */
export function readTensors(bytes: Uint8Array, file: string, advice?: string): TensorFile {
  return readTensorsOf(['F32'], bytes, file, advice) as TensorFile
}

/** The same for a file of any of the types. */
export function readAllTensors(bytes: Uint8Array, file: string): TensorFile<TensorData> {
  return readTensorsOf(['F32', 'F64', 'I32'], bytes, file)
}

function readTensorsOf(
  allowed: readonly DataType[],
  bytes: Uint8Array,
  file: string,
  adviceText?: string,
): TensorFile<TensorData> {
  const advice = adviceText === undefined ? '' : ` ${adviceText}`
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const fail = (reason: string): never => {
    throw new UserError(`${file}: this is not a usable safetensors file: ${reason}.${advice}`)
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
  const tensors = new Map<string, Tensor<TensorData>>()
  for (const [name, value] of Object.entries(entries)) {
    const entry = entrySchema.safeParse(value)
    if (!entry.success || !allowed.includes(entry.data.dtype))
      return fail(`the entry of the tensor ${JSON.stringify(name)} is damaged, or not of type ${allowed.join(', ')}`)
    const { dtype, shape, data_offsets } = entry.data
    const [from, to] = data_offsets
    const count = shape.reduce((product, size) => product * size, 1)
    const width = dtype === 'F64' ? 8 : 4
    if (to - from !== count * width || start + to > bytes.byteLength)
      return fail(`the tensor ${JSON.stringify(name)} is cut off`)
    tensors.set(name, { shape, data: readNumbers(view, start + from, dtype, count) })
  }
  return { metadata: metadata.data, tensors }
}

function dataTypeOf(data: TensorData): DataType {
  if (data instanceof Float64Array) return 'F64'
  return data instanceof Int32Array ? 'I32' : 'F32'
}

function writeNumbers(view: DataView, start: number, data: TensorData): void {
  const { length } = data
  if (data instanceof Float64Array) {
    for (let index = 0; index < length; index++) view.setFloat64(start + index * 8, data[index]!, true)
  } else if (data instanceof Int32Array) {
    for (let index = 0; index < length; index++) view.setInt32(start + index * 4, data[index]!, true)
  } else {
    for (let index = 0; index < length; index++) view.setFloat32(start + index * 4, data[index]!, true)
  }
}

function readNumbers(view: DataView, start: number, type: DataType, count: number): TensorData {
  if (type === 'F64')
    return Float64Array.from({ length: count }, (_, index) => view.getFloat64(start + index * 8, true))
  if (type === 'I32') return Int32Array.from({ length: count }, (_, index) => view.getInt32(start + index * 4, true))
  const data = new Float32Array(count)
  for (let index = 0; index < count; index++) data[index] = view.getFloat32(start + index * 4, true)
  return data
}
