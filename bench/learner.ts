/**
 * How fast the learner learns: updates per second of every engine, and of the same update in PyTorch and JAX where they are
 * installed, from the same start, in interleaved rounds. docs/benchmarks.md says what is measured and how.
 */
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { presets } from '../src/agent/presets.ts'
import type { AgentSettings } from '../src/agent/settings.ts'
import { packageFile } from '../src/host/package.ts'
import { relativeDifference } from './lib/comparison.ts'
import { Contestant, type ContestantKind, describe, findPython, listContestants } from './lib/contestants.ts'
import type { Details } from './lib/details.ts'
import { type LearnerOptions, parseOptions } from './lib/options.ts'
import { activeShares, flatShare, practise } from './lib/practice.ts'
import { runBench } from './lib/run-bench.ts'
import { readRunState } from './lib/run-state.ts'
import { networkNames, networksOf, type StartState, writeStartState } from './lib/start-state.ts'
import { flopPerUpdate, median, type Spread, spreadOf } from './lib/statistics.ts'

/** DDPG's paper without weight decay, which the peers leave out too. */
const paper: AgentSettings = { ...presets.ddpg.paper, criticL2: 0, learningStarts: 1000, randomSteps: 1000 }
/** The same update in the sizes of TD3's later code. */
const wide: AgentSettings = { ...paper, hiddenSizes: [256, 256], batchSize: 256, criticActionInput: 1 }

/** Largest relative difference of what one update changes; float32 alone gives some 1e-5. */
const TOLERANCE = 1e-3

/**
 * What is compared. An actor that training has driven into tanh's flat ends has a gradient of rounding errors, which Adam's
 * first step magnifies: two right updates differ there. So of trained networks the critics are compared alone.
 */
const compared = { initial: networkNames, trained: ['critic', 'targetCritic'] } as const

interface Result extends ContestantKind {
  version: string
  networks: string
  hidden: number[]
  batch: number
  observation: number
  action: number
  /** Medians over the rounds; gflops as if every unit were active. */
  updatesPerSecond: number
  gflops: number
  rounds: number[]
  /** From the fused engine's update on the same batch. */
  difference: number
}

/** How many times as fast the fused engine is with as many threads, round by round. */
interface Ratio extends ContestantKind, Spread {
  networks: string
  hidden: number[]
  batch: number
}

/** The same against a learner with the number of threads that makes it fastest. */
interface RatioToBest extends Ratio {
  fusedThreads: number
}

/** Of the machine before the bench itself adds to it. */
const load = os.loadavg()[0]!

const folder = mkdtempSync(path.join(os.tmpdir(), 'torquelab-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
// Ends through "exit", which ends the contestants and removes the folder.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130))

await runBench(main)

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2))
  const say = (text: string): void => void (options.json ? process.stderr : process.stdout).write(`${text}\n`)
  if (load > os.cpus().length / 2) {
    say(
      `This machine is busy (load ${load.toFixed(1)}): speeds, above all those of several threads, will say little.\n`,
    )
  }
  const python = findPython()
  const results: Result[] = []
  const ratios: Ratio[] = []
  const toBest: RatioToBest[] = []
  const starts: object[] = []
  let details: Details | undefined
  let places = 0
  for await (const { networks, start, origin } of startsOf(options, say)) {
    const { hiddenSizes: hidden, batchSize: batch } = start.settings
    const place = path.join(folder, String(places++))
    mkdirSync(place)
    writeStartState(place, start)
    const activity = activeShares(start)
    const flatRows = flatShare(start)
    starts.push({ networks, hidden, batch, activity, flatRows, ...origin })
    say(
      `\n${hidden.join('-')}, batch ${batch}, ${networks} networks; active units: ${formatActivity(activity)}; rows without a gradient for the actor: ${(100 * flatRows).toFixed(0)} %`,
    )
    const kinds = listContestants(options.engines, options.threadCounts, options.withRelaxed)
    const measured = await compete(kinds, start, networks, place, python, options, say)
    for (const result of measured) results.push({ ...result, networks })
    for (const ratio of ratiosOf(measured)) ratios.push({ ...ratio, networks })
    for (const ratio of ratiosToBest(measured)) toBest.push({ ...ratio, networks })
    for (const line of formatResults(measured)) say(line)
    if (!details && networks === 'trained') details = await measureDetails(place)
  }
  const { actLatencyMicroseconds, samplingMicroseconds, memory, densePeak } = details!
  const fused = results.find(({ engine, variant, threads, networks, batch }) => {
    return engine === 'fused' && !variant && threads === 1 && networks === 'trained' && batch === results[0]!.batch
  })
  const peak = {
    gflopsPractical: densePeak.plain,
    gflopsRelaxed: densePeak.relaxed,
    share: fused && fused.gflops / densePeak.plain,
  }
  say(
    `\none action: ${actLatencyMicroseconds.toFixed(1)} µs; choosing a batch: uniform ${samplingMicroseconds.uniform.toFixed(1)} µs, prioritised ${samplingMicroseconds.prioritised.toFixed(1)} µs`,
  )
  say(
    `memory: ${memory.replayMegabytes.toFixed(0)} MB for ${memory.transitions} transitions, ${memory.processMegabytes.toFixed(0)} MB the whole process`,
  )
  say(
    `dense peak of WebAssembly SIMD: ${densePeak.plain.toFixed(0)} GFLOP/s, relaxed ${densePeak.relaxed?.toFixed(0) ?? '-'}${peak.share === undefined ? '' : `; the fused engine counts ${(100 * peak.share).toFixed(0)} % of the former on one thread, since it skips what is zero`}`,
  )
  if (!options.json) return
  const answer = {
    machine: machine(),
    starts,
    results,
    ratios,
    ratiosToBest: toBest,
    actLatencyMicroseconds,
    samplingMicroseconds,
    memory,
    peak,
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}

