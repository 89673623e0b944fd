// The safetensors format: round trips, the layout of its specification, and files that are damaged in every way.
import { describe, expect, it } from 'vitest'
import { readTensors, type Tensor, writeTensors } from '../../src/policy/safetensors.ts'
import { fc } from '../properties.ts'
import { expectRefused } from './expect-refused.ts'

describe('a safetensors file', () => {
  /** Any single-precision bit pattern that is a number: -0, denormals and the largest, too. */
  const float = fc
    .integer({ min: 0, max: 0xffff_ffff })
    .map((word) => new Float32Array(Uint32Array.of(word).buffer)[0]!)
    .filter((value) => !Number.isNaN(value))
  const tensor = fc.array(fc.nat(4), { maxLength: 3 }).chain((shape) => {
    const length = shape.reduce((product, size) => product * size, 1)
    const values = fc.array(float, { minLength: length, maxLength: length })
    return values.map((data): Tensor => ({ shape, data: Float32Array.from(data) }))
  })
  const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter((one) => !one.startsWith('__'))
  const metadata = fc.dictionary(name, fc.string({ unit: 'grapheme' }), { noNullPrototype: true })
  const file = fc.record({
    metadata,
    tensors: fc.array(fc.tuple(name, tensor), { maxLength: 5 }).map((list) => new Map(list)),
  })

  const wordsOf = (data: Float32Array) => [...new Uint32Array(data.slice().buffer)]

  it('gives every tensor back to the bit, and the metadata', () => {
    fc.assert(
      fc.property(file, (written) => {
        const read = readTensors(writeTensors(written), 'x')
        expect(read.metadata).toEqual(written.metadata)
        expect([...read.tensors.keys()].sort()).toEqual([...written.tensors.keys()].sort())
        for (const [key, { shape, data }] of written.tensors) {
          expect(read.tensors.get(key)!.shape).toEqual(shape)
          expect(wordsOf(read.tensors.get(key)!.data)).toEqual(wordsOf(data))
        }
      }),
    )
  })

  it('is laid out as the specification says', () => {
    fc.assert(
      fc.property(file, (written) => {
        const bytes = Buffer.from(writeTensors(written))
        const headerLength = bytes.readUInt32LE(0)
        expect(bytes.readUInt32LE(4)).toBe(0)
        // The header begins with { and may be padded with spaces; so the tensors are aligned.
        expect(bytes[8]).toBe('{'.charCodeAt(0))
        expect(headerLength % 8).toBe(0)
        const header = JSON.parse(bytes.subarray(8, 8 + headerLength).toString('utf8'))
        expect(header.__metadata__).toEqual(written.metadata)
        const data = bytes.subarray(8 + headerLength)
        let end = 0
        for (const [key, { shape, data: values }] of written.tensors) {
          const { dtype, shape: writtenShape, data_offsets } = header[key]
          expect([dtype, writtenShape]).toEqual(['F32', shape])
          // Without holes, in order.
          expect(data_offsets).toEqual([end, end + 4 * values.length])
          for (const [index, value] of values.entries()) expect(data.readFloatLE(end + 4 * index)).toBe(value)
          end = data_offsets[1]
        }
        expect(data.length).toBe(end)
        expect(Object.keys(header)).toHaveLength(written.tensors.size + 1)
      }),
    )
  })

  /** A file with this header, as the specification lays it out, written by hand. */
  function handMade(header: string, data: Uint8Array | number[] = []): Uint8Array {
    const text = Buffer.from(header, 'utf8')
    const length = Buffer.alloc(8)
    length.writeBigUInt64LE(BigInt(text.length))
    return Uint8Array.from([...length, ...text, ...data])
  }
  const one = [0, 0, 0x80, 0x3f]

  it('of another program is read: any order of tensors, no padding, no metadata', () => {
    const header =
      '{"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]},"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}'
    const { metadata: none, tensors } = readTensors(handMade(header, [...one, 0, 0, 0, 0xc0]), 'x')
    expect(none).toEqual({})
    expect([...tensors.get('a')!.data]).toEqual([1])
    expect([...tensors.get('b')!.data]).toEqual([-2])
    expect(tensors.get('a')!.shape).toEqual([])
  })

  it('is read from the middle of a larger buffer', () => {
    const bytes = writeTensors({ metadata: {}, tensors: new Map([['a', { shape: [1], data: Float32Array.of(7) }]]) })
    const larger = new Uint8Array(bytes.length + 10)
    larger.set(bytes, 3)
    expect([...readTensors(larger.subarray(3, 3 + bytes.length), 'x').tensors.get('a')!.data]).toEqual([7])
  })

  const entry = (change: Record<string, unknown>) =>
    JSON.stringify({ a: { dtype: 'F32', shape: [1], data_offsets: [0, 4], ...change } })
  it.each<[string, Uint8Array]>([
    ['empty', new Uint8Array(0)],
    ['of 7 bytes', new Uint8Array(7)],
    ['of zeros', new Uint8Array(64)],
    ['of text', Buffer.from('this is no tensor, only some text about tensors')],
    ['with a header of 2^63 bytes', Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0x80, 123, 125)],
    ['with a header longer than it', Uint8Array.of(3, 0, 0, 0, 0, 0, 0, 0, 123, 125)],
    ['whose header is no JSON', handMade('{"a":')],
    ['whose header is a list', handMade('[]')],
    ['whose header is null', handMade('null')],
    [
      'whose header is no UTF-8',
      Buffer.from(handMade('{"__metadata__":{"a":"?"}}')).map((byte) => (byte === 63 ? 255 : byte)),
    ],
    ['with half precision', handMade(entry({ dtype: 'F16', data_offsets: [0, 2] }), one)],
    ['with a negative size', handMade(entry({ shape: [-1] }), one)],
    ['with a broken size', handMade(entry({ shape: [0.5] }), one)],
    ['with a huge size', handMade(entry({ shape: [1e9, 1e9, 1e9] }), one)],
    ['with an infinite size', handMade('{"a":{"dtype":"F32","shape":[1e999],"data_offsets":[0,4]}}', one)],
    ['with too few bytes for a shape', handMade(entry({ shape: [2] }), one)],
    ['with offsets past its end', handMade(entry({ data_offsets: [4, 8] }), one)],
    ['with offsets before its data', handMade(entry({ data_offsets: [-4, 0] }), one)],
    ['with offsets upside down', handMade(entry({ data_offsets: [4, 0] }), one)],
    ['without offsets', handMade(entry({ data_offsets: undefined }), one)],
    ['with numbers as metadata', handMade('{"__metadata__":{"a":1}}')],
    ['with text for a tensor', handMade('{"a":"b"}')],
  ])('%s is refused in one line with its name', (_, bytes) => {
    expectRefused(() => readTensors(bytes, 'some file.safetensors'), 'some file.safetensors')
  })
})
