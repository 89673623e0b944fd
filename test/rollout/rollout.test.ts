// Rollout files: what is recorded comes back to the bit, is verified by simulating it again, opens with MCAP's own
// reader, and is written whole or not at all. Whatever is no rollout must be refused with one line.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FrameTransforms, SceneUpdate } from '@foxglove/schemas/jsonschema.js'
import { McapIndexedReader, McapWriter } from '@mcap/core'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import * as z from 'zod'
import { UserError } from '../../src/common/user-error.ts'
import { type Controller, runEpisode } from '../../src/episode/episode.ts'
import { zstdCodec } from '../../src/rollout/compression.ts'
import {
  openRollout,
  readRollout,
  readRolloutFrames,
  readRolloutSummary,
  salvageRollout,
} from '../../src/rollout/read-rollout.ts'
import { recordEpisode } from '../../src/rollout/record-episode.ts'
import { type Frame, type Rollout, recordRollout, returnOf, type Step } from '../../src/rollout/rollout.ts'
import { verifyRollout } from '../../src/rollout/verify.ts'
import { writeRollout } from '../../src/rollout/write-rollout.ts'
import { loadScene } from '../../src/scene/load.ts'
import type { Scene } from '../../src/scene/schema.ts'
import { createEnvironment, Environment } from '../../src/sim/environment.ts'
import { fc } from '../properties.ts'

const VERSIONS = { torquelab: '1.2.3', physics: '0.20.0' }
const STEPS = 12

let scene: Scene
let environment: Environment
let folder: string
let file: string

beforeAll(async () => {
  scene = loadScene(await readFile(new URL('../../scenes/pendulum.json', import.meta.url), 'utf8'), 'pendulum.json')
  environment = await createEnvironment(scene)
})
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'torquelab-rollout-'))
  file = join(folder, 'some rollout.mcap')
  return () => rm(folder, { recursive: true })
})
afterAll(() => environment.close())

/** Actions that are neither 0 nor clipped, and have all their bits in use. */
function wavering(): Controller {
  let step = 0
  return { act: (_, action) => action.fill(0.9 * Math.sin(1 + 2.7 * step++)) }
}

/** An episode of the pendulum, stopped after `steps`. */
function record(steps = STEPS, { policy, of = environment }: { policy?: Uint8Array; of?: Environment } = {}): Rollout {
  const recorder = recordRollout(policy)
  let played = 0
  runEpisode(of, wavering(), { seed: 4, observers: [recorder], stop: () => ++played >= steps })
  return recorder.rollout()
}

async function throughFile(rollout: Rollout): Promise<Rollout> {
  await writeRollout(file, rollout, VERSIONS)
  return await readRollout(file)
}

async function openWithMcap(path = file) {
  const bytes = new Uint8Array(await readFile(path))
  const readable = {
    size: async () => BigInt(bytes.length),
    read: async (offset: bigint, length: bigint) => bytes.slice(Number(offset), Number(offset + length)),
  }
  const { decompressHandlers } = await zstdCodec()
  return await McapIndexedReader.Initialize({ readable, decompressHandlers })
}

/** Everything in a rollout, every number as its bits. */
function bitsOf(rollout: Rollout): unknown {
  const hex = (numbers: ArrayLike<number>) => Buffer.from(Float64Array.from(numbers).buffer).toString('hex')
  const frame = ({ state, observation }: Frame) => [
    state.constructor.name,
    hex(state),
    observation.constructor.name,
    hex(observation),
  ]
  return {
    ...rollout,
    policy: rollout.policy && Buffer.from(rollout.policy).toString('hex'),
    start: frame(rollout.start),
    steps: rollout.steps.map((step) => [
      ...frame(step),
      hex(step.action),
      hex(step.efforts ?? []),
      hex([step.reward]),
      hex(step.terms),
    ]),
  }
}

describe('a rollout', () => {
  it('holds what happened, copied', () => {
    const rollout = record(STEPS)
    const { observation } = environment.reset({ seed: 4 })
    expect(rollout).toMatchObject({ scene, seed: 4, terminated: false, truncated: false })
    expect([...rollout.start.state]).toEqual([...environment.state])
    expect([...rollout.start.observation]).toEqual([...observation])
    expect(rollout.steps).toHaveLength(STEPS)
    const controller = wavering()
    const action = new Float32Array(1)
    let sum = 0
    for (const step of rollout.steps) {
      controller.act(observation, action)
      const { reward, terms } = environment.step(action)
      sum += reward
      expect([...step.action]).toEqual([...action])
      expect([...step.state]).toEqual([...environment.state])
      expect([...step.observation]).toEqual([...observation])
      expect(step.reward).toBe(reward)
      expect([...step.terms]).toEqual([terms.upright, terms.velocity, terms.torque])
    }
    expect(returnOf(rollout)).toBe(sum)
  })

  it('of a whole episode says that it was truncated, of a failure that it was terminated', () => {
    expect(record(1000)).toMatchObject({ terminated: false, truncated: true })
    expect(record(1000).steps).toHaveLength(200)
    const terminate = [{ name: 'late', formula: 'time > 0.1' }]
    const failing = new Environment({ ...scene, task: { ...scene.task, terminate } })
    expect(record(1000, { of: failing })).toMatchObject({ terminated: true, truncated: false })
    failing.close()
  })

  it('comes back from its file to the bit, with and without a policy', async () => {
    for (const rollout of [record(), record(200), record(3, { policy: Uint8Array.of(0, 255, 10, 13, 0, 7) })]) {
      expect(bitsOf(await throughFile(rollout))).toEqual(bitsOf(rollout))
    }
  })

  it('comes back from its file to the bit with -0, denormals and the largest numbers', async () => {
    const odd = [
      -0,
      0,
      5e-324,
      -5e-324,
      Number.MAX_VALUE,
      -Number.MAX_VALUE,
      0.1 + 0.2,
      1 / 3,
      1e21,
      1e-7,
      2 ** 53 + 2,
      Math.PI,
    ]
    const single = [-0, 1.401298464324817e-45, 3.4028234663852886e38, Math.fround(0.1)]
    const rollout = record(4)
    rollout.start.state.set(odd)
    rollout.start.observation.set(single.slice(1))
    for (const [index, step] of rollout.steps.entries()) {
      step.state.set([...odd.slice(index), ...odd.slice(0, index)])
      step.observation.set(single.slice(0, 3))
      step.action[0] = single[index]!
      step.reward = odd[index]!
      step.terms.set(odd.slice(index, index + 3))
    }
    const read = await throughFile(rollout)
    expect(bitsOf(read)).toEqual(bitsOf(rollout))
    expect(Object.is(read.steps[0]!.action[0], -0)).toBe(true)
    expect(Object.is(read.steps[0]!.reward, -0)).toBe(true)
    expect(Object.is(read.start.state[0], -0)).toBe(true)
  })

  it.each([
    ['numbers', ['1', '0', 'b', '-1', 'a']],
    ['what every object has', ['constructor', 'toString', 'x', 'valueOf', 'hasOwnProperty']],
    ['what every object is made of', ['__proto__', 'a', 'b', 'c', 'd']],
  ])('comes back with its terms even if they are called like %s', async (_, names) => {
    const reward = names.map((name, index) => ({ name, formula: `${index + 1} * time` }))
    const odd = new Environment({ ...scene, task: { ...scene.task, reward } })
    const rollout = record(3, { of: odd })
    expect([...rollout.steps[0]!.terms]).toEqual([0.05, 0.1, 0.15000000000000002, 0.2, 0.25])
    expect(bitsOf(await throughFile(rollout))).toEqual(bitsOf(rollout))
    odd.close()
  })
})

