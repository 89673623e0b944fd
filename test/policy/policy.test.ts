// Policies: inference against a computation of its own, the policy file against the safetensors specification, and
// files that are damaged in every way.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { UserError } from '../../src/common/user-error.ts'
import type { DenseLayer, Network } from '../../src/policy/network.ts'
import { Policy, type PolicySpecification } from '../../src/policy/policy.ts'
import { readPolicy, writePolicy } from '../../src/policy/policy-file.ts'
import { readTensors, type Tensor, writeTensors } from '../../src/policy/safetensors.ts'

// The same cases in every run.
fc.configureGlobal({ seed: 1 })

/** Uniform numbers in [-1, 1): Park and Miller's generator. */
function generator(seed: number): () => number {
  let state = (seed * 7919 + 1) % 2147483647
  return () => {
    state = (state * 48271) % 2147483647
    return (2 * state) / 2147483647 - 1
  }
}

/** A network of these layer sizes with weights that keep its sums near 1. */
function networkOf(sizes: readonly number[], seed = 1): Network {
  const random = generator(seed)
  const layers: DenseLayer[] = sizes.slice(1).map((outputs, index) => {
    const inputs = sizes[index]!
    const scale = Math.sqrt(3 / inputs)
    return {
      inputs,
      outputs,
      weights: Float32Array.from({ length: inputs * outputs }, () => scale * random()),
      bias: Float32Array.from({ length: outputs }, () => 0.3 * random()),
    }
  })
  return { layers }
}

function specificationOf(inputs: number, outputs: number): PolicySpecification {
  const channels = (kind: string, count: number) =>
    Array.from({ length: count }, (_, index) => ({ name: `${kind} ${index} é`, unit: 'm/s²' }))
  return {
    scene: 'test scene',
    algorithm: 'ddpg',
    observation: channels('observation', inputs),
    action: channels('action', outputs),
    controlStep: 0.05,
    trainedSteps: 12345,
  }
}

function policyOf(sizes: readonly number[], seed = 1): Policy {
  return new Policy(specificationOf(sizes[0]!, sizes.at(-1)!), networkOf(sizes, seed))
}

/** The same network in doubles, from the definition of a perceptron. */
function inferred({ layers }: Network, observation: readonly number[]): number[] {
  return layers.reduce<number[]>(
    (input, { inputs, outputs, weights, bias }, index) => {
      return Array.from({ length: outputs }, (_, unit) => {
        const products = Array.from(
          { length: inputs },
          (__, source) => input[source]! * weights[source * outputs + unit]!,
        )
        const sum = bias[unit]! + products.reduce((total, product) => total + product, 0)
        return index === layers.length - 1 ? Math.tanh(sum) : Math.max(0, sum)
      })
    },
    [...observation],
  )
}

describe('a policy', () => {
  it.each([[[3, 1]], [[3, 8, 1]], [[11, 400, 300, 3]], [[1, 5, 4, 3, 2]]])(
    'with layers of %j acts as the definition of a perceptron says',
    (sizes) => {
      const policy = policyOf(sizes)
      const random = generator(5)
      const action = new Float32Array(sizes.at(-1)!)
      for (let count = 0; count < 20; count++) {
        const observation = Float32Array.from({ length: sizes[0]! }, () => 3 * random())
        policy.act(observation, action)
        const expected = inferred(policy.network, [...observation])
        // Each layer's outputs are rounded to single precision.
        for (const [index, value] of action.entries()) expect(Math.abs(value - expected[index]!)).toBeLessThan(2e-6)
      }
    },
  )

  it('has ReLU in its hidden layers: what is negative there counts for nothing', () => {
    const network = {
      layers: [
        { inputs: 1, outputs: 2, weights: Float32Array.of(1, -1), bias: Float32Array.of(0, 0) },
        { inputs: 2, outputs: 2, weights: Float32Array.of(1, 0, 0, 1), bias: Float32Array.of(0, 0) },
      ],
    }
    const policy = new Policy(specificationOf(1, 2), network)
    const action = new Float32Array(2)
    policy.act([0.5], action)
    expect([...action]).toEqual([Math.fround(Math.tanh(0.5)), 0])
    policy.act([-0.25], action)
    expect([...action]).toEqual([0, Math.fround(Math.tanh(0.25))])
  })

  it('gives actions in [-1, 1], whatever it sees', () => {
    const policy = policyOf([3, 16, 2])
    const action = new Float32Array(2)
    fc.assert(
      fc.property(
        fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 3, maxLength: 3 }),
        (seen) => {
          // Far beyond any observation, and still within single precision after a layer.
          policy.act(
            seen.map((value) => value / 1e3),
            action,
          )
          for (const value of action) expect(Math.abs(value)).toBeLessThanOrEqual(1)
        },
      ),
    )
  })

  it('keeps nothing from one call for the next, and leaves the observation alone', () => {
    const policy = policyOf([3, 8, 2])
    const act = (observation: Float32Array) => {
      const action = new Float32Array(2)
      policy.act(observation, action)
      return [...action]
    }
    const observation = Float32Array.of(0.1, -2, 3)
    const first = act(observation)
    expect(act(Float32Array.of(5, 5, -5))).not.toEqual(first)
    expect(act(observation)).toEqual(first)
    expect([...observation]).toEqual([Math.fround(0.1), -2, 3])
  })
})

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

