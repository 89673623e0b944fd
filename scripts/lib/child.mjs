// Child processes of the scripts: helpers whose output goes to a log, and the command that takes over the terminal.
// Neither lets an interruption leave a process behind.
import { spawn } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { exitCodeOf, onStopRequest } from './interruption.mjs'
import { Failure } from './report.mjs'

const onWindows = process.platform === 'win32'
const graceMs = 3_000

/**
 * @typedef {object} LoggedOptions
 * @property {string} cwd
 * @property {string} logFile gets the whole output when the command fails
 * @property {AbortSignal} stop ends the command and everything that it started
 * @property {boolean} [shell]
 */

/**
 * Runs a helper to its end, collecting its output.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {LoggedOptions} options
 * @returns {Promise<{ ok: boolean, output: string, outcome: string }>}
 */
export async function runLogged(command, args, { cwd, logFile, stop, shell = false }) {
  stop.throwIfAborted()
  // A log of an earlier failure would mislead.
  rmSync(logFile, { force: true })
  const { FORCE_COLOR: _, ...env } = process.env
  // With a shell the arguments are part of the command; none of the callers' arguments needs quoting.
  const child = spawn(shell ? [command, ...args].join(' ') : command, shell ? [] : args, {
    cwd,
    shell,
    env: { ...env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own: npm's install scripts have to end with npm.
    detached: !onWindows,
    windowsHide: true,
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text
    })
  }
  const stopChild = () => {
    killTree(child, stop.reason)
    setTimeout(() => killTree(child, 'SIGKILL'), graceMs).unref()
  }
  stop.addEventListener('abort', stopChild)
  const { code, signal, error } = await ended(child)
  stop.removeEventListener('abort', stopChild)
  if (stop.aborted) {
    killTree(child, 'SIGKILL')
    stop.throwIfAborted()
  }
  if (error) output += `${error.message}\n`
  // Not every tool minds NO_COLOR.
  output = stripVTControlCharacters(output)
  const ok = code === 0
  if (!ok) writeLog(logFile, output)
  return { ok, output, outcome: error ? codeOf(error) : signal ? `killed by ${signal}` : `exit code ${code}` }
}

/**
 * Runs the command that owns the terminal: it shares stdin, stdout and stderr, gets the signals that this process
 * gets, and this process stays until it has ended.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<{ code: number, stoppedBy: NodeJS.Signals | undefined }>} its exit code (128 + n when signal n
 *   ended it) and the stop signal that came meanwhile
 */
export async function runInForeground(command, args, options = {}) {
  /** @type {NodeJS.Signals | undefined} */
  let stoppedBy
  const endListening = onStopRequest((signal) => {
    stoppedBy = signal
    // On Windows the console tells every process itself, and kill() would end the child without asking it.
    if (!onWindows) child.kill(signal)
  })
  const child = spawn(command, args, { ...options, stdio: 'inherit' })
  const { code, signal, error } = await ended(child)
  endListening()
  if (error) throw new Failure(`Could not run ${command}: ${error.message}.`)
  return { code: signal ? exitCodeOf(signal) : (code ?? 1), stoppedBy }
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<{ code: number | null, signal: NodeJS.Signals | null, error?: Error }>}
 */
function ended(child) {
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ code: null, signal: null, error }))
    child.on('close', (code, signal) => resolve({ code, signal }))
  })
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {NodeJS.Signals} signal
 */
function killTree(child, signal) {
  if (child.pid === undefined) return
  try {
    if (onWindows) child.kill(signal)
    else process.kill(-child.pid, signal)
  } catch {
    // Ended already.
  }
}

/**
 * @param {string} logFile
 * @param {string} text
 */
function writeLog(logFile, text) {
  mkdirSync(dirname(logFile), { recursive: true })
  writeFileSync(logFile, text)
}

/** @param {Error} error */
function codeOf(error) {
  return String(/** @type {NodeJS.ErrnoException} */ (error).code ?? error.message)
}
