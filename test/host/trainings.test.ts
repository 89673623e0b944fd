/** The queue of runs, and what a person does to runs that have ended: over the front door, with real training in worker threads. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Channel, connectToHost, type HostClient } from '../../src/host/rpc/connection.ts'
import type { Params, RunEntry } from '../../src/host/rpc/contract.ts'
import { createHostService, type HostService } from '../../src/host/service.ts'
import { readPolicy } from '../../src/policy/policy-file.ts'
import { thisProcess } from '../../src/training/run-status.ts'

const SMALL = {
  hiddenSizes: [16, 16],
  evaluationInterval: 200,
  evaluationEpisodes: 2,
  reportEpisodes: 2,
  learningStarts: 100,
  randomSteps: 50,
}

let runsFolder: string
let service: HostService
let host: HostClient
const log: string[] = []

/** Two ends of a channel of texts, delivered in order but never at once. */
function open(cores: number): void {
  service = createHostService({ runsFolder, shell: 'browser', log: (line) => log.push(line), cores })
  const windowSide: ((text: string) => void)[] = []
  const hostSide: ((text: string) => void)[] = []
  const deliver = (listeners: typeof hostSide) => (text: string) =>
    void setImmediate(() => listeners.map((listener) => listener(text)))
  service.connect({ post: deliver(windowSide), on: (listener) => void hostSide.push(listener) })
  const channel: Channel = { post: deliver(hostSide), on: (listener) => void windowSide.push(listener) }
  host = connectToHost(channel, (line) => log.push(line))
}

const start = async (steps: number, seeds: number[]) => {
  const request = { scene: 'pendulum', steps, seeds, preset: 'default', settings: SMALL } as const
  return (await host.request('training.start', request)).runs
}
const list = () => host.request('runs.list', {})
const entryOf = async (run: string): Promise<RunEntry | undefined> => (await list()).find(({ name }) => name === run)
const statusOf = async (run: string) => (await entryOf(run))?.status
const statuses = async (runs: string[]) => Promise.all(runs.map(statusOf))
const LONG = { timeout: 60_000, interval: 50 }

beforeEach(() => {
  runsFolder = mkdtempSync(path.join(os.tmpdir(), 'torquelab-queue-'))
})
afterEach(async () => {
  await service.close()
  rmSync(runsFolder, { recursive: true, force: true })
})

describe('Given more runs than cores', () => {
  test('When they are started, Then they train one after the other in their order, and all come to their end', async () => {
    open(1)
    const runs = await start(450, [4, 5, 6])
    expect(runs.map((run) => run.replace(/-1$/, ''))).toEqual([4, 5, 6].map((seed) => `pendulum-ddpg-seed${seed}`))
    expect(await statuses(runs)).toEqual(['running', 'queued', 'queued'])
    await expect.poll(() => statuses(runs), LONG).toEqual(['finished', 'finished', 'finished'])
    const startTimes = (await list()).map(({ startedAt }) => startedAt)
    expect([...startTimes].sort()).toEqual(startTimes)
    for (const { resumedFrom } of runs.map(read)) expect(resumedFrom).toBeUndefined()
  }, 90_000)

  test('When one of them can neither begin nor say so in its files, Then it failed, and the others train', async () => {
    open(1)
    const [first, second, third] = await start(450, [1, 2, 3])
    // Where run.json would be written: nothing can be.
    const blocked = path.join(runsFolder, second!, 'run.json.partial')
    mkdirSync(blocked)
    await expect.poll(() => statuses([first!, second!, third!]), LONG).toEqual(['finished', 'failed', 'finished'])
    expect(await entryOf(second!)).toMatchObject({ problem: expect.stringContaining('cannot be written') })
    await expect(host.request('training.resume', { run: second! })).rejects.toThrow(/cannot be written/)
    // Its files mended, it begins as if it had waited.
    rmSync(blocked, { recursive: true })
    await host.request('training.resume', { run: second! })
    await expect.poll(() => statusOf(second!), LONG).toBe('finished')
  }, 90_000)

  test('When the app is closed and opened again, Then what waited goes on waiting and begins by itself', async () => {
    open(1)
    // The first trains for as long as the app is open.
    const [first] = await start(1_000_000, [1])
    const [second, third] = await start(600, [2, 3])
    await host.request('training.stop', { run: third! })
    expect(await statuses([first!, second!, third!])).toEqual(['running', 'queued', 'stopped'])
    await service.close()
    expect(read(second!).queuedAt).toBeDefined()
    open(1)
    expect(await statusOf(second!)).toBe('running')
    expect(await statusOf(third!)).toBe('stopped')
    await expect.poll(() => statusOf(second!), LONG).toBe('finished')
    // What was taken out of the queue begins when it is resumed.
    await host.request('training.resume', { run: third! })
    await expect.poll(() => statusOf(third!), LONG).toBe('finished')
    expect(read(third!)).toMatchObject({ result: { steps: 600 } })
  }, 90_000)

  test('When there are two cores, Then two train at once', async () => {
    open(2)
    const runs = await start(100_000, [1, 2, 3])
    expect(await statuses(runs)).toEqual(['running', 'running', 'queued'])
    for (const run of [runs[2]!, runs[0]!]) await host.request('training.stop', { run })
    await expect.poll(() => statuses(runs), LONG).toEqual(['stopped', 'running', 'stopped'])
  }, 60_000)
})

