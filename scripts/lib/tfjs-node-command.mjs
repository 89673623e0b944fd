// The command behind `npm run build:tfjs-node`: TensorFlow's library, the add-on, both in their place, and the check
// that they run. Loaded by build-tfjs-node.mjs after the Node version has been checked.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ensureInstalled } from './bootstrap.mjs'
import { runLogged } from './child.mjs'
import { interrupted, interruptible } from './interruption.mjs'
import { withLock } from './lock.mjs'
import { pinnedNode } from './node.mjs'
import { npmCommand } from './npm.mjs'
import { explainNpmFailure } from './npm-failure.mjs'
import { projectPaths, projectRoot } from './project.mjs'
import { Failure, runScript, say, shownPath } from './report.mjs'
import { ensureTensorFlow, wheelFor } from './tensorflow-wheel.mjs'
import { addonFingerprint, compileAddon, findCompiler, place, placed, takeAway } from './tfjs-node-addon.mjs'
import { cleanCache, tfjsNodePaths } from './tfjs-node-paths.mjs'

/** @typedef {import('./project.mjs').ProjectPaths} ProjectPaths */

/**
 * Builds what is missing and proves that it runs; the process ends with exit code 0 only if the engine runs.
 * @param {readonly string[]} args
 */
export function buildTfjsNode(args) {
  return runScript(async () => {
    if (args.length > 0) throw new Failure('Usage: npm run build:tfjs-node (it takes no arguments).', 2)
    const paths = projectPaths(projectRoot)
    await ensureInstalled(paths)
    await interruptible(async (stop) => {
      /** @param {number} pid */
      const onWait = (pid) => say(`Waiting for process ${pid}, which is building tfjs-node here ...`)
      try {
        await withLock(tfjsNodePaths(paths).lock, { stop, onWait }, () => build(paths, stop))
      } catch (error) {
        if (stop.aborted) throw interrupted(stop.reason, 'building tfjs-node')
        if (error instanceof Failure) throw error
        throw new Failure(`Could not build tfjs-node: ${error instanceof Error ? error.message : error}`)
      }
    })
    return 0
  })
}

/**
 * @param {ProjectPaths} paths
 * @param {AbortSignal} stop
 */
async function build(paths, stop) {
  const own = tfjsNodePaths(paths)
  const before = placed(own)
  if (before !== 'nothing' && (await runs(paths, stop))) {
    if (before === 'foreign') return say('tfjs-node runs here with the library of its own installer; left as it is.')
    if (before === addonFingerprint(own, wheelFor(process.platform, process.arch))) return
    say('It was built from something older, so it is built anew.')
  }
  const wheel = wheelFor(process.platform, process.arch)
  await ensurePackage(paths, stop)
  const addon = own.builtAddon(addonFingerprint(own, wheel))
  cleanCache(own, [own.tensorflow(wheel.sha256), addon])
  // Asked for before the download, which would be in vain without one.
  const compiler = existsSync(addon) ? undefined : findCompiler()
  await ensureTensorFlow(own, wheel, stop)
  if (compiler) await compileAddon(own, wheel, compiler, stop)
  place(own, wheel)
  if (await runs(paths, stop)) return
  // An engine that is found and then fails, or ends the process, is worse than none.
  takeAway(own)
  throw new Failure(
    `tfjs-node was built but does not run here, so it was taken away again; the output of ` +
      `${shownPath(own.check)} is in ${shownPath(own.log)}. Use another engine (--engine).`,
  )
}

/**
 * Whether the engine runs: the check in a process of its own, because a native library that does not fit the
 * processor ends its process. Says what the check says.
 * @param {ProjectPaths} paths
 * @param {AbortSignal} stop
 */
async function runs(paths, stop) {
  const { check, log } = tfjsNodePaths(paths)
  const { ok, output, outcome } = await runLogged(pinnedNode(paths), [check], { cwd: paths.root, logFile: log, stop })
  if (ok) say(output.trimEnd())
  else if (/SIGILL/.test(outcome)) say('The check was ended by SIGILL: TensorFlow needs a processor with AVX.')
  else say(`The check of tfjs-node failed (${outcome}).`)
  return ok
}

/**
 * The JavaScript part. npm leaves an optional package out when its install script fails, so it is installed without.
 * @param {ProjectPaths} paths
 * @param {AbortSignal} stop
 */
async function ensurePackage(paths, stop) {
  const own = tfjsNodePaths(paths)
  const isThere = () => existsSync(join(own.package, 'package.json'))
  if (isThere()) return
  say('Installing the JavaScript part of tfjs-node ...')
  const { command, args, shell } = npmCommand()
  const options = ['--ignore-scripts', '--no-save', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']
  const { ok, output, outcome } = await withLock(paths.lock, { stop }, () =>
    runLogged(command, [...args, 'install', ...options], { cwd: paths.root, logFile: own.log, stop, shell }),
  )
  if (!ok) throw new Failure(`${explainNpmFailure(output, outcome)} npm's output is in ${shownPath(own.log)}.`)
  if (!isThere()) {
    throw new Failure(
      'npm did not install @tensorflow/tfjs-node: is npm set to omit optional packages? Set omit to none.',
    )
  }
}
