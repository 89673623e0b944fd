/**
 * How long training takes by the clock: `train pendulum` from the command to its last evaluation, and the same number of steps of the
 * same algorithm on Gymnasium's Pendulum-v1 with each Python peer that is installed. docs/benchmarks.md says what is measured.
 *
 * `npm start -- bench train [--json] [--steps 10000] [--seed 1] [--threads 1] [--solved -200]`
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import readline from 'node:readline'
import { parseArgs } from 'node:util'
import { initialiseNetworks } from '../src/agent/initialisation.ts'
import { RandomStream } from '../src/common/random.ts'
import { messageOf, UserError } from '../src/common/user-error.ts'
import { packageFile } from '../src/host/package.ts'
import type { TrainingSettings } from '../src/training/settings.ts'
import { type ContestantKind, environmentOf, findPython } from './lib/contestants.ts'
import { orRefuse } from './lib/or-refuse.ts'
import { runBench } from './lib/run-bench.ts'
import { rowLength, writeStartState } from './lib/start-state.ts'

const SCENE = 'pendulum'
const size = { observation: 3, action: 1 }

interface Options {
  json: boolean
  steps: number
  seed: number
  threads: number
  /** Mean return of an evaluation from which on the pendulum counts as solved. */
  solved: number
}

/** An evaluation without noise; seconds since the command was given. */
interface Evaluation {
  step: number
  seconds: number
  meanReturn: number
}

interface Result {
  learner: string
  /** To the last step and its evaluation. */
  seconds: number
  /** Absent where no evaluation reached the return that counts as solved. */
  solved?: { step: number; seconds: number }
  evaluations: Evaluation[]
}

const peers: Required<Pick<ContestantKind, 'engine' | 'variant'>>[] = [
  { engine: 'pytorch', variant: 'eager' },
  { engine: 'pytorch', variant: 'compiled' },
  { engine: 'jax', variant: 'compiled' },
]