describe('verifyRollout', () => {
  it('is true of a rollout just recorded, and of one from a file', async () => {
    const whole = record(1000)
    expect(verifyRollout(whole, environment)).toEqual({ verified: true })
    expect(verifyRollout(await throughFile(record()), environment)).toEqual({ verified: true })
    const other = await createEnvironment(scene)
    expect(verifyRollout(await throughFile(whole), other)).toEqual({ verified: true })
    other.close()
  })

  type Place = [kind: string, array: (step: Step) => Float32Array | Float64Array, index: number, words: string]
  const places: Place[] = [
    ...['x', 'y', 'angle', 'vx', 'vy', 'angular velocity'].flatMap((name, index): Place[] => [
      ['state', (step) => step.state, index, `${name} of "mount"`],
      ['state', (step) => step.state, 6 + index, `${name} of "rod"`],
    ]),
    ...['cos angle', 'sin angle', 'velocity'].map(
      (name, index): Place => ['observation', (step) => step.observation, index, `the observation "${name}"`],
    ),
    ...['upright', 'velocity', 'torque'].map(
      (name, index): Place => ['term', (step) => step.terms, index, `the reward term "${name}"`],
    ),
  ]

  function flipped<T extends Float32Array | Float64Array>(array: T, index: number, bit: number): T {
    const copy = array.slice() as T
    const bytes = new Uint8Array(copy.buffer)
    bytes[index * copy.BYTES_PER_ELEMENT + (bit >> 3)]! ^= 1 << (bit & 7)
    return copy
  }

  it('is false of a rollout with one bit of a state, an observation or a reward term flipped, and says where', () => {
    const rollout = record()
    const flips = fc.tuple(fc.constantFrom(...places), fc.nat(STEPS - 1), fc.nat(63))
    fc.assert(
      fc.property(flips, ([[kind, arrayOf, index, words], at, bit]) => {
        const step = rollout.steps[at]!
        const array = arrayOf(step)
        const key = kind === 'term' ? 'terms' : (kind as 'state' | 'observation')
        const bits = 8 * array.BYTES_PER_ELEMENT
        const changed = { ...step, [key]: flipped(array, index, bit % bits) }
        const { verified, difference } = verifyRollout(
          { ...rollout, steps: rollout.steps.with(at, changed) },
          environment,
        )
        expect(verified).toBe(false)
        expect(difference).toContain(`at step ${at + 1} (${(0.05 * (at + 1)).toFixed(3)} s)`)
        expect(difference).toContain(words)
        expect(difference).toContain(String(array[index]))
      }),
      { numRuns: 300 },
    )
  })

  it('is false of a rollout with one bit of a reward flipped', () => {
    const rollout = record()
    for (const [at, step] of rollout.steps.entries()) {
      for (let bit = at % 3; bit < 64; bit += 3) {
        const reward = flipped(Float64Array.of(step.reward), 0, bit)[0]!
        const { verified, difference } = verifyRollout(
          { ...rollout, steps: rollout.steps.with(at, { ...step, reward }) },
          environment,
        )
        expect(verified).toBe(false)
        expect(difference).toContain(`at step ${at + 1} `)
        expect(difference).toContain('the reward is')
      }
    }
  })

  it('is false of a rollout with one bit of an action flipped, from that step on', () => {
    const rollout = record()
    let flips = 0
    for (const [at, step] of rollout.steps.entries()) {
      for (let bit = 0; bit < 32; bit++) {
        const action = flipped(step.action, 0, bit)
        // The sign of 0 and what lies beyond ±1 make no difference to the motion; no action here is of these.
        expect(Math.abs(step.action[0]!)).toBeGreaterThan(0)
        expect(Math.abs(step.action[0]!)).toBeLessThan(1)
        if (!Number.isFinite(action[0])) continue
        flips++
        const { verified, difference } = verifyRollout(
          { ...rollout, steps: rollout.steps.with(at, { ...step, action }) },
          environment,
        )
        expect(verified, `bit ${bit} of action ${at + 1}`).toBe(false)
        expect(difference).toContain(`at step ${at + 1} `)
      }
    }
    expect(flips).toBeGreaterThan(30 * STEPS)
  })

  it('is false of a rollout with one bit of its start flipped', () => {
    const rollout = record()
    for (let index = 0; index < 12; index++) {
      const start = { ...rollout.start, state: flipped(rollout.start.state, index, 5 * index) }
      const { verified, difference } = verifyRollout({ ...rollout, start }, environment)
      expect(verified).toBe(false)
      expect(difference).toMatch(/^at the reset, .* of "(mount|rod)" is /)
    }
    const start = { ...rollout.start, observation: flipped(rollout.start.observation, 1, 0) }
    expect(verifyRollout({ ...rollout, start }, environment).difference).toMatch(/^at the reset, .*"sin angle"/)
  })

  it('is false of a rollout file with one number changed in its last bit', async () => {
    const rollout = record()
    const step = rollout.steps[6]!
    const changed = { ...step, state: flipped(step.state, 8, 0) }
    const read = await throughFile({ ...rollout, steps: rollout.steps.with(6, changed) })
    expect(verifyRollout(read, environment)).toMatchObject({
      verified: false,
      difference: expect.stringMatching(/^at step 7 \(0\.350 s\), angle of "rod"/),
    })
  })

  it('is false of another seed, another end, another order, a step missing, a step too many, or none', () => {
    const rollout = record()
    const { steps } = rollout
    const whole = record(1000)
    const variants: Rollout[] = [
      { ...rollout, seed: 5 },
      { ...rollout, terminated: true },
      { ...rollout, truncated: true },
      { ...whole, truncated: false },
      { ...rollout, steps: steps.toReversed() },
      { ...rollout, steps: steps.toSpliced(3, 1) },
      { ...rollout, steps: steps.toSpliced(3, 0, steps[3]!) },
      { ...rollout, steps: [] },
      { ...whole, steps: [...whole.steps, whole.steps.at(-1)!] },
    ]
    for (const variant of variants) {
      const { verified, difference } = verifyRollout(variant, environment)
      expect(verified).toBe(false)
      expect(difference).toMatch(/^[^\n]+$/)
    }
    expect(verifyRollout({ ...rollout, steps: steps.slice(0, 5) }, environment)).toEqual({ verified: true })
  })

  it('is false of another scene', () => {
    const heavier = structuredClone(scene)
    Object.assign(heavier.bodies[1]!, { mass: 1.0000001 })
    const other = new Environment(heavier)
    expect(verifyRollout(record(), other).verified).toBe(false)
    other.close()
  })
})

