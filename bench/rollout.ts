/**
 * How large a long rollout is and how fast it is read: one episode of the hopper whose torques are waves, with the falls taken out of
 * its task, and between two walls, so that it does not leave the ground. It is written and read in processes of their own, so that the memory of one is not that of the other.
 *
 * `npm start -- bench rollout [--json] [--steps 1000000] [--seeks 300]`
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, truncateSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { RandomStream } from '../src/common/random.ts'
import { UserError } from '../src/common/user-error.ts'
import { openScene } from '../src/host/scenes.ts'
import { openRollout } from '../src/rollout/read-rollout.ts'
import { recordEpisode } from '../src/rollout/record-episode.ts'
import type { Body } from '../src/scene/schema.ts'
import { createEnvironment } from '../src/sim/environment.ts'
import { orRefuse } from './lib/or-refuse.ts'
import { runBench } from './lib/run-bench.ts'

/** Steps that the window reads at a time (src/ui/replay/rollout-blocks.ts). */
const BLOCK_ROWS = 1000
/** Where the walls stand, m from the middle. */
const WALL_DISTANCE = 20

interface Options {
  json: boolean
  steps: number
  seeks: number
  /** What a child is to do with which file. */
  write?: string | undefined
  read?: string | undefined
}

interface Spread {
  median: number
  p99: number
}

interface Reading {
  /** ms until scene and summary are there. */
  openTime: number
  /** ms until a step anywhere is there. */
  seek: Spread
  /** ms until the window's block of steps around one is there. */
  block: Spread
  /** Bytes of the whole process, Node.js included. */
  peakMemory: number
}

await runBench(main)

async function main(): Promise<void> {
  const options = parse(process.argv.slice(2))
  if (options.write) return void process.stdout.write(JSON.stringify(await write(options.write, options.steps)))
  if (options.read) return void process.stdout.write(JSON.stringify(await read(options.read, options)))
  const folder = mkdtempSync(path.join(os.tmpdir(), 'torquelab-bench-rollout-'))
  try {
    measure(path.join(folder, 'long.mcap'), options)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function measure(file: string, { json, steps, seeks }: Options): void {
  const child = (task: string) => {
    const args = [fileURLToPath(import.meta.url), task, file, '--steps', String(steps), '--seeks', String(seeks)]
    const options = ['--disable-warning=ExperimentalWarning']
    return execFileSync(process.execPath, [...process.execArgv, ...options, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    }).toString()
  }
  const start = performance.now()
  const { peakMemory: writerMemory } = JSON.parse(child('--write')) as { peakMemory: number }
  const writeTime = performance.now() - start
  const bytesPerStep = statSync(file).size / steps
  const reading: Reading = JSON.parse(child('--read'))
  // Without the indexes at its end, which are made anew where it is opened.
  truncateSync(file, Math.round(0.9 * statSync(file).size))
  const cut: Reading = JSON.parse(child('--read'))
  const machine = { cpu: os.cpus()[0]?.model.trim(), cores: os.cpus().length, node: process.version }
  if (json) {
    process.stdout.write(
      `${JSON.stringify({ machine, steps, bytesPerStep, writeTime, writerMemory, ...reading, cut })}\n`,
    )
    return
  }
  const spread = ({ median, p99 }: Spread) => `median ${median.toFixed(1)} ms, 99th percentile ${p99.toFixed(1)} ms`
  const mebibytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB`
  const linesOf = ({ openTime, seek, block, peakMemory }: Reading) => [
    `opened in ${openTime.toFixed(1)} ms`,
    `a step anywhere: ${spread(seek)}`,
    `a block of ${BLOCK_ROWS} steps: ${spread(block)}`,
    `peak memory of the reader: ${mebibytes(peakMemory)}`,
  ]
  for (const line of [
    `${steps} steps: ${bytesPerStep.toFixed(1)} bytes a step, recorded and written in ${(writeTime / 1000).toFixed(1)} s`,
    `peak memory of the recorder: ${mebibytes(writerMemory)}`,
    ...linesOf(reading),
    'the same file, its last tenth cut off:',
    ...linesOf(cut),
  ])
    process.stdout.write(`${line}\n`)
}

async function write(file: string, steps: number): Promise<{ peakMemory: number }> {
  const { scene } = openScene('hopper')
  const task = { ...scene.task, maxSteps: steps, terminate: [] }
  const walls = [wallAt('left_wall', -WALL_DISTANCE), wallAt('right_wall', WALL_DISTANCE)]
  const environment = await createEnvironment({ ...scene, bodies: [...scene.bodies, ...walls], task })
  let step = 0
  const act = (_: Float32Array, action: Float32Array) => {
    for (let index = 0; index < action.length; index++)
      action[index] = Math.sin(0.13 * (index + 1) * step + 0.5 * Math.sin(1.7 * step + index))
    step++
  }
  await recordEpisode(file, environment, { act }, { seed: 1, versions: {} })
  environment.close()
  return { peakMemory: peakMemory() }
}

/** Too near to the ground for a body to pass below it, and far enough to let that give way. */
function wallAt(name: string, x: number): Body {
  return { name, kind: 'fixed', position: [x, 20.05], shapes: [{ type: 'box', width: 1, height: 40 }] }
}

/** Bytes. Of Node.js in kilobytes on every system. */
function peakMemory(): number {
  return process.resourceUsage().maxRSS * 1024
}

async function read(file: string, { seeks }: Options): Promise<Reading> {
  const opening = performance.now()
  const { head, read: readFrames } = await openRollout(file)
  const openTime = performance.now() - opening
  const random = RandomStream.derive(1, 'bench rollout')
  const times = async (count: number, rows: number): Promise<Spread> => {
    const taken: number[] = []
    for (let seek = 0; seek < count; seek++) {
      const at = random.integer(head.steps + 2 - rows)
      const start = performance.now()
      await readFrames(at, at + rows)
      taken.push(performance.now() - start)
    }
    taken.sort((a, b) => a - b)
    const quantile = (share: number) => taken[Math.min(count - 1, Math.floor(share * count))]!
    return { median: quantile(0.5), p99: quantile(0.99) }
  }
  const seek = await times(seeks, 1)
  const block = await times(Math.ceil(seeks / 10), Math.min(BLOCK_ROWS, head.steps))
  return { openTime, seek, block, peakMemory: peakMemory() }
}

function parse(args: string[]): Options {
  const options = {
    json: { type: 'boolean', default: false },
    steps: { type: 'string', default: '1000000' },
    seeks: { type: 'string', default: '300' },
    write: { type: 'string' },
    read: { type: 'string' },
  } as const
  const { values } = orRefuse(() => parseArgs({ args, options }), '--json, --steps and --seeks')
  const count = (name: 'steps' | 'seeks', least: number) => {
    const value = Number(values[name])
    if (!Number.isInteger(value) || value < least)
      throw new UserError(`--${name} must be a whole number from ${least}.`)
    return value
  }
  const { json, write, read } = values
  return { json, steps: count('steps', 100), seeks: count('seeks', 1), write, read }
}
