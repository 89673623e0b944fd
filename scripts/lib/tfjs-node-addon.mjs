// The add-on between Node and TensorFlow's C library: compiled from the source in the npm package, and put where the
// package looks for it. The compiler is called directly: node-gyp would download Node's headers, of which an add-on
// for Node-API needs only the few in the npm package node-api-headers.
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, realpathSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { runLogged } from './child.mjs'
import { fingerprint, fingerprintOfFiles, removeStamp, textOf, writeStamp } from './fingerprint.mjs'
import { Failure, say, shownPath } from './report.mjs'

/** @typedef {import('./tfjs-node-paths.mjs').TfjsNodePaths} TfjsNodePaths */
/** @typedef {import('./tensorflow-wheel.mjs').Wheel} Wheel */

const sources = ['binding/tfjs_backend.cc', 'binding/tfjs_binding.cc']

// As in the package's binding.gyp. $ORIGIN is the add-on's folder.
const flags = ['-std=c++17', '-O2', '-fPIC', '-shared', '-DNAPI_VERSION=8', '-Wl,-rpath,$ORIGIN/../../deps/lib']
const libraries = ['-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2']

/**
 * The fingerprint of everything that the add-on is made from.
 * @param {TfjsNodePaths} paths
 * @param {Wheel} wheel
 */
export function addonFingerprint(paths, wheel) {
  return fingerprint([
    fingerprintOfFiles(paths.package, ['binding']),
    fingerprintOfFiles(paths.nodeApi, ['include']),
    wheel.sha256,
    process.arch,
    ...flags,
    ...libraries,
  ])
}

/**
 * Compiles the add-on into the cache, which has TensorFlow already; the caller holds the lock.
 * @param {TfjsNodePaths} paths
 * @param {Wheel} wheel
 * @param {readonly string[]} compilerCommand
 * @param {AbortSignal} stop
 */
export async function compileAddon(paths, wheel, compilerCommand, stop) {
  const target = paths.builtAddon(addonFingerprint(paths, wheel))
  const headers = join(paths.nodeApi, 'include')
  if (!existsSync(join(headers, 'node_api.h'))) {
    throw new Failure('The npm package node-api-headers is missing from node_modules. Run "npm ci", then this again.')
  }
  const [compiler = '', ...ownFlags] = compilerCommand
  say(`Compiling the add-on with ${compiler} ...`)
  const tensorflow = join(paths.tensorflow(wheel.sha256), 'tensorflow')
  const draft = `${target}.draft`
  const args = [
    ...[...ownFlags, ...flags, '-I', headers, '-I', join(tensorflow, 'include')],
    ...sources.map((file) => join(paths.package, file)),
    ...['-L', tensorflow, ...libraries, '-o', draft],
  ]
  const { ok, outcome } = await runLogged(compiler, args, { cwd: paths.cache, logFile: paths.log, stop })
  if (!ok) {
    throw new Failure(
      `The add-on of tfjs-node could not be compiled (${outcome}); the output of ${compiler} is in ` +
        `${shownPath(paths.log)}. It needs a compiler for C++17 that makes programs for this machine.`,
    )
  }
  renameSync(draft, target)
}

/**
 * Puts the add-on into the npm package, and a link to the library beside it: 590 MB are not copied.
 * A stop at any moment leaves the package without the add-on, or complete.
 * @param {TfjsNodePaths} paths
 * @param {Wheel} wheel
 */
export function place(paths, wheel) {
  const wanted = addonFingerprint(paths, wheel)
  takeAway(paths)
  const draft = `${paths.deps}.draft`
  rmSync(draft, { recursive: true, force: true })
  mkdirSync(draft)
  // Relative, so that the project can be moved; from the real path, because node_modules may be a link itself.
  const library = realpathSync(join(paths.tensorflow(wheel.sha256), 'tensorflow'))
  symlinkSync(relative(join(realpathSync(paths.package), 'deps'), library), join(draft, 'lib'), 'dir')
  renameSync(draft, paths.deps)
  writeStamp(paths.stamp, wanted)
  mkdirSync(dirname(paths.addon), { recursive: true })
  const copy = `${paths.addon}.draft`
  copyFileSync(paths.builtAddon(wanted), copy)
  renameSync(copy, paths.addon)
}

/**
 * Removes the native part from the npm package; what the cache has stays.
 * @param {TfjsNodePaths} paths
 */
export function takeAway(paths) {
  // The add-on first: without it the package counts as not built, whatever else is there.
  rmSync(paths.addon, { force: true })
  removeStamp(paths.stamp)
  rmSync(paths.deps, { recursive: true, force: true })
}

/**
 * What is in the npm package: nothing, the fingerprint of an add-on from here, or the add-on of another installer.
 * @param {TfjsNodePaths} paths
 * @returns {string}
 */
export function placed(paths) {
  if (!existsSync(paths.addon)) return 'nothing'
  return textOf(paths.stamp).trim() || 'foreign'
}

/**
 * The C++ compiler with the options that belong to it: the one that CXX names, else the first on the PATH. Throws a
 * Failure when there is none.
 * @returns {readonly string[]}
 */
export function findCompiler() {
  const named = process.env.CXX?.trim().split(/\s+/)
  const candidates = named ? [named] : [['g++'], ['clang++'], ['c++']]
  const options = /** @type {const} */ ({ encoding: 'utf8', timeout: 60_000 })
  const found = candidates.find(([name = '', ...rest]) => spawnSync(name, [...rest, '--version'], options).status === 0)
  if (found) return found
  throw new Failure(
    `A C++ compiler is needed to build tfjs-node, but ${candidates.map((words) => words.join(' ')).join(', ')} ` +
      'cannot be run. Install one (Debian: apt-get install g++), or name one in CXX.',
  )
}
