/** Deleted runs: moved into `.trash` beside the runs, from where they can be taken back until it is emptied. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { diskProblem } from '../common/durable-file.ts'
import { messageOf, UserError } from '../common/user-error.ts'
import { type RunDescription, RunFolder } from '../training/run-folder.ts'

export interface TrashEntry {
  /** Names it among all that was deleted. */
  id: string
  /** The run's name. */
  name: string
  deletedAt: string
}

export const FOLDER = '.trash'
const ID = /^(\d+)-([A-Za-z0-9][A-Za-z0-9_.-]*)$/
/** Days after which a deleted run is gone. */
export const KEPT_DAYS = 30

export class Trash {
  private readonly runsFolder: string

  constructor(runsFolder: string) {
    this.runsFolder = runsFolder
  }

  /** Newest first. */
  list(): TrashEntry[] {
    if (!existsSync(this.path())) return []
    return readdirSync(this.path())
      .flatMap((id) => {
        const [, time, name] = ID.exec(id) ?? []
        return time && name ? [{ id, name, deletedAt: new Date(Number(time)).toISOString() }] : []
      })
      .sort((a, b) => b.id.localeCompare(a.id))
  }

  /** Moves a run here; nothing of it is lost. */
  put(folder: RunFolder): TrashEntry {
    const { name } = folder
    let time = Date.now()
    while (existsSync(this.path(`${time}-${name}`))) time++
    const id = `${time}-${name}`
    mkdirSync(this.path(), { recursive: true })
    move(folder.folder, this.path(id), `The run "${name}" cannot be deleted`)
    return { id, name, deletedAt: new Date(time).toISOString() }
  }

  /** Takes a run back under its own name, or one with a number where that was given away meanwhile. */
  restore(id: string): RunFolder {
    const name = ID.exec(id)?.[2]
    if (!name || !existsSync(this.path(id))) {
      throw new UserError(`There is no deleted run "${id}": it was taken back already, or the trash was emptied.`)
    }
    let free = name
    for (let number = 2; existsSync(path.join(this.runsFolder, free)); number++) free = `${name}-${number}`
    move(this.path(id), path.join(this.runsFolder, free), `The run "${name}" cannot be taken back`)
    return RunFolder.open(this.runsFolder, free)
  }

  /** Deletes for good: everything, or what is older than a month. */
  empty(which: 'all' | 'old'): void {
    const limit = Date.now() - KEPT_DAYS * 86_400_000
    for (const { id, deletedAt } of this.list()) {
      if (which === 'all' || Date.parse(deletedAt) < limit) rmSync(this.path(id), { recursive: true, force: true })
    }
  }

  private path(...parts: string[]): string {
    return path.join(this.runsFolder, FOLDER, ...parts)
  }
}

/** Gives a run another name, also one whose run.json cannot be read and keeps it. Throws a UserError where it is taken. */
export function renameRun(runsFolder: string, folder: RunFolder, name: string): RunFolder {
  const target = path.join(runsFolder, name)
  if (existsSync(target)) throw new UserError(`There is already a run called "${name}"; choose another name.`)
  move(folder.folder, target, `The run "${folder.name}" cannot be renamed`)
  const renamed = RunFolder.open(runsFolder, name)
  const description = readable(renamed)
  try {
    if (description) renamed.writeDescription({ ...description, name })
  } catch (error) {
    renameSync(target, folder.folder)
    throw error
  }
  return renamed
}

function readable(folder: RunFolder): RunDescription | undefined {
  try {
    return folder.readDescription()
  } catch {
    return undefined
  }
}

export function move(from: string, to: string, what: string): void {
  try {
    renameSync(from, to)
  } catch (error) {
    const known = diskProblem(error)
    const reason = known === undefined ? messageOf(error) : `in ${path.dirname(from)}, ${known}`
    throw new UserError(`${what}: ${reason}.`, 'failure')
  }
}
