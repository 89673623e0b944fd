/** How a bench that a user starts ends. */
import { messageOf, UserError } from '../../src/common/user-error.ts'

/** Runs it, or a part of it, and returns what it does; a UserError becomes one line, and exit code 2 for wrong use or bad input, else 1. */
export async function runBench<T>(main: () => T | Promise<T>): Promise<T> {
  try {
    return await main()
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    process.stderr.write(`torquelab: ${messageOf(error)}\n`)
    process.exit(error.kind === 'input' ? 2 : 1)
  }
}
