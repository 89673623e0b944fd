/** How a bench answers to wrong options. */
import { messageOf, UserError } from '../../src/common/user-error.ts'

/** What `parse` returns; an error of its own becomes a UserError that names the options there are. */
export function orRefuse<T>(parse: () => T, options: string): T {
  try {
    return parse()
  } catch (error) {
    if (error instanceof UserError) throw error
    throw new UserError(`${messageOf(error).replace(/\.?$/, '.')} The options are ${options}.`)
  }
}
