/** Interrupted runs: whatever ends them, the resumed run is the one that was never interrupted, to the byte. */
import { createHash } from 'node:crypto'
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { EngineName } from '../../src/agent/engine.ts'
import { UserError } from '../../src/common/user-error.ts'
import { loadScene } from '../../src/scene/load.ts'
import { readCheckpoint, writeCheckpoint } from '../../src/training/checkpoint-file.ts'
import { checkpointSteps } from '../../src/training/checkpoints.ts'
import { RunFolder } from '../../src/training/run-folder.ts'
import { settingsOf, type TrainingSettings } from '../../src/training/settings.ts'
import { snapshotFile, snapshotSteps } from '../../src/training/snapshots.ts'
import { type TrainingEvent, type TrainOptions, train } from '../../src/training/train.ts'
import { fc } from '../properties.ts'

let runs: string
beforeEach(() => {
  runs = mkdtempSync(path.join(os.tmpdir(), 'torquelab-resume-'))
})
afterEach(() => rmSync(runs, { recursive: true, force: true }))

const scene = loadScene(readFileSync('scenes/pendulum.json', 'utf8'), 'scenes/pendulum.json')

const SMALL: Partial<TrainingSettings> = {
  hiddenSizes: [8],
  batchSize: 8,
  learningStarts: 60,
  randomSteps: 50,
  evaluationInterval: 150,
  evaluationEpisodes: 1,
  reportEpisodes: 1,
  checkpointInterval: 70,
}
/** Everything that keeps a state of its own; a ring that goes round twice. */
const EVERYTHING: Partial<TrainingSettings> = {
  ...SMALL,
  replayCapacity: 200,
  nStep: 3,
  prioritisedReplay: true,
  observationNormalisation: true,
  policyAveraging: 100,
  gradientClip: 1,
}

interface Case {
  algorithm?: 'ddpg' | 'td3'
  settings?: Partial<TrainingSettings>
  engine?: EngineName
}

const optionsOf = (
  folder: RunFolder,
  { algorithm = 'ddpg', settings = SMALL, engine = 'fused' }: Case,
): Omit<TrainOptions, 'budget'> => ({
  scene,
  seed: 1,
  settings: settingsOf(algorithm, 'default', settings),
  engine,
  ...(engine === 'fused' && { threads: 1 }),
  folder,
  versions: {},
  shouldStop: () => false,
  onEvent: () => {},
})

const newFolder = (name: string) => RunFolder.create(runs, name, 'unused')

/** Hash of every file that the seed determines. */
function filesOf(folder: RunFolder): Record<string, string> {
  const files = [
    'metrics.ndjson',
    'best/policy.safetensors',
    'checkpoint/policy.safetensors',
    'rollouts/best.mcap',
    ...snapshotSteps(folder).map(snapshotFile),
  ]
  return Object.fromEntries(
    files.map((file) => [
      file,
      createHash('sha256')
        .update(readFileSync(folder.path(file)))
        .digest('hex'),
    ]),
  )
}

async function undisturbed(steps: number, one: Case = {}): Promise<RunFolder> {
  const folder = newFolder('undisturbed')
  await train({ ...optionsOf(folder, one), budget: { steps } })
  folder.close()
  return folder
}

/** An end that leaves everything as it lies: nothing after the last checkpoint is finished. */
class Killed extends Error {}

/** Trains until step `at`, and dies there. */
async function trainAndDie(folder: RunFolder, at: number, one: Case, more: Partial<TrainOptions> = {}): Promise<void> {
  const onStep = (_: unknown, step: number): void => {
    if (step === at) throw new Killed()
  }
  const died = train({ ...optionsOf(folder, one), budget: { steps: 1e6 }, ...more, onStep })
  await expect(died).rejects.toBeInstanceOf(Killed)
  folder.close()
}

async function resume(folder: RunFolder, one: Case, more: Partial<TrainOptions>): Promise<TrainingEvent[]> {
  const events: TrainingEvent[] = []
  const options = optionsOf(folder, one)
  await train({ ...options, budget: {}, resume: true, onEvent: (event) => events.push(event), ...more })
  folder.close()
  return events
}

