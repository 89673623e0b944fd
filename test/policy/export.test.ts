// Exports: the programs that they are for, ONNX Runtime and TensorFlow.js, must act as the policy does, and find out
// from the files what goes in and what comes out.
import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, it } from 'vitest'
import { exportOnnx } from '../../src/policy/export-onnx.ts'
import { exportTensorFlow } from '../../src/policy/export-tensorflow.ts'
import type { Policy } from '../../src/policy/policy.ts'
import { fc } from '../properties.ts'
import { actionsOf, generator, policyOf } from './random-policy.ts'
import { type Actions, hasOnnxRuntime, loadOnnx, loadTensorFlow, runOnnx, runTensorFlow } from './run-export.ts'

const TOLERANCE = 1e-5
const versions = { torquelab: '1.2.3', node: '24.0.0' }

/** Networks of one to three layers of any size, any of the hidden ones normalised, and a batch of rows for them. */
const cases = fc
  .record({
    sizes: fc.array(fc.integer({ min: 1, max: 67 }), { minLength: 2, maxLength: 4 }),
    isNormalised: fc.array(fc.boolean(), { minLength: 2, maxLength: 2 }),
    seed: fc.nat(100_000),
    rows: fc.integer({ min: 1, max: 5 }),
  })
  .map(({ sizes, isNormalised, seed, rows }) => {
    const normalised = isNormalised.flatMap((on, layer) => (on && layer < sizes.length - 2 ? [layer] : []))
    const random = generator(seed + 1)
    const draw = () => Float32Array.from({ length: sizes[0]! }, () => 3 * random())
    return { sizes, normalised, seed, observations: Array.from({ length: rows }, draw) }
  })

/** What a program must give for a policy, row after row. */
type Infer = (policy: Policy, observations: readonly Float32Array[]) => Promise<Actions>

async function expectAgreement(infer: Infer, runs: number): Promise<void> {
  let normalisedCases = 0
  await fc.assert(
    fc.asyncProperty(cases, async ({ sizes, normalised, seed, observations }) => {
      const policy = policyOf(sizes, seed, normalised)
      await expectSameActions(infer, policy, observations)
      if (normalised.length > 0) normalisedCases++
    }),
    { numRuns: runs },
  )
  // Both kinds must occur, or the property says little.
  expect(normalisedCases).toBeGreaterThan(runs / 5)
  expect(normalisedCases).toBeLessThan(runs)
}

async function expectSameActions(infer: Infer, policy: Policy, observations: readonly Float32Array[]): Promise<void> {
  const expected = actionsOf(policy, observations)
  const { data, shape } = await infer(policy, observations)
  expect(shape).toEqual([observations.length, policy.specification.action.length])
  for (const [index, value] of expected.entries()) expect(Math.abs(data[index]! - value)).toBeLessThan(TOLERANCE)
}

/** Sizes that are used, with and without normalisation. */
const realNetworks: [number[], number[]][] = [
  [[11, 400, 300, 3], []],
  [
    [11, 400, 300, 3],
    [0, 1],
  ],
  [[3, 256, 256, 1], [0]],
]

describe.skipIf(!hasOnnxRuntime)('an ONNX export', () => {
  const infer: Infer = async (policy, observations) => runOnnx(await exportOnnx(policy, versions), observations)

  it('acts as the policy in ONNX Runtime, whatever its layers', () => expectAgreement(infer, 200))

  it.each(realNetworks)('of layers %j, normalised %j, acts as the policy', async (sizes, normalised) => {
    const policy = policyOf(sizes, 1, normalised)
    const random = generator(3)
    const observations = Array.from({ length: 20 }, () => Float32Array.from({ length: sizes[0]! }, () => 3 * random()))
    await expectSameActions(infer, policy, observations)
  })

  it('takes any number of float32 observations and gives as many actions', async () => {
    const session = await loadOnnx(await exportOnnx(policyOf([3, 8, 2]), versions))
    expect(session.inputMetadata).toMatchObject([{ name: 'observation', type: 'float32', shape: ['batch', 3] }])
    expect(session.outputMetadata).toMatchObject([{ name: 'action', type: 'float32', shape: ['batch', 2] }])
    await session.release()
  })

  it('is refused when it is damaged', async () => {
    const bytes = await exportOnnx(policyOf([3, 8, 2]), versions)
    await expect(loadOnnx(bytes.slice(0, bytes.length / 2))).rejects.toThrow()
  })
})

