// `node scripts/memory-test.mjs`: trains a million steps with tiny networks and samples the process's memory (Linux): once the replay
// buffer is full, it must not grow. Options: --steps 1000000. Exit code 1 where the last fifth takes over 5 % more than the second.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { ensureBuilt } from './lib/bootstrap.mjs'
import { pinnedNode, speedFlags } from './lib/node.mjs'
import { projectPaths, projectRoot } from './lib/project.mjs'

const FIFTHS = 5
const ALLOWED_GROWTH = 1.05
const SETTINGS = [
  'hiddenSizes=[8]',
  'batchSize=4',
  'replayCapacity=100000',
  'evaluationInterval=50000',
  'checkpointInterval=20000',
]

const { values } = parseArgs({ options: { steps: { type: 'string', default: '1000000' } } })
const steps = Number(values.steps)
const paths = projectPaths(projectRoot)
await ensureBuilt(paths)
const runsFolder = mkdtempSync(path.join(os.tmpdir(), 'torquelab-memory-'))
const args = ['train', 'pendulum', '--steps', String(steps), '--threads', '1', '--run', 'long', '--runs', runsFolder]
const child = spawn(
  pinnedNode(paths),
  [...speedFlags(paths), paths.cli, ...args, ...SETTINGS.flatMap((setting) => ['--set', setting])],
  { stdio: ['ignore', 'pipe', 'inherit'] },
)
let step = 0
child.stdout.on('data', (chunk) => {
  const found = [...String(chunk).matchAll(/step (\d+)/g)].at(-1)
  if (found) step = Math.max(step, Number(found[1]))
})
/** Largest resident memory in each fifth of the run, MB. */
const largest = new Array(FIFTHS).fill(0)
const sampler = setInterval(() => {
  try {
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
    const megabytes = Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024
    const fifth = Math.min(FIFTHS - 1, Math.floor((FIFTHS * step) / steps))
    largest[fifth] = Math.max(largest[fifth], megabytes)
  } catch {
    // It has just ended.
  }
}, 500)
const code = await new Promise((resolve) => child.on('close', resolve))
clearInterval(sampler)
const [, second] = largest
const isFlat = code === 0 && largest[FIFTHS - 1] <= ALLOWED_GROWTH * second
process.stdout.write(`${JSON.stringify({ steps, code, largestMegabytes: largest.map(Math.round), isFlat })}\n`)
rmSync(runsFolder, { recursive: true, force: true })
process.exitCode = isFlat ? 0 : 1
