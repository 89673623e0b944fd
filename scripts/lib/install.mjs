// Installs the dependencies with npm when node_modules does not match package-lock.json,
// and says in one line what went wrong when npm cannot.
import { isDeepStrictEqual } from 'node:util'
import { runLogged } from './child.mjs'
import { fingerprint, removeStamp, stampHolds, textOf, writeStamp } from './fingerprint.mjs'
import { npmCommand } from './npm.mjs'
import { explainNpmFailure } from './npm-failure.mjs'
import { Failure, say, shownPath } from './report.mjs'

/** @typedef {import('./project.mjs').ProjectPaths} ProjectPaths */

const npmOptions = [
  '--loglevel=error',
  // The build tools are development dependencies, which NODE_ENV=production would leave out.
  '--include=dev',
  // npm's own pauses add up to a minute or two before it says that there is no network.
  '--fetch-retry-mintimeout=2000',
  '--fetch-retry-maxtimeout=10000',
]

/**
 * Whether node_modules holds what package-lock.json asks for, on this platform. Someone's own `npm ci` counts too.
 * @param {ProjectPaths} paths
 */
export function isInstalled(paths) {
  const lockfile = textOf(paths.lockfile)
  const installed = textOf(paths.installedLockfile)
  if (lockfile === '' || installed === '') return false
  const wanted = installFingerprint(paths, lockfile, installed)
  if (stampHolds(paths.installStamp, wanted)) return true
  if (!satisfies(textOf(paths.manifest), lockfile, installed)) return false
  try {
    writeStamp(paths.installStamp, wanted)
  } catch {
    // A read-only folder: the comparison is made again next time.
  }
  return true
}

/**
 * Installs the dependencies; the caller holds the lock.
 * @param {ProjectPaths} paths
 * @param {AbortSignal} stop
 */
export async function install(paths, stop) {
  say('Installing dependencies (first start, about a minute) ...')
  removeStamp(paths.installStamp)
  // Without npm's own record a half-written node_modules cannot pass for a complete one.
  removeStamp(paths.installedLockfile)
  const { command, args, shell } = npmCommand()
  const { ok, output, outcome } = await runLogged(command, [...args, 'ci', ...npmOptions], {
    cwd: paths.root,
    logFile: paths.installLog,
    stop,
    shell,
  })
  if (!ok) {
    throw new Failure(`${explainNpmFailure(output, outcome)} npm's output is in ${shownPath(paths.installLog)}.`)
  }
  const lockfile = textOf(paths.lockfile)
  const installed = textOf(paths.installedLockfile)
  writeStamp(paths.installStamp, installFingerprint(paths, lockfile, installed))
}

/**
 * npm's record of node_modules is part of it, so that whatever npm does there later is noticed.
 * @param {ProjectPaths} paths
 * @param {string} lockfile
 * @param {string} installed
 */
function installFingerprint(paths, lockfile, installed) {
  return fingerprint([process.platform, process.arch, textOf(paths.manifest), lockfile, installed])
}

/**
 * Whether npm's record of node_modules has every package of the lockfile that is not optional, in the same version,
 * and none that is for another platform; and whether the lockfile belongs to package.json.
 * @param {string} manifest
 * @param {string} lockfile
 * @param {string} installed
 */
function satisfies(manifest, lockfile, installed) {
  const asked = parsed(manifest)
  const wanted = parsed(lockfile)?.packages
  const present = parsed(installed)?.packages
  if (!asked || !wanted || !present) return false
  const inStep = ['dependencies', 'devDependencies', 'optionalDependencies'].every((field) =>
    isDeepStrictEqual(asked[field], wanted['']?.[field]),
  )
  const complete = Object.keys(wanted).every(
    (path) => path === '' || wanted[path].optional || present[path]?.version === wanted[path].version,
  )
  const fits = Object.keys(present).every(
    (path) => allows(present[path].os, process.platform) && allows(present[path].cpu, process.arch),
  )
  return inStep && complete && fits
}

/**
 * @param {string} text
 * @returns {any} undefined when it is not JSON
 */
function parsed(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * npm's rule for the fields os and cpu: a list of names, or of names with a '!' that are ruled out.
 * @param {string[] | undefined} list
 * @param {string} name
 */
function allows(list, name) {
  if (!list || list.includes(name)) return true
  return list.every((entry) => entry.startsWith('!') && entry !== `!${name}`)
}