const folder = mkdtempSync(path.join(os.tmpdir(), 'torquelab-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130))

await runBench(main)

async function main(): Promise<void> {
  const options = parse(process.argv.slice(2))
  const load = os.loadavg()[0]!
  const say = (text: string): void => void (options.json ? process.stderr : process.stdout).write(`${text}\n`)
  say(`${SCENE}, ${options.steps} steps, seed ${options.seed}, ${options.threads} thread(s); load ${load.toFixed(1)}`)
  const { result, settings } = await trainHere(options)
  const results = [result]
  say(format(result, options.solved))
  const python = findPython()
  if (python) {
    writeStart(settings, options.seed)
    for (const peer of peers) {
      const measured = await trainPeer(python, peer, settings, options)
      results.push(measured)
      say(format(measured, options.solved))
    }
  } else say('no Python peers: bench/peers/setup.sh installs them')
  if (!options.json) return
  const cpu = os.cpus()[0]?.model.trim() ?? 'unknown'
  const machine = { cpu, cores: os.cpus().length, node: process.versions.node, load }
  const { steps, seed, threads, solved } = options
  process.stdout.write(
    `${JSON.stringify({ machine, scene: SCENE, steps, seed, threads, solvedAt: solved, results })}\n`,
  )
}

function parse(args: string[]): Options {
  const options = {
    json: { type: 'boolean', default: false },
    steps: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    threads: { type: 'string', default: '1' },
    solved: { type: 'string', default: '-200' },
  } as const
  const names = '--json, --steps, --seed, --threads and --solved'
  const { values } = orRefuse(() => parseArgs({ args, options }), names)
  const whole = (name: 'steps' | 'seed' | 'threads', least: number): number => {
    const value = Number(values[name])
    if (!Number.isSafeInteger(value) || value < least)
      throw new UserError(`--${name} must be a whole number from ${least}, such as ${options[name].default}.`)
    return value
  }
  const solved = Number(values.solved)
  if (!Number.isFinite(solved)) throw new UserError('--solved must be a return, such as -200.')
  return { json: values.json, steps: whole('steps', 1), seed: whole('seed', 0), threads: whole('threads', 1), solved }
}

/** `train pendulum` as a user starts it, through npm. */
async function trainHere({ steps, seed, threads, solved }: Options) {
  const runs = path.join(folder, 'runs')
  const train = [SCENE, '--steps', steps, '--seed', seed, '--threads', threads, '--runs', runs, '--run', 'measured']
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const started = Date.now()
  await runProcess(npm, ['start', '--silent', '--', 'train', ...train.map(String), '--json'], {}, () => {})
  const lines = (name: string) =>
    readFileSync(path.join(runs, 'measured', name), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
  const description = JSON.parse(readFileSync(path.join(runs, 'measured', 'run.json'), 'utf8'))
  const seconds = new Map<number, number>(lines('timing.ndjson').map((timing) => [timing.step, timing.seconds]))
  const startup = (Date.parse(description.startedAt) - started) / 1000
  const evaluations: Evaluation[] = lines('metrics.ndjson')
    .filter(({ type, step }) => type === 'evaluation' && step > 0)
    .map(({ step, meanReturn }) => ({ step, meanReturn, seconds: startup + seconds.get(step)! }))
  const settings = description.settings as TrainingSettings
  return { settings, result: summarise('torquelab', evaluations, solved) }
}

/** Initial networks and an empty buffer, for the peers to start from. */
function writeStart(settings: TrainingSettings, seed: number): void {
  if (settings.criticL2 !== 0 || settings.twinCritics || settings.noise !== 'ornstein-uhlenbeck')
    throw new UserError(
      `The settings of ${SCENE} are no longer those that bench/peers/train_pendulum.py knows.`,
      'failure',
    )
  const networks = initialiseNetworks(size, settings, RandomStream.derive(seed, 'initial weights'))
  writeStartState(folder, {
    size,
    settings,
    networks,
    transitions: new Float32Array(rowLength(size)),
    checkIndices: Uint32Array.of(0),
  })
}

async function trainPeer(
  python: string,
  { engine, variant }: (typeof peers)[number],
  settings: TrainingSettings,
  { steps, seed, threads, solved }: Options,
): Promise<Result> {
  const args = [
    ...[packageFile('bench/peers/train_pendulum.py'), folder, '--framework', engine, '--variant', variant],
    ...['--threads', threads, '--steps', steps, '--seed', seed],
    ...['--evaluation-interval', settings.evaluationInterval, '--evaluation-episodes', settings.evaluationEpisodes],
  ].map(String)
  const start = performance.now()
  const evaluations: Evaluation[] = []
  await runProcess(python, args, environmentOf({ engine, variant, threads }, python), (line) => {
    const { event, step, meanReturn } = JSON.parse(line)
    const seconds = (performance.now() - start) / 1000
    if (event === 'evaluation') evaluations.push({ step, meanReturn, seconds })
  })
  return summarise(`${engine} ${variant}`, evaluations, solved)
}

function summarise(learner: string, evaluations: Evaluation[], solvedAt: number): Result {
  const last = evaluations.at(-1)
  if (!last) throw new UserError(`${learner}: no evaluation was made; take more --steps.`)
  const solved = evaluations.find(({ meanReturn }) => meanReturn >= solvedAt)
  return {
    learner,
    seconds: last.seconds,
    ...(solved && { solved: { step: solved.step, seconds: solved.seconds } }),
    evaluations,
  }
}

/** Runs a program to its end, which must be a good one, and calls `onLine` for each line of its output as it comes. */
async function runProcess(
  command: string,
  args: string[],
  environment: Record<string, string>,
  onLine: (line: string) => void,
): Promise<void> {
  const child = spawn(command, args, {
    cwd: packageFile('.'),
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  })
  const end = (): void => void child.kill('SIGKILL')
  process.on('exit', end)
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-5000)
  })
  readline.createInterface({ input: child.stdout }).on('line', onLine)
  const code = await new Promise((resolve) => {
    child.on('error', (error) => {
      errors += messageOf(error)
      resolve(1)
    })
    child.on('close', resolve)
  })
  process.off('exit', end)
  if (code === 0) return
  process.stderr.write(errors)
  throw new UserError(`${path.basename(args.find(existsSync) ?? command)} failed; what it printed is above.`, 'failure')
}

function format({ learner, seconds, solved, evaluations }: Result, solvedAt: number): string {
  const when = solved
    ? `${solvedAt} or better after ${solved.seconds.toFixed(1)} s (step ${solved.step})`
    : `never ${solvedAt} or better`
  return `  ${learner.padEnd(18)} ${seconds.toFixed(1).padStart(6)} s to the end; ${when}; last return ${evaluations.at(-1)!.meanReturn.toFixed(0)}`
}