describe('Given a run that dies again and again', () => {
  const cases: (Case & { what: string; steps: number; deaths: number[] })[] = [
    { what: 'DDPG', steps: 700, deaths: [10, 75, 333, 600] },
    { what: 'TD3 with everything', algorithm: 'td3', settings: EVERYTHING, steps: 700, deaths: [130, 400, 401, 699] },
    {
      what: 'TensorFlow.js',
      engine: 'tfjs-cpu',
      settings: { ...SMALL, batchNormalisation: true },
      steps: 230,
      deaths: [100, 190],
    },
  ]
  it.each(cases)('When it is resumed ($what), Then its files are those of the undisturbed run', async (one) => {
    const expected = filesOf(await undisturbed(one.steps, one))
    const folder = newFolder('disturbed')
    for (const [index, at] of one.deaths.entries()) await trainAndDie(folder, at, one, { resume: index > 0 })
    await resume(folder, one, { budget: { steps: one.steps } })
    expect(filesOf(folder)).toEqual(expected)
  })

  it('When it is stopped anywhere and goes on, Then its files are those of the undisturbed run', async () => {
    const expected = filesOf(await undisturbed(500))
    let number = 0
    const stops = fc.uniqueArray(fc.integer({ min: 1, max: 499 }), { minLength: 1, maxLength: 3 })
    await fc.assert(
      fc.asyncProperty(stops, async (steps) => {
        const folder = newFolder(`stopped-${number++}`)
        for (const at of steps.sort((a, b) => a - b)) await resume(folder, {}, { budget: { steps: at } })
        await resume(folder, {}, { budget: { steps: 500 } })
        expect(filesOf(folder)).toEqual(expected)
      }),
      { numRuns: 8 },
    )
  })

  it('When it has more evaluations than keep their policies, Then it keeps those of the undisturbed run', async () => {
    const often: Case = { settings: { ...SMALL, evaluationInterval: 24, checkpointInterval: 100 } }
    const whole = await undisturbed(500, often)
    // 21 evaluations, every second one.
    expect(snapshotSteps(whole)).toEqual(Array.from({ length: 11 }, (_, index) => 48 * index))
    const folder = newFolder('disturbed')
    for (const [index, at] of [150, 490].entries()) await trainAndDie(folder, at, often, { resume: index > 0 })
    await resume(folder, often, { budget: { steps: 500 } })
    expect(filesOf(folder)).toEqual(filesOf(whole))
  })

  it('When it ends by episodes and is extended, Then nothing of its first end is left', async () => {
    const expected = filesOf(await undisturbed(600))
    const folder = newFolder('extended')
    // 200 steps an episode: the end lies between two evaluations, so the first end evaluates for itself.
    await resume(folder, {}, { budget: { episodes: 2 } })
    expect(readFileSync(folder.path('metrics.ndjson'), 'utf8')).toContain('"type":"evaluation","step":400,')
    await resume(folder, {}, { budget: { steps: 600 } })
    expect(filesOf(folder)).toEqual(expected)
  })
})

