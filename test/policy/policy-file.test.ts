// The policy file: what it holds, versions 1 and 2, and files that are damaged in every way.
import { describe, expect, it } from 'vitest'
import { UserError } from '../../src/common/user-error.ts'
import type { Policy, PolicySpecification } from '../../src/policy/policy.ts'
import { readPolicy, writePolicy } from '../../src/policy/policy-file.ts'
import { readTensors, type Tensor, writeTensors } from '../../src/policy/safetensors.ts'
import { fc } from '../properties.ts'
import { expectRefused } from './expect-refused.ts'
import { actionsOf, policyOf } from './random-policy.ts'

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

  it('with normalised layers is version 2, with a gain and an offset for each unit, and reads back to the bit', () => {
    const withNormalisation = policyOf([3, 5, 4, 2], 1, [1])
    const written = writePolicy(withNormalisation)
    const { metadata, tensors } = readTensors(written, 'x')
    // Programs that read version 1 alone refuse it rather than leave the normalisation out.
    expect(metadata.version).toBe('2')
    expect(tensors.get('actor.1.gain')!.shape).toEqual([4])
    expect(tensors.get('actor.1.offset')!.shape).toEqual([4])
    expect(tensors.size).toBe(8)
    const read = readPolicy(written, 'x')
    expect(read.network).toEqual(withNormalisation.network)
    expect(actionsOf(read, [[1, 2, 3]])).toEqual(actionsOf(withNormalisation, [[1, 2, 3]]))
    expect(writePolicy(read)).toEqual(written)
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
  const normalised = (layer: number, gain: number, offset: number) =>
    changed((tensors) => {
      tensors.set(`actor.${layer}.gain`, tensorOf(gain)).set(`actor.${layer}.offset`, tensorOf(offset))
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
    ['a newer version', changed((_, metadata) => Object.assign(metadata, { version: '3' })), /version is 3.*Update/],
    ['no version', changed((_, metadata) => delete metadata.version), /version is undefined/],
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
    [
      'a gain without its offset',
      changed((tensors) => tensors.set('actor.0.gain', tensorOf(5))),
      /normalisation of layer 0/,
    ],
    ['a gain that does not fit', normalised(0, 5, 4), /normalisation of layer 0/],
    ['an offset that does not fit', normalised(1, 5, 4), /normalisation of layer 1/],
    ['a normalised last layer', normalised(2, 2, 2), /last layer is normalised/],
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

  it('says what to do that a person can', () => {
    const unfit = changed((tensors) => tensors.set('actor.1.weights', tensorOf(6, 4)))
    for (const damaged of [unfit, new Uint8Array(4), changed((_, metadata) => delete metadata.specification)]) {
      expect(() => readPolicy(damaged, 'one')).toThrow(
        /Use another policy of its run \(its best, its latest or a snapshot; --policy .*train .*again/,
      )
    }
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
