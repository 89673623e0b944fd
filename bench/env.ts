/**
 * How fast environments are: control steps per second of the built-in scenes beside MuJoCo's WebAssembly, what the parts of a step
 * take, and how it grows with bodies and with environments. Contestants take turns in rounds; medians are of rounds, and ratios
 * are of neighbours in a round, so that a machine that is busy now and then does not favour one.
 *
 * `npm start -- bench env [--json] [--quick] [--rounds 7] [--seconds 1]`
 */
import os from 'node:os'
import { parseArgs } from 'node:util'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { UserError } from '../src/common/user-error.ts'
import { builtInNames, openScene } from '../src/host/scenes.ts'
import { loadScene } from '../src/scene/load.ts'
import type { Scene } from '../src/scene/schema.ts'
import {
  actionsOf,
  type Contestant,
  environmentContestant,
  episodeLengths,
  partContestant,
} from './lib/env-contestants.ts'
import { mujocoContestant } from './lib/mujoco-peer.ts'
import { orRefuse } from './lib/or-refuse.ts'
import { runBench } from './lib/run-bench.ts'
import { median, type Spread, spreadOf } from './lib/statistics.ts'

/** Pendulums in one world; a scene has room for a thousand bodies, one of which is their mount. */
const BODY_COUNTS = [1, 10, 100, 999]
const ENVIRONMENT_COUNTS = [1, 4, 16, 64]

interface Result {
  scene: string
  /** Control steps per second, resets included. */
  envStepsPerSecond: number
  /** Of one control step: the world with its motors and forces (and its resets); sensors; formulas and checks. */
  microseconds: { solver: number; sensors: number; formulas: number }
}

interface Peer {
  peer: string
  scene: string
  envStepsPerSecond: number
  /** TorqueLab's speed over the peer's, round by round. */
  ratio: Spread
}

interface Options {
  json: boolean
  rounds: number
  seconds: number
}

if (isMainThread) await runBench(main)
else await beWorker()

async function main(): Promise<void> {
  const options = parse(process.argv.slice(2))
  const say = (text: string): void => void (options.json ? process.stderr : process.stdout).write(`${text}\n`)
  const results: Result[] = []
  const peers: Peer[] = []
  for (const name of builtInNames()) {
    const { result, peer } = await measureScene(openScene(name).scene, options)
    results.push(result)
    const { solver, sensors, formulas } = result.microseconds
    say(
      `${name}: ${Math.round(result.envStepsPerSecond)} steps/s (solver ${solver.toFixed(1)} µs, sensors ${sensors.toFixed(2)} µs, formulas ${formulas.toFixed(2)} µs)`,
    )
    if (!peer) continue
    peers.push(peer)
    const { median: middle, min, max } = peer.ratio
    say(
      `  ${peer.peer}: ${Math.round(peer.envStepsPerSecond)} steps/s; TorqueLab is ${middle.toFixed(2)} times as fast (${min.toFixed(2)} to ${max.toFixed(2)})`,
    )
  }
  const bodies = await measureBodies(options)
  for (const { bodies: count, envStepsPerSecond } of bodies)
    say(`${count} pendulums in one world: ${Math.round(envStepsPerSecond)} steps/s`)
  const environments = await measureEnvironments(options)
  for (const { environments: count, envStepsPerSecond } of environments)
    say(`${count} hoppers in turns on one thread: ${Math.round(envStepsPerSecond)} steps/s in all`)
  const threads = await measureThreads(options)
  for (const { threads: count, envStepsPerSecond } of threads)
    say(`hoppers on ${count} threads: ${Math.round(envStepsPerSecond)} steps/s in all`)
  const machine = { cpu: os.cpus()[0]?.model.trim(), cores: os.cpus().length, node: process.version }
  if (options.json)
    process.stdout.write(`${JSON.stringify({ machine, results, peers, bodies, environments, threads })}\n`)
}

function parse(args: string[]): Options {
  const options = {
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
  } as const
  const { values } = orRefuse(() => parseArgs({ args, options }), '--json, --quick, --rounds and --seconds')
  const number = (name: 'rounds' | 'seconds', otherwise: number): number => {
    const value = values[name] === undefined ? otherwise : Number(values[name])
    if (!(value > 0) || value > 1000)
      throw new UserError(`--${name} must be a number from 0 to 1000, such as ${otherwise}.`)
    return value
  }
  const rounds = Math.ceil(number('rounds', values.quick ? 3 : 7))
  return { json: values.json, rounds, seconds: number('seconds', values.quick ? 0.3 : 1) }
}

/** Steps per second of each contestant in each round: [contestants][rounds]. The first round only warms up. */
function race(contestants: readonly Contestant[], { rounds, seconds }: Options): number[][] {
  const speeds = contestants.map((): number[] => [])
  for (let round = 0; round <= rounds; round++) {
    for (const [index, contestant] of contestants.entries()) {
      const speed = speedOf(contestant, seconds)
      if (round > 0) speeds[index]!.push(speed)
    }
  }
  for (const contestant of contestants) contestant.close()
  return speeds
}

function speedOf(contestant: Contestant, seconds: number): number {
  const start = performance.now()
  let steps = 0
  let elapsed = 0
  while (elapsed < 1000 * seconds) {
    for (let count = 0; count < 50; count++) contestant.step()
    steps += 50
    elapsed = performance.now() - start
  }
  return (1000 * steps) / elapsed
}

