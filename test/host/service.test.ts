/** The host as a window meets it: requests, events and refusals over an in-memory channel, with real training in its worker. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Channel, connectToHost, type HostClient } from '../../src/host/rpc/connection.ts'
import type { EventName, EventPayload, RunStatus } from '../../src/host/rpc/contract.ts'
import { createHostService, type HostService } from '../../src/host/service.ts'

let runsFolder: string
let service: HostService
let host: HostClient
let sendRaw: (text: string) => void
const log: string[] = []

/** Two ends of a channel of texts, delivered in order but never at once. */
function channelPair(): [Channel, Channel] {
  const listeners: [((text: string) => void)[], ((text: string) => void)[]] = [[], []]
  const end = (own: 0 | 1, other: 0 | 1): Channel => ({
    post: (text) => void setImmediate(() => listeners[other].map((listener) => listener(text))),
    on: (listener) => void listeners[own].push(listener),
  })
  return [end(0, 1), end(1, 0)]
}

function connect(): HostClient {
  const [windowEnd, hostEnd] = channelPair()
  service.connect(hostEnd)
  sendRaw = windowEnd.post
  return connectToHost(windowEnd, (line) => log.push(line))
}

function collect<Name extends EventName>(name: Name): EventPayload<Name>[] {
  const seen: EventPayload<Name>[] = []
  host.on(name, (payload) => seen.push(payload))
  return seen
}

const SMALL = {
  hiddenSizes: [16, 16],
  evaluationInterval: 200,
  evaluationEpisodes: 2,
  reportEpisodes: 2,
  learningStarts: 100,
  randomSteps: 50,
}
const start = (run: string, steps: number) =>
  host.request('training.start', { scene: 'pendulum', steps, seed: 1, preset: 'default', settings: SMALL, run })
const statusOf = async (run: string): Promise<RunStatus | undefined> =>
  (await host.request('runs.list', {})).find(({ name }) => name === run)?.status

beforeAll(() => {
  runsFolder = mkdtempSync(path.join(os.tmpdir(), 'torquelab-host-'))
  service = createHostService({ runsFolder, shell: 'browser', log: (line) => log.push(line) })
  host = connect()
})
afterAll(async () => {
  await service.close()
  rmSync(runsFolder, { recursive: true, force: true })
})

describe('scenes and settings', () => {
  test('the built-ins are listed and read whole', async () => {
    const scenes = await host.request('scenes.list', {})
    expect(scenes).toContainEqual(expect.objectContaining({ id: 'pendulum', source: 'built-in' }))
    const scene = await host.request('scenes.read', { id: 'pendulum' })
    expect(scene.task.maxSteps).toBe(200)
  })

  test('every setting has one line of help, bounds and the value of each preset', async () => {
    const settings = await host.request('settings.describe', {})
    expect(settings.find(({ name }) => name === 'softUpdateRate')).toMatchObject({
      kind: 'number',
      presets: { default: 0.01, paper: 0.001 },
    })
    expect(settings.find(({ name }) => name === 'hiddenSizes')).toMatchObject({ kind: 'integers' })
    expect(settings.every(({ help }) => help.length > 10)).toBe(true)
  })

  test('a file that its owner opens can be read by its id, and every window hears of it', async () => {
    const opened = collect('scenes.opened')
    await service.openSceneFile('scenes/pendulum.json')
    await expect.poll(() => opened).toMatchObject([{ id: 'file-1', source: 'file' }])
    expect((await host.request('scenes.read', { id: 'file-1' })).name).toBe('pendulum')
    await expect(service.openSceneFile('package.json')).rejects.toThrow(/package\.json:\d+:\d+/)
  })
})

