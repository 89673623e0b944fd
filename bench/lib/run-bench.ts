/** How a bench that a user starts ends. */
import { messageOf, UserError } from '../../src/common/user-error.ts'

/** Runs it; a UserError becomes one line, and exit code 2 for wrong use or bad input, else 1. */
export async function runBench(main: () => void | Promise<void>): Promise<void> {
  try {
    await main()
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    process.stderr.write(`torquelab: ${messageOf(error)}\n`)
    process.exit(error.kind === 'input' ? 2 : 1)
  }
}
