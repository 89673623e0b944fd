/**
 * Errors that a person can mend. Whatever reaches a user of the app or the command line is one of these:
 * one line that names the place, what is wrong and how to mend it. Every other exception is a defect of ours.
 */

/** `input`: the user's file, option or message is wrong (exit code 2). `failure`: the machine or a run failed (exit code 1). */
export type UserErrorKind = 'input' | 'failure'

export class UserError extends Error {
  readonly kind: UserErrorKind

  constructor(message: string, kind: UserErrorKind = 'input') {
    super(message)
    this.name = 'UserError'
    this.kind = kind
  }
}

/** One thing wrong with a file, found at a place in it. */
export interface Problem {
  /** Where in the document, as `task.reward[0].formula`; empty for the document itself. */
  path: string
  /** 1-based. */
  line: number
  /** 1-based. */
  column: number
  /** What is wrong and how to mend it. */
  message: string
}

/** `file:line:column: path: message`, the form that editors and terminals turn into a link. */
export function formatProblem(file: string, problem: Problem): string {
  const place = problem.path === '' ? '' : `${problem.path}: `
  return `${file}:${problem.line}:${problem.column}: ${place}${problem.message}`
}

/** The message of anything thrown, on one line. */
export function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return message.replace(/\s*\n\s*/g, ' ').trim()
}
