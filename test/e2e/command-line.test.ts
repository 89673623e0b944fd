/** The command line as its user meets it: the built program, real runs, real files, every message read. */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runEpisode } from '../../src/episode/episode.ts'
import { readRollout } from '../../src/rollout/read-rollout.ts'
import { recordRollout } from '../../src/rollout/rollout.ts'
import { writeRollout } from '../../src/rollout/write-rollout.ts'
import { createEnvironment } from '../../src/sim/environment.ts'

const program = path.resolve('dist/node/cli.js')
/** Small networks: these tests are about the path, not about learning. */
const SMALL = [
  'hiddenSizes=16,16',
  'evaluationInterval=200',
  'evaluationEpisodes=2',
  'learningStarts=100',
  'randomSteps=50',
].flatMap((setting) => ['--set', setting])

let folder: string

beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'torquelab-cli-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

interface Finished {
  code: number | null
  stdout: string
  stderr: string
}

function start(args: string[]) {
  const child = spawn(process.execPath, [program, ...args], { cwd: folder })
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk) => {
    output.stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    output.stderr += chunk
  })
  const finished = new Promise<Finished>((resolve) => {
    child.on('close', (code) => resolve({ code, ...output }))
  })
  return { child, output, finished }
}

const torquelab = (...args: string[]): Promise<Finished> => start(args).finished

// biome-ignore lint/suspicious/noExplicitAny: answers are checked field by field.
function answerOf({ stdout }: Finished): any {
  return JSON.parse(stdout.trimEnd().split('\n').at(-1)!)
}