describe('Given a run that is told to stop', () => {
  test('When another window pauses or resumes it before it has heard of that, Then it is refused in words, and the run ends', async () => {
    open(1)
    const [run] = await start(1_000_000, [1])
    const answers = await Promise.allSettled([
      host.request('training.stop', { run: run! }),
      host.request('training.pause', { run: run! }),
      host.request('training.resume', { run: run! }),
    ])
    expect(answers).toMatchObject([
      { status: 'fulfilled' },
      { reason: { message: expect.stringContaining('is stopping; it cannot be paused any more') } },
      { reason: { message: expect.stringContaining('is stopping; resume it when it has ended') } },
    ])
    await expect.poll(() => statusOf(run!), LONG).toBe('stopped')
  })
})

describe('Given a disk that takes nothing more of a run', () => {
  test('When runs fail on it, Then the app goes on and lists them as failed, and run.json says so once it can be written', async () => {
    open(1)
    process.env.TORQUELAB_TEST_KILL_WORKER = '300'
    try {
      const runs = await start(100_000, [1, 2])
      const [first, second] = runs as [string, string]
      // Where each is written before it takes its place.
      const places = runs.map((run) => path.join(runsFolder, run, 'run.json.partial'))
      for (const place of places) mkdirSync(place)
      await expect.poll(() => statuses(runs), LONG).toEqual(['failed', 'failed'])
      expect(read(first)).toMatchObject({ status: 'running' })
      expect(read(second).queuedAt).toBeDefined()
      expect(await entryOf(first)).toMatchObject({ problem: expect.stringContaining('ended unexpectedly') })
      expect(await entryOf(second)).toMatchObject({ problem: expect.stringContaining('files cannot be written') })
      await expect(host.request('training.resume', { run: first })).rejects.toThrow(/files cannot be written/)
      await expect(host.request('runs.rename', { run: first, name: 'mine' })).rejects.toThrow(/files cannot be written/)
      expect(await statuses(runs)).toEqual(['failed', 'failed'])

      for (const place of places) rmSync(place, { recursive: true })
      await list()
      for (const run of runs) {
        expect(read(run)).toMatchObject({ status: 'failed', problem: expect.any(String) })
        expect(read(run)).not.toHaveProperty('queuedAt')
      }
    } finally {
      delete process.env.TORQUELAB_TEST_KILL_WORKER
    }
    const run = 'pendulum-ddpg-seed2-1'
    await host.request('training.resume', { run })
    expect(await statusOf(run)).toBe('running')
    await host.request('training.stop', { run })
    await expect.poll(() => statusOf(run), LONG).toBe('stopped')
  }, 90_000)
})

