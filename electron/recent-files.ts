/** The scene files opened lately, newest first, for the menu and the system's own list. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { app } from 'electron'
import * as z from 'zod'
import { readJson, writeJson } from './json-file.ts'

const MOST = 10
const schema = z.object({ files: z.array(z.string()) })

export interface RecentFiles {
  /** Those that still exist. */
  list(): string[]
  add(file: string): void
  clear(): void
}

export function openRecentFiles(memory: string): RecentFiles {
  let files = (readJson(memory, schema)?.files ?? []).filter((file) => path.isAbsolute(file)).slice(0, MOST)
  const save = (changed: string[]): void => {
    files = changed
    writeJson(memory, { files })
  }
  return {
    list: () => files.filter((file) => existsSync(file)),
    add(file) {
      const added = path.resolve(file)
      save([added, ...files.filter((other) => other !== added && existsSync(other))].slice(0, MOST))
      app.addRecentDocument(added)
    },
    clear() {
      save([])
      app.clearRecentDocuments()
    },
  }
}
