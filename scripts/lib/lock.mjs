// A lock between processes, so that two starts at once do not install or build over each other.
// It is a folder with one file in it, whose name holds the pid of the owner and whose time is the owner's heartbeat.
import { randomUUID } from 'node:crypto'
import {
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * @typedef {object} LockOptions
 * @property {AbortSignal} [stop] ends the waiting; the promise is then rejected
 * @property {(pid: number) => void} [onWait] called once when another process holds the lock
 * @property {number} [pollMs] how often a waiting process looks
 * @property {number} [heartbeatMs] how often the owner shows that it is alive
 * @property {number} [silenceMs] a living pid that is silent for so long is another process with the same number
 */

/**
 * Runs `action` while holding the lock at `path`, after waiting for it if need be.
 * @template T
 * @param {string} path
 * @param {LockOptions} options
 * @param {() => Promise<T>} action
 * @returns {Promise<T>}
 */
export async function withLock(path, options, action) {
  const ownFile = await acquire(path, options)
  const heartbeat = setInterval(() => touch(ownFile), options.heartbeatMs ?? 5_000)
  heartbeat.unref()
  try {
    return await action()
  } finally {
    clearInterval(heartbeat)
    removeOwner(path, ownFile)
  }
}

/**
 * @param {string} path
 * @param {LockOptions} options
 * @returns {Promise<string>} the owner's file in the lock
 */
async function acquire(path, { stop, onWait, pollMs = 200, silenceMs = 60_000 }) {
  let lastSign = ''
  let lastSignAt = 0
  let announced = false
  while (true) {
    const owner = readOwner(path)
    if (!owner) {
      const ownFile = tryToTake(path)
      if (ownFile) return ownFile
      continue
    }
    if (owner.sign !== lastSign) {
      lastSign = owner.sign
      lastSignAt = performance.now()
    }
    // The waiting process measures the silence with its own clock: clocks of file servers may differ.
    if (!isAlive(owner.pid) || performance.now() - lastSignAt > silenceMs) {
      removeOwner(path, owner.file)
      continue
    }
    if (!announced) onWait?.(owner.pid)
    announced = true
    await sleep(pollMs, undefined, stop ? { signal: stop } : {})
  }
}

/**
 * Puts a folder that already holds the owner's file in place. Renaming is atomic and fails when the target is a folder
 * with something in it, so there is one winner, and never a lock without an owner.
 * @param {string} path
 */
function tryToTake(path) {
  const name = `${process.pid}-${randomUUID()}`
  const draft = `${path}.${name}`
  mkdirSync(dirname(path), { recursive: true })
  try {
    mkdirSync(draft)
    writeFileSync(join(draft, name), '')
    removeIfEmpty(path)
    renameSync(draft, path)
    return join(path, name)
  } catch (error) {
    rmSync(draft, { recursive: true, force: true })
    // Windows reports a target that exists as a lack of permission.
    const taken = process.platform === 'win32' ? ['EEXIST', 'ENOTEMPTY', 'EPERM', 'EACCES'] : ['EEXIST', 'ENOTEMPTY']
    if (taken.includes(codeOf(error))) return undefined
    throw error
  }
}

/**
 * @param {string} path
 * @returns {{ pid: number, file: string, sign: string } | undefined}
 */
function readOwner(path) {
  try {
    const [name] = readdirSync(path)
    if (!name) return undefined
    const file = join(path, name)
    return { pid: Number.parseInt(name, 10), file, sign: `${name} ${statSync(file).mtimeMs}` }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

/**
 * Removes just this owner: when another process was faster, its file is left alone and keeps the folder in place.
 * @param {string} path
 * @param {string} file
 */
function removeOwner(path, file) {
  try {
    unlinkSync(file)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
  }
  removeIfEmpty(path)
}

/** @param {string} path */
function removeIfEmpty(path) {
  try {
    rmdirSync(path)
  } catch {
    // Gone already, or owned again by now.
  }
}

/** @param {string} file */
function touch(file) {
  try {
    const now = new Date()
    utimesSync(file, now, now)
  } catch {
    // Taken over by a process that thought this one dead: nothing left to keep alive.
  }
}

/** @param {number} pid */
function isAlive(pid) {
  if (!(pid > 0)) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

/** @param {unknown} error */
function codeOf(error) {
  return String(/** @type {NodeJS.ErrnoException} */ (error).code)
}
