// TensorFlow's C library and its headers, out of the wheel that Python's package index has of it. pip does the
// download, because it knows the user's index, proxy and certificates; what it brings is pinned by its hash.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  createReadStream,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { runLogged } from './child.mjs'
import { textOf } from './fingerprint.mjs'
import { explainPipFailure } from './pip-failure.mjs'
import { Failure, say, shownPath } from './report.mjs'

/** @typedef {import('./tfjs-node-paths.mjs').TfjsNodePaths} TfjsNodePaths */

/**
 * @typedef {object} Wheel
 * @property {string} package its name in Python's package index
 * @property {string} version
 * @property {string} sha256
 * @property {readonly string[]} platforms as pip names them
 * @property {number} megabytes of download
 */

// 2.15.1 is the smallest that is as fast as the newest and runs with glibc 2.17; the C API has only grown since 2.9,
// for which the add-on was written.
const version = '2.15.1'
/** @type {Record<string, Wheel>} */
const wheels = {
  'linux-x64': {
    package: 'tensorflow-cpu',
    version,
    sha256: '54660c074d7241a503e81edfd9f5ef5af88f64051b72e2945f26318c790f2d26',
    platforms: ['manylinux2014_x86_64', 'manylinux_2_17_x86_64'],
    megabytes: 207,
  },
  'linux-arm64': {
    package: 'tensorflow-cpu-aws',
    version,
    sha256: 'd4c3a3a9363bf42999adedbbd514e3a133be2d62f61fee9cfa46aaefb087c09e',
    platforms: ['manylinux2014_aarch64', 'manylinux_2_17_aarch64'],
    megabytes: 212,
  },
}

/** The wheel was made for this Python; any Python can download and unpack it. */
const pythonOfWheel = '311'

/** All that is taken from the wheel, by the beginnings of the names. */
const wanted = [
  'tensorflow/libtensorflow_cc.so.2',
  'tensorflow/libtensorflow_framework.so.2',
  'tensorflow/include/tensorflow/c/',
  'tensorflow/include/tensorflow/core/platform/ctstring',
  'tensorflow/include/tsl/c/',
  'tensorflow/include/tsl/platform/ctstring',
  'tensorflow/THIRD_PARTY_NOTICES.txt',
]

const unpackProgram = `
import sys, zipfile
wheel, target, *wanted = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    archive.extractall(target, [name for name in archive.namelist() if name.startswith(tuple(wanted))])
`

/** The wheel and what is unpacked from it, for a while at once. */
const neededBytes = 1e9

/** The list of the unpacked files, written last. */
const listName = 'files.json'

/**
 * The wheel for a platform, as Node names it. Throws a Failure where there is none.
 * @param {string} platform
 * @param {string} arch
 * @returns {Wheel}
 */
export function wheelFor(platform, arch) {
  const wheel = wheels[`${platform}-${arch}`]
  if (!wheel) {
    const known = Object.keys(wheels).join(' and ')
    throw new Failure(
      `This script builds tfjs-node on ${known}, but this is ${platform}-${arch}. Try the package's own installer ` +
        '("npm rebuild @tensorflow/tfjs-node", needs access to Google\'s storage), or use another engine (--engine).',
    )
  }
  return wheel
}

/**
 * Makes sure that the library and the headers are in the cache, whole; the caller holds the lock.
 * @param {TfjsNodePaths} paths
 * @param {Wheel} wheel
 * @param {AbortSignal} stop
 */