describe('a policy file', () => {
  const policy = policyOf([3, 5, 4, 2])
  const bytes = writePolicy(policy)

  it('gives the policy back to the bit', () => {
    const read = readPolicy(bytes, 'x')
    expect(read.specification).toEqual(policy.specification)
    expect(read.network).toEqual(policy.network)
    const [one, other] = [new Float32Array(2), new Float32Array(2)]
    policy.act([1, 2, 3], one)
    read.act([1, 2, 3], other)
    expect(other).toEqual(one)
    expect(writePolicy(read)).toEqual(bytes)
  })

  it('is a safetensors file of the named layers', () => {
    const { metadata, tensors } = readTensors(bytes, 'x')
    expect(metadata).toMatchObject({ format: 'torquelab-policy', version: '1' })
    expect(JSON.parse(metadata.specification!)).toEqual(policy.specification)
    const shapes = [...tensors].map(([name, { shape }]) => [name, shape])
    expect(shapes).toEqual([
      ['actor.0.weights', [3, 5]],
      ['actor.0.bias', [5]],
      ['actor.1.weights', [5, 4]],
      ['actor.1.bias', [4]],
      ['actor.2.weights', [4, 2]],
      ['actor.2.bias', [2]],
    ])
  })

  /** The policy's file with its tensors and metadata changed. */
  function changed(change: (tensors: Map<string, Tensor>, metadata: Record<string, string>) => void): Uint8Array {
    const { metadata, tensors } = readTensors(bytes, 'x')
    change(tensors, metadata)
    return writeTensors({ metadata, tensors })
  }
  const tensorOf = (...shape: number[]): Tensor => ({
    shape,
    data: new Float32Array(shape.reduce((product, size) => product * size, 1)),
  })
  const respecified = (change: Partial<Record<keyof PolicySpecification, unknown>>) =>
    changed((_, metadata) => {
      metadata.specification = JSON.stringify({ ...policy.specification, ...change })
    })

  it.each<[string, Uint8Array, RegExp]>([
    [
      'NaN among its weights',
      changed((tensors) => tensors.get('actor.1.weights')!.data.fill(Number.NaN, 3, 4)),
      /actor.1.weights/,
    ],
    ['an infinite bias', changed((tensors) => tensors.get('actor.2.bias')!.data.fill(-1 / 0, 0, 1)), /actor.2.bias/],
    ['another format', changed((_, metadata) => Object.assign(metadata, { format: 'pt' })), /no TorqueLab policy/],
    ['no metadata', changed((_, metadata) => delete metadata.format), /no TorqueLab policy/],
    ['a newer version', changed((_, metadata) => Object.assign(metadata, { version: '2' })), /version is 2.*Update/],
    ['no specification', changed((_, metadata) => delete metadata.specification), /specification/],
    [
      'a broken specification',
      changed((_, metadata) => Object.assign(metadata, { specification: '{' })),
      /specification/,
    ],
    ['no control step', respecified({ controlStep: 0 }), /specification/],
    ['a control step that is text', respecified({ controlStep: '0.05' }), /specification/],
    ['no observation', respecified({ observation: [] }), /specification/],
    ['an observation too few', respecified({ observation: policy.specification.observation.slice(1) }), /layer 0/],
    [
      'an action too many',
      respecified({ action: [...policy.specification.action, { name: 'a', unit: '1' }] }),
      /3 actions/,
    ],
    ['no layers', changed((tensors) => tensors.clear()), /actions/],
    ['a layer missing in the middle', changed((tensors) => tensors.delete('actor.1.bias')), /actions/],
    [
      'its last layer missing',
      changed((tensors) => ['weights', 'bias'].map((kind) => tensors.delete(`actor.2.${kind}`))),
      /actions/,
    ],
    ['a layer that does not fit', changed((tensors) => tensors.set('actor.1.weights', tensorOf(6, 4))), /layer 1/],
    ['a bias that does not fit', changed((tensors) => tensors.set('actor.1.bias', tensorOf(5))), /layer 1/],
    ['weights in a row', changed((tensors) => tensors.set('actor.1.weights', tensorOf(20))), /layer 1/],
    ['a tensor too many', changed((tensors) => tensors.set('critic.0.bias', tensorOf(1))), /actions/],
  ])('with %s is refused in one line with its name', (_, damaged, message) => {
    expectRefused(() => readPolicy(damaged, 'my policy.safetensors'), 'my policy.safetensors', message)
  })

  it('that is cut off is refused, wherever it is cut', () => {
    for (let length = 0; length < bytes.length; length++) {
      expectRefused(() => readPolicy(bytes.subarray(0, length), 'cut'), 'cut')
    }
  })

  it('with any bytes exchanged is a UserError or a finite policy', () => {
    const edits = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
    let accepted = 0
    let refused = 0
    fc.assert(
      fc.property(edits, (changes) => {
        const damaged = bytes.slice()
        for (const [at, byte] of changes) damaged[at] = byte
        if (isAccepted(damaged)) accepted++
        else refused++
      }),
      { numRuns: 3000 },
    )
    // Both must occur, or the property says little.
    expect(accepted).toBeGreaterThan(50)
    expect(refused).toBeGreaterThan(50)
  })

  it('with any one bit flipped is a UserError or a finite policy', () => {
    let refused = 0
    for (let at = 0; at < bytes.length; at++) {
      const damaged = bytes.slice()
      damaged[at]! ^= 1 << (at % 8)
      if (!isAccepted(damaged)) refused++
    }
    expect(refused).toBeGreaterThan(100)
  })

  it('made of anything is a UserError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (anything) => {
        expect(isAccepted(anything)).toBe(false)
      }),
    )
  })

  /** Whether `damaged` is read; if so it must be a finite policy, and if not a UserError must say so. */
  function isAccepted(damaged: Uint8Array): boolean {
    let read: Policy
    try {
      read = readPolicy(damaged, 'damaged')
    } catch (error) {
      expect(error).toBeInstanceOf(UserError)
      expect((error as UserError).message).toMatch(/^damaged: [^\n]+$/)
      return false
    }
    for (const { inputs, outputs, weights, bias } of read.network.layers) {
      expect([weights.length, bias.length]).toEqual([inputs * outputs, outputs])
      expect([...weights, ...bias].every(Number.isFinite)).toBe(true)
    }
    const { observation, action, controlStep, trainedSteps } = read.specification
    expect([observation.length, action.length]).toEqual([3, 2])
    expect(controlStep).toBeGreaterThan(0)
    expect(trainedSteps).toBeGreaterThanOrEqual(0)
    return true
  }
})

/** That `read` throws a UserError of one line that begins with the file's name. */
function expectRefused(read: () => unknown, file: string, message = /./): void {
  try {
    read()
  } catch (error) {
    expect(error).toBeInstanceOf(UserError)
    expect((error as UserError).message.startsWith(`${file}: `)).toBe(true)
    expect((error as UserError).message).toMatch(/^[^\n]+\.$/)
    expect((error as UserError).message).toMatch(message)
    return
  }
  expect.fail(`${file} was accepted`)
}