describe('Given a scene as it is edited', () => {
  const pendulum = JSON.parse(readFileSync('scenes/pendulum.json', 'utf8'))
  const train = (scene: Params<'training.start'>['scene'], preset: 'default' | 'scene' = 'default') =>
    host.request('training.start', { scene, steps: 200, seeds: [1], preset, settings: SMALL })

  test('When it is trained, Then the run keeps it as it was, and later edits and files change nothing', async () => {
    open(1)
    const text = JSON.stringify({ ...pendulum, name: 'swing', task: { ...pendulum.task, maxSteps: 50 } })
    const [run] = (await train({ text })).runs
    expect(run).toBe('swing-ddpg-seed1-1')
    const scene = await host.request('runs.scene', { run: run! })
    expect(scene.task.maxSteps).toBe(50)
    await expect.poll(() => statusOf(run!), LONG).toBe('finished')
    const { episodes } = await host.request('runs.metrics', { run: run! })
    expect(episodes.map(({ length }) => length)).toEqual([50, 50, 50, 50])
    expect(read(run!)).toMatchObject({ scene: 'swing', sceneSource: 'edited' })
  }, 60_000)

  test('When it was another before, Then that one’s training file goes for it', async () => {
    open(1)
    const text = JSON.stringify({ ...pendulum, name: 'swing' })
    const [run] = (await train({ text, of: 'pendulum' }, 'scene')).runs
    expect(read(run!)).toMatchObject({ preset: 'scene', sceneSource: 'pendulum, edited' })
    const { settings } = JSON.parse(readFileSync('scenes/pendulum.training.json', 'utf8'))
    const { setting, value } = settings.ddpg[0]
    expect(read(run!).settings[setting]).toEqual((SMALL as Record<string, unknown>)[setting] ?? value)
    await host.request('training.stop', { run: run! })
    await expect.poll(() => statusOf(run!), LONG).toBe('stopped')
  }, 60_000)

  test('When it has problems, Then it is refused with each of them in words, and no run is left behind', async () => {
    open(1)
    const text = JSON.stringify({ ...pendulum, joints: [], task: { ...pendulum.task, reward: [] } })
    await expect(train({ text })).rejects.toThrow(/cannot be trained as it is\. .*task\.reward.*/)
    await expect(train({ text: '{' })).rejects.toThrow(/cannot be trained as it is/)
    expect(await list()).toEqual([])
  })
})

describe('Given a run that was stopped', () => {
  test('When it is resumed with a later end, Then it goes on from there, and its curves are whole', async () => {
    open(1)
    const [run] = await start(450, [7])
    await expect.poll(() => statusOf(run!), LONG).toBe('finished')
    await expect(host.request('training.resume', { run: run! })).rejects.toThrow(/come to its end/)
    await expect(host.request('training.resume', { run: run!, steps: 450 })).rejects.toThrow(/trained for 450 steps/)
    await host.request('training.resume', { run: run!, steps: 800 })
    await expect.poll(() => statusOf(run!), LONG).toBe('finished')
    expect(read(run!)).toMatchObject({ budget: { steps: 800 }, result: { steps: 800 } })
    const { episodes } = await host.request('runs.metrics', { run: run! })
    expect(episodes.map(({ step }) => step)).toEqual([200, 400, 600, 800])
  }, 90_000)
})

