// What every script does first: make sure that the dependencies are installed and that the build is fresh.
// Costs some milliseconds when nothing is stale.
import { build, isBuilt } from './build.mjs'
import { install, isInstalled } from './install.mjs'
import { interrupted, interruptible } from './interruption.mjs'
import { withLock } from './lock.mjs'
import { say } from './report.mjs'

/** @typedef {import('./project.mjs').ProjectPaths} ProjectPaths */

/**
 * Makes sure that the dependencies are installed.
 * @param {ProjectPaths} paths
 */
export function ensureInstalled(paths) {
  return ensure(paths, 'installing the dependencies', isInstalled, install)
}

/**
 * Makes sure that dist/ is up to date; needs the dependencies.
 * @param {ProjectPaths} paths
 */
export function ensureBuilt(paths) {
  return ensure(paths, 'building', isBuilt, build)
}

/**
 * @param {ProjectPaths} paths
 * @param {string} doing
 * @param {(paths: ProjectPaths) => boolean} isDone
 * @param {(paths: ProjectPaths, stop: AbortSignal) => Promise<void>} makeIt
 */
async function ensure(paths, doing, isDone, makeIt) {
  if (isDone(paths)) return
  await interruptible(async (stop) => {
    /** @param {number} pid */
    const onWait = (pid) => say(`Waiting for process ${pid}, which is installing or building here ...`)
    try {
      await withLock(paths.lock, { stop, onWait }, async () => {
        // Whoever held the lock before may have done it.
        if (!isDone(paths)) await makeIt(paths, stop)
      })
    } catch (error) {
      throw stop.aborted ? interrupted(stop.reason, doing) : error
    }
  })
}
