// The exact numbers of steps: whatever they are, they come back to the bit, also where only some of them follow from the others; and
// what follows is left out. A damaged message is told, never taken for steps.
import { readFile } from 'node:fs/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { UserError } from '../../src/common/user-error.ts'
import { runEpisode } from '../../src/episode/episode.ts'
import { ExactCodec, type ExactSteps } from '../../src/rollout/exact-steps.ts'
import { type Frame, type Rollout, recordRollout, type Step } from '../../src/rollout/rollout.ts'
import { loadScene, validateScene } from '../../src/scene/load.ts'
import type { Scene } from '../../src/scene/schema.ts'
import { createEnvironment } from '../../src/sim/environment.ts'
import { fc } from '../properties.ts'
import { everything } from '../scene/everything.ts'
import { randomScene } from '../scene/random-scene.ts'

const SCENES = ['pendulum', 'hopper', 'hopper-light', 'acrobot', 'double-inverted-pendulum', 'everything'] as const
const STEPS = 40
const rollouts = new Map<string, Rollout>()

beforeAll(async () => {
  for (const name of SCENES) rollouts.set(name, await record(await sceneOf(name), STEPS))
})

async function sceneOf(name: string): Promise<Scene> {
  if (name === 'everything') return everything()
  return loadScene(await readFile(new URL(`../../scenes/${name}.json`, import.meta.url), 'utf8'), name)
}

/** Steps that no condition ends. */
async function record(scene: Scene, steps: number): Promise<Rollout> {
  const environment = await createEnvironment({ ...scene, task: { ...scene.task, terminate: [] } })
  try {
    const recorder = recordRollout()
    let step = 0
    const act = (_: Float32Array, action: Float32Array) => {
      step++
      // Beyond ±1 too, which the environment clips.
      for (let index = 0; index < action.length; index++) action[index] = 1.2 * Math.sin(step * (0.7 + index))
    }
    runEpisode(environment, { act }, { seed: 3, observers: [recorder], stop: () => step >= steps })
    return recorder.rollout()
  } finally {
    environment.close()
  }
}

const framesOf = ({ start, steps }: Rollout): (Frame | Step)[] => [start, ...steps]
const throughJson = (message: ExactSteps): ExactSteps => JSON.parse(JSON.stringify(message))

function bitsOf(frame: Frame | Step): unknown {
  const hex = (numbers: ArrayLike<number>) => Buffer.from(Float64Array.from(numbers).buffer).toString('hex')
  const step = { reward: 0, action: [], efforts: [], terms: [], ...frame }
  return [frame.state, frame.observation, step.action, step.efforts, [step.reward], step.terms].map(hex)
}

