// The slow half of the tests: does the learner learn, over seeds, as docs/results.md says?
// `npm run test:learning` trains every study below, one run a core, keeps one file a finished seed in docs/studies/, prints the
// tables, draws the curves and fails where a gate is missed. Seeds that have a file are taken from it; a run that was killed goes on where it was.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { projectRoot } from './lib/project.mjs'
import { STUDIES } from './lib/studies.mjs'

const { values: options } = parseArgs({
  options: {
    again: { type: 'boolean', default: false },
    only: { type: 'string' },
    processes: { type: 'string', default: String(os.availableParallelism()) },
    runs: { type: 'string', default: path.join(projectRoot, '.torquelab/studies') },
    // Trains nothing: takes up what is finished in the runs' folder, and says how it stands.
    'report-only': { type: 'boolean', default: false },
    // Of the source that trained these runs, where it is not this one.
    commit: { type: 'string' },
  },
})
const folder = path.join(projectRoot, 'docs/studies')
mkdirSync(folder, { recursive: true })

const chosen = STUDIES.filter(({ name }) => options.only === undefined || name.includes(options.only))
const jobs = chosen.flatMap((study) => study.seeds.map((seed) => ({ study, seed })))
const open = jobs.filter((job) => options.again || !existsSync(fileOf(job)))
process.stderr.write(
  `${open.length} of ${jobs.length} seeds to ${options['report-only'] ? 'look for' : 'train'}, in ${options.runs}\n`,
)
await Promise.all(Array.from({ length: Math.max(1, Number(options.processes)) }, work))

let passed = 0
let failed = 0
for (const study of chosen) printStudy(study)
process.stdout.write(`\n${passed} passed, ${failed} failed\n`)
await torquelab(['bench', 'curves'])
process.exitCode = failed > 0 ? 1 : 0

/** @typedef {{ study: (typeof STUDIES)[number], seed: number }} Job */

/** @param {Job} job */
function fileOf({ study, seed }) {
  return path.join(folder, `${study.name}-seed${seed}.json`)
}

async function work() {
  for (let job = open.shift(); job; job = open.shift()) {
    const run = `${job.study.name}-seed${job.seed}`
    const description = await trainToTheEnd(job, run)
    if (!description?.result) {
      if (options['report-only']) continue
      process.stderr.write(`${run}: failed${description?.problem ? `: ${description.problem}` : ''}\n`)
      continue
    }
    writeFileSync(fileOf(job), `${JSON.stringify(studyRecord(job, run, description), null, 2)}\n`)
    process.stderr.write(`${run}: ${description.result.evaluation.meanReturn.toFixed(1)}\n`)
  }
}

/**
 * Trains, or resumes, until the run is finished; the run's description, or undefined where there is none.
 * @param {Job} job
 * @param {string} run
 */
async function trainToTheEnd({ study, seed }, run) {
  const before = readDescription(run)
  if (before?.status === 'finished' || options['report-only']) return before
  const common = ['--threads', '1', '--runs', options.runs]
  const start = [
    '--algo',
    study.algorithm,
    '--preset',
    study.preset,
    '--steps',
    String(study.steps),
    '--seed',
    String(seed),
  ]
  await torquelab(before ? ['resume', run, ...common] : ['train', study.scene, ...start, '--run', run, ...common])
  return readDescription(run)
}

/** @param {string} run */
function readDescription(run) {
  const file = path.join(options.runs, run, 'run.json')
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
}

/** @param {string[]} args */
function torquelab(args) {
  const child = spawn(process.execPath, [path.join(projectRoot, 'scripts/start.mjs'), ...args], { stdio: 'ignore' })
  return new Promise((resolve) => child.on('close', resolve))
}

/**
 * What is kept of a finished seed.
 * @param {Job} job
 * @param {string} run
 * @param {any} description
 */
function studyRecord({ study, seed }, run, { result, settings, preset, presetAlgorithm, versions, startedAt }) {
  const { steps, seconds, stepsPerSecond, best, evaluation, finalEvaluation } = result
  const head = () =>
    spawnSync('git', ['log', '-1', '--format=%h'], { cwd: projectRoot, encoding: 'utf8' }).stdout.trim()
  const rows = readFileSync(path.join(options.runs, run, 'metrics.ndjson'), 'utf8')
    .trimEnd()
    .split('\n')
  const evaluations = rows
    .map((row) => JSON.parse(row))
    .filter(({ type }) => type === 'evaluation')
    .map(({ step, meanReturn, stdReturn, minReturn }) => ({ step, meanReturn, stdReturn, minReturn }))
  return {
    study: study.name,
    task: study.scene,
    algorithm: study.algorithm,
    preset: `${presetAlgorithm}/${preset}`,
    seed,
    steps,
    date: startedAt.slice(0, 10),
    commit: options.commit ?? head(),
    versions,
    cpu: os.cpus()[0]?.model.trim(),
    seconds,
    stepsPerSecond,
    settings,
    evaluations,
    best: { step: best.step, ...evaluation },
    final: finalEvaluation,
  }
}

/** @param {(typeof STUDIES)[number]} study */
function printStudy({ name, title, seeds, columns, gates }) {
  const header = [
    'Seed',
    ...columns.map((step) => `${step / 1000}k`),
    'best policy (at step)',
    'last policy',
    'steps/s',
  ]
  process.stdout.write(`\n### ${title}\n\n| ${header.join(' | ')} |\n|${'---|'.repeat(header.length)}\n`)
  const records = readdirSync(folder)
    .filter((file) => seeds.some((seed) => file === `${name}-seed${seed}.json`))
    .map((file) => JSON.parse(readFileSync(path.join(folder, file), 'utf8')))
    .sort((a, b) => a.seed - b.seed)
  for (const record of records) {
    const curve = new Map(record.evaluations.map(({ step, meanReturn }) => [step, meanReturn]))
    const cells = [
      ...columns.map((step) => curve.get(step)?.toFixed(0) ?? ''),
      `${spread(record.best)} (${record.best.step})`,
      spread(record.final),
      record.stepsPerSecond.toFixed(0),
    ]
    process.stdout.write(`| ${record.seed} | ${cells.join(' | ')} |\n`)
  }
  if (records.length > 1) {
    const cells = [
      ...columns.map((step) => {
        const values = records.map(({ evaluations }) => evaluations.find((each) => each.step === step)?.meanReturn)
        return values.includes(undefined) ? '' : overSeeds(values, 0)
      }),
      overSeeds(
        records.map(({ best }) => best.meanReturn),
        1,
      ),
      overSeeds(
        records.map(({ final }) => final.meanReturn),
        1,
      ),
      '',
    ]
    process.stdout.write(`| mean ± deviation over seeds | ${cells.join(' | ')} |\n`)
  }
  process.stdout.write('\n')
  for (const { text, holds } of gates) {
    const isComplete = records.length === seeds.length
    const ok = isComplete && holds(records)
    if (ok) passed++
    else failed++
    process.stdout.write(
      `- ${text}: ${ok ? 'yes' : isComplete ? '**no**' : `not known, ${records.length} of ${seeds.length} seeds are there`}\n`,
    )
  }
}

function spread({ meanReturn, stdReturn }) {
  return `${meanReturn.toFixed(1)} ± ${stdReturn.toFixed(1)}`
}

/** @param {number[]} values @param {number} digits */
function overSeeds(values, digits) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1))
  return `${mean.toFixed(digits)} ± ${deviation.toFixed(digits)}`
}