it.each<[string, (step: Step) => Partial<Step>, RegExp]>([
  ['a body too many', ({ state }) => ({ state: Float64Array.of(...state, 1, 2, 3, 4, 5, 6) }), /state .* 12 numbers/],
  ['a body too few', ({ state }) => ({ state: state.slice(0, 6) }), /state .* 12 numbers/],
  ['an action too many', ({ action }) => ({ action: Float32Array.of(...action, 0) }), /action .* 1 numbers/],
  ['no action', () => ({ action: new Float32Array(0) }), /action .* 1 numbers/],
  ['an effort too many', () => ({ efforts: new Float64Array(2) }), /efforts .* 1 numbers/],
  ['a term too few', ({ terms }) => ({ terms: terms.slice(0, 2) }), /terms .* 3 numbers/],
  [
    'an observation too many',
    ({ observation }) => ({ observation: Float32Array.of(...observation, 1) }),
    /observation .* 3 numbers/,
  ],
  [
    'an observation too few',
    ({ observation }) => ({ observation: observation.slice(0, 2) }),
    /observation .* 3 numbers/,
  ],
  ['an infinite velocity', ({ state }) => ({ state: state.with(9, Number.POSITIVE_INFINITY) }), /finite/],
  ['an effort that is none', () => ({ efforts: Float64Array.of(Number.NaN) }), /finite/],
])('a rollout in which a step has %s is not written', async (_, change, message) => {
  const rollout = record()
  const step = rollout.steps[4]!
  const changed = { ...rollout, steps: rollout.steps.with(4, { ...step, ...change(step) }) }
  await expect(writeRollout(file, changed, VERSIONS)).rejects.toThrow(message)
  expect(await readdir(folder)).toEqual([])
})