describe('Given a checkpoint that is damaged', () => {
  const steps = 500
  let expected: Record<string, string>
  let folder: RunFolder
  beforeEach(async () => {
    expected = filesOf(await undisturbed(steps))
    folder = newFolder('damaged')
    // Stopped twice, which writes a checkpoint each time, and dead before the next.
    for (const at of [210, 280]) await resume(folder, {}, { budget: { steps: at } })
    await trainAndDie(folder, 300, { settings: { ...SMALL, checkpointInterval: 1000 } }, { resume: true })
    expect(checkpointSteps(folder)).toEqual([280, 210])
  })
  const newest = () => folder.path('checkpoint', 'state-000000280.safetensors')
  const older = () => folder.path('checkpoint', 'state-000000210.safetensors')
  const flip = (file: string, at: number): void => {
    const bytes = readFileSync(file)
    bytes[at]! ^= 1
    writeFileSync(file, bytes)
  }
  const notices = (events: TrainingEvent[]) => {
    const event = events.find(({ type }) => type === 'resumed') as Extract<TrainingEvent, { type: 'resumed' }>
    return { step: event.step, notices: event.notices.join(' ') }
  }

  const damages: { what: string; damage: () => void; says: RegExp }[] = [
    { what: 'torn', damage: () => truncateSync(newest(), 3000), says: /checkpoint is damaged or not whole/ },
    { what: 'empty', damage: () => truncateSync(newest(), 0), says: /no checkpoint, or it is damaged/ },
    { what: 'changed in its header', damage: () => flip(newest(), 300), says: /damaged or not whole/ },
    {
      what: 'changed in a number',
      damage: () => flip(newest(), statSync(newest()).size - 5),
      says: /damaged or not whole/,
    },
    {
      what: 'without the newest transitions',
      damage: () => truncateSync(folder.path('replay', '000000.f32'), 250 * 9 * 4),
      says: /000000\.f32 of the replay buffer is cut off/,
    },
    {
      what: 'on a damaged transition',
      damage: () => flip(folder.path('replay', '000000.f32'), 250 * 9 * 4 + 7),
      says: /000000\.f32 of the replay buffer is damaged/,
    },
  ]
  it.each(damages)(
    'When the newest is $what, Then the one before is used, and it says so',
    async ({ damage, says }) => {
      damage()
      const found = notices(await resume(folder, {}, { budget: { steps } }))
      expect(found.step).toBe(210)
      expect(found.notices).toMatch(says)
      expect(found.notices).toMatch(/checkpoint of step 210 is used instead/)
      expect(filesOf(folder)).toEqual(expected)
    },
  )

  it('When both are damaged, Then the run is refused with both reasons, and nothing of it changes', async () => {
    for (const file of [newest(), older()]) truncateSync(file, 1000)
    const before = filesBefore(folder)
    const failed = await resume(folder, {}, { budget: { steps } }).catch((error: unknown) => error)
    expect(failed).toBeInstanceOf(UserError)
    expect((failed as UserError).message).toMatch(/"damaged" cannot be resumed.*000000280.*000000210.*Start it anew/)
    expect(filesBefore(folder)).toEqual(before)
  })

  it('When another version wrote its arrays, Then it says so, and nothing of the run changes', async () => {
    const bytes = readFileSync(newest())
    const { trainer, arrays } = readCheckpoint(bytes, newest())
    const { 'agent.noise.value': _, ...others } = arrays
    writeFileSync(
      newest(),
      writeCheckpoint({ trainer: { ...trainer, versions: { torquelab: '9.9.9' } }, arrays: others }),
    )
    appendFileSync(folder.path('metrics.ndjson'), 'a row')
    const before = filesBefore(folder)
    await expect(resume(folder, {}, { budget: { steps } })).rejects.toThrow(
      /cannot be resumed by this version: .* written by TorqueLab 9\.9\.9.*"value"/,
    )
    expect(filesBefore(folder)).toEqual(before)
  })

  it('When the episode comes out otherwise than it did, Then it says so and goes on', async () => {
    const { trainer, arrays } = readCheckpoint(readFileSync(newest()), newest())
    const actions = Float32Array.from(arrays['episode.actions']!, (value) => value / 2)
    writeFileSync(newest(), writeCheckpoint({ trainer, arrays: { ...arrays, 'episode.actions': actions } }))
    const found = notices(await resume(folder, {}, { budget: { steps } }))
    expect(found).toEqual({ step: 280, notices: expect.stringMatching(/^The running episode came out otherwise/) })
  })

  it('When a log is shorter than it was, Then no checkpoint that needs it is used', async () => {
    truncateSync(folder.path('metrics.ndjson'), 10)
    await expect(resume(folder, {}, { budget: { steps } })).rejects.toThrow(
      /metrics\.ndjson is shorter than it was then/,
    )
  })

  it('When a row was half written, Then it is cut away', async () => {
    appendFileSync(folder.path('metrics.ndjson'), '{"type":"epis')
    appendFileSync(folder.path('replay', '000000.f32'), 'half a record')
    await resume(folder, {}, { budget: { steps } })
    expect(filesOf(folder)).toEqual(expected)
  })
})

/** Names and sizes of all files of a run. */
function filesBefore(folder: RunFolder): [string, number][] {
  return readdirSync(folder.folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry): [string, number] => {
      const file = path.join(entry.parentPath, entry.name)
      return [file, statSync(file).size]
    })
}

describe.runIf(existsSync('/dev/full'))('Given a disk that is full', () => {
  it.each([
    ['the replay buffer', 'replay/000000.f32', { before: 0, last: 0 }],
    ['a checkpoint', 'checkpoint/state-000000140.safetensors.partial', { before: 70, last: 70 }],
    ['the metrics', 'metrics.ndjson', { before: 0, last: undefined }],
  ])(
    'When %s cannot be written, Then the run fails in words, and goes on from its last checkpoint',
    async (_, file, steps) => {
      const expected = filesOf(await undisturbed(400))
      const folder = newFolder('full')
      if (steps.before > 0) await resume(folder, {}, { budget: { steps: steps.before } })
      folder.ensureFolder(path.dirname(file))
      symlinkSync('/dev/full', folder.path(file))
      const options = { ...optionsOf(folder, {}), budget: { steps: 140 }, resume: steps.before > 0 }
      await expect(train(options)).rejects.toThrow(
        /full: the run's files cannot be written: the disk is full; free some space, then go on with "torquelab resume full"/,
      )
      folder.close()
      expect(checkpointSteps(folder)[0]).toBe(steps.last)
      rmSync(folder.path(file), { force: true })
      await resume(folder, {}, { budget: { steps: 400 } })
      expect(filesOf(folder)).toEqual(expected)
    },
  )
})
