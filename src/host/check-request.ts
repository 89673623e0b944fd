/** Requests against their schemas, whoever sends them. */
import * as z from 'zod'
import { UserError } from '../common/user-error.ts'
import { type Requests, requests } from './api.ts'

/** Checks a request against its schema; throws a UserError that names the field and what it must be. */
export function check<Name extends keyof Requests>(
  name: Name,
  request: Requests[Name],
): z.output<(typeof requests)[Name]> {
  const parsed = requests[name].safeParse(request)
  if (parsed.success) return parsed.data as z.output<(typeof requests)[Name]>
  const issue = parsed.error.issues[0]!
  const field = String(issue.path[0] ?? name)
  const value = (request as Record<string, unknown>)[field]
  const schema = (requests[name].shape as Record<string, z.ZodType>)[field]
  const expected =
    schema?.description ?? (schema instanceof z.ZodOptional ? (schema.unwrap() as z.ZodType).description : undefined)
  throw new UserError(
    `"${field}" cannot be ${JSON.stringify(value)}: ${expected ? `it is ${expected}` : issue.message}.`,
  )
}