describe("a rollout's file", () => {
  async function listOf<T>(items: AsyncIterable<T>): Promise<T[]> {
    const list: T[] = []
    for await (const item of items) list.push(item)
    return list
  }

  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

  it("opens with MCAP's own reader: six channels of JSON with a JSON Schema each, compressed", async () => {
    await writeRollout(file, record(), VERSIONS)
    const reader = await openWithMcap()
    const topics = [...reader.channelsById.values()].map(({ topic }) => topic).sort()
    expect(topics).toEqual(['/exact', '/return', '/scene', '/step', '/tf', '/tf_static'])
    for (const { messageEncoding, schemaId } of reader.channelsById.values()) {
      expect(messageEncoding).toBe('json')
      const schema = reader.schemasById.get(schemaId)!
      expect(schema.encoding).toBe('jsonschema')
      expect(JSON.parse(text(schema.data))).toMatchObject({ type: 'object', properties: expect.any(Object) })
    }
    const names = [...reader.schemasById.values()].map(({ name }) => name).sort()
    expect(names).toEqual([
      ...['foxglove.FrameTransforms', 'foxglove.SceneUpdate'],
      ...['torquelab.ExactSteps', 'torquelab.Return', 'torquelab.Step'],
    ])
    // Two of each step, two of the scene, and two of each chunk: eight steps, and the rest.
    expect(reader.statistics).toMatchObject({ messageCount: BigInt(2 * (STEPS + 1) + 2 + 2 * 2), channelCount: 6 })
    expect(reader.chunkIndexes.map(({ compression }) => compression)).toEqual(['zstd', 'zstd'])
    expect(reader.header.library).toContain('torquelab 1.2.3')
  })

  it('has schemas that Foxglove and Lichtblick can read: they leave out a topic whose schema has more than this', async () => {
    // As their parseJsonSchema does: https://github.com/Lichtblick-Suite/lichtblick, packages/mcap-support/src/parseJsonSchema.ts
    const checkObject = (schema: JsonSchema, place: string): void => {
      expect(schema.type, place).toBe('object')
      expect(schema.properties, place).toBeTypeOf('object')
      for (const [name, property] of Object.entries(schema.properties!)) checkProperty(property, `${place}.${name}`)
    }
    const checkProperty = ({ oneOf, ...schema }: JsonSchema, place: string): void => {
      if (oneOf) {
        for (const { const: value, title } of oneOf)
          expect([typeof value, typeof title], place).toEqual(['number', 'string'])
      } else if (schema.type === 'array' && schema.items!.type !== 'object') {
        expect(['boolean', 'string', 'number', 'integer'], place).toContain(schema.items!.type)
      } else if (schema.type === 'array' || schema.type === 'object') {
        checkObject(schema.items ?? schema, place)
      } else {
        expect(['boolean', 'string', 'number', 'integer'], place).toContain(schema.type)
      }
    }
    interface JsonSchema {
      type?: string
      properties?: Record<string, JsonSchema>
      items?: JsonSchema
      oneOf?: { const: unknown; title: unknown }[]
    }
    await writeRollout(file, record(), VERSIONS)
    const reader = await openWithMcap()
    expect(reader.schemasById.size).toBe(5)
    for (const { name, data } of reader.schemasById.values()) checkObject(JSON.parse(text(data)), name)
    const step = [...reader.schemasById.values()].find(({ name }) => name === 'torquelab.Step')!
    expect(Object.keys(JSON.parse(text(step.data)).properties.terms.properties)).toEqual([
      ...['upright', 'velocity', 'torque'],
    ])
  })

  it('takes less than 300 bytes a step of the hopper, also where an episode has a thousand', async () => {
    const hopper = loadScene(await readFile(new URL('../../scenes/hopper.json', import.meta.url), 'utf8'), 'hopper')
    const played = new Environment({ ...hopper, task: { ...hopper.task, terminate: [] } })
    const rollout = record(1000, { of: played })
    played.close()
    await writeRollout(file, rollout, VERSIONS)
    expect(rollout.steps).toHaveLength(1000)
    const { size } = await stat(file)
    expect(size).toBeLessThan(300 * 1000)
  })

  it('has a message per step, at step × control step, that fits its schema', async () => {
    const rollout = record()
    await writeRollout(file, rollout, VERSIONS)
    const reader = await openWithMcap()
    const messages = (await listOf(reader.readMessages())).filter(
      ({ channelId }) => reader.channelsById.get(channelId)!.topic === '/step',
    )
    const schema = [...reader.schemasById.values()].find(({ name }) => name === 'torquelab.Step')!
    const check = z.fromJSONSchema({ ...JSON.parse(text(schema.data)), additionalProperties: false })
    expect(messages).toHaveLength(STEPS + 1)
    for (const [index, { sequence, logTime, publishTime, data }] of messages.entries()) {
      expect(sequence).toBe(index)
      // 50 ms in ns.
      expect(logTime).toBe(BigInt(index) * 50_000_000n)
      expect(publishTime).toBe(logTime)
      check.parse(JSON.parse(text(data)))
    }
    const last = JSON.parse(text(messages.at(-1)!.data))
    const step = rollout.steps.at(-1)!
    const digits = (values: ArrayLike<number>) =>
      Array.from(values, (value) => Number(Math.abs(value) < 0.1 ? value.toPrecision(3) : value.toFixed(3)))
    const [upright, velocity, torque] = digits(step.terms)
    // What follows from action and terms is left out.
    expect(last).toEqual({
      observation: digits(step.observation),
      action: digits(step.action),
      terms: { upright, velocity, torque },
    })
    expect(step.efforts).toEqual(Float64Array.of(2 * step.action[0]!))
    expect(JSON.parse(text(messages[0]!.data))).toEqual({ observation: digits(rollout.start.observation) })
  })

  it('gives its numbers to the bit to whoever reads it as docs/files.md says', async () => {
    const rollout = record(200)
    await writeRollout(file, rollout, VERSIONS)
    const reader = await openWithMcap()
    const schema = [...reader.schemasById.values()].find(({ name }) => name === 'torquelab.ExactSteps')!
    const check = z.fromJSONSchema({ ...JSON.parse(text(schema.data)), additionalProperties: false })
    const found = new Map<number, number[]>()
    for (const { data, sequence, logTime } of await listOf(reader.readMessages({ topics: ['/exact'] }))) {
      const message = JSON.parse(text(data))
      check.parse(message)
      const { first, rows, columns, numbers } = message
      expect(sequence).toBe(first === 0 ? 0 : first + 1)
      expect(logTime).toBe(BigInt(sequence) * 50_000_000n)
      const bytes = Buffer.from(numbers, 'base64')
      let at = 0
      const table = [...(columns as string)].map((letter) => {
        const size = letter === 'd' ? 8 : letter === '-' ? 0 : 4
        const from = at
        at += rows * size
        return Array.from({ length: rows }, (_, row) => {
          const big = Buffer.from(Array.from({ length: size }, (_, plane) => bytes[from + plane * rows + row]!))
          return size === 8 ? big.readDoubleBE() : size === 4 ? big.readFloatBE() : undefined
        })
      })
      expect(at).toBe(bytes.length)
      // Of the rod: x, y, angle, vx, vy, angular velocity; then three observations, and the action.
      for (let row = 0; row < rows; row++) {
        const values = [...table.slice(6, 9), table[11]!, table[15]!].map((column) => column[row]!)
        if (found.has(first + row)) expect(found.get(first + row)).toEqual(values)
        found.set(first + row, values)
      }
    }
    expect(found.size).toBe(201)
    for (const [index, { state, action }] of rollout.steps.entries()) {
      expect(found.get(index + 1)).toEqual([...state.slice(6, 9), state[11], action[0]])
    }
  })

  it('begins the numbers of each chunk with a block of Zstandard, which then codes them by themselves', async () => {
    await writeRollout(file, record(400), VERSIONS)
    const { chunkIndexes } = await openWithMcap()
    const bytes = await readFile(file)
    const { decompressHandlers } = await zstdCodec()
    const places = chunkIndexes.map(({ chunkStartOffset, chunkLength, compressedSize, uncompressedSize }) => {
      const end = Number(chunkStartOffset + chunkLength)
      const compressed = bytes.subarray(end - Number(compressedSize), end)
      const content = Buffer.from(decompressHandlers.zstd(compressed, uncompressedSize))
      return content.indexOf('{"first":')
    })
    expect(places.length).toBeGreaterThan(3)
    // The schemas stand in front of the first chunk's.
    for (const place of places.slice(1)) expect(place % (128 * 1024)).toBe(0)
  })

  it("draws the scene in Foxglove and Lichtblick: messages fit Foxglove's published schemas, and bodies stand where they were", async () => {
    for (const name of ['pendulum', 'hopper', 'acrobot']) {
      const other = loadScene(await readFile(new URL(`../../scenes/${name}.json`, import.meta.url), 'utf8'), name)
      const played = new Environment(other)
      const rollout = record(5, { of: played })
      played.close()
      await writeRollout(file, rollout, VERSIONS)
      const reader = await openWithMcap()
      const messages = await listOf(reader.readMessages())
      const of = (topic: string) =>
        messages
          .filter(({ channelId }) => reader.channelsById.get(channelId)!.topic === topic)
          .map(({ data }) => JSON.parse(text(data)))
      const [update, ...others] = of('/scene')
      expect(others).toEqual([])
      z.fromJSONSchema(SceneUpdate as Parameters<typeof z.fromJSONSchema>[0]).parse(update)
      // A body without shapes has nothing to be drawn.
      const drawn = other.bodies.filter(({ shapes }) => shapes.length > 0)
      expect(update.entities.map(({ frame_id }: { frame_id: string }) => frame_id)).toEqual(
        drawn.map(({ name: body }) => body),
      )
      const transforms = of('/tf')
      expect(transforms).toHaveLength(rollout.steps.length + 1)
      const [fixed, ...further] = of('/tf_static')
      expect(further).toEqual([])
      expect(fixed.transforms).toHaveLength(drawn.filter(({ kind }) => kind === 'fixed').length)
      const schema = z.fromJSONSchema(FrameTransforms as Parameters<typeof z.fromJSONSchema>[0])
      schema.parse(fixed)
      for (const [index, message] of transforms.entries()) {
        schema.parse(message)
        const { state } = index === 0 ? rollout.start : rollout.steps[index - 1]!
        expect(message.transforms).toHaveLength(drawn.filter(({ kind }) => kind !== 'fixed').length)
        for (const { child_frame_id, translation, rotation } of [...message.transforms, ...fixed.transforms]) {
          const [x, y, angle] = state.slice(6 * other.bodies.findIndex(({ name: body }) => body === child_frame_id))
          expect(Math.abs(translation.x - x!)).toBeLessThan(0.000501)
          expect(Math.abs(translation.z - y!)).toBeLessThan(0.000501)
          // Where the turn takes (1, 0): x to the right, z up.
          expect(rotation.w ** 2 - rotation.y ** 2).toBeCloseTo(Math.cos(angle!), 3)
          expect(-2 * rotation.w * rotation.y).toBeCloseTo(Math.sin(angle!), 3)
        }
      }
    }
  })

  it('has its indexes read once, also where ranges are asked for at the same time', async () => {
    const rollout = record(200)
    await writeRollout(file, rollout, VERSIONS)
    const initialize = vi.spyOn(McapIndexedReader, 'Initialize')
    onTestFinished(() => initialize.mockRestore())
    const { read } = await openRollout(file)
    for (const from of [150, 3, 90]) expect(await read(from, from + 2)).toEqual(rollout.steps.slice(from - 1, from + 1))
    expect(initialize).toHaveBeenCalledOnce()
    const ranges = await Promise.all([20, 120, 60, 180].map((from) => read(from, from + 20)))
    expect(ranges.flat()).toEqual([20, 120, 60, 180].flatMap((from) => rollout.steps.slice(from - 1, from + 19)))
  })

  it('has them read anew where the file was changed meanwhile, or was gone', async () => {
    const rollout = record(200)
    await writeRollout(file, rollout, VERSIONS)
    const { read } = await openRollout(file)
    await read(100, 102)
    await rename(file, join(folder, 'elsewhere.mcap'))
    await expect(read(100, 102)).rejects.toThrow(/there is no such file/)
    // The same steps at other places of the file.
    await writeRollout(file, { ...rollout, scene: { ...scene, description: 'x'.repeat(50_000) } }, VERSIONS)
    expect(await read(100, 102)).toEqual(rollout.steps.slice(99, 101))
  })

  it('gives any range of its steps, and no more', async () => {
    const rollout = record(1000)
    await writeRollout(file, rollout, VERSIONS)
    const all = [rollout.start, ...rollout.steps]
    for (const [from, to] of [
      [0, 1],
      [0, 201],
      [57, 63],
      [200, 201],
      [190, 5000],
    ] as const) {
      expect(await readRolloutFrames(file, from, to)).toEqual(all.slice(from, to))
    }
    expect(await readRolloutFrames(file, 201, 300)).toEqual([])
  })

  it.each([2, 3, 4])('of version %i is read, verified and salvaged all the same', async (version) => {
    await copyFile(new URL(`data/version-${version}.mcap`, import.meta.url), file)
    const rollout = record(STEPS, { policy: Uint8Array.of(1, 2, 3) })
    const back = await readRollout(file)
    expect(bitsOf({ ...back, scene })).toEqual(bitsOf(rollout))
    expect(verifyRollout(back, environment)).toEqual({ verified: true })
    expect(await readRolloutSummary(file)).toMatchObject({ steps: STEPS, seed: 4, return: returnOf(rollout) })
    const bytes = await readFile(file)
    await writeFile(file, bytes.subarray(0, bytes.length - 1))
    expect(await salvageRollout(file)).toEqual({ rollout: back, missing: 0 })
  })

  it('with a changed effort is not verified, and says which one', async () => {
    const { steps, ...rest } = record()
    const changed = { ...steps[3]!, efforts: Float64Array.of(0.125) }
    const { difference } = verifyRollout(await throughFile({ ...rest, steps: steps.with(3, changed) }), environment)
    expect(difference).toContain('the effort of "hinge" is 0.125 in the file')
  })

  it('has the scene and the policy attached, and says what it is', async () => {
    const policy = Uint8Array.of(1, 2, 3, 0, 255)
    const rollout = record(STEPS, { policy })
    await writeRollout(file, rollout, VERSIONS)
    const reader = await openWithMcap()
    const attachments = await listOf(reader.readAttachments())
    expect(attachments.map(({ name, mediaType }) => [name, mediaType])).toEqual([
      ['scene.json', 'application/json'],
      ['policy.safetensors', 'application/octet-stream'],
    ])
    expect(loadScene(text(attachments[0]!.data), 'scene.json')).toEqual(scene)
    expect([...attachments[1]!.data]).toEqual([...policy])
    const metadata = await listOf(reader.readMetadata())
    expect(metadata.map(({ name }) => name)).toEqual(['torquelab-rollout', 'torquelab-rollout-end'])
    const written = metadata.flatMap((record) => [...record.metadata])
    const entries = Object.fromEntries(written.map(([key, value]) => [key, value.trim()]))
    expect(entries).toMatchObject({
      ...{ version: '4', scene: 'pendulum', seed: '4', steps: '12', terminated: 'false', truncated: 'false' },
      ...{ 'version of torquelab': '1.2.3', 'version of physics': '0.20.0' },
    })
    expect(Number(entries.return)).toBe(returnOf(rollout))
  })

  it('has only the scene attached when no policy played', async () => {
    await writeRollout(file, record(), VERSIONS)
    const attachments = await listOf((await openWithMcap()).readAttachments())
    expect(attachments.map(({ name }) => name)).toEqual(['scene.json'])
  })

  it('replaces an older one whole and leaves nothing else behind', async () => {
    await writeRollout(file, record(100), VERSIONS)
    const longer = (await readFile(file)).length
    const short = record(2)
    await writeRollout(file, short, VERSIONS)
    const fresh = join(folder, 'fresh.mcap')
    await writeRollout(fresh, short, VERSIONS)
    const [replaced, expected] = [await readFile(file), await readFile(fresh)]
    expect(replaced.equals(expected)).toBe(true)
    expect(replaced.length).toBeLessThan(longer)
    await rm(fresh)
    expect(bitsOf(await readRollout(file))).toEqual(bitsOf(short))
    expect(await readdir(folder)).toEqual(['some rollout.mcap'])
  })

  it('that cannot be written leaves the older one as it was, and nothing else behind', async () => {
    await writeRollout(file, record(), VERSIONS)
    const before = await readFile(file)
    const rollout = record()
    rollout.steps[STEPS - 1]!.reward = Number.NaN
    await expect(writeRollout(file, rollout, VERSIONS)).rejects.toThrow(/finite/)
    expect((await readFile(file)).equals(before)).toBe(true)
    expect(await readdir(folder)).toEqual(['some rollout.mcap'])
  })

  it('is the same, byte for byte, when written again', async () => {
    const rollout = record()
    await writeRollout(file, rollout, VERSIONS)
    const before = await readFile(file)
    await writeRollout(file, rollout, VERSIONS)
    expect((await readFile(file)).equals(before)).toBe(true)
  })
})

