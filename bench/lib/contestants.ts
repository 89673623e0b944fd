/** Contestants of the learner's bench as child processes; none outlives the bench. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import readline from 'node:readline'
import { UserError } from '../../src/common/user-error.ts'
import { packageFile } from '../../src/host/package.ts'

export const contestantEngines = ['fused', 'tfjs-node', 'tfjs-wasm', 'tfjs-cpu', 'pytorch', 'jax'] as const
export type ContestantEngine = (typeof contestantEngines)[number]

export interface ContestantKind {
  engine: ContestantEngine
  /** Of a peer: how it runs. Of the fused engine: with relaxed SIMD, where that was asked for. */
  variant?: 'eager' | 'compiled' | 'relaxed'
  threads: number
}

interface Answer {
  ready?: boolean
  reason?: string
  version?: string
  updates?: number
  seconds?: number
  finite?: boolean
}

const PEER_SCRIPTS: Partial<Record<ContestantEngine, string>> = { pytorch: 'pytorch.py', jax: 'jax_peer.py' }
type Variant = ContestantKind['variant']
const VARIANTS: Partial<Record<ContestantEngine, Variant[]>> = {
  pytorch: ['eager', 'compiled'],
  jax: ['compiled'],
}

/** ms that a contestant has for any one answer; compiling takes the longest. */
const PATIENCE = 300_000

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Everything that takes part; TensorFlow.js on WebAssembly or JavaScript has one thread only. */
export function listContestants(
  engines: readonly ContestantEngine[],
  threadCounts: readonly number[],
  withRelaxed: boolean,
): ContestantKind[] {
  const variantsOf = (engine: ContestantEngine): Variant[] =>
    engine === 'fused' && withRelaxed ? [undefined, 'relaxed'] : (VARIANTS[engine] ?? [undefined])
  return engines.flatMap((engine) => {
    const counts = engine === 'tfjs-wasm' || engine === 'tfjs-cpu' ? [1] : threadCounts
    return variantsOf(engine).flatMap((variant) =>
      counts.map((threads) => ({ engine, threads, ...(variant && { variant }) })),
    )
  })
}

export function describe({ engine, variant, threads }: ContestantKind): string {
  return `${engine}${variant ? ` ${variant}` : ''}, ${threads} thread${threads === 1 ? '' : 's'}`
}

