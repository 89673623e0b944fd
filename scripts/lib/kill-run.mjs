// Trains the same run twice: once undisturbed, once killed again and again (SIGKILL, at random moments) and resumed each time.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** What the seed determines of a run. */
export const DETERMINED = [
  'metrics.ndjson',
  'best/policy.safetensors',
  'checkpoint/policy.safetensors',
  'rollouts/best.mcap',
]

/** Cheap to train and to checkpoint, so that kills hit every part of the work. */
const SETTINGS = {
  hiddenSizes: '16,16',
  batchSize: 16,
  learningStarts: 200,
  randomSteps: 200,
  evaluationInterval: 500,
  evaluationEpisodes: 2,
  reportEpisodes: 2,
  // Two laps of the ring and a checkpoint being written nearly always.
  replayCapacity: 10_000,
  checkpointInterval: 50,
}

/**
 * @param {object} options
 * @param {string} options.node the Node to run on
 * @param {string} options.cli the built command line
 * @param {string} options.runsFolder
 * @param {number} options.steps
 * @param {number} options.kills
 * @param {() => number} options.random in [0, 1)
 * @param {(line: string) => void} options.say
 */
export async function killAndCompare({ node, cli, runsFolder, steps, kills, random, say }) {
  const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ['--set', `${name}=${value}`])
  const start = (/** @type {string[]} */ args) => launch(node, [cli, ...args, '--threads', '1', '--runs', runsFolder])
  const train = (/** @type {string} */ run) =>
    start(['train', 'pendulum', '--steps', String(steps), '--run', run, ...settings])

  const undisturbed = train('undisturbed')
  await undisturbed.training
  const before = performance.now()
  requireSuccess(await undisturbed.ended)
  const seconds = (performance.now() - before) / 1000
  say(`undisturbed: ${steps} steps in ${seconds.toFixed(1)} s`)

  const killed = join(runsFolder, 'killed')
  const notices = []
  let done = 0
  let early = 0
  let current = train('killed')
  const differing = new Set()
  const compare = () => {
    for (const file of DETERMINED) {
      const [one, other] = ['undisturbed', 'killed'].map((run) => hashOf(join(runsFolder, run, file)))
      if (one !== other) differing.add(file)
    }
  }
  // Whether there is no run yet that could be resumed.
  let isNew = true
  while (done < kills) {
    // A fifth of the kills come while the program starts or takes up its state (the first one once there is a run), a fifth
    // soon after, and the others spread over the whole run, each once there is a checkpoint of its share.
    const kind = random()
    const isEarly = !isNew && kind < 0.2
    if (isEarly) early++
    else await Promise.race([current.training, current.ended])
    const share = ((done + random()) * steps) / (kills + 1)
    if (kind >= 0.4) await Promise.race([untilStep(killed, share), current.ended])
    const life = (isEarly ? 500 : 100) * random()
    const ended = await Promise.race([current.ended, sleep(life)])
    if (ended) {
      // Where the machine is so busy that a kill comes too late, the run is another to compare, and the next one takes the other kills.
      requireEnd(ended)
      compare()
      rmSync(killed, { recursive: true })
      current = train('killed')
      isNew = true
      continue
    }
    current.child.kill('SIGKILL')
    notices.push(...noticesOf((await current.ended).stderr))
    isNew = false
    done++
    if (done % 10 === 0) say(`${done} kills, newest checkpoint at step ${newestStep(killed)}`)
    current = start(['resume', 'killed'])
  }
  const last = await current.ended
  requireEnd(last)
  notices.push(...noticesOf(last.stderr))
  compare()
  return { kills: done, early, steps, seconds, differences: [...differing], notices }
}

function launch(node, args) {
  const child = spawn(node, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let [stdout, stderr] = ['', '']
  const ended = new Promise((resolve) => {
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  // Said once training begins, or goes on.
  const resumes = args.includes('resume')
  const training = new Promise((resolve) => {
    child.stdout.on('data', (chunk) => {
      stdout += chunk
      if ((resumes ? /^resumed at/m : /^engine /m).test(stdout)) resolve(undefined)
    })
  })
  return { child, training, ended }
}

function requireSuccess({ code, stdout, stderr }) {
  if (code !== 0) throw new Error(`The run failed with code ${code}:\n${stdout}${stderr}`)
}

/** Killed at its very end, a run may have finished before. */
function requireEnd(ended) {
  if (!/has trained for/.test(ended.stderr)) requireSuccess(ended)
}

/** -1 where there is none. */
function newestStep(folder) {
  try {
    const steps = readdirSync(join(folder, 'checkpoint')).map((name) => /^state-(\d+)\.safetensors$/.exec(name)?.[1])
    return Math.max(-1, ...steps.flatMap((step) => (step ? [Number(step)] : [])))
  } catch {
    return -1
  }
}

/** Resolves once there is a checkpoint of `step` or later. */
async function untilStep(folder, step) {
  const deadline = performance.now() + 60_000
  while (newestStep(folder) < step && performance.now() < deadline) await sleep(5)
}

function noticesOf(stderr) {
  return stderr.split('\n').filter((line) => line.includes('warning: '))
}

function hashOf(file) {
  return createHash('sha256').update(readFileSync(file)).digest('hex')
}
