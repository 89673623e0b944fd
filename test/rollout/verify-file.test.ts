// A rollout file verified block by block says what verifying it in memory says, at whatever step it differs.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { runEpisode } from '../../src/episode/episode.ts'
import { readRollout, salvageRollout } from '../../src/rollout/read-rollout.ts'
import { type Rollout, recordRollout } from '../../src/rollout/rollout.ts'
import { verifyRollout } from '../../src/rollout/verify.ts'
import { verifyRolloutFile } from '../../src/rollout/verify-file.ts'
import { writeRollout } from '../../src/rollout/write-rollout.ts'
import { loadScene } from '../../src/scene/load.ts'
import { createEnvironment, type Environment } from '../../src/sim/environment.ts'

/** More than two of the blocks that are read at a time. */
const STEPS = 4100

let environment: Environment
let whole: Rollout
let folder: string
let file: string

beforeAll(async () => {
  const text = await readFile(new URL('../../scenes/pendulum.json', import.meta.url), 'utf8')
  const scene = loadScene(text, 'pendulum.json')
  environment = await createEnvironment({ ...scene, task: { ...scene.task, maxSteps: STEPS } })
  const recorder = recordRollout()
  let step = 0
  const controller = { act: (_: Float32Array, action: Float32Array) => action.fill(Math.sin(2.7 * step++)) }
  runEpisode(environment, controller, { seed: 4, observers: [recorder] })
  whole = recorder.rollout()
})
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'torquelab-verify-'))
  file = join(folder, 'rollout.mcap')
  return () => rm(folder, { recursive: true })
})
afterAll(() => environment.close())

/** The rollout with one state of the rod off by its last bit. */
function nudged(step: number): Rollout {
  const nudge = (state: Float64Array) => {
    const copy = state.slice()
    new Uint8Array(copy.buffer)[8 * 8]! ^= 1
    return copy
  }
  if (step === 0) return { ...whole, start: { ...whole.start, state: nudge(whole.start.state) } }
  const recorded = whole.steps[step - 1]!
  return { ...whole, steps: whole.steps.with(step - 1, { ...recorded, state: nudge(recorded.state) }) }
}

describe('verifyRolloutFile', () => {
  it('finds a whole file equal, and tells how far it is', async () => {
    await writeRollout(file, whole, {})
    const told: [step: number, steps: number][] = []
    expect(await verifyRolloutFile(file, (...progress) => told.push(progress))).toEqual({ steps: STEPS })
    expect(told.length).toBeGreaterThan(2)
    expect(told.map(([step]) => step)).toEqual(told.map(([step]) => step).toSorted((a, b) => a - b))
    expect(told.every(([step, steps]) => step <= STEPS && steps === STEPS)).toBe(true)
  })

  it.each([0, 1, 1999, 2000, 2001, STEPS])('finds a difference at step %i, as in memory', async (step) => {
    await writeRollout(file, nudged(step), {})
    const { difference } = await verifyRolloutFile(file, () => {})
    expect(difference).toMatchObject({ step, value: { name: 'angle of "rod"' } })
    const { recorded, simulated } = difference!.value!
    expect(recorded).not.toBe(simulated)
    expect(recorded).toBeCloseTo(simulated, 9)
    expect(difference!.words).toBe(verifyRollout(await readRollout(file), environment).difference)
  })

  it('finds another end', async () => {
    await writeRollout(file, { ...whole, truncated: false }, {})
    expect((await verifyRolloutFile(file, () => {})).difference).toEqual({
      step: STEPS,
      words: 'the two end differently (terminated or truncated)',
    })
  })

  it('verifies what is left of a file that is cut off', async () => {
    await writeRollout(file, nudged(3000), {})
    const bytes = await readFile(file)
    await writeFile(file, bytes.subarray(0, Math.round(bytes.length * 0.4)))
    const { rollout } = await salvageRollout(file)
    expect(rollout.steps.length).toBeGreaterThan(0)
    expect(rollout.steps.length).toBeLessThan(3000)
    expect(await verifyRolloutFile(file, () => {})).toEqual({ steps: rollout.steps.length })
  })

  it('refuses what is no rollout in its own words', async () => {
    await writeFile(file, 'no rollout')
    await expect(verifyRolloutFile(file, () => {})).rejects.toThrow(/no MCAP file/)
  })
})
