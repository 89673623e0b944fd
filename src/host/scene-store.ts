/** Scenes that windows save by name into one folder, and drafts of what is not saved yet, beside them and never in the user's files. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { writeFileDurably } from '../common/durable-file.ts'
import { messageOf, UserError } from '../common/user-error.ts'

export interface Draft {
  /** One for each window that edits. */
  key: string
  /** What the scene is called. */
  name: string
  /** ISO 8601 */
  savedAt: string
  /** The scene file's text. */
  text: string
}

export interface SceneStore {
  /** The scene files in the folder, sorted. */
  files(): string[]
  /** The file that a scene of this name is saved to. */
  fileOf(name: string): string
  /** Writes a file whole or not at all; throws a UserError (a failure) that names it. */
  write(file: string, text: string): void
  drafts(): Draft[]
  writeDraft(key: string, name: string, text: string): void
  discardDraft(key: string): void
}

/** Drafts kept at most; the oldest go. */
const MOST_DRAFTS = 20

export function createSceneStore(folder: string): SceneStore {
  const draftsFolder = path.join(folder, '.drafts')
  const write = (file: string, text: string): void => {
    try {
      mkdirSync(path.dirname(file), { recursive: true })
      writeFileDurably(file, text)
    } catch (error) {
      throw new UserError(
        `${file}: the scene cannot be written: ${messageOf(error)}. The old file is as it was.`,
        'failure',
      )
    }
  }
  const draftFile = (key: string): string => path.join(draftsFolder, `${key}.json`)
  const jsonFiles = (of: string): string[] =>
    existsSync(of)
      ? readdirSync(of)
          .filter((file) => file.endsWith('.json'))
          .sort()
          .map((file) => path.join(of, file))
      : []
  const readDraft = (file: string): Draft[] => {
    try {
      const { name, text } = JSON.parse(readFileSync(file, 'utf8'))
      if (typeof name !== 'string' || typeof text !== 'string') return []
      return [{ key: path.basename(file, '.json'), name, text, savedAt: statSync(file).mtime.toISOString() }]
    } catch {
      // A draft that cannot be read is no draft; it stays where it is.
      return []
    }
  }
  const drafts = (): Draft[] =>
    jsonFiles(draftsFolder)
      .flatMap(readDraft)
      .sort((a, b) => b.savedAt.localeCompare(a.savedAt))
  return {
    files: () => jsonFiles(folder),
    fileOf: (name) => path.join(folder, `${name}.json`),
    write,
    drafts,
    writeDraft(key, name, text) {
      write(draftFile(key), JSON.stringify({ name, text }))
      for (const old of drafts().slice(MOST_DRAFTS)) rmSync(draftFile(old.key), { force: true })
    },
    discardDraft: (key) => rmSync(draftFile(key), { force: true }),
  }
}