interface Start {
  networks: keyof typeof compared
  start: StartState
  /** Where it comes from, for the answer. */
  origin: object
}

/** What is timed, one after the other: the networks of a run where one is given, else those that the bench trains. */
async function* startsOf(options: LearnerOptions, say: (text: string) => void): AsyncGenerator<Start> {
  if (options.run !== undefined) {
    const { state, step } = await readRunState(options.run)
    const run = path.basename(path.resolve(options.run))
    say(`the networks of the run "${run}" after step ${step}, and transitions of its replay buffer`)
    yield { networks: 'trained', start: state, origin: { run, step } }
    return
  }
  for (const settings of options.isComplete ? [paper, wide] : [paper]) {
    const sizes = `${settings.hiddenSizes.join('-')}, batch ${settings.batchSize}`
    say(`${sizes}: training for ${options.practiceUpdates} updates, for networks to start from ...`)
    const { returns, ...states } = await practise(settings, options.practiceUpdates, Math.max(...options.threadCounts))
    say(`return of the first episodes ${returns.first.toFixed(0)}, of the last ${returns.last.toFixed(0)}`)
    for (const networks of ['initial', 'trained'] as const) {
      yield { networks, start: states[networks], origin: { returns } }
    }
  }
}

/** Starts everyone who can take part, compares one update, then measures in rounds of rotating order. */
async function compete(
  kinds: readonly ContestantKind[],
  start: StartState,
  networks: keyof typeof compared,
  place: string,
  python: string | undefined,
  { rounds, seconds }: { rounds: number; seconds: number },
  say: (text: string) => void,
): Promise<Omit<Result, 'networks'>[]> {
  const absent = new Set<string>()
  const contestants: { contestant: Contestant; difference: number; speeds: number[] }[] = []
  try {
    let reference: ReturnType<typeof networksOf> | undefined
    for (const kind of kinds) {
      if (absent.has(kind.engine)) continue
      const contestant = await Contestant.startOrExplain(kind, place, python, say)
      if (!contestant) {
        absent.add(kind.engine)
        continue
      }
      const output = path.join(place, 'updated.f32')
      await contestant.check(output)
      const updated = networksOf(output, start)
      reference ??= updated
      const difference = relativeDifference(start.networks, updated, reference, compared[networks])
      if (difference <= TOLERANCE) {
        contestants.push({ contestant, difference, speeds: [] })
        continue
      }
      // The others have been waited for: they are still compared, and the bench ends as failed.
      say(
        `  ${describe(kind)} is left out: its update differs from the fused engine's by ${difference.toExponential(1)} of the change (at most ${TOLERANCE}), so comparing speeds would mean nothing.`,
      )
      process.exitCode = 1
      await contestant.close()
    }
    for (const { contestant } of contestants) await contestant.run(Math.min(1, seconds))
    for (let round = 0; round < rounds; round++) {
      const first = round % contestants.length
      for (const { contestant, speeds } of [...contestants.slice(first), ...contestants.slice(0, first)]) {
        speeds[round] = await contestant.run(seconds)
      }
    }
  } finally {
    await Promise.all(contestants.map(({ contestant }) => contestant.close()))
  }
  const { size, settings } = start
  return contestants.map(({ contestant, difference, speeds }) => ({
    ...contestant.kind,
    version: contestant.version,
    hidden: settings.hiddenSizes,
    batch: settings.batchSize,
    ...size,
    updatesPerSecond: median(speeds),
    gflops: (median(speeds) * flopPerUpdate(size, settings)) / 1e9,
    rounds: speeds,
    difference,
  }))
}