describe('Given a run whose process dies', () => {
  const bestOf = async (run: string) => {
    const { evaluations } = await host.request('runs.metrics', { run })
    return Math.max(...evaluations.map(({ meanReturn }) => meanReturn))
  }

  test('When only the training thread dies, Then the list says how far it came', async () => {
    open(1)
    process.env.TORQUELAB_TEST_KILL_WORKER = '1650'
    try {
      const [run] = await start(2000, [1])
      await expect.poll(() => statusOf(run!), LONG).toBe('failed')
      const { steps, seconds, meanReturn, problem, checkpointStep } = (await entryOf(run!))!
      expect(steps).toBeGreaterThanOrEqual(1600)
      expect(steps).toBeLessThanOrEqual(1650)
      expect(seconds).toBeGreaterThan(0)
      expect(meanReturn).toBe(await bestOf(run!))
      expect(problem).toContain(
        `The last good checkpoint is that of step ${checkpointStep}; "torquelab resume ${run}" goes on from it.`,
      )
    } finally {
      delete process.env.TORQUELAB_TEST_KILL_WORKER
    }
  }, 60_000)

  test('When the whole app is killed, Then the list says so all the same, and what was best holds while it goes on', async () => {
    open(1)
    const [run] = await start(1_000_000, [1])
    await expect.poll(async () => (await entryOf(run!))?.steps, LONG).toBeGreaterThan(500)
    await host.request('training.pause', { run: run! })
    // The files as they are at a pause are those of an app that is killed then.
    const checkpointOf = async () => (await entryOf(run!))!.checkpointStep
    await expect.poll(checkpointOf, LONG).toBeGreaterThan(500)
    // run.json hears of the checkpoint a moment after it is there.
    const paused = (await checkpointOf())!
    await expect.poll(() => read(run!).progress.steps, LONG).toBeGreaterThanOrEqual(paused)
    const copy = mkdtempSync(path.join(os.tmpdir(), 'torquelab-killed-'))
    cpSync(path.join(runsFolder, run!), copy, { recursive: true })
    await host.request('training.stop', { run: run! })
    await expect.poll(() => statusOf(run!), LONG).toBe('stopped')
    cpSync(copy, path.join(runsFolder, 'killed'), { recursive: true })
    rmSync(copy, { recursive: true })
    // However far it came before it paused: some more.
    const steps = (await entryOf('killed'))!.checkpointStep! + 1000
    const killed = { ...read('killed'), name: 'killed', processId: 2 ** 22 + 1, budget: { steps } }
    writeFileSync(path.join(runsFolder, 'killed', 'run.json'), JSON.stringify(killed))
    const found = (await entryOf('killed'))!
    expect(found).toMatchObject({ status: 'interrupted', meanReturn: await bestOf('killed') })
    expect(found.steps).toBeGreaterThan(500)
    expect(found.seconds).toBeGreaterThan(0)

    const changes: RunEntry[] = []
    host.on('runs.changed', (entry) => changes.push(entry))
    await host.request('training.resume', { run: 'killed' })
    await expect.poll(() => statusOf('killed'), LONG).toBe('finished')
    const running = changes.filter(({ status }) => status === 'running')
    expect(running.length).toBeGreaterThan(1)
    for (const entry of running) {
      expect(entry.steps).toBeGreaterThanOrEqual(found.checkpointStep!)
      expect(entry.seconds).toBeGreaterThan(0)
      expect(entry.meanReturn).toBeDefined()
    }
    // The value means the same at the end as on the way; the report's stands beside it.
    const { result, progress } = read('killed')
    expect(progress).toBeUndefined()
    expect(await entryOf('killed')).toMatchObject({
      ...{ steps, seconds: result.seconds, meanReturn: await bestOf('killed') },
      reportReturn: result.evaluation.meanReturn,
      reportDeviation: result.evaluation.stdReturn,
      reportEpisodes: result.evaluation.returns.length,
    })
  }, 90_000)
})