describe('readRolloutSummary', () => {
  it('says what the whole rollout says', async () => {
    for (const rollout of [record(), record(1000)]) {
      await writeRollout(file, rollout, VERSIONS)
      const { seed, steps, terminated, truncated } = rollout
      const expected = {
        scene: 'pendulum',
        seed,
        steps: steps.length,
        return: returnOf(rollout),
        terminated,
        truncated,
      }
      const { duration, ...summary } = await readRolloutSummary(file)
      expect(summary).toEqual(expected)
      expect(duration).toBeCloseTo(0.05 * steps.length, 9)
    }
  })

  it('of a file with a wrong byte is a UserError, or a summary', async () => {
    await writeRollout(file, record(2), VERSIONS)
    const bytes = await readFile(file)
    for (let at = 0; at < bytes.length; at += 17) {
      const damaged = Buffer.from(bytes)
      damaged[at]! ^= 0x11
      await writeFile(file, damaged)
      await readRolloutSummary(file).catch((error: unknown) => {
        expect(error, `byte ${at}: ${error}`).toBeInstanceOf(UserError)
        expect((error as UserError).message).toMatch(/^[^\n]+$/)
      })
    }
  })
})

describe('a rollout that is cut off', () => {
  /** Long enough for several chunks. */
  async function writeLong(policy?: Uint8Array): Promise<Rollout> {
    const long = new Environment({ ...scene, task: { ...scene.task, maxSteps: 4000 } })
    const rollout = record(1500, { of: long, ...(policy && { policy }) })
    long.close()
    await writeRollout(file, rollout, VERSIONS)
    return rollout
  }

  it('gives every step before the cut, at 50 places, with its return', async () => {
    const rollout = await writeLong()
    const bytes = await readFile(file)
    expect(await salvageRollout(file)).toEqual({ rollout, missing: 0 })
    const { chunkIndexes } = await openWithMcap(file)
    // Which steps lie in the chunks of the whole file that end in front of the cut.
    const stepsBefore = (cut: number) => {
      const whole = chunkIndexes.filter((chunk) => Number(chunk.chunkStartOffset + chunk.chunkLength) <= cut)
      return Math.max(-1, ...whole.map(({ messageEndTime }) => Math.round(Number(messageEndTime) / 5e7)))
    }
    let played = 0
    const cuts = fc.sample(fc.integer({ min: 0, max: bytes.length - 1 }), 50)
    for (const cut of [...cuts, bytes.length - 1]) {
      await writeFile(file, bytes.subarray(0, cut))
      await expect(readRollout(file)).rejects.toThrow(UserError)
      const expected = stepsBefore(cut)
      if (expected < 0) {
        const error = await openRollout(file).catch((reason: unknown) => reason)
        expect(error).toBeInstanceOf(UserError)
        expect((error as UserError).message).toMatch(/^[^\n]+some rollout\.mcap: .*(cut off|no MCAP file)[^\n]*$/)
        continue
      }
      const { head, missing, read } = await openRollout(file)
      expect(head.steps).toBe(expected)
      const [start, ...steps] = await read(0, head.steps + 1)
      expect(start).toEqual(rollout.start)
      expect(steps).toEqual(rollout.steps.slice(0, expected))
      expect(head.return).toBe(returnOf({ ...rollout, steps: rollout.steps.slice(0, expected) }))
      expect(await read(expected, expected + 100)).toEqual(steps.slice(-1))
      expect(missing).toBe(1500 - expected)
      played++
    }
    expect(played).toBeGreaterThan(30)
  })

  it('loses nothing but its policy where the cut is in that', async () => {
    const rollout = await writeLong(new Uint8Array(100_000).fill(7))
    const bytes = await readFile(file)
    await writeFile(file, bytes.subarray(0, bytes.length - 60_000))
    const salvaged = await salvageRollout(file)
    expect(salvaged.rollout.steps).toEqual(rollout.steps)
    expect(salvaged).toMatchObject({ missing: 0, rollout: { terminated: false } })
    expect(salvaged.rollout).not.toHaveProperty('policy')
  })

  it('gives the steps in front of a damaged place in the middle', async () => {
    const rollout = await writeLong()
    const bytes = await readFile(file)
    bytes[Math.round(bytes.length / 2)]! ^= 0x11
    await writeFile(file, bytes)
    const { rollout: left, missing } = await salvageRollout(file)
    expect(left.steps.length).toBeGreaterThan(300)
    expect(left.steps.length).toBeLessThan(1000)
    expect(left.steps).toEqual(rollout.steps.slice(0, left.steps.length))
    expect(missing).toBe(1500 - left.steps.length)
  })
})

