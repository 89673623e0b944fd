/** Files that must be refused. */
import { expect } from 'vitest'
import { UserError } from '../../src/common/user-error.ts'

/** That `read` throws a UserError of one line that begins with the file's name. */
export function expectRefused(read: () => unknown, file: string, message = /./): void {
  try {
    read()
  } catch (error) {
    expect(error).toBeInstanceOf(UserError)
    expect((error as UserError).message.startsWith(`${file}: `)).toBe(true)
    expect((error as UserError).message).toMatch(/^[^\n]+\.$/)
    expect((error as UserError).message).toMatch(message)
    return
  }
  expect.fail(`${file} was accepted`)
}