describe('the whole path', () => {
  test('a run is trained, evaluated, recorded, replayed, verified and listed', async () => {
    const trained = await torquelab(
      'train',
      'pendulum',
      '--seed',
      '3',
      '--steps',
      '500',
      '--run',
      'first',
      ...SMALL,
      '--json',
    )
    expect(trained.code).toBe(0)
    expect(trained.stdout.trimEnd().split('\n')).toHaveLength(1)
    const run = answerOf(trained)
    expect(run).toMatchObject({
      run: 'first',
      scene: 'pendulum',
      algorithm: 'ddpg',
      seed: 3,
      steps: 500,
      episodes: 2,
      status: 'finished',
      evaluation: { episodes: 50, terminated: 0, truncated: 50 },
    })
    expect(run.engine).toBe('fused')
    expect(run.threads).toBeGreaterThanOrEqual(1)
    expect(run.seconds).toBeGreaterThan(0)
    expect(run.stepsPerSecond).toBeGreaterThan(0)
    expect(run.evaluation.stdReturn).toBeGreaterThan(0)
    expect(run.evaluation.meanReturn).toBeLessThan(0)
    expect(trained.stderr).toMatch(/best policy saved: return -?\d+\.\d .* at episode \d+/)
    for (const file of [
      'run.json',
      'scene.json',
      'metrics.ndjson',
      'timing.ndjson',
      'best/policy.safetensors',
      'checkpoint/policy.safetensors',
      'rollouts/best.mcap',
    ]) {
      expect(existsSync(path.join(folder, 'runs/first', file)), file).toBe(true)
    }
    const description = JSON.parse(readFileSync(path.join(folder, 'runs/first/run.json'), 'utf8'))
    expect(description).toMatchObject({
      status: 'finished',
      algorithm: 'ddpg',
      engine: run.engine,
      threads: run.threads,
      relaxedSimd: false,
      settings: { hiddenSizes: [16, 16], twinCritics: false },
    })

    const evaluated = answerOf(await torquelab('eval', 'first', '--episodes', '4', '--seed', '9', '--json'))
    expect(evaluated).toMatchObject({ run: 'first', episodes: 4, seed: 9, terminated: 0, truncated: 4 })
    expect(evaluated.returns).toHaveLength(4)
    expect(evaluated.minReturn).toBe(Math.min(...evaluated.returns))
    expect(evaluated.meanReturn).toBeCloseTo(
      evaluated.returns.reduce((sum: number, value: number) => sum + value, 0) / 4,
      9,
    )

    const file = path.join('runs', 'first', 'best', 'policy.safetensors')
    const ofFile = answerOf(
      await torquelab('eval', file, '--scene', 'pendulum', '--episodes', '4', '--seed', '9', '--json'),
    )
    expect(ofFile).toMatchObject({ run: file, policy: 'file', returns: evaluated.returns, solvedAt: -400 })
    const last = await torquelab('eval', 'first', '--last', '--episodes', '2')
    expect(last.stdout).toMatch(/last policy of first, 2 episodes[\s\S]*0 % of the episodes solved/)

    const robust = await torquelab(
      'robustness',
      'first',
      '--episodes',
      '2',
      '--seed',
      '9',
      '--out',
      'out/r.svg',
      '--json',
    )
    expect(robust.code).toBe(0)
    expect(answerOf(robust).perturbations[0].levels[2].returns).toEqual(evaluated.returns.slice(0, 2))
    expect(robust.stderr).toMatch(/mass \(times the scene's\)[\s\S]*unperturbed/)
    expect(readFileSync(path.join(folder, 'out/r.svg'), 'utf8')).toMatch(/^<svg[\s\S]*Sensor noise[\s\S]*<\/svg>\n$/)

    const recorded = answerOf(await torquelab('record', 'first', '--out', 'out/one.mcap', '--seed', '5', '--json'))
    expect(recorded).toMatchObject({ scene: 'pendulum', steps: 200, file: path.join(folder, 'out/one.mcap') })
    const replayed = await torquelab('replay', 'out/one.mcap', '--verify', '--json')
    expect(replayed.code).toBe(0)
    expect(answerOf(replayed)).toMatchObject({ scene: 'pendulum', steps: 200, return: recorded.return, verified: true })
    expect(answerOf(await torquelab('replay', 'out/one.mcap', '--json')).verified).toBe(null)

    const early = await torquelab(
      'record',
      'first',
      '--policy',
      '0',
      '--out',
      'out/early.mcap',
      '--seed',
      '5',
      '--json',
    )
    expect(answerOf(early)).toMatchObject({ policy: '0', steps: 200, seed: 5 })
    const unknown = await torquelab('eval', 'first', '--policy', '7')
    expect(unknown.stderr).toMatch(/no policy of step 7\. There are those of steps 0/)
    expect(unknown.code).toBe(2)

    const listed = answerOf(await torquelab('list', '--json'))
    expect(listed.scenes.map(({ name }: { name: string }) => name)).toContain('pendulum')
    expect(listed.runs).toMatchObject([
      {
        ...{ name: 'first', status: 'finished', steps: 500 },
        ...{ meanReturn: run.best.selectionReturn, reportReturn: run.evaluation.meanReturn },
      },
    ])
  })

  test('the same seed gives the same metrics and policy byte for byte; another seed does not', async () => {
    const runs = [
      ['a', '7'],
      ['b', '7'],
      ['c', '8'],
    ] as const
    for (const [run, seed] of runs) {
      const { code } = await torquelab(
        'train',
        'pendulum',
        '--steps',
        '450',
        '--seed',
        seed,
        '--run',
        run,
        '--runs',
        'twins',
        ...SMALL,
      )
      expect(code).toBe(0)
    }
    const read = (run: string, file: string) => readFileSync(path.join(folder, 'twins', run, file))
    for (const file of [
      'metrics.ndjson',
      'best/policy.safetensors',
      'checkpoint/policy.safetensors',
      'rollouts/best.mcap',
    ]) {
      expect(read('a', file).equals(read('b', file)), file).toBe(true)
      expect(read('a', file).equals(read('c', file)), file).toBe(false)
    }
    const rows = read('a', 'metrics.ndjson')
      .toString()
      .trimEnd()
      .split('\n')
      .map((row) => JSON.parse(row))
    expect(rows.filter(({ type }) => type === 'episode').map(({ step }) => step)).toEqual([200, 400])
    expect(rows.filter(({ type }) => type === 'evaluation').map(({ step }) => step)).toEqual([0, 200, 400, 450])
    expect(rows.find(({ type }) => type === 'episode')).toMatchObject({
      length: 200,
      epsilon: expect.closeTo(0.998, 9),
    })
  })

  test('the number of threads changes no bit', async () => {
    const read = (run: string, file: string) => readFileSync(path.join(folder, 'threads', run, file))
    for (const threads of ['1', '3']) {
      const where = ['--runs', 'threads', '--run', `on-${threads}`, '--threads', threads]
      const { code } = await torquelab('train', 'pendulum', '--steps', '450', ...where, ...SMALL)
      expect(code).toBe(0)
      expect(JSON.parse(read(`on-${threads}`, 'run.json').toString())).toMatchObject({ threads: Number(threads) })
    }
    for (const file of ['metrics.ndjson', 'checkpoint/policy.safetensors'])
      expect(read('on-1', file).equals(read('on-3', file)), file).toBe(true)
  })

  test('--algo td3 trains TD3, and its settings are read by their kinds', async () => {
    const settings = ['prioritisedReplay=true', 'noise=ornstein-uhlenbeck', 'nStep=3', 'hiddenSizes=[16]']
    const changes = settings.flatMap((setting) => ['--set', setting])
    const where = ['--runs', 'td3', '--seed', '4']
    const trained = await torquelab(
      ...['train', 'pendulum', '--algo', 'td3', '--steps', '450', ...where, ...SMALL, ...changes, '--json'],
    )
    expect(trained.code).toBe(0)
    expect(answerOf(trained)).toMatchObject({ run: 'pendulum-td3-seed4-1', algorithm: 'td3', preset: 'default' })
    const read = (file: string) => readFileSync(path.join(folder, 'td3/pendulum-td3-seed4-1', file))
    expect(JSON.parse(read('run.json').toString())).toMatchObject({
      algorithm: 'td3',
      settings: {
        twinCritics: true,
        policyDelay: 2,
        prioritisedReplay: true,
        noise: 'ornstein-uhlenbeck',
        nStep: 3,
        hiddenSizes: [16],
      },
    })
    expect(read('best/policy.safetensors').toString('latin1')).toContain('td3')
    const rows = read('metrics.ndjson').toString().trimEnd().split('\n')
    const episode = rows.map((row) => JSON.parse(row)).findLast(({ type }) => type === 'episode')
    expect(episode.saturation).toBeGreaterThanOrEqual(0)
    expect(episode.saturation).toBeLessThanOrEqual(1)
    const { stdout } = await torquelab('list', '--runs', 'td3')
    expect(stdout).toMatch(/pendulum-td3-seed4-1 +pendulum +td3 +fused/)
  })

  test('a preset of TD3 with a change that makes it DDPG is still said to be one of TD3', async () => {
    const change = ['--algo', 'td3', '--set', 'policyDelay=1', '--steps', '110', '--runs', 'mixed', '--json']
    const { code, stdout } = await torquelab('train', 'pendulum', ...change, ...SMALL)
    expect(code).toBe(0)
    expect(JSON.parse(stdout.trimEnd().split('\n').at(-1)!)).toMatchObject({
      algorithm: 'ddpg',
      preset: 'default',
      presetAlgorithm: 'td3',
    })
    const kept = readFileSync(path.join(folder, 'mixed/pendulum-ddpg-seed1-1/run.json'), 'utf8')
    expect(JSON.parse(kept)).toMatchObject({ algorithm: 'ddpg', preset: 'default', presetAlgorithm: 'td3' })
  })

  test('--threads and --relaxed-simd are refused for an engine that has neither', async () => {
    for (const option of [['--threads', '2'], ['--relaxed-simd']]) {
      const { code, stderr } = await torquelab('train', 'pendulum', '--engine', 'tfjs-wasm', ...option)
      expect(code).toBe(2)
      expect(stderr).toContain(`The engine "tfjs-wasm" has no ${option[0]}; leave it away, or use --engine fused.`)
    }
  })

  test('--engine and --relaxed-simd are used and kept in run.json', async () => {
    const run = (name: string, ...options: string[]) =>
      torquelab('train', 'pendulum', '--steps', '110', '--runs', 'engines', '--run', name, ...SMALL, ...options)
    const kept = (name: string) =>
      JSON.parse(readFileSync(path.join(folder, 'engines', name, 'run.json'), 'utf8')) as Record<string, unknown>
    expect((await run('wasm', '--engine', 'tfjs-wasm')).stdout).toMatch(/^engine tfjs-wasm$/m)
    expect(kept('wasm')).toMatchObject({ engine: 'tfjs-wasm' })
    // TensorFlow.js has no such choice: nothing is claimed of it.
    expect(kept('wasm')).not.toHaveProperty('threads')
    expect((await run('relaxed', '--relaxed-simd', '--threads', '2')).stdout).toMatch(/^engine fused, threads 2$/m)
    expect(kept('relaxed')).toMatchObject({ engine: 'fused', threads: 2, relaxedSimd: true })
  })

  test('an actor that saturates is warned of on stderr, once, and the run goes on', async () => {
    const train = ['train', 'pendulum', '--steps', '2000', '--run', 'saturated', '--set', 'actorLearningRate=0.5']
    const { code, stdout, stderr } = await torquelab(...train, ...SMALL)
    expect(code).toBe(0)
    expect(stderr).toMatch(/^torquelab: warning: The actor is saturated: .*preactivationPenalty/)
    expect(stderr.match(/warning:/g)).toHaveLength(1)
    expect(stdout).not.toContain('warning')
    expect(stdout).toMatch(/finished after 2000 steps/)
    const metrics = readFileSync(path.join(folder, 'runs/saturated/metrics.ndjson'), 'utf8')
    expect(metrics).toMatch(/^\{"type":"warning","step":\d+,"episode":\d+,"message":"The actor is saturated/m)
  })

  test('a run that diverges exits 1, says where, and keeps its best policy for eval', async () => {
    // A reward so steep that at full speed its square, which the critic's loss takes, is more than a float32 can hold.
    const steep = JSON.parse(readFileSync('scenes/pendulum.json', 'utf8'))
    steep.task.reward[1].formula = '-(before(hinge.velocity) / 2)^50'
    writeFileSync(path.join(folder, 'steep.json'), JSON.stringify(steep))
    const { code, stderr } = await torquelab('train', './steep.json', '--run', 'diverged', ...SMALL)
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /Training diverged: .* step \d+.* best policy is that of step \d+ \(.*\), in .*diverged.best\./,
    )
    expect(stderr).not.toMatch(/^\s+at /m)
    const { status, problem } = JSON.parse(readFileSync(path.join(folder, 'runs/diverged/run.json'), 'utf8'))
    expect(status).toBe('failed')
    expect(stderr).toContain(problem)
    const evaluated = await torquelab('eval', 'diverged', '--episodes', '2', '--json')
    expect(evaluated.code).toBe(0)
    expect(answerOf(evaluated).meanReturn).toBeLessThan(0)
  })

  test('--episodes ends after that many episodes', async () => {
    const { stdout } = await torquelab('train', 'pendulum', '--episodes', '2', '--run', 'episodes', ...SMALL, '--json')
    expect(JSON.parse(stdout)).toMatchObject({ episodes: 2, steps: 400 })
  })

  test('an interrupt stops the run cleanly and keeps it', async () => {
    const { child, output, finished } = start([
      'train',
      'pendulum',
      '--steps',
      '1000000',
      '--run',
      'interrupted',
      ...SMALL,
      '--json',
    ])
    await expect.poll(() => output.stderr, { timeout: 30_000 }).toMatch(/step [1-9]\d*\)/)
    child.kill('SIGINT')
    // npm and the terminal both send it: the second must not cut the saving short.
    child.kill('SIGINT')
    const ended = await finished
    expect(ended.code).toBe(0)
    expect(ended.stderr).toContain('Stopping')
    expect(answerOf(ended)).toMatchObject({ status: 'stopped', evaluation: { episodes: 50 } })
    const evaluated = await torquelab('eval', 'interrupted', '--episodes', '1')
    expect(evaluated.code).toBe(0)
  })
})

describe('wrong use and bad input: one clear line, exit 2, no stack trace', () => {
  const scene = () => JSON.parse(readFileSync('scenes/pendulum.json', 'utf8'))
  const write = (name: string, content: string | Uint8Array): string => {
    writeFileSync(path.join(folder, name), content)
    return name
  }
  const cases: [what: string, prepare: () => string[], message: RegExp][] = [
    ['an unknown command', () => ['trian'], /unknown command 'trian'.*Did you mean train/],
    ['an unknown option', () => ['train', 'pendulum', '--stpes', '5'], /unknown option '--stpes'.*--steps/],
    ['a scene that does not exist', () => ['train', 'pendulun'], /no built-in scene called "pendulun".*"pendulum"/],
    ['a scene file that does not exist', () => ['train', './none.json'], /none\.json: there is no such file/],
    ['a folder for a scene', () => ['validate', '.'], /folder/],
    [
      'broken JSON',
      () => ['train', `./${write('broken.json', '{\n  "format": torquelab\n}')}`],
      /broken\.json:2:13: .*not valid JSON/,
    ],
    [
      'an unknown sensor in a formula',
      () => {
        const changed = scene()
        changed.task.reward[0].formula = '-hinge.angel^2'
        return ['train', `./${write('sensor.json', JSON.stringify(changed, null, 2))}`]
      },
      /sensor\.json:\d+:\d+: task\.reward\[0\]\.formula: .*"hinge\.angel".*"hinge\.angle".*character 2/,
    ],
    ['a negative step count', () => ['train', 'pendulum', '--steps', '-5'], /"steps" cannot be -5: .*1 or more/],
    ['a step count that is no number', () => ['train', 'pendulum', '--steps', 'many'], /--steps.*whole number/],
    ['no steps at all', () => ['train', 'pendulum', '--steps', '0'], /"steps" cannot be 0/],
    ['an unknown setting', () => ['train', 'pendulum', '--set', 'batchSise=3'], /"batchSise".*"batchSize"/],
    ['a setting out of range', () => ['train', 'pendulum', '--set', 'discount=2'], /"discount" cannot be 2/],
    ['an unknown engine', () => ['train', 'pendulum', '--engine', 'abacus'], /engine.*abacus.*fused, tfjs-node/],
    ['an unknown algorithm', () => ['train', 'pendulum', '--algo', 'sac'], /algo.*sac.*ddpg, td3/],
    ['no threads at all', () => ['train', 'pendulum', '--threads', '0'], /"threads" cannot be 0: .*1 to 256/],
    [
      'a choice that is none',
      () => ['train', 'pendulum', '--set', 'noise=pink'],
      /"noise" cannot be "pink": it must be "ornstein-uhlenbeck" or "gaussian"/,
    ],
    [
      'a switch that is neither on nor off',
      () => ['train', 'pendulum', '--set', 'twinCritics=yes'],
      /"twinCritics" cannot be "yes": it must be true or false/,
    ],
    [
      'settings that exclude each other',
      () => ['train', 'pendulum', '--set', 'batchNormalisation=true', '--set', 'layerNormalisation=true'],
      /batchNormalisation and layerNormalisation exclude each other: .*turn one of them off/,
    ],
    ['an unknown preset', () => ['train', 'pendulum', '--preset', 'best'], /preset.*scene, default, paper/],
    ['a seed that is no seed', () => ['train', 'pendulum', '--seed', '-1'], /"seed" cannot be -1/],
    ['a run name with a slash', () => ['train', 'pendulum', '--run', '../out'], /cannot name a run/],
    ['a run that does not exist', () => ['eval', 'nobody'], /no run called "nobody"/],
    ['a policy file that does not exist', () => ['eval', 'no.safetensors'], /no\.safetensors: there is no such policy/],
    ['a scene for a run', () => ['eval', 'nobody', '--scene', 'hopper'], /--scene goes with a policy file/],
    ['a folder to draw into', () => ['robustness', 'x', '--out', '.'], /this is a folder; name a file with --out/],
    [
      'a run without its policy',
      () => {
        mkdirSync(path.join(folder, 'bare/empty'), { recursive: true })
        write('bare/empty/run.json', '{}')
        return ['eval', 'empty', '--runs', 'bare']
      },
      /empty.*best.policy\.safetensors: the run has no policy yet/,
    ],
    [
      'a file that is no MCAP',
      () => ['replay', write('no.mcap', 'hello, this is text')],
      /no\.mcap: this is no MCAP file/,
    ],
    ['an empty rollout file', () => ['replay', write('empty.mcap', '')], /empty\.mcap: this is no MCAP file/],
    ['a rollout that does not exist', () => ['replay', 'none.mcap'], /none\.mcap: there is no such file/],
    ['a record without --out', () => ['record', 'first'], /--out/],
  ]
  test.each(cases)('%s', async (_, prepare, message) => {
    const { code, stdout, stderr } = await torquelab(...prepare())
    expect(stderr).toMatch(message)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(stderr).not.toMatch(/^\s+at /m)
    expect(stdout).toBe('')
    expect(code).toBe(2)
  })

  test('a learner that cannot be made leaves no run behind', async () => {
    const sizes = ['--set', 'hiddenSizes=4096,4096,4096', '--set', 'batchSize=65536']
    const { code, stderr } = await torquelab('train', 'pendulum', '--steps', '10', '--runs', 'huge', ...sizes)
    expect(stderr).toMatch(/"batchSize" 65536 .* room for 4 GiB.* Nothing was trained, and no run is left behind\.\n$/)
    expect(code).toBe(2)
    expect(readdirSync(path.join(folder, 'huge'))).toEqual([])
    expect(answerOf(await torquelab('list', '--runs', 'huge', '--json')).runs).toEqual([])
  })

  test('validate prints every problem, as JSON where asked, and exits 2', async () => {
    const broken = scene()
    delete broken.bodies[1].mass
    broken.task.maxSteps = 0
    const file = write('two.json', JSON.stringify(broken, null, 2))
    const answer = await torquelab('validate', file, '--json')
    expect(answer.code).toBe(2)
    expect(answerOf(answer)).toMatchObject({
      valid: false,
      problems: [
        {
          path: 'task.maxSteps',
          line: expect.any(Number),
          column: expect.any(Number),
          message: expect.stringContaining('a number of 1 or more'),
        },
        {
          path: 'bodies[1]',
          line: expect.any(Number),
          column: expect.any(Number),
          message: expect.stringContaining('give "mass" (kg) or "density"'),
        },
      ],
    })
    const valid = await torquelab('validate', path.resolve('scenes/pendulum.json'), '--json')
    expect(valid.code).toBe(0)
    expect(answerOf(valid)).toMatchObject({ valid: true, problems: [] })
  })

  test('a name that is taken is refused, and the run that has it is untouched', async () => {
    const before = readFileSync(path.join(folder, 'runs/first/run.json'))
    const { code, stderr } = await torquelab('train', 'pendulum', '--steps', '100', '--run', 'first')
    expect(code).toBe(2)
    expect(stderr).toMatch(/already a run called "first"/)
    expect(readFileSync(path.join(folder, 'runs/first/run.json')).equals(before)).toBe(true)

    mkdirSync(path.join(folder, 'runs/empty'))
    const empty = await torquelab('train', 'pendulum', '--steps', '100', '--run', 'empty')
    expect(empty.code).toBe(2)
    expect(empty.stderr).toMatch(/runs.empty is there already, though empty.*Remove it/)
    rmSync(path.join(folder, 'runs/empty'), { recursive: true })
  })

  test('a rollout that is damaged among its first steps is refused: exit 2', async () => {
    const bytes = readFileSync(path.join(folder, 'out/one.mcap'))
    // In the first block that Zstandard compressed, whose magic number this is.
    bytes[bytes.indexOf(Buffer.of(0x28, 0xb5, 0x2f, 0xfd)) + 100]! ^= 1
    writeFileSync(path.join(folder, 'damaged.mcap'), bytes)
    const { code, stderr } = await torquelab('replay', 'damaged.mcap', '--verify')
    expect(code).toBe(2)
    expect(stderr).toMatch(/damaged\.mcap: .*damaged/)
  })

  test('of a rollout that is cut off, what is left is replayed and verified, and what is lost is said', async () => {
    const { scene } = await readRollout(path.join(folder, 'out/one.mcap'))
    const environment = await createEnvironment({ ...scene, task: { ...scene.task, maxSteps: 1500 } })
    const recorder = recordRollout()
    runEpisode(environment, { act: (_, action) => action.fill(0.3) }, { seed: 1, observers: [recorder] })
    environment.close()
    await writeRollout(path.join(folder, 'long.mcap'), recorder.rollout(), {})
    const bytes = readFileSync(path.join(folder, 'long.mcap'))
    writeFileSync(path.join(folder, 'cut.mcap'), bytes.subarray(0, Math.round(bytes.length * 0.8)))
    const answer = answerOf(await torquelab('replay', 'cut.mcap', '--verify', '--json'))
    expect(answer).toMatchObject({ verified: true, terminated: false, truncated: false })
    // Four fifths of the bytes, in chunks of some hundred steps.
    expect(answer.steps).toBeGreaterThan(800)
    expect(answer.steps).toBeLessThan(1500)
    expect(answer.missing).toBe(1500 - answer.steps)
    const { code, stdout } = await torquelab('replay', 'cut.mcap')
    expect(code).toBe(0)
    expect(stdout).toContain(`the file is cut off or damaged: ${answer.missing} recorded steps are lost`)
  })

  test('a rollout whose actions are not what moved it is not verified: exit 1, and where it differs', async () => {
    const rollout = await readRollout(path.join(folder, 'out/one.mcap'))
    rollout.steps[9]!.action[0] = rollout.steps[9]!.action[0]! > 0 ? -0.5 : 0.5
    await writeRollout(path.join(folder, 'forged.mcap'), rollout, {})
    const { code, stdout } = await torquelab('replay', 'forged.mcap', '--verify')
    expect(code).toBe(1)
    expect(stdout).toMatch(/not verified: at step 10 \(0\.500 s\), .* of "rod" is /)
  })
})

describe('help', () => {
  test.each(['train', 'eval', 'robustness', 'record', 'replay', 'validate', 'list'])(
    '%s --help shows examples',
    async (command) => {
      const { code, stdout } = await torquelab(command, '--help')
      expect(code).toBe(0)
      expect(stdout).toContain('Examples:')
      expect(stdout).toContain(`torquelab ${command}`)
    },
  )
})
