// What the scripts tell the user: always on stderr, because stdout belongs to the command that is started,
// and never a stack trace.
import { relative } from 'node:path'

// A reader that has gone away (`... 2>&1 | head`) must not turn into an error of its own.
process.stderr.on('error', () => {})

/** A failure that is explained to the user in its message. */
export class Failure extends Error {
  /**
   * @param {string} message
   * @param {number} [exitCode]
   */
  constructor(message, exitCode = 1) {
    super(message)
    this.exitCode = exitCode
  }
}

/**
 * Writes one line to stderr.
 * @param {string} line
 */
export function say(line) {
  process.stderr.write(`${line}\n`)
}

/**
 * A path as the user would type it from where he is.
 * @param {string} path
 */
export function shownPath(path) {
  const fromHere = relative(process.cwd(), path)
  return fromHere.startsWith('..') ? path : fromHere
}

/**
 * Runs a script's main function; it returns the exit code. A thrown error becomes one line on stderr.
 * @param {() => Promise<number>} main
 */
export async function runScript(main) {
  try {
    process.exitCode = await main()
  } catch (error) {
    say(oneLine(error))
    process.exitCode = error instanceof Failure ? error.exitCode : 1
  }
}

/** @param {unknown} error */
function oneLine(error) {
  if (error instanceof Failure) return error.message
  const message = error instanceof Error ? error.message : String(error)
  return `TorqueLab could not start: ${message.split('\n')[0]}`
}