describe('training', () => {
  test('a run is watched from its start to its rollout', async () => {
    const episodes = collect('training.episode')
    const evaluations = collect('training.evaluation')
    const frames = collect('training.frame')
    const changes = collect('runs.changed')
    expect(await start('watched', 900)).toEqual({ run: 'watched' })
    await expect.poll(() => changes.at(-1)?.status, { timeout: 30_000 }).toBe('finished')
    expect(episodes.map(({ step }) => step)).toEqual([200, 400, 600, 800])
    expect(evaluations.map(({ step }) => step)).toEqual([0, 200, 400, 600, 800, 900])
    expect(frames.length).toBeGreaterThan(2)
    expect(frames.every(({ poses, torques }) => poses.length === 6 && torques.length === 1)).toBe(true)
    const last = frames.at(-1)!
    // The rod's middle is half a metre from the hinge, wherever it points.
    expect(Math.hypot(last.poses[3]!, last.poses[4]!)).toBeCloseTo(0.5, 3)

    const metrics = await host.request('runs.metrics', { run: 'watched' })
    expect(metrics.episodes.map((point) => point.return)).toEqual(episodes.map((point) => point.return))
    const [entry] = await host.request('rollouts.list', {})
    expect(entry).toMatchObject({
      id: 'watched/best.mcap',
      run: 'watched',
      steps: 200,
      duration: 10,
      terminated: false,
    })
    const columns = await host.request('rollouts.read', { id: 'watched/best.mcap', from: 0, to: 10_000 })
    expect(columns).toMatchObject({ from: 0, to: 201 })
    expect(columns.time.at(-1)).toBeCloseTo(10, 9)
    expect(columns.reward.reduce((sum, reward) => sum + reward, 0)).toBeCloseTo(entry!.return, 9)
    expect(columns.poses).toHaveLength(201 * 6)
    expect(columns.terms).toHaveLength(201 * 3)
    const part = await host.request('rollouts.read', { id: 'watched/best.mcap', from: 50, to: 60 })
    expect(part.observation).toEqual(columns.observation.slice(50 * 3, 60 * 3))

    const recorded = await host.request('rollouts.record', { run: 'watched', seed: 7 })
    expect(recorded).toMatchObject({ id: 'watched/seed-7.mcap', seed: 7, steps: 200 })
  })

  test('a run is paused, stands still, goes on, and is stopped and kept', async () => {
    const frames = collect('training.frame')
    await start('held', 1_000_000)
    await expect.poll(() => frames.length, { timeout: 30_000 }).toBeGreaterThan(1)
    await host.request('training.pause', { run: 'held' })
    expect(await statusOf('held')).toBe('paused')
    await new Promise((resolve) => setTimeout(resolve, 300))
    const held = frames.at(-1)!.step
    await new Promise((resolve) => setTimeout(resolve, 400))
    expect(frames.at(-1)!.step).toBe(held)
    await host.request('training.resume', { run: 'held' })
    await expect.poll(() => frames.at(-1)!.step, { timeout: 10_000 }).toBeGreaterThan(held)
    await host.request('training.stop', { run: 'held' })
    await expect.poll(() => statusOf('held'), { timeout: 30_000 }).toBe('stopped')
    await expect(host.request('training.stop', { run: 'held' })).rejects.toThrow(/not training now/)
    expect((await host.request('rollouts.list', {})).map(({ id }) => id)).toContain('held/best.mcap')
  })

  test('a worker that dies is reported in words, and its run is kept', async () => {
    process.env.TORQUELAB_TEST_KILL_WORKER = '300'
    const changes = collect('runs.changed')
    try {
      await start('killed', 100_000)
      await expect.poll(() => changes.at(-1)?.status, { timeout: 30_000 }).toBe('failed')
    } finally {
      delete process.env.TORQUELAB_TEST_KILL_WORKER
    }
    expect(changes.at(-1)).toMatchObject({ name: 'killed', problem: expect.stringContaining('ended unexpectedly') })
    const metrics = await host.request('runs.metrics', { run: 'killed' })
    expect(metrics.episodes).toHaveLength(1)
    // Its best policy so far can still be played.
    await expect(host.request('rollouts.record', { run: 'killed', seed: 1 })).resolves.toMatchObject({ steps: 200 })
  })

  test('a setting out of range is refused in words', async () => {
    const params = { scene: 'pendulum', steps: 10, seed: 1, preset: 'default', settings: { discount: 2 } } as const
    await expect(host.request('training.start', params)).rejects.toThrow(/"discount" cannot be 2/)
  })
})

describe('what does not belong', () => {
  test.each([
    ['scenes.read', { id: '../../etc/passwd' }, /no scene "\.\.\/\.\.\/etc\/passwd"/],
    ['scenes.read', { id: 'scenes/pendulum.json' }, /no scene/],
    ['rollouts.open', { id: '../x' }, /malformed/],
    ['rollouts.open', { id: 'watched/../../x.mcap' }, /malformed/],
    ['runs.metrics', { run: '..' }, /malformed/],
    ['rollouts.record', { run: 'nobody', seed: 1 }, /no run called "nobody"/],
    ['training.start', { scene: 'pendulum', seed: -1, preset: 'default', settings: {} }, /malformed.*seed/],
    ['app.info', { surplus: 1 }, /malformed/],
    ['no.such', {}, /no request called/],
    ['constructor', {}, /no request called/],
  ])('%s %j is refused and logged or answered in words', async (name, params, message) => {
    await expect(host.request(name as never, params as never)).rejects.toThrow(message)
  })

  test.each([
    '',
    'hello',
    '{',
    'null',
    '[]',
    '{"t":"x"}',
    '{"t":"q","i":"1","m":"toString","a":[]}',
    '{"t":"q","m":"request","a":[{}]}',
  ])('the raw message %j changes nothing', async (text) => {
    sendRaw(text)
    expect((await host.request('app.info', {})).shell).toBe('browser')
  })
})

test('a log with lines that are none still shows its other rows', async () => {
  const file = path.join(runsFolder, 'watched', 'metrics.ndjson')
  const whole = readFileSync(file, 'utf8')
  const before = await host.request('runs.metrics', { run: 'watched' })
  writeFileSync(file, `{"type":"episode","step":"many"}\nnot JSON\n${whole}{"type":"epis`)
  expect(await host.request('runs.metrics', { run: 'watched' })).toEqual(before)
  writeFileSync(file, whole)
})
