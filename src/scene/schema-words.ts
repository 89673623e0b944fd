/** What the schema has to say of a wrong value, in the words of a person who edits a scene. */
import type * as z from 'zod'

const KINDS: Readonly<Record<string, string>> = {
  number: 'a number',
  int: 'a whole number',
  string: 'text',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list of two numbers',
  object: 'an object',
  record: 'an object',
}

/** For `safeParse(value, { error: wordsOfIssue })`; undefined leaves Zod's own words. */
export const wordsOfIssue: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type': {
      const wanted = KINDS[issue.expected]
      return wanted && `Use ${wanted}; this is ${kindOf(issue.input)}`
    }
    case 'too_small':
      return bound(issue.origin, Number(issue.minimum), issue.inclusive ? 'or more' : 'above')
    case 'too_big':
      return bound(issue.origin, Number(issue.maximum), issue.inclusive ? 'at most' : 'below')
    default:
      return undefined
  }
}

function bound(origin: string, value: number, word: 'or more' | 'above' | 'at most' | 'below'): string {
  const amount = word === 'or more' ? `${value} or more` : `${word} ${value}`
  if (origin === 'array') return `Give a list of ${amount}`
  if (origin === 'string') return `Write ${amount} characters`
  return word === 'or more' || word === 'at most' ? `Use a number of ${amount}` : `Use a number ${amount}`
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (value === null) return 'nothing (null)'
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : 'no finite number'
  if (typeof value === 'string') return `the text ${JSON.stringify(value.slice(0, 40))}`
  return typeof value === 'object' ? 'an object' : String(value)
}