describe('recordEpisode', () => {
  const whole = () => ({ seed: 4, versions: VERSIONS, policy: Uint8Array.of(9, 8, 7) })

  it('writes the same bytes as the episode in memory', async () => {
    const summary = await recordEpisode(file, environment, wavering(), whole())
    const bytes = await readFile(file)
    const rollout = record(1000, { policy: Uint8Array.of(9, 8, 7) })
    expect(summary).toMatchObject({ steps: 200, return: returnOf(rollout), truncated: true })
    await writeRollout(file, rollout, VERSIONS)
    expect((await readFile(file)).equals(bytes)).toBe(true)
    expect(await readdir(folder)).toEqual(['some rollout.mcap'])
  })

  it('lets others have their turn between its steps', async () => {
    let turn = 0
    let isOver = false
    const takeTurn = () => {
      turn++
      if (!isOver) setImmediate(takeTurn)
    }
    takeTurn()
    const inner = wavering()
    const steps: number[] = []
    const act: Controller['act'] = (observation, action) => {
      inner.act(observation, action)
      steps[turn] = (steps[turn] ?? 0) + 1
    }
    await recordEpisode(file, environment, { act }, whole())
    isOver = true
    const played = Object.values(steps)
    expect(played.reduce((sum, count) => sum + count)).toBe(200)
    expect(Math.max(...played)).toBeLessThanOrEqual(20)
  })

  it('has on disk what was played, so that whoever is killed leaves a file that plays', async () => {
    const long = new Environment({ ...scene, task: { ...scene.task, maxSteps: 3000 } })
    const partial = join(folder, `some rollout.partial-${process.pid}.mcap`)
    let played = 0
    const seen: { played: number; bytes: Buffer }[] = []
    const controller: Controller = {
      act: (observation, action) => {
        inner.act(observation, action)
        // As it stands at this moment, for whoever comes after a kill.
        if (++played % 1000 === 0) seen.push({ played, bytes: readFileSync(partial) })
      },
    }
    const inner = wavering()
    await recordEpisode(file, long, controller, whole())
    long.close()
    const rollout = await readRollout(file)
    expect(rollout.steps).toHaveLength(3000)
    expect(seen).toHaveLength(3)
    for (const { played: steps, bytes } of seen) {
      await writeFile(partial, bytes)
      const { head, missing, read } = await openRollout(partial)
      // But for the chunk that was being filled.
      expect(head.steps).toBeGreaterThan(steps - 500)
      expect(missing).toBeNull()
      expect((await read(0, head.steps + 1)).slice(1)).toEqual(rollout.steps.slice(0, head.steps))
    }
  })

  it('that is killed early plays too: after 8 steps, 40 and 168', async () => {
    const partial = join(folder, `some rollout.partial-${process.pid}.mcap`)
    const inner = wavering()
    const seen = new Map<number, Buffer>()
    let played = 0
    const controller: Controller = {
      act: (observation, action) => {
        inner.act(observation, action)
        // Before this step, as many are done as were played.
        if ([3, 8, 39, 40, 167, 168].includes(played++)) seen.set(played - 1, readFileSync(partial))
      },
    }
    await recordEpisode(file, environment, controller, whole())
    const rollout = await readRollout(file)
    for (const [steps, expected] of [
      [3, undefined],
      [8, 8],
      [39, 8],
      [40, 40],
      [167, 40],
      [168, 168],
    ] as const) {
      await writeFile(partial, seen.get(steps)!)
      if (expected === undefined) {
        await expect(openRollout(partial)).rejects.toThrow(/cut off/)
        continue
      }
      const { head, missing, read } = await openRollout(partial)
      expect(head.steps).toBe(expected)
      expect(missing).toBeNull()
      expect(await read(0, expected + 1)).toEqual([rollout.start, ...rollout.steps.slice(0, expected)])
    }
  })

  it('takes away what killed recordings of the same file have left, and of no other', async () => {
    // One that has ended, and one that lives.
    const gone = spawnSync(process.execPath, ['--version']).pid
    const left = [`some rollout.partial-${gone}.mcap`]
    const kept = [
      `some rollout.partial-${process.ppid}.mcap`,
      `another rollout.partial-${gone}.mcap`,
      `some rollout.partial-${gone}.txt`,
      'some rollout.partial-x.mcap',
    ]
    for (const name of [...left, ...kept]) await writeFile(join(folder, name), 'left')
    await recordEpisode(file, environment, wavering(), whole())
    expect((await readdir(folder)).sort()).toEqual([...kept, 'some rollout.mcap'].sort())
  })

  it('that fails leaves the older file as it was, and nothing else behind', async () => {
    await writeFile(file, 'older')
    const failing: Controller = {
      act() {
        throw new Error('no action')
      },
    }
    await expect(recordEpisode(file, environment, failing, whole())).rejects.toThrow('no action')
    expect(await readFile(file, 'utf8')).toBe('older')
    expect(await readdir(folder)).toEqual(['some rollout.mcap'])
  })
})