describe('the bytes of an ONNX export', () => {
  const policy = policyOf([2, 4, 1], 1, [0])
  const { specification } = policy

  /** A field of a protobuf message with text or bytes in it, as its encoding guide lays it out: tag, length, content. */
  const field = (number: number, content: string | Uint8Array): Uint8Array => {
    const bytes = Buffer.from(content as string)
    const varint = (value: number): number[] => (value < 128 ? [value] : [(value % 128) + 128, ...varint(value >> 7)])
    return Uint8Array.from([...varint(number * 8 + 2), ...varint(bytes.length), ...bytes])
  }

  it.each([
    ['format', 'torquelab-policy'],
    ['scene', 'test scene'],
    ['algorithm', 'ddpg'],
    ['controlStep', '0.05'],
    ['trainedSteps', '12345'],
    ['observation', JSON.stringify(specification.observation)],
    ['action', JSON.stringify(specification.action)],
    ['versions', JSON.stringify(versions)],
  ])('say the policy’s %s in metadata_props', async (key, value) => {
    const bytes = Buffer.from(await exportOnnx(policy, versions))
    // ModelProto.metadata_props = 14, StringStringEntryProto.key = 1 and value = 2.
    const entry = field(14, Buffer.concat([field(1, key), field(2, value)]))
    expect(bytes.includes(Buffer.from(entry))).toBe(true)
  })

  it('say for people what the model is, and what each entry of its tensors is', async () => {
    const text = Buffer.from(await exportOnnx(policy, versions)).toString('utf8')
    expect(text).toContain('Policy for the TorqueLab scene "test scene", trained with ddpg for 12345 steps.')
    expect(text).toContain('0: observation 0 é (m/s²), 1: observation 1 é (m/s²)')
    expect(text).toContain('0: action 0 é (m/s²)')
  })

  it('name the first operator set with LayerNormalization, and the IR version of its release', async () => {
    const bytes = Buffer.from(await exportOnnx(policy, versions))
    // ModelProto.ir_version = 1 and opset_import = 8; OperatorSetIdProto.version = 2.
    expect([...bytes.subarray(0, 2)]).toEqual([1 * 8, 8])
    expect(bytes.includes(Buffer.from(field(8, Uint8Array.of(2 * 8, 17))))).toBe(true)
  })

  it('are the same for the same policy, and hold every weight once', async () => {
    const larger = policyOf([11, 100, 3])
    const bytes = await exportOnnx(larger, versions)
    expect(await exportOnnx(larger, versions)).toEqual(bytes)
    const weights = 11 * 100 + 100 + 100 * 3 + 3
    expect(bytes.length).toBeGreaterThan(4 * weights)
    expect(bytes.length).toBeLessThan(4 * weights + 4000)
  })
})

describe('a TensorFlow.js export', () => {
  beforeAll(async () => {
    await tf.setBackend('cpu')
  })

  const infer: Infer = async (policy, observations) =>
    runTensorFlow(await exportTensorFlow(policy, versions), observations)

  it('acts as the policy in TensorFlow.js, whatever its layers', () => expectAgreement(infer, 60))

  it.each(realNetworks)('of layers %j, normalised %j, acts as the policy', async (sizes, normalised) => {
    const policy = policyOf(sizes, 1, normalised)
    const random = generator(3)
    const observations = Array.from({ length: 5 }, () => Float32Array.from({ length: sizes[0]! }, () => 3 * random()))
    await expectSameActions(infer, policy, observations)
  })

  it('says what goes in and out in its metadata', async () => {
    const policy = policyOf([3, 4, 1])
    const files = await exportTensorFlow(policy, versions)
    const { userDefinedMetadata } = JSON.parse(Buffer.from(files['model.json']).toString('utf8'))
    expect(userDefinedMetadata).toEqual({ format: 'torquelab-policy', ...policy.specification, versions })
    const model = await loadTensorFlow(files)
    expect(model.getUserDefinedMetadata()).toEqual(userDefinedMetadata)
    model.dispose()
  })

  it('is the same for the same policy, and leaves no tensor behind', async () => {
    const policy = policyOf([3, 5, 4, 1], 1, [0, 1])
    const first = await exportTensorFlow(policy, versions)
    const before = tf.memory().numTensors
    expect(await exportTensorFlow(policy, versions)).toEqual(first)
    expect(tf.memory().numTensors).toBe(before)
  })
})
