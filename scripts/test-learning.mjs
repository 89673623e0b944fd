// The slow half of the tests: does the learner learn, over seeds, as docs/results.md says?
// `npm run test:learning` trains every study below, prints its table and fails where a gate is missed.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { projectRoot } from './lib/project.mjs'

/** `gate`: what the best policy's mean return must reach, for every seed. Without one, the study is for comparison. */
const STUDIES = [
  {
    title: 'pendulum, preset default',
    scene: 'pendulum',
    preset: 'default',
    steps: 10_000,
    seeds: [1, 2, 3],
    gate: -150,
  },
  { title: 'pendulum, preset paper', scene: 'pendulum', preset: 'paper', steps: 10_000, seeds: [1, 2] },
]

/** Steps between two columns of the tables. */
const COLUMN = 2500

const runsFolder = mkdtempSync(path.join(os.tmpdir(), 'torquelab-learning-'))
const jobs = STUDIES.flatMap((study) => study.seeds.map((seed) => ({ study, seed })))
const results = new Map()
process.stderr.write(`Training ${jobs.length} runs, two at a time, in ${runsFolder}\n`)
await Promise.all([work(), work()])

let passed = 0
let failed = 0
for (const study of STUDIES) printStudy(study)
process.stdout.write(`\n${passed} passed, ${failed} failed\n`)
process.exitCode = failed > 0 ? 1 : 0

async function work() {
  for (let job = jobs.shift(); job; job = jobs.shift()) {
    const { study, seed } = job
    const run = `${study.scene}-${study.preset}-${seed}`
    const options = [
      '--preset',
      study.preset,
      '--steps',
      study.steps,
      '--seed',
      seed,
      '--run',
      run,
      '--runs',
      runsFolder,
    ]
    const answer = await train([study.scene, ...options.map(String)])
    results.set(`${study.title} ${seed}`, { answer, curve: readCurve(run) })
    process.stderr.write(`${run}: ${answer?.evaluation.meanReturn.toFixed(1) ?? 'failed'}\n`)
  }
}

function train(args) {
  const child = spawn(process.execPath, [path.join(projectRoot, 'scripts/start.mjs'), 'train', ...args, '--json'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let stdout = ''
  child.stdout.on('data', (chunk) => {
    stdout += chunk
  })
  return new Promise((resolve) => {
    child.on('close', (code) => resolve(code === 0 ? JSON.parse(stdout.trimEnd().split('\n').at(-1)) : undefined))
  })
}

/** Mean return of the policy as it was, without noise, by step. */
function readCurve(run) {
  const rows = readFileSync(path.join(runsFolder, run, 'metrics.ndjson'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((row) => JSON.parse(row))
  return new Map(rows.filter(({ type }) => type === 'evaluation').map(({ step, meanReturn }) => [step, meanReturn]))
}

function printStudy({ title, seeds, steps, gate }) {
  const columns = Array.from({ length: steps / COLUMN }, (_, index) => (index + 1) * COLUMN)
  const header = [
    'Seed',
    ...columns.map((step) => `${step / 1000}k`),
    'best policy (at step)',
    'last policy',
    'steps/s',
  ]
  process.stdout.write(`\n### ${title}\n\n| ${header.join(' | ')} |\n|${'---|'.repeat(header.length)}\n`)
  for (const seed of seeds) {
    const { answer, curve } = results.get(`${title} ${seed}`)
    const reached = answer !== undefined && (gate === undefined || answer.evaluation.meanReturn >= gate)
    if (reached) passed++
    else failed++
    const cells = answer
      ? [
          ...columns.map((step) => curve.get(step)?.toFixed(0) ?? ''),
          `${spread(answer.evaluation)} (${answer.best.step})`,
          spread(answer.finalEvaluation),
          answer.stepsPerSecond.toFixed(1),
        ]
      : ['failed']
    process.stdout.write(`| ${seed} | ${cells.join(' | ')} |\n`)
  }
  if (gate !== undefined) process.stdout.write(`\nGate: every seed's best policy at ${gate} or better.\n`)
}

function spread({ meanReturn, stdReturn }) {
  return `${meanReturn.toFixed(1)} ± ${stdReturn.toFixed(1)}`
}