describe('Given a run that has ended', () => {
  const run = 'pendulum-ddpg-seed1-1'
  /** Trained once; each test has a copy. */
  let trained: string | undefined
  beforeEach(async () => {
    if (trained) cpSync(trained, path.join(runsFolder, run), { recursive: true })
    open(1)
    if (trained) return
    await start(250, [1])
    await expect.poll(() => statusOf(run), LONG).toBe('finished')
    trained = mkdtempSync(path.join(os.tmpdir(), 'torquelab-trained-'))
    cpSync(path.join(runsFolder, run), trained, { recursive: true })
  }, 60_000)
  afterAll(() => rmSync(trained!, { recursive: true, force: true }))

  test('When it is given tags and notes and put away, Then every window hears of it, and it stays so', async () => {
    const changes: RunEntry[] = []
    host.on('runs.changed', (entry) => changes.push(entry))
    await host.request('runs.annotate', { run, tags: ['baseline'], notes: 'first try' })
    await host.request('runs.annotate', { run, archived: true })
    const said = { tags: ['baseline'], notes: 'first try', archived: true }
    await expect.poll(() => changes.at(-1)).toMatchObject(said)
    await service.close()
    open(1)
    expect(await entryOf(run)).toMatchObject({ ...said, status: 'finished', steps: 250 })
  })

  test('When it is renamed, Then it is the same run under the new name, which must be free', async () => {
    const removed: string[] = []
    host.on('runs.removed', (event) => removed.push(event.run))
    const before = await host.request('runs.metrics', { run })
    expect(await host.request('runs.rename', { run, name: 'mine' })).toMatchObject({ name: 'mine', steps: 250 })
    expect((await list()).map(({ name }) => name)).toEqual(['mine'])
    expect(await host.request('runs.metrics', { run: 'mine' })).toEqual(before)
    await expect.poll(() => removed).toEqual([run])
    await expect(host.request('runs.rename', { run: 'mine', name: 'mine' })).rejects.toThrow(/already a run/)
  })

  test('When it is deleted, Then it can be taken back whole until the trash is emptied', async () => {
    const before = await entryOf(run)
    const [deleted] = await host.request('runs.delete', { runs: [run] })
    expect(await list()).toEqual([])
    expect(await host.request('trash.list', {})).toEqual([deleted])
    expect(await host.request('trash.restore', { ids: [deleted!.id] })).toEqual([before])
    expect(await entryOf(run)).toEqual(before)
    const [again] = await host.request('runs.delete', { runs: [run] })
    await host.request('trash.empty', {})
    expect(await host.request('trash.list', {})).toEqual([])
    expect(existsSync(path.join(runsFolder, '.trash', again!.id))).toBe(false)
    await expect(host.request('trash.restore', { ids: [again!.id] })).rejects.toThrow(/trash was emptied/)
  })

  test('When its run.json is damaged, Then it is named, deleted and taken back all the same', async () => {
    writeFileSync(path.join(runsFolder, run, 'run.json'), '{ damaged')
    const changes: RunEntry[] = []
    host.on('runs.changed', (entry) => changes.push(entry))
    const unreadable = { status: 'unreadable', problem: expect.stringContaining('run.json') }
    expect(await host.request('runs.annotate', { run, notes: 'a bad disk' })).toMatchObject({
      name: run,
      notes: 'a bad disk',
      ...unreadable,
    })
    expect(await host.request('runs.rename', { run, name: 'mine' })).toMatchObject({ name: 'mine', ...unreadable })
    const [deleted] = await host.request('runs.delete', { runs: ['mine'] })
    expect(await list()).toEqual([])
    expect(await host.request('trash.restore', { ids: [deleted!.id] })).toMatchObject([{ name: 'mine', ...unreadable }])
    await expect.poll(() => changes.at(-1)).toMatchObject({ name: 'mine', ...unreadable })
    expect(await list()).toMatchObject([{ name: 'mine', ...unreadable }])
  })

  test('When its folder is copied by hand, Then both are runs, each under the name of its folder', async () => {
    cpSync(path.join(runsFolder, run), path.join(runsFolder, 'copy'), { recursive: true })
    expect((await list()).map(({ name }) => name)).toEqual(['copy', run])
    expect(await host.request('runs.annotate', { run: 'copy', notes: 'the copy' })).toMatchObject({ name: 'copy' })
    expect((await entryOf(run))!.notes).toBeUndefined()
  })

  test('When another process trains it, Then it is not deleted or renamed under its feet', async () => {
    const file = path.join(runsFolder, run, 'run.json')
    writeFileSync(file, JSON.stringify({ ...read(run), status: 'running', ...thisProcess() }))
    await expect(host.request('runs.delete', { runs: [run] })).rejects.toThrow(/is training; stop it/)
    await expect(host.request('runs.rename', { run, name: 'other' })).rejects.toThrow(/is training; stop it/)
  })

  test('When its details are asked for, Then they are what trains the same again', async () => {
    const [details] = await host.request('runs.details', { runs: [run] })
    expect(details).toMatchObject({
      scene: 'pendulum',
      algorithm: 'ddpg',
      preset: 'default',
      presetAlgorithm: 'ddpg',
      seed: 1,
      budget: { steps: 250 },
      settings: { hiddenSizes: [16, 16], discount: 0.99 },
    })
    expect((await host.request('scenes.read', { id: `run:${run}` })).name).toBe('pendulum')
    // The run's own copy trains the same numbers.
    const { runs } = await host.request('training.start', {
      scene: `run:${run}`,
      steps: 250,
      seeds: [1],
      preset: 'default',
      settings: SMALL,
    })
    const [again] = runs
    await expect.poll(() => statusOf(again!), LONG).toBe('finished')
    expect(readFileSync(path.join(runsFolder, again!, 'metrics.ndjson'), 'utf8')).toBe(
      readFileSync(path.join(runsFolder, run, 'metrics.ndjson'), 'utf8'),
    )
  }, 60_000)

  test('When its policies are asked for, Then they come as their files have them', async () => {
    for (const policy of ['best', 'last'] as const) {
      const answer = await host.request('runs.policy', { run, policy })
      const bytes = Buffer.from(answer.file, 'base64')
      const { specification } = readPolicy(bytes, policy)
      expect(specification).toMatchObject({ scene: 'pendulum', trainedSteps: answer.trainedSteps })
    }
    expect((await host.request('runs.policy', { run, policy: 'last' })).trainedSteps).toBe(250)
  })
})

function read(run: string) {
  return JSON.parse(readFileSync(path.join(runsFolder, run, 'run.json'), 'utf8'))
}
