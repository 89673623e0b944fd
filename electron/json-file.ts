/** Small files of the app's own memory: read with suspicion, written so that a crash leaves the old or the new one. */
import { readFileSync } from 'node:fs'
import type * as z from 'zod'
import { writeFileDurably } from '../src/common/durable-file.ts'

/** The file's content, or undefined where it is missing, damaged or of another form. */
export function readJson<Schema extends z.ZodType>(file: string, schema: Schema): z.output<Schema> | undefined {
  try {
    return schema.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data
  } catch {
    return undefined
  }
}

/** What cannot be written is forgotten: these files are a convenience. */
export function writeJson(file: string, value: unknown): void {
  try {
    writeFileDurably(file, `${JSON.stringify(value, null, 2)}\n`)
  } catch {
    // Forgotten.
  }
}