describe.each(SCENES)('steps of %s', (name) => {
  const recorded = () => framesOf(rollouts.get(name)!)
  const codec = () => new ExactCodec(rollouts.get(name)!.scene)

  it('come back to the bit, from the reset on and from anywhere', () => {
    const frames = recorded()
    fc.assert(
      fc.property(fc.nat(STEPS - 1), fc.integer({ min: 2, max: STEPS + 1 }), (first, rows) => {
        const part = frames.slice(first, first + rows)
        // Of one that has just read other steps.
        const reader = codec()
        reader.encode(0, frames)
        const back = reader.decode(throughJson(codec().encode(first, part)))!
        expect(back.map(bitsOf)).toEqual(part.slice(first === 0 ? 0 : 1).map(bitsOf))
        expect(back.map((frame) => 'action' in frame)).toEqual(back.map((_, index) => first > 0 || index > 0))
      }),
      { numRuns: 30 },
    )
  })

  it('come back to the bit with any numbers in any places', () => {
    const frames = recorded().slice(0, 9)
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true })
    const value = fc.oneof(finite, finite.map(Math.fround).filter(Number.isFinite), fc.constantFrom(-0, 0, 5e-324))
    const quantity = fc.constantFrom('state', 'observation', 'action', 'efforts', 'terms', 'reward')
    const change = fc.tuple(fc.nat(8), quantity, fc.nat(200), value)
    fc.assert(
      fc.property(fc.array(change, { maxLength: 6 }), fc.nat(3), (changes, first) => {
        const changed = frames.map((frame) => structuredClone(frame))
        for (const [row, key, index, number] of changes) {
          const frame = changed[row] as Step
          if (key === 'reward') {
            if ('action' in frame) frame.reward = number
            continue
          }
          const list = frame[key]
          if (!list || list.length === 0) continue
          const isSingle = list instanceof Float32Array
          if (!isSingle || Number.isFinite(Math.fround(number))) list[index % list.length] = number
        }
        const part = changed.slice(first)
        const back = codec().decode(throughJson(codec().encode(first, part)))!
        expect(back.map(bitsOf)).toEqual(part.slice(first === 0 ? 0 : 1).map(bitsOf))
      }),
      { numRuns: 100 },
    )
  })

  it('are not taken from a damaged message', () => {
    const whole = throughJson(codec().encode(0, recorded().slice(0, 6)))
    const damages = fc.constantFrom<(message: ExactSteps, at: number) => ExactSteps>(
      (message) => ({ ...message, rows: message.rows + 1 }),
      (message) => ({ ...message, rows: message.rows - 1 }),
      (message, at) => ({ ...message, columns: message.columns.slice(at % message.columns.length, -1) }),
      (message, at) => ({ ...message, columns: `${message.columns}${'fdc-'[at % 4]}` }),
      (message) => ({ ...message, columns: message.columns.replace('f', 'x') }),
      // Nothing says what a pose follows from.
      (message) => ({ ...message, columns: message.columns.replace('f', '-') }),
      (message, at) => ({ ...message, numbers: message.numbers.slice(0, 4 * (at % (message.numbers.length / 4))) }),
      (message) => ({ ...message, numbers: `${message.numbers}AAAA` }),
      // Every number is none then.
      (message) => ({ ...message, numbers: Buffer.from(message.numbers, 'base64').fill(0xff).toString('base64') }),
    )
    fc.assert(
      fc.property(damages, fc.nat(10_000), (damage, at) => {
        expect(codec().decode(damage(whole, at))).toBeUndefined()
      }),
      { numRuns: 100 },
    )
  })
})

it('of random scenes come back to the bit', async () => {
  let played = 0
  let leftOut = 0
  const check = async (text: string) => {
    const { scene } = validateScene(text)
    if (!scene) return
    // Some come apart while they are played, which is said.
    const rollout = await record(scene, 6).catch((error: unknown) => error)
    if (rollout instanceof UserError) return
    const frames = framesOf(rollout as Rollout)
    const message = throughJson(new ExactCodec(scene).encode(0, frames))
    expect(new ExactCodec(scene).decode(message)?.map(bitsOf)).toEqual(frames.map(bitsOf))
    played++
    leftOut += message.columns.split('-').length - 1
  }
  const scenes = randomScene({ maxBodies: 4, broken: 0 })
  await fc.assert(
    fc.asyncProperty(scenes, ({ text }) => check(text)),
    { numRuns: 100, endOnFailure: true },
  )
  expect(played).toBeGreaterThan(50)
  expect(leftOut).toBeGreaterThan(100)
})

it('leaves out what follows from poses, velocities and actions', () => {
  const { scene, start, steps } = rollouts.get('hopper')!
  const { columns } = new ExactCodec(scene).encode(5, [start, ...steps].slice(5))
  const state = 6 * scene.bodies.length
  // The speeds of joints whose motors have a rotor are the rotor's own.
  expect(columns.slice(state, state + 11)).toBe('--------fff')
  const efforts = state + 11 + 3
  expect(columns.slice(state + 11, efforts)).toBe('fff')
  // The sum of the terms, and the progress of the torso; health asks for the rotors' speeds.
  expect(columns.slice(-4)).toMatch(/^--f-$/)
  // Velocities of the frames of thigh and foot, whose centres of mass are elsewhere; all others are float32.
  const places = [...columns.slice(0, state)].flatMap((letter, index) => (letter === 'f' ? [] : [`${letter}${index}`]))
  const columnOf = (body: string) => 6 * scene.bodies.findIndex((one) => one.name === body) + 3
  const [thigh, foot] = [columnOf('thigh'), columnOf('foot')]
  expect(places).toEqual([`c${thigh}`, `c${thigh + 1}`, `c${foot}`, `c${foot + 1}`])
})