async function measureScene(scene: Scene, options: Options): Promise<{ result: Result; peer?: Peer }> {
  const lengths = await episodeLengths(scene, actionsOf(1), 2000)
  const peer = await mujocoContestant(scene, actionsOf(1))
  const speeds = race(
    [
      await environmentContestant(scene, actionsOf(1)),
      await partContestant(scene, actionsOf(1), lengths, false),
      await partContestant(scene, actionsOf(1), lengths, true),
      ...(peer ? [peer] : []),
    ],
    options,
  )
  const [whole, world, sensing, other] = speeds as [number[], number[], number[], number[]?]
  const microseconds = (values: readonly number[]) => values.map((speed) => 1e6 / speed)
  const gap = (a: readonly number[], b: readonly number[]) =>
    Math.max(0, median(microseconds(a).map((time, round) => time - 1e6 / b[round]!)))
  const result: Result = {
    scene: scene.name,
    envStepsPerSecond: median(whole),
    microseconds: { solver: median(microseconds(world)), sensors: gap(sensing, world), formulas: gap(whole, sensing) },
  }
  if (!peer || !other) return { result }
  const ratio = spreadOf(whole.map((speed, round) => speed / other[round]!))
  return { result, peer: { peer: peer.name, scene: scene.name, envStepsPerSecond: median(other), ratio } }
}

/** One world of many pendulums, side by side, that never touch. */
async function measureBodies(options: Options): Promise<{ bodies: number; envStepsPerSecond: number }[]> {
  const contestants = await Promise.all(
    BODY_COUNTS.map((count) => environmentContestant(pendulums(count), actionsOf(1))),
  )
  const speeds = race(contestants, options)
  return BODY_COUNTS.map((bodies, index) => ({ bodies, envStepsPerSecond: median(speeds[index]!) }))
}

function pendulums(count: number): Scene {
  const places = Array.from({ length: count }, (_, index) => index)
  const scene = {
    format: 'torquelab-scene',
    version: 2,
    name: `${count} pendulums`,
    world: { gravity: [0, -10], controlStep: 0.02, physicsStep: 0.02, solverIterations: 10 },
    bodies: [
      { name: 'mount', kind: 'fixed', position: [0, 0], shapes: [] },
      ...places.map((index) => ({
        ...{ name: `rod${index}`, kind: 'dynamic', position: [3 * (index % 32), 3 * Math.floor(index / 32) + 0.5] },
        ...{ density: 1000, shapes: [{ type: 'capsule', from: [0, -0.5], to: [0, 0.5], radius: 0.05 }] },
      })),
    ],
    joints: places.map((index) => ({
      ...{ name: `hinge${index}`, type: 'hinge', parent: 'mount', child: `rod${index}` },
      anchor: [3 * (index % 32), 3 * Math.floor(index / 32)],
    })),
    actuators: [{ type: 'torque', name: 'motor', joint: 'hinge0', gear: 2 }],
    task: {
      maxSteps: 1000,
      observation: [{ name: 'angle', formula: 'hinge0.angle' }],
      reward: [{ name: 'none', formula: '0' }],
      terminate: [],
      reset: [{ coordinate: 'hinge0.angle', formula: '1' }],
    },
  }
  return loadScene(JSON.stringify(scene), 'pendulums.json')
}

/** Environments that take turns on one thread. */
async function measureEnvironments(options: Options): Promise<{ environments: number; envStepsPerSecond: number }[]> {
  const { scene } = openScene('hopper')
  const contestants: Contestant[] = []
  for (const count of ENVIRONMENT_COUNTS) {
    const all = await Promise.all(
      Array.from({ length: count }, (_, index) => environmentContestant(scene, actionsOf(index + 1))),
    )
    let turn = 0
    contestants.push({
      name: `${count} environments`,
      step: () => all[turn++ % count]!.step(),
      close: () => {
        for (const one of all) one.close()
      },
    })
  }
  const speeds = race(contestants, options)
  return ENVIRONMENT_COUNTS.map((environments, index) => ({ environments, envStepsPerSecond: median(speeds[index]!) }))
}

/** Environments on threads of their own, up to one for each core. */
async function measureThreads(options: Options): Promise<{ threads: number; envStepsPerSecond: number }[]> {
  const counts = [1, 2, 4, 8, 16].filter((count) => count <= Math.max(1, os.cpus().length))
  const speeds = counts.map((): number[] => [])
  for (let round = 0; round < options.rounds; round++) {
    for (const [index, count] of counts.entries()) {
      const each = await Promise.all(Array.from({ length: count }, (_, seed) => askWorker(seed + 1, options.seconds)))
      speeds[index]!.push(each.reduce((sum, speed) => sum + speed, 0))
    }
  }
  return counts.map((threads, index) => ({ threads, envStepsPerSecond: median(speeds[index]!) }))
}

function askWorker(seed: number, seconds: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: { seed, seconds } })
    worker.once('message', resolve)
    worker.once('error', reject)
  })
}

async function beWorker(): Promise<void> {
  const { seed, seconds } = workerData as { seed: number; seconds: number }
  const contestant = await environmentContestant(openScene('hopper').scene, actionsOf(seed))
  speedOf(contestant, Math.min(0.5, seconds))
  parentPort!.postMessage(speedOf(contestant, seconds))
  contestant.close()
}
