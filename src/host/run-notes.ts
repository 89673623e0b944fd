/** What a person says of a run - tags, notes, whether it is put away - in a file of its own: training never writes it. */
import { readFileSync } from 'node:fs'
import * as z from 'zod'
import { diskProblem, writeFileDurably } from '../common/durable-file.ts'
import { messageOf, UserError } from '../common/user-error.ts'
import type { RunFolder } from '../training/run-folder.ts'

export const runNotesSchema = z.object({
  tags: z.array(z.string().min(1).max(40)).max(20),
  notes: z.string().max(10_000),
  /** Left out of the lists unless they are asked for. */
  archived: z.boolean(),
})
export type RunNotes = z.infer<typeof runNotesSchema>

const FILE = 'notes.json'
const NONE: RunNotes = { tags: [], notes: '', archived: false }

/** What is said of a run; nothing where the file is absent or cannot be read, which hides no run. */
export function readRunNotes(folder: RunFolder): RunNotes {
  try {
    return runNotesSchema.parse(JSON.parse(readFileSync(folder.path(FILE), 'utf8')))
  } catch {
    return NONE
  }
}

export function writeRunNotes(folder: RunFolder, change: Partial<RunNotes>): void {
  const notes: RunNotes = { ...readRunNotes(folder), ...change }
  try {
    writeFileDurably(folder.path(FILE), `${JSON.stringify(notes, null, 2)}\n`)
  } catch (error) {
    const reason = diskProblem(error) ?? messageOf(error)
    throw new UserError(`${folder.path(FILE)}: tags, notes and archiving cannot be saved: ${reason}.`, 'failure')
  }
}
