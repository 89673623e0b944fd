// Builds dist/ with vite when its inputs have changed. The stamp goes first and comes back last,
// so a build that failed or was interrupted never looks fresh.
import { existsSync } from 'node:fs'
import { runLogged } from './child.mjs'
import { fingerprintOfFiles, removeStamp, stampHolds, writeStamp } from './fingerprint.mjs'
import { pinnedNode } from './node.mjs'
import { Failure, say, shownPath } from './report.mjs'
import { scriptCommands, toolPath } from './tools.mjs'

/** @typedef {import('./project.mjs').ProjectPaths} ProjectPaths */

/** Everything that the content of dist/ depends on. */
const inputs = [
  'src',
  'scenes',
  'electron',
  'vite.config.ts',
  'vite.renderer.config.ts',
  'vite.electron.config.ts',
  'tsconfig.json',
  'tsconfig.types.json',
  'package.json',
  'package-lock.json',
]

/**
 * Whether dist/ was built from the files as they are now.
 * @param {ProjectPaths} paths
 */
export function isBuilt(paths) {
  return existsSync(paths.cli) && stampHolds(paths.buildStamp, buildFingerprint(paths))
}

/** @param {ProjectPaths} paths */
export function buildFingerprint(paths) {
  return fingerprintOfFiles(paths.root, inputs)
}

/**
 * Builds; the caller holds the lock.
 * @param {ProjectPaths} paths
 * @param {AbortSignal} stop
 */
export async function build(paths, stop) {
  const node = pinnedNode(paths)
  say('Building ...')
  // Taken before the build: a file that changes meanwhile makes the next start build again.
  const wanted = buildFingerprint(paths)
  removeStamp(paths.buildStamp)
  // The script of package.json stays the one place that says what is built.
  for (const [tool = '', ...args] of scriptCommands(paths, 'build')) {
    const quiet = tool === 'vite' ? ['--logLevel', 'warn'] : []
    const { ok, output, outcome } = await runLogged(node, [toolPath(paths, tool), ...args, ...quiet], {
      cwd: paths.root,
      logFile: paths.buildLog,
      stop,
    })
    if (ok) continue
    const shown = withoutStackTraces(output)
    throw new Failure(
      `${shown}\nThe build failed (${outcome}); the whole output is in ${shownPath(paths.buildLog)}.`.trimStart(),
    )
  }
  writeStamp(paths.buildStamp, wanted)
}

/**
 * What a build tool wrote, without the stack trace of the error and the list of properties that Node prints after it.
 * @param {string} output
 */
export function withoutStackTraces(output) {
  return output
    .replace(/^\s*at .+:\d+:\d+\)?( \{\n(?: .*\n)*\})?$/gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}
