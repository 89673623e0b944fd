// The library of rollouts reads a file once, as long as it stays the same, and shows what is left of damaged ones.
import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRolloutLibrary, type RolloutLibrary } from '../../src/host/rollout-library.ts'
import { recordEpisode } from '../../src/rollout/record-episode.ts'
import { loadScene } from '../../src/scene/load.ts'
import { createEnvironment } from '../../src/sim/environment.ts'

const STEPS = 1500
let folder: string
let library: RolloutLibrary
/** The recording as whoever kills it after 1,200 steps leaves it. */
let unfinished: Buffer
const fileOf = (name: string) => join(folder, 'run/rollouts', name)

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'torquelab-library-'))
  mkdirSync(join(folder, 'run/rollouts'), { recursive: true })
  writeFileSync(join(folder, 'run/run.json'), '{}')
  const text = readFileSync(new URL('../../scenes/pendulum.json', import.meta.url), 'utf8')
  const scene = loadScene(text, 'pendulum.json')
  const environment = await createEnvironment({ ...scene, task: { ...scene.task, maxSteps: STEPS } })
  let step = 0
  const act = (_: Float32Array, action: Float32Array) => {
    if (step === 1200) unfinished = readFileSync(fileOf(`whole.partial-${process.pid}.mcap`))
    action.fill(Math.sin(step++))
  }
  await recordEpisode(fileOf('whole.mcap'), environment, { act }, { seed: 3, versions: {} })
  environment.close()
  library = createRolloutLibrary(folder)
})
afterEach(() => {
  library.close()
  rmSync(folder, { recursive: true })
})

describe('the list', () => {
  it('is not read again of files that are the same, and is of one that changed', async () => {
    const file = fileOf('whole.mcap')
    const at = new Date('2026-01-02')
    utimesSync(file, at, at)
    const [entry] = await library.list()
    expect(entry).toMatchObject({ id: 'run/whole.mcap', steps: STEPS, seed: 3 })
    const { size } = statSync(file)
    // Of the same size and date: only reading it would tell that it is no rollout any more.
    writeFileSync(file, new Uint8Array(size))
    utimesSync(file, at, at)
    expect(await library.list()).toEqual([entry])
    utimesSync(file, at, new Date('2026-01-03'))
    expect(await library.list()).toEqual([])
  })

  it('has files that come, lacks those that go, and passes over what is none', async () => {
    copyFileSync(fileOf('whole.mcap'), fileOf('copy.mcap'))
    writeFileSync(fileOf('none.mcap'), 'none')
    const ids = async () => (await library.list()).map(({ id }) => id).sort()
    expect(await ids()).toEqual(['run/copy.mcap', 'run/whole.mcap'])
    rmSync(fileOf('whole.mcap'))
    expect(await ids()).toEqual(['run/copy.mcap'])
  })
})

describe('a damaged file', () => {
  it('that is cut off is listed, opened and read by range', async () => {
    const whole = await library.read('run/whole.mcap', 0, STEPS + 1)
    const bytes = readFileSync(fileOf('whole.mcap'))
    writeFileSync(fileOf('cut.mcap'), bytes.subarray(0, Math.round(0.8 * bytes.length)))
    const entry = (await library.list()).find(({ id }) => id === 'run/cut.mcap')!
    expect(entry.steps).toBeGreaterThan(300)
    expect(entry.missing).toBe(STEPS - entry.steps)
    expect((await library.open('run/cut.mcap')).entry).toEqual(entry)
    const { steps } = entry
    const columns = await library.read('run/cut.mcap', steps - 5, STEPS)
    expect(columns.to).toBe(steps + 1)
    expect(columns.velocities).toEqual(whole.velocities.slice(6 * (steps - 5), 6 * (steps + 1)))
    expect(columns.poses).toEqual(whole.poses.slice(6 * (steps - 5), 6 * (steps + 1)))
  })

  it('of a recording that was killed is listed, and plays as far as it goes; of one that goes on it is not', async () => {
    const gone = spawnSync(process.execPath, ['--version']).pid
    writeFileSync(fileOf(`killed.partial-${gone}.mcap`), unfinished)
    writeFileSync(fileOf(`going-on.partial-${process.pid}.mcap`), unfinished)
    const listed = await library.list()
    expect(listed.map(({ id }) => id).sort()).toEqual([`run/killed.partial-${gone}.mcap`, 'run/whole.mcap'])
    const { id, steps, missing } = listed.find((entry) => entry.id.includes('killed'))!
    expect(missing).toBeNull()
    expect(steps).toBeGreaterThan(300)
    expect((await library.read(id, 0, steps + 1)).to).toBe(steps + 1)
    // Its process's number was given to another since.
    utimesSync(fileOf(`going-on.partial-${process.pid}.mcap`), new Date('2026-01-03'), new Date('2026-01-03'))
    expect(await library.list()).toHaveLength(3)
  })

  it('that is damaged among its steps says so once it is read, and plays in front of that', async () => {
    const bytes = readFileSync(fileOf('whole.mcap'))
    bytes[Math.round(bytes.length / 2)]! ^= 0x11
    writeFileSync(fileOf('whole.mcap'), bytes)
    expect((await library.open('run/whole.mcap')).entry.steps).toBe(STEPS)
    await library.read('run/whole.mcap', 0, STEPS + 1)
    const { entry } = await library.open('run/whole.mcap')
    expect(entry.steps).toBeLessThan(STEPS)
    expect(entry.missing).toBe(STEPS - entry.steps)
    expect((await library.read('run/whole.mcap', entry.steps, STEPS)).to).toBe(entry.steps + 1)
  })
})
