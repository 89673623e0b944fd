// `node scripts/kill-test.mjs`: a run of 20,000 steps that is killed a hundred times at random moments and resumed each time must
// end with the same bytes as the undisturbed one. Options: --kills 100, --steps 20000, --seed 1 (of the moments).
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { ensureBuilt } from './lib/bootstrap.mjs'
import { killAndCompare } from './lib/kill-run.mjs'
import { pinnedNode } from './lib/node.mjs'
import { projectPaths, projectRoot } from './lib/project.mjs'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    steps: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
  },
})
const paths = projectPaths(projectRoot)
await ensureBuilt(paths)
const runsFolder = mkdtempSync(path.join(os.tmpdir(), 'torquelab-kill-'))
const result = await killAndCompare({
  node: pinnedNode(paths),
  cli: paths.cli,
  runsFolder,
  steps: Number(values.steps),
  kills: Number(values.kills),
  random: mulberry32(Number(values.seed)),
  say: (line) => process.stderr.write(`${line}\n`),
})
process.stdout.write(`${JSON.stringify(result)}\n`)
const isEqual = result.differences.length === 0
process.stdout.write(
  isEqual
    ? `${result.kills} kills: metrics, policies and rollout are byte-equal to the undisturbed run's\n`
    : `${result.differences.join(', ')} differ; the runs are kept in ${runsFolder}\n`,
)
if (isEqual) rmSync(runsFolder, { recursive: true, force: true })
else process.exitCode = 1

/** A small generator of numbers in [0, 1) (Tommy Ettinger, public domain): the moments of the kills repeat by seed. */
function mulberry32(seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let word = Math.imul(state ^ (state >>> 15), 1 | state)
    word = (word + Math.imul(word ^ (word >>> 7), 61 | word)) ^ word
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32
  }
}
