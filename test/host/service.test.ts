/** The host as a window meets it: requests, events and refusals over an in-memory channel, with real training in its worker. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { evaluate } from '../../src/host/host.ts'
import { type Channel, connectToHost, type HostClient } from '../../src/host/rpc/connection.ts'
import type { EventName, EventPayload, Params, RunEntry, RunStatus } from '../../src/host/rpc/contract.ts'
import { createHostService, type HostService } from '../../src/host/service.ts'
import { SELECTION_BLOCK } from '../../src/training/evaluate.ts'
import { standStill } from '../stand-still.ts'

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
type Start = Params<'training.start'>
const start = (run: string, steps: number, more: Partial<Pick<Start, 'algorithm' | 'scene' | 'settings'>> = {}) =>
  host.request('training.start', {
    scene: 'pendulum',
    steps,
    seeds: [1],
    preset: 'default',
    run,
    ...more,
    settings: { ...SMALL, ...more.settings },
  })
/** The pendulum with a reward so steep that at full speed its square, which the critic's loss takes, is more than a float32 can hold; its id. */
async function openSteepScene(): Promise<string> {
  const scene = JSON.parse(readFileSync('scenes/pendulum.json', 'utf8'))
  scene.task.reward[1].formula = '-(before(hinge.velocity) / 2)^50'
  const file = path.join(runsFolder, 'steep.json')
  writeFileSync(file, JSON.stringify(scene))
  const opened = collect('scenes.opened')
  await service.openSceneFile(file)
  await expect.poll(() => opened.length).toBe(1)
  return opened[0]!.id
}
const entryOf = async (run: string): Promise<RunEntry | undefined> =>
  (await host.request('runs.list', {})).find(({ name }) => name === run)
