/** What TorqueLab remembers of its user between starts, whichever runs are open: one small file in the user's folder. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import * as z from 'zod'
import { writeFileDurably } from '../common/durable-file.ts'

const schema = z.object({
  /** The welcome and its tour are for those who have not ended them yet. */
  tourEnded: z.boolean(),
})
export type UserMemory = z.output<typeof schema>

/** What is remembered where nothing is written: of nobody's folder, nobody is greeted. */
const STRANGER: UserMemory = { tourEnded: false }
const NOBODY: UserMemory = { tourEnded: true }

/** The folder in which Electron keeps its own memory too, so that both shells know the same user; TORQUELAB_USER_FOLDER names another one. */
export function userFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const { TORQUELAB_USER_FOLDER: given, APPDATA, XDG_CONFIG_HOME } = environment
  if (given) return path.resolve(given)
  const home = os.homedir()
  if (process.platform === 'win32') return path.join(APPDATA ?? path.join(home, 'AppData', 'Roaming'), 'TorqueLab')
  if (process.platform === 'darwin') return path.join(home, 'Library', 'Application Support', 'TorqueLab')
  return path.join(XDG_CONFIG_HOME || path.join(home, '.config'), 'TorqueLab')
}

/** `folder` is undefined where nobody is to be remembered. A file that cannot be read or written is forgotten: it is a convenience. */
export function openUserMemory(folder: string | undefined): { read(): UserMemory; write(memory: UserMemory): void } {
  if (folder === undefined) return { read: () => NOBODY, write: () => {} }
  const file = path.join(folder, 'user.json')
  let known: UserMemory | undefined
  return {
    read() {
      try {
        known ??= existsSync(file) ? schema.parse(JSON.parse(readFileSync(file, 'utf8'))) : STRANGER
      } catch {
        known = STRANGER
      }
      return known
    },
    write(memory) {
      known = memory
      try {
        mkdirSync(folder, { recursive: true })
        writeFileDurably(file, `${JSON.stringify(memory, null, 2)}\n`)
      } catch {
        // Known until the app ends.
      }
    },
  }
}