export async function ensureTensorFlow(paths, wheel, stop) {
  const target = paths.tensorflow(wheel.sha256)
  if (await isUnpacked(target)) return
  requireGlibc()
  const python = findPython()
  mkdirSync(paths.cache, { recursive: true })
  const { bavail, bsize } = statfsSync(paths.cache)
  if (bavail * bsize < neededBytes) {
    throw new Failure(
      `tfjs-node needs 1 GB of free disk space at ${shownPath(paths.cache)} while it is built. Free some.`,
    )
  }
  const draft = mkdtempSync(join(paths.cache, 'draft-'))
  try {
    const file = await download(paths, wheel, python, draft, stop)
    await unpack(paths, file, python, draft, stop)
    rmSync(target, { recursive: true, force: true })
    renameSync(join(draft, 'content'), target)
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}

/**
 * @param {TfjsNodePaths} paths
 * @param {Wheel} wheel
 * @param {string} python
 * @param {string} folder
 * @param {AbortSignal} stop
 * @returns {Promise<string>} the wheel's file
 */
async function download({ log }, wheel, python, folder, stop) {
  say(`Downloading TensorFlow ${wheel.version} with pip (${wheel.megabytes} MB) ...`)
  const requirements = join(folder, 'requirements.txt')
  writeFileSync(requirements, `${wheel.package}==${wheel.version} --hash=sha256:${wheel.sha256}\n`)
  const options = [
    ...['-m', 'pip', 'download', '--requirement', requirements, '--dest', folder],
    ...['--require-hashes', '--no-deps', '--only-binary', ':all:', '--implementation', 'cp'],
    ...['--python-version', pythonOfWheel, '--abi', `cp${pythonOfWheel}`],
    ...wheel.platforms.flatMap((platform) => ['--platform', platform]),
    // What is unpacked stays in the cache of this project; a copy of the wheel would only fill the disk.
    ...['--no-cache-dir', '--disable-pip-version-check', '--no-input', '--progress-bar', 'off', '--retries', '2'],
  ]
  const { ok, output, outcome } = await runLogged(python, options, { cwd: folder, logFile: log, stop })
  if (!ok) throw new Failure(`${explainPipFailure(output, outcome)} pip's output is in ${shownPath(log)}.`)
  const name = readdirSync(folder).find((entry) => entry.endsWith('.whl'))
  const file = join(folder, name ?? '')
  // pip has compared the hash; what follows becomes a program in this process, so it is compared here as well.
  if (!name || (await sha256Of(file)) !== wheel.sha256) {
    throw new Failure(`pip brought another file than TensorFlow ${wheel.version}. Check its index (pip config list).`)
  }
  return file
}

/**
 * @param {TfjsNodePaths} paths
 * @param {string} file
 * @param {string} python
 * @param {string} folder
 * @param {AbortSignal} stop
 */
async function unpack({ log }, file, python, folder, stop) {
  say('Unpacking its C library (590 MB) ...')
  const content = join(folder, 'content')
  const args = ['-I', '-c', unpackProgram, file, content, ...wanted]
  const { ok } = await runLogged(python, args, { cwd: folder, logFile: log, stop })
  if (!ok) throw new Failure(`TensorFlow's wheel could not be unpacked; Python's output is in ${shownPath(log)}.`)
  await writeList(content)
}

/**
 * Lists the files of a folder with their hashes, so that isUnpacked() can tell later whether they are whole.
 * @param {string} folder
 */
export async function writeList(folder) {
  /** @type {Record<string, string>} */
  const hashes = {}
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const file = join(folder, path)
    if (statSync(file).isFile()) hashes[path] = await sha256Of(file)
  }
  writeFileSync(join(folder, listName), JSON.stringify(hashes, undefined, 2))
}

/**
 * Whether the folder has every file of its list, unchanged. A folder without a list is not whole.
 * @param {string} folder
 */
export async function isUnpacked(folder) {
  const list = textOf(join(folder, listName))
  if (list === '') return false
  try {
    for (const [path, sha256] of Object.entries(JSON.parse(list))) {
      if ((await sha256Of(join(folder, path))) !== sha256) return false
    }
    return true
  } catch {
    return false
  }
}

/** @param {string} file */
async function sha256Of(file) {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk)
  return hash.digest('hex')
}

/** The wheels are for Linux with the GNU C library. */
function requireGlibc() {
  const report = /** @type {any} */ (process.report?.getReport())
  if (!report?.header?.glibcVersionRuntime) {
    throw new Failure("TensorFlow's library needs Linux with glibc, which this is not. Use another engine (--engine).")
  }
}

/** A Python 3 that has pip: the one that PYTHON names, else the one on the PATH. */
function findPython() {
  const candidates = process.env.PYTHON ? [process.env.PYTHON] : ['python3', 'python']
  const options = /** @type {const} */ ({ encoding: 'utf8', timeout: 60_000 })
  const python = candidates.find((name) => spawnSync(name, ['-m', 'pip', '--version'], options).status === 0)
  if (python) return python
  throw new Failure(
    `Python 3 with pip is needed to download TensorFlow, but ${candidates.join(' and ')} cannot run pip. ` +
      'Install it (Debian: apt-get install python3-pip), or name one in PYTHON.',
  )
}