describe('what is no rollout', () => {
  async function expectRefused(path: string, message: RegExp): Promise<void> {
    const error: unknown = await readRollout(path).then(
      () => expect.fail(`${path} was accepted`),
      (reason: unknown) => reason,
    )
    expect(error).toBeInstanceOf(UserError)
    expect((error as UserError).message.startsWith(`${path}: `)).toBe(true)
    expect((error as UserError).message).toMatch(/^[^\n]+$/)
    expect((error as UserError).message).toMatch(message)
  }

  it.each<[string, string | Uint8Array, RegExp]>([
    ['an empty file', '', /no MCAP file.*torquelab record/],
    ['three bytes', 'abc', /no MCAP file/],
    ['text', 'this is no rollout at all, but text of some length\n'.repeat(20), /no MCAP file/],
    ['zeros', new Uint8Array(5000), /no MCAP file/],
    ['the first bytes of MCAP and no more', Uint8Array.of(0x89, 0x4d, 0x43, 0x41, 0x50, 0x30, 0x0d, 0x0a), /cut off/],
  ])('like %s, is refused', async (_, content, message) => {
    await writeFile(file, content)
    await expectRefused(file, message)
  })

  it('like a folder or nothing at all, is refused', async () => {
    await mkdir(file)
    await expectRefused(file, /no file/)
    await expectRefused(join(folder, 'missing.mcap'), /./)
    await expectRefused(join(file, 'deeper', 'missing.mcap'), /./)
  })

  it('because it is cut off, is refused, at 20 places', async () => {
    await writeRollout(file, record(), VERSIONS)
    const bytes = await readFile(file)
    for (let place = 0; place < 20; place++) {
      const length = Math.round(8 + ((bytes.length - 9) * place) / 19)
      await writeFile(file, bytes.subarray(0, length))
      await expectRefused(file, /cut off|damaged/)
    }
  })

  it('because something is missing in front, behind or in the middle, is refused', async () => {
    await writeRollout(file, record(), VERSIONS)
    const bytes = await readFile(file)
    const half = Math.round(bytes.length / 2)
    for (const damaged of [
      bytes.subarray(1),
      Buffer.concat([bytes, Buffer.from('x')]),
      Buffer.concat([bytes.subarray(0, half), bytes.subarray(half + 100)]),
      Buffer.concat([bytes, bytes]).subarray(0, bytes.length + half),
    ]) {
      await writeFile(file, damaged)
      await expectRefused(file, /./)
    }
  })

  it('because a byte is wrong, is refused, or gives a rollout of the same steps', async () => {
    const rollout = record()
    await writeRollout(file, rollout, VERSIONS)
    const bytes = await readFile(file)
    let refused = 0
    for (let at = 8; at < bytes.length; at += 61) {
      const damaged = Buffer.from(bytes)
      damaged[at]! ^= 0x11
      await writeFile(file, damaged)
      try {
        expect(bitsOf({ ...(await readRollout(file)), scene })).toEqual(bitsOf(rollout))
      } catch (error) {
        expect(error).toBeInstanceOf(UserError)
        expect((error as UserError).message).toMatch(/^[^\n]+$/)
        refused++
      }
    }
    expect(refused).toBeGreaterThan(50)
  })

  /** An MCAP file of these metadata and attachments. */
  async function writeMcap(
    metadata: Record<string, Record<string, string>>,
    attachments: Record<string, string>,
    messages: HandMade[] = [{ topic: '/other', sequence: 0, message: {} }],
  ): Promise<void> {
    const chunks: Uint8Array[] = []
    let position = 0n
    const writer = new McapWriter({
      writable: {
        write: async (bytes) => {
          chunks.push(bytes.slice())
          position += BigInt(bytes.length)
        },
        position: () => position,
      },
    })
    await writer.start({ profile: '', library: 'another program' })
    for (const [name, entries] of Object.entries(metadata)) {
      await writer.addMetadata({ name, metadata: new Map(Object.entries(entries)) })
    }
    for (const [name, content] of Object.entries(attachments)) {
      const data = new TextEncoder().encode(content)
      await writer.addAttachment({ name, mediaType: 'application/json', data, logTime: 0n, createTime: 0n })
    }
    const data = new TextEncoder().encode('{"type":"object"}')
    const schemaId = await writer.registerSchema({ name: 'other', encoding: 'jsonschema', data })
    const channelIds = new Map<string, number>()
    for (const { topic, sequence, message } of messages) {
      const channel = { topic, schemaId, messageEncoding: 'json', metadata: new Map<string, string>() }
      const channelId = channelIds.get(topic) ?? (await writer.registerChannel(channel))
      channelIds.set(topic, channelId)
      const content = new TextEncoder().encode(JSON.stringify(message) ?? '')
      await writer.addMessage({ channelId, sequence, logTime: BigInt(sequence), publishTime: 0n, data: content })
    }
    await writer.end()
    await writeFile(file, Buffer.concat(chunks))
  }

  const own = {
    version: '1',
    scene: 'pendulum',
    seed: '1',
    steps: '1',
    return: '-1.5',
    terminated: 'false',
    truncated: 'false',
  }

  it.each<[string, Record<string, Record<string, string>>, Record<string, string>, RegExp]>([
    ['has none of our metadata', {}, {}, /holds no TorqueLab rollout/],
    ["has another program's metadata", { other: { version: '1' } }, {}, /holds no TorqueLab rollout/],
    ['is of a newer version', { 'torquelab-rollout': { ...own, version: '5' } }, {}, /newer version.*Update/],
    ['has metadata without steps', { 'torquelab-rollout': { version: '1', seed: '1' } }, {}, /metadata are damaged/],
    ['has a fraction for a seed', { 'torquelab-rollout': { ...own, seed: '0.5' } }, {}, /metadata are damaged/],
    ['has a seed that is none', { 'torquelab-rollout': { ...own, seed: '4294967296' } }, {}, /metadata are damaged/],
    ['has steps beyond all reason', { 'torquelab-rollout': { ...own, steps: '1e15' } }, {}, /metadata are damaged/],
    ['has no scene', { 'torquelab-rollout': own }, {}, /no scene attached/],
    ['has a scene that is none', { 'torquelab-rollout': own }, { 'scene.json': '{' }, /#scene\.json:1:/],
  ])('because it is an MCAP file that %s, is refused', async (_, metadata, attachments, message) => {
    await writeMcap(metadata, attachments)
    if (message.source.startsWith('#')) await expect(readRollout(file)).rejects.toThrow(message)
    else await expectRefused(file, message)
    await expect(readRollout(file)).rejects.toThrow(UserError)
  })

  it('because it has no messages, is refused', async () => {
    await writeMcap({ 'torquelab-rollout': own }, { 'scene.json': JSON.stringify(scene) })
    await expectRefused(file, /steps/)
  })

  interface HandMade {
    topic: string
    sequence: number
    message: unknown
  }

  /** The messages of a rollout as docs/files.md describes them, made by hand. */
  function messagesOf({ start, steps }: Rollout): HandMade[] {
    const frame = ({ state, observation }: Frame, sequence: number): HandMade[] => [
      {
        ...{ topic: '/poses', sequence },
        message: {
          poses: [[...state.slice(0, 3)], [...state.slice(6, 9)]],
          velocities: [[...state.slice(3, 6)], [...state.slice(9, 12)]],
        },
      },
      { topic: '/observation', sequence, message: { values: [...observation] } },
    ]
    return [
      ...frame(start, 0),
      ...steps.flatMap((step, index): HandMade[] => {
        const [upright, velocity, torque] = step.terms
        return [
          ...frame(step, index + 1),
          { topic: '/action', sequence: index + 1, message: { values: [...step.action] } },
          {
            ...{ topic: '/reward', sequence: index + 1 },
            message: { reward: step.reward, terms: { upright, velocity, torque } },
          },
        ]
      }),
    ]
  }

  async function writeByHand(messages: HandMade[], steps = 3): Promise<void> {
    const metadata = { ...own, seed: '4', steps: String(steps) }
    await writeMcap({ 'torquelab-rollout': metadata }, { 'scene.json': JSON.stringify(scene) }, messages)
  }

  it('is not this: a file of the same messages from another writer is read, and verified', async () => {
    const rollout = record(3)
    await writeByHand(messagesOf(rollout))
    const read = await readRollout(file)
    // Efforts need not be there.
    const steps = rollout.steps.map(({ efforts: _, ...step }) => step)
    expect(bitsOf(read)).toEqual(bitsOf({ ...rollout, steps }))
    expect(verifyRollout(read, environment)).toEqual({ verified: true })
  })

  it.each<[string, (messages: HandMade[]) => HandMade[], RegExp]>([
    ['ends early', (messages) => messages.filter(({ sequence }) => sequence < 3), /2 of its 3 steps/],
    [
      'goes on too long',
      (messages) => [...messages, { ...messages.at(-1)!, sequence: 4 }],
      /more messages than its 3 steps/,
    ],
    ['lacks a reward', (messages) => messages.toSpliced(5, 1), /step 1 .*incomplete/],
    ['lacks an action', (messages) => messages.toSpliced(8, 1), /step 2 .*incomplete/],
    ['lacks its start', (messages) => messages.slice(2), /step 0 .*incomplete/],
    [
      'has text for a reward',
      (messages) => exchange(messages, 5, { reward: '1', terms: {} }),
      /1 of \/reward is damaged/,
    ],
    [
      'has null in a pose',
      (messages) => exchange(messages, 2, { poses: [[0, 0, null]], velocities: [] }),
      /1 of \/poses/,
    ],
    [
      'has a pose of 2',
      (messages) => exchange(messages, 2, { poses: [[0, 0]], velocities: [[0, 0, 0]] }),
      /1 of \/poses/,
    ],
    ['has a list for a message', (messages) => exchange(messages, 4, [1]), /1 of \/action is damaged/],
    ['has nothing in a message', (messages) => exchange(messages, 3, undefined), /damaged/],
  ])('because it %s, is refused', async (_, change, message) => {
    await writeByHand(change(messagesOf(record(3))))
    await expectRefused(file, message)
  })

  const exchange = (messages: HandMade[], index: number, message: unknown) =>
    messages.with(index, { ...messages[index]!, message })
})