const statusOf = async (run: string): Promise<RunStatus | undefined> => (await entryOf(run))?.status

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

  test('every setting has a group, one line of help, bounds and the value of each preset of each algorithm', async () => {
    const settings = await host.request('settings.describe', {})
    const find = (wanted: string) => settings.find(({ name }) => name === wanted)
    expect(find('softUpdateRate')).toMatchObject({
      group: 'Learning',
      kind: 'number',
      above: 0,
      maximum: 1,
      presets: { ddpg: { default: 0.01, paper: 0.001 }, td3: { paper: 0.005 } },
    })
    expect(find('discount')).toMatchObject({ minimum: 0, below: 1 })
    expect(find('hiddenSizes')).toMatchObject({ kind: 'integers', minimum: 1, maximum: 4096 })
    expect(find('noise')).toMatchObject({
      group: 'Exploration',
      kind: 'choice',
      choices: ['ornstein-uhlenbeck', 'gaussian'],
      presets: { ddpg: { paper: 'ornstein-uhlenbeck' }, td3: { paper: 'gaussian' } },
    })
    expect(find('twinCritics')).toMatchObject({
      group: 'TD3',
      kind: 'boolean',
      presets: { ddpg: { default: false, paper: false }, td3: { default: true, paper: true } },
    })
    expect(settings.every(({ help }) => help.length > 10)).toBe(true)
  })

  test('the settings of a group come together', async () => {
    const groups = (await host.request('settings.describe', {})).map(({ group }) => group)
    const runs = groups.filter((group, index) => group !== groups[index - 1])
    expect(runs).toEqual(['Learning', 'Exploration', 'TD3', 'Replay', 'Normalisation', 'Evaluation'])
  })

  test('a window says that it has unsaved changes, is asked before it closes, and answers', async () => {
    const said: unknown[] = []
    const shell = createHostService({
      runsFolder,
      shell: 'electron',
      log: (line) => log.push(line),
      onUnsaved: (unsaved) => said.push(unsaved),
      closeWindow: () => said.push('close'),
    })
    const [windowEnd, hostEnd] = channelPair()
    shell.connect(hostEnd)
    const window = connectToHost(windowEnd, (line) => log.push(line))
    const asked: unknown[] = []
    window.on('window.closing', (question) => asked.push(question))
    await window.request('window.unsaved', { unsaved: true })
    shell.askBeforeClosing()
    await expect.poll(() => asked).toEqual([{}])
    await window.request('window.close', {})
    expect(said).toEqual([true, 'close'])
    await shell.close()
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
    await host.request('training.watch', { run: 'watched' })
    expect(await start('watched', 900)).toEqual({ runs: ['watched'] })
    await expect.poll(() => changes.at(-1)?.status, { timeout: 30_000 }).toBe('finished')
    expect(episodes.map(({ step }) => step)).toEqual([200, 400, 600, 800])
    expect(evaluations.map(({ step }) => step)).toEqual([0, 200, 400, 600, 800, 900])
    expect(frames.length).toBeGreaterThan(2)
    expect(frames.every(({ poses, efforts }) => poses.length === 6 && efforts.length === 1)).toBe(true)
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

    const snapshots = await host.request('runs.snapshots', { run: 'watched' })
    expect(snapshots).toEqual(
      // Not of the end, which comes between two evaluations: that is the latest policy.
      evaluations.slice(0, -1).map(({ step, meanReturn }) => ({ step, meanReturn })),
    )
    const { trainedSteps, file } = await host.request('runs.policy', { run: 'watched', policy: 400 })
    expect(trainedSteps).toBe(400)
    expect((await host.request('runs.policy', { run: 'watched', policy: 600 })).file).not.toBe(file)
    await expect(host.request('runs.policy', { run: 'watched', policy: 500 })).rejects.toThrow(
      /no policy of step 500\. There are those of steps 0, 200, 400, 600, 800;/,
    )
    const best = evaluations.filter(({ isBest }) => isBest).at(-1)!.step
    const policy = snapshots.find(({ step }) => step !== best)!.step
    const other = await host.request('rollouts.record', { run: 'watched', seed: 7, policy })
    expect(other).toMatchObject({ id: `watched/step-${policy}-seed-7.mcap`, seed: 7, steps: 200 })
    expect(other.return).not.toBe(recorded.return)
    await host.request('rollouts.delete', { id: other.id })

    const { scene, poses } = await host.request('rollouts.preview', { id: 'watched/best.mcap' })
    expect(scene.name).toBe('pendulum')
    // Of its middle, step 100, and shortly before.
    expect(poses.at(-1)).toEqual(columns.poses.slice(100 * 6, 101 * 6))
    expect(poses).toHaveLength(4)

    const { deletion = '' } = await host.request('rollouts.delete', { id: 'watched/seed-7.mcap' })
    expect((await host.request('rollouts.list', {})).map(({ id }) => id)).toEqual(['watched/best.mcap'])
    await expect(host.request('rollouts.delete', { id: 'watched/seed-7.mcap' })).rejects.toThrow(/no such file/)
    expect(await host.request('trash.list', {})).toEqual([])
    expect(await host.request('rollouts.restore', { deletion })).toEqual(recorded)
    await expect(host.request('rollouts.restore', { deletion })).rejects.toThrow(/taken back already/)
    const { deletion: second = '' } = await host.request('rollouts.delete', { id: 'watched/seed-7.mcap' })
    await host.request('rollouts.record', { run: 'watched', seed: 7 })
    // Its name was given away meanwhile.
    expect(await host.request('rollouts.restore', { deletion: second })).toMatchObject({
      id: 'watched/seed-7-2.mcap',
      seed: 7,
    })

    const progress = collect('rollouts.verifying')
    expect(await host.request('rollouts.verify', { id: 'watched/seed-7.mcap' })).toEqual({ steps: 200 })
    expect(progress).toContainEqual({ id: 'watched/seed-7.mcap', step: 0, steps: 200 })
    // Stopped before its thread has begun, it has no answer.
    const stopped = host.request('rollouts.verify', { id: 'watched/seed-7.mcap' })
    await host.request('rollouts.stopVerifying', { id: 'watched/seed-7.mcap' })
    expect(await stopped).toBeNull()
    await expect(host.request('rollouts.verify', { id: 'watched/none.mcap' })).rejects.toThrow(/no such file/)
  })

  test('a rollout file is opened piece by piece, and closed; what is none is refused by its own name', async () => {
    const bytes = readFileSync(path.join(runsFolder, 'watched/rollouts/best.mcap'))
    const open = async (name: string, content: Buffer, pieces = 3) => {
      const size = Math.ceil(content.length / pieces)
      let id: string | undefined
      for (let from = 0; from === 0 || from < content.length; from += size) {
        const part = content.subarray(from, from + size)
        const piece = { upload: 'u1', name, modified: 86_400_000, from, isLast: from + size >= content.length }
        id = (await host.request('rollouts.upload', { ...piece, content: part.toString('base64') })).id
      }
      return id!
    }
    const id = await open('my best/rollout.mcap', bytes)
    expect(id).toMatch(/^@\d+\/my-best-rollout\.mcap$/)
    const { entry } = await host.request('rollouts.open', { id })
    expect(entry).toMatchObject({
      run: '',
      file: 'my best/rollout.mcap',
      steps: 200,
      recordedAt: '1970-01-02T00:00:00.000Z',
    })
    expect(await host.request('rollouts.list', {})).toContainEqual(entry)
    const mine = await host.request('rollouts.read', { id, from: 0, to: 201 })
    expect(mine).toEqual(await host.request('rollouts.read', { id: 'watched/best.mcap', from: 0, to: 201 }))
    expect(await host.request('rollouts.verify', { id })).toEqual({ steps: 200 })

    const cut = await open('cut.mcap', bytes.subarray(0, bytes.length - 900))
    // The cut is in the index behind the last step.
    expect((await host.request('rollouts.open', { id: cut })).entry).toMatchObject({ steps: 200, missing: 0 })
    expect(await host.request('rollouts.verify', { id: cut })).toEqual({ steps: 200 })

    const before = await host.request('rollouts.list', {})
    await expect(open('photo.png', Buffer.from('no rollout at all'))).rejects.toThrow(
      /^photo\.png: this is no MCAP file/,
    )
    await expect(open('empty.mcap', Buffer.alloc(0), 1)).rejects.toThrow(/^empty\.mcap: this is no MCAP file/)
    await expect(open('stub.mcap', bytes.subarray(0, 60))).rejects.toThrow(/^stub\.mcap: .*cut off/)
    const late = { upload: 'u2', name: 'late.mcap', modified: 0, from: 8, content: '', isLast: true }
    await expect(host.request('rollouts.upload', late)).rejects.toThrow(/^late\.mcap: a piece of the file is missing/)
    expect(await host.request('rollouts.list', {})).toEqual(before)

    expect(await host.request('rollouts.delete', { id })).toEqual({})
    await expect(host.request('rollouts.open', { id })).rejects.toThrow(/is not open any more/)
    await host.request('rollouts.delete', { id: cut })
  })

  test('a run is paused, stands still, goes on, and is stopped and kept', async () => {
    const frames = collect('training.frame')
    await host.request('training.watch', { run: 'held' })
    await start('held', 1_000_000)
    await expect.poll(() => frames.length, { timeout: 30_000 }).toBeGreaterThan(1)
    await host.request('training.pause', { run: 'held' })
    expect(await statusOf('held')).toBe('paused')
    const held = await standStill(() => frames.at(-1)!.step, 400)
    // Who looks away and back at it sees where it stands; who looks at another run sees nothing of it.
    const before = frames.length
    await host.request('training.watch', {})
    await host.request('training.watch', { run: 'held' })
    await expect.poll(() => frames.length).toBe(before + 1)
    expect(frames.at(-1)).toEqual(frames.at(-2))
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
    expect(changes.at(-1)).toMatchObject({
      name: 'killed',
      problem: expect.stringMatching(/ended unexpectedly.*best policy is that of step \d+/),
    })
    const metrics = await host.request('runs.metrics', { run: 'killed' })
    expect(metrics.episodes).toHaveLength(1)
    // Its best policy so far can still be played.
    await expect(host.request('rollouts.record', { run: 'killed', seed: 1 })).resolves.toMatchObject({ steps: 200 })
  })

  test('TD3 is trained where it is asked for', async () => {
    const changes = collect('runs.changed')
    const learning = { actorLearningRate: 0.001, noise: 'gaussian', prioritisedReplay: true }
    await start('twins', 500, { algorithm: 'td3', settings: learning })
    await expect.poll(() => changes.at(-1)?.status, { timeout: 30_000 }).toBe('finished')
    expect(await entryOf('twins')).toMatchObject({ algorithm: 'td3', preset: 'default', steps: 500 })
    const { episodes } = await host.request('runs.metrics', { run: 'twins' })
    expect(episodes.at(-1)).toMatchObject({ policyLoss: expect.any(Number), saturation: expect.any(Number) })
  })

  test('an actor that saturates is warned of, once, and for windows that come later too', async () => {
    const warnings = collect('training.warning')
    const changes = collect('runs.changed')
    await start('saturated', 2000, { settings: { actorLearningRate: 0.5 } })
    await expect.poll(() => changes.at(-1)?.status, { timeout: 30_000 }).toBe('finished')
    expect(warnings).toMatchObject([{ run: 'saturated', message: expect.stringContaining('preactivationPenalty') }])
    const past = await host.request('runs.metrics', { run: 'saturated' })
    expect(past.warnings).toEqual(warnings.map(({ run: _, ...point }) => point))
    expect(past.episodes.length).toBe(10)
  })

  test('a run that diverges says where, and its best policy is kept whole', async () => {
    const changes = collect('runs.changed')
    await start('diverged', 100_000, { scene: await openSteepScene() })
    await expect.poll(() => changes.at(-1)?.status, { timeout: 30_000 }).toBe('failed')
    const { problem, checkpointStep } = changes.at(-1)!
    const divergedAt = Number(/Training diverged: .* step (\d+)/.exec(problem!)?.[1])
    expect(problem).toContain(`The last good checkpoint is that of step ${checkpointStep}.`)
    expect(checkpointStep).toBeLessThanOrEqual(divergedAt)
    const step = Number(
      /The best policy is that of step (\d+) \(return -\S+\), in .*diverged.best\./.exec(problem!)?.[1],
    )
    const { evaluations } = await host.request('runs.metrics', { run: 'diverged' })
    expect(evaluations.filter(({ isBest }) => isBest).at(-1)?.step).toBe(step)
    const best = evaluations.find((evaluation) => evaluation.step === step)!
    // What was the best then is what is played now: the same episodes give the same return.
    const answer = await evaluate({ run: 'diverged', runsFolder, seed: SELECTION_BLOCK, episodes: 2 })
    expect(answer.meanReturn).toBe(best.meanReturn)
    await expect(host.request('rollouts.record', { run: 'diverged', seed: 1 })).resolves.toMatchObject({ steps: 200 })
    // From its checkpoint it comes to the same place, and still knows what was best.
    changes.length = 0
    await host.request('training.resume', { run: 'diverged' })
    await expect.poll(() => changes.at(-1)?.status, { timeout: 30_000 }).toBe('failed')
    const again = changes.at(-1)!.problem!
    const upToBest = /^.*in \S*diverged.best\./
    expect(upToBest.exec(again)![0]).toBe(upToBest.exec(problem!)![0])
  })

  test('settings that do not go together are refused in words', async () => {
    const both = start('both', 10, { settings: { batchNormalisation: true, layerNormalisation: true } })
    await expect(both).rejects.toThrow(/batchNormalisation and layerNormalisation exclude each other/)
    expect(await entryOf('both')).toBeUndefined()
  })

  test('a setting out of range is refused in words', async () => {
    const params: Start = { scene: 'pendulum', steps: 10, seeds: [1], preset: 'default', settings: { discount: 2 } }
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
    ['scenes.read', { id: 'run:../watched' }, /no scene/],
    ['runs.delete', { runs: ['..'] }, /malformed/],
    ['runs.delete', { runs: ['watched', 'nobody'] }, /no run called "nobody"/],
    ['runs.rename', { run: 'watched', name: '../elsewhere' }, /malformed/],
    ['trash.restore', { ids: ['../watched'] }, /malformed/],
    ['trash.restore', { ids: ['1-watched'] }, /no deleted run/],
    ['runs.policy', { run: '../watched', policy: 'best' }, /malformed/],
    ['rollouts.record', { run: 'nobody', seed: 1 }, /no run called "nobody"/],
    ['training.start', { scene: 'pendulum', seeds: [-1], preset: 'default', settings: {} }, /malformed.*seeds/],
    [
      'training.start',
      { scene: 'pendulum', seeds: [1], algorithm: 'sac', preset: 'default', settings: {} },
      /malformed.*algorithm/,
    ],
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
