// Turns Ctrl-C and its relatives into an AbortSignal while the scripts install or build,
// so that they can stop npm or vite, give the lock back and leave with one line.
import { constants } from 'node:os'
import { Failure } from './report.mjs'

/** @type {NodeJS.Signals[]} */
const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP']

// npm puts a shell between itself and this process. A SIGTERM for npm ends that shell and goes no further, which shows
// here as another parent. Without npm a changed parent means nothing: a shell may go and leave its jobs running.
const shellOfNpm = process.env.npm_lifecycle_event && process.platform !== 'win32' ? process.ppid : undefined
const parentCheckMs = 500

/**
 * Calls `listener` for every request to stop.
 * @param {(signal: NodeJS.Signals) => void} listener
 * @returns {() => void} ends the listening
 */
export function onStopRequest(listener) {
  for (const signal of stopSignals) process.on(signal, listener)
  const parentCheck = setInterval(() => {
    if (shellOfNpm === undefined || process.ppid === shellOfNpm) return
    clearInterval(parentCheck)
    listener('SIGTERM')
  }, parentCheckMs)
  parentCheck.unref()
  return () => {
    clearInterval(parentCheck)
    for (const signal of stopSignals) process.off(signal, listener)
  }
}

/**
 * The exit code of a process that a signal ended, as shells count it.
 * @param {NodeJS.Signals} signal
 */
export function exitCodeOf(signal) {
  return 128 + constants.signals[signal]
}

/**
 * The failure that a stop signal amounts to.
 * @param {NodeJS.Signals} signal
 * @param {string} [during]
 */
export function interrupted(signal, during) {
  return new Failure(during ? `Interrupted while ${during}.` : 'Interrupted.', exitCodeOf(signal))
}

/**
 * Runs `action` with an AbortSignal that is aborted when the process is asked to stop; the abort reason is the
 * name of the signal.
 * @template T
 * @param {(stop: AbortSignal) => Promise<T>} action
 * @returns {Promise<T>}
 */
export async function interruptible(action) {
  const controller = new AbortController()
  const endListening = onStopRequest((signal) => controller.abort(signal))
  try {
    return await action(controller.signal)
  } finally {
    endListening()
  }
}