function ratiosOf(results: readonly Omit<Result, 'networks'>[]): Omit<Ratio, 'networks'>[] {
  return results.flatMap(({ engine, variant, threads, hidden, batch, rounds }) => {
    const fused = results.find((other) => describe(other) === describe({ engine: 'fused', threads }))
    if (!fused || (engine === 'fused' && !variant)) return []
    const spread = spreadOf(rounds.map((speed, round) => fused.rounds[round]! / speed))
    return [{ engine, ...(variant && { variant }), threads, hidden, batch, ...spread }]
  })
}

/** The same against each other learner's fastest number of threads, for each number that the fused engine had. */
function ratiosToBest(results: readonly Omit<Result, 'networks'>[]): Omit<RatioToBest, 'networks'>[] {
  const isOurs = ({ engine, variant }: ContestantKind) => engine === 'fused' && !variant
  const fastest = results.filter(
    (result) =>
      !isOurs(result) &&
      results.every(
        (other) =>
          other.engine !== result.engine ||
          other.variant !== result.variant ||
          other.updatesPerSecond <= result.updatesPerSecond,
      ),
  )
  return results.filter(isOurs).flatMap((fused) =>
    fastest.map(({ engine, variant, threads, hidden, batch, rounds }) => ({
      engine,
      ...(variant && { variant }),
      threads,
      fusedThreads: fused.threads,
      hidden,
      batch,
      ...spreadOf(rounds.map((speed, round) => fused.rounds[round]! / speed)),
    })),
  )
}

async function measureDetails(place: string): Promise<Details> {
  const args = [...process.execArgv, packageFile('bench/lib/details.ts'), place]
  const measuring = promisify(execFile)(process.execPath, args)
  process.on('exit', () => measuring.child.kill('SIGKILL'))
  const { stdout } = await measuring
  return JSON.parse(stdout) as Details
}

function formatActivity(activity: Record<string, number[]>): string {
  const percent = (shares: number[]) => shares.map((share) => `${(100 * share).toFixed(0)} %`).join(' and ')
  return Object.entries(activity)
    .map(([name, shares]) => `${name} ${percent(shares)}`)
    .join(', ')
}

function formatResults(results: readonly Omit<Result, 'networks'>[]): string[] {
  const ratios = ratiosOf(results)
  return results.map((result) => {
    const ratio = ratios.find((other) => describe(other) === describe(result))
    const speed = `${result.updatesPerSecond.toFixed(1).padStart(7)} updates/s (${result.gflops.toFixed(0)} GFLOP/s)`
    if (!ratio) return `  ${describe(result).padEnd(28)} ${speed}`
    const spread = `${ratio.min.toFixed(2)} to ${ratio.max.toFixed(2)}`
    return `  ${describe(result).padEnd(28)} ${speed}; fused is ${ratio.median.toFixed(2)} times as fast (${spread})`
  })
}

function machine(): Record<string, string | number> {
  const { node, v8 } = process.versions
  const flags = process.execArgv.filter((flag) => !flag.startsWith('--disable-warning')).join(' ')
  const cpu = os.cpus()[0]?.model.trim() ?? 'unknown'
  return {
    cpu,
    cores: os.cpus().length,
    platform: `${os.platform()} ${os.arch()}`,
    node,
    v8,
    flags,
    load,
  }
}
