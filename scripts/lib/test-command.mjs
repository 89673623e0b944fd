// The command behind `npm test`: bootstrap, then typecheck, lint and vitest, whatever fails on the way.
// Its report goes to stdout, with the counts as the last line.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureBuilt, ensureInstalled } from './bootstrap.mjs'
import { ensureBrowsers } from './browsers.mjs'
import { runInForeground } from './child.mjs'
import { textOf } from './fingerprint.mjs'
import { interrupted } from './interruption.mjs'
import { pinnedNode } from './node.mjs'
import { projectPaths, projectRoot } from './project.mjs'
import { Failure, runScript, say } from './report.mjs'
import { countsOfStep, countsOfVitest, summaryLine, total } from './test-counts.mjs'
import { scriptCommands, toolPath } from './tools.mjs'

/** @typedef {import('./project.mjs').ProjectPaths} ProjectPaths */
/** @typedef {import('./test-counts.mjs').Counts} Counts */

/**
 * Runs every check; the exit code is 1 if any failed.
 * @param {readonly string[]} vitestArgs
 */
export function testCommand(vitestArgs) {
  return runScript(async () => {
    const counts = total(await runSteps(projectPaths(projectRoot), vitestArgs))
    console.log(summaryLine(counts))
    return counts.failed === 0 ? 0 : 1
  })
}

/**
 * @param {ProjectPaths} paths
 * @param {readonly string[]} vitestArgs
 * @returns {Promise<Counts[]>}
 */
async function runSteps(paths, vitestArgs) {
  // Nothing can be checked without the dependencies, but a failed build hides neither type errors nor unit tests.
  if (!(await succeeds(() => ensureInstalled(paths)))) return [countsOfStep(false)]
  const built = await succeeds(() => ensureBuilt(paths))
  for (const problem of await ensureBrowsers(paths, say)) say(`Part of the end-to-end tests is skipped: ${problem}`)
  return [
    ...(built ? [] : [countsOfStep(false)]),
    await step('typecheck', () => runPackageScript(paths, 'typecheck')),
    await step('lint', () => runPackageScript(paths, 'lint')),
    await step('tests', () => runVitest(paths, vitestArgs)),
  ]
}

/**
 * @param {string} name
 * @param {() => Promise<Counts>} run
 */
async function step(name, run) {
  console.log(`--- ${name} ...`)
  const startedAt = performance.now()
  const counts = await run()
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  console.log(`--- ${name}: ${counts.failed === 0 ? 'passed' : 'FAILED'} (${seconds} s)`)
  return counts
}

/**
 * Runs the commands of a script of package.json, all of them, on the pinned Node.
 * @param {ProjectPaths} paths
 * @param {string} name
 */
async function runPackageScript(paths, name) {
  let ok = true
  for (const [tool = '', ...args] of scriptCommands(paths, name)) {
    if ((await runTool(paths, tool, args)) !== 0) ok = false
  }
  return countsOfStep(ok)
}

/**
 * @param {ProjectPaths} paths
 * @param {readonly string[]} args
 */
async function runVitest(paths, args) {
  // A folder of its own, so that two runs at once do not count each other's tests.
  const folder = mkdtempSync(join(tmpdir(), 'torquelab-test-'))
  try {
    const report = join(folder, 'vitest.json')
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
    const exitCode = await runTool(paths, 'vitest', ['run', ...reporters, ...args])
    return countsOfVitest(textOf(report), exitCode)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * @param {ProjectPaths} paths
 * @param {string} tool
 * @param {readonly string[]} args
 */
async function runTool(paths, tool, args) {
  const { code, stoppedBy } = await runInForeground(pinnedNode(paths), [toolPath(paths, tool), ...args], {
    cwd: paths.root,
    env: toolEnvironment(),
  })
  if (stoppedBy) throw interrupted(stoppedBy, 'testing')
  return code
}

/** Some tools colour their output on a CI machine, where nothing shows colours. */
function toolEnvironment() {
  return process.stdout.isTTY || process.env.FORCE_COLOR ? process.env : { ...process.env, NO_COLOR: '1' }
}

/**
 * Whether a part of the bootstrap succeeds; says why not. An interruption ends everything.
 * @param {() => Promise<void>} prepare
 */
async function succeeds(prepare) {
  try {
    await prepare()
    return true
  } catch (error) {
    if (!(error instanceof Failure) || error.exitCode !== 1) throw error
    say(error.message)
    return false
  }
}
