/** What the schema says of wrong values: sentences that say what to do, for every kind of mistake that it can find. */
import { expect, test } from 'vitest'
import * as z from 'zod'
import { wordsOfIssue } from '../../src/scene/schema-words.ts'

const said = (schema: z.ZodType, value: unknown): string | undefined =>
  schema.safeParse(value, { error: wordsOfIssue }).error?.issues[0]?.message

test.each<[z.ZodType, unknown, string]>([
  [z.number(), '1', 'Use a number; this is the text "1"'],
  [z.number(), null, 'Use a number; this is nothing (null)'],
  [z.number(), Number.NaN, 'Use a number; this is no finite number'],
  [z.int(), 2.5, 'Use a whole number; this is 2.5'],
  [z.string(), [1, 2], 'Use text; this is a list of 2'],
  [z.boolean(), {}, 'Use true or false; this is an object'],
  [z.array(z.number()), 3, 'Use a list; this is 3'],
  [z.tuple([z.number(), z.number()]), 3, 'Use a list of two numbers; this is 3'],
  [z.strictObject({}), true, 'Use an object; this is true'],
  [z.number().min(0), -1, 'Use a number of 0 or more'],
  [z.number().gt(0), 0, 'Use a number above 0'],
  [z.number().max(5), 6, 'Use a number of at most 5'],
  [z.number().lt(5), 5, 'Use a number below 5'],
  [z.array(z.number()).min(2), [1], 'Give a list of 2 or more'],
  [z.array(z.number()).max(1), [1, 2], 'Give a list of at most 1'],
  [z.string().min(1), '', 'Write 1 or more characters'],
  [z.string().max(3), 'long', 'Write at most 3 characters'],
])('%# says what to do', (schema, value, words) => expect(said(schema, value)).toBe(words))

test("a schema's own words stay", () => {
  expect(said(z.array(z.number()).min(1, 'A scene needs a body'), [])).toBe('A scene needs a body')
})