/** The Python that the peers run on: of the environment named by TORQUELAB_PEERS, or of .torquelab/peers; undefined where there is none. */
export function findPython(): string | undefined {
  const folder = process.env.TORQUELAB_PEERS || packageFile('.torquelab/peers')
  const python = path.join(folder, ...(process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python']))
  if (existsSync(python)) return python
  if (process.env.TORQUELAB_PEERS) throw new UserError(`TORQUELAB_PEERS: there is no ${python}.`)
  return undefined
}

export class Contestant {
  readonly kind: ContestantKind
  /** Of its library; of Node for our own engines. */
  version = ''
  private readonly child: ChildProcess
  private readonly lines: AsyncIterator<string>
  private errors = ''

  private constructor(kind: ContestantKind, folder: string, python: string | undefined) {
    this.kind = kind
    const [command, args] = commandLine(kind, folder, python)
    this.child = spawn(command, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...environmentOf(kind, python) },
    })
    running.add(this.child)
    this.child.on('close', () => running.delete(this.child))
    // A child that is gone shows as the end of its lines.
    this.child.stdin!.on('error', () => {})
    this.child.on('error', () => {})
    // Shown where it fails; libraries greet and warn of things that do not matter here.
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.errors = (this.errors + text).slice(-5000)
    })
    this.lines = readline.createInterface({ input: this.child.stdout! })[Symbol.asyncIterator]()
  }

  /** Starts a contestant on the start state in `folder`; where its library is not here, says so and returns nothing. */
  static async startOrExplain(
    kind: ContestantKind,
    folder: string,
    python: string | undefined,
    say: (text: string) => void,
  ): Promise<Contestant | undefined> {
    if (PEER_SCRIPTS[kind.engine] && !python) {
      say(`  ${describe(kind)}: not installed; bench/peers/setup.sh installs it`)
      return undefined
    }
    const contestant = new Contestant(kind, folder, python)
    const { ready, reason, version } = await contestant.read()
    contestant.version = version ?? ''
    if (ready) return contestant
    await contestant.close()
    say(`  ${describe(kind)}: ${reason}`)
    return undefined
  }

  /** Makes the one update on the fixed batch and writes the networks to `output`. */
  async check(output: string): Promise<void> {
    await this.ask({ cmd: 'check', output })
  }

  /** Updates per second over at least `seconds`. */
  async run(seconds: number): Promise<number> {
    const answer = await this.ask({ cmd: 'run', seconds })
    if (!answer.finite) throw new UserError(`${describe(this.kind)}: its numbers are no longer finite.`, 'failure')
    return answer.updates! / answer.seconds!
  }

  async close(): Promise<void> {
    if (!running.has(this.child)) return
    const closed = new Promise((resolve) => this.child.once('close', resolve))
    this.child.kill('SIGKILL')
    await closed
  }

  private ask(command: object): Promise<Answer> {
    this.child.stdin!.write(`${JSON.stringify(command)}\n`)
    return this.read()
  }

  private async read(): Promise<Answer> {
    let timer: NodeJS.Timeout | undefined
    const timeout = new Promise<never>((_, reject) => {
      const error = new UserError(`${describe(this.kind)}: no answer for ${PATIENCE / 1000} s.`, 'failure')
      timer = setTimeout(() => reject(error), PATIENCE)
    })
    try {
      const { done, value } = await Promise.race([this.lines.next(), timeout])
      if (done) {
        process.stderr.write(this.errors)
        throw new UserError(`${describe(this.kind)}: its process ended; what it printed is above.`, 'failure')
      }
      return JSON.parse(value) as Answer
    } finally {
      clearTimeout(timer)
    }
  }
}

function commandLine(
  { engine, variant, threads }: ContestantKind,
  folder: string,
  python: string | undefined,
): [string, string[]] {
  const script = PEER_SCRIPTS[engine]
  if (!script) {
    const program = packageFile('bench/lib/engine-contestant.ts')
    const args = [program, folder, engine, String(threads), ...(variant === 'relaxed' ? ['relaxed'] : [])]
    // With the same options of V8 as this process: they decide how fast WebAssembly is.
    return [process.execPath, [...process.execArgv, ...args]]
  }
  const program = packageFile(`bench/peers/${script}`)
  return [python!, [program, folder, '--threads', String(threads), '--variant', variant!]]
}

/** Variables that have to be there before a contestant starts. */
export function environmentOf({ engine, threads }: ContestantKind, python: string | undefined): Record<string, string> {
  if (engine === 'tfjs-node') {
    return { TF_NUM_INTRAOP_THREADS: String(threads), TF_NUM_INTEROP_THREADS: '1', TF_CPP_MIN_LOG_LEVEL: '2' }
  }
  // Python would write compiled files into bench/peers.
  if (engine === 'jax') return { PYTHONDONTWRITEBYTECODE: '1' }
  if (engine !== 'pytorch') return {}
  return {
    PYTHONDONTWRITEBYTECODE: '1',
    // glibc would give the memory of large tensors back to the system and fetch it anew, update after update.
    MALLOC_MMAP_THRESHOLD_: String(2 ** 30),
    MALLOC_TRIM_THRESHOLD_: String(2 ** 32),
    MALLOC_TOP_PAD_: String(2 ** 26),
    // What is compiled stays with the peers; a pool of compilers would outlive them.
    TORCHINDUCTOR_CACHE_DIR: path.join(path.dirname(path.dirname(python ?? os.tmpdir())), 'compiled'),
    TORCHINDUCTOR_COMPILE_THREADS: '1',
  }
}
