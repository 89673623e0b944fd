/** Deleted rollouts: each in a folder of its own in the trash of runs, under the run that it came from. */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../common/user-error.ts'
import { RunFolder } from '../training/run-folder.ts'
import { FOLDER, KEPT_DAYS, move } from './trash.ts'

export class RolloutTrash {
  private readonly runsFolder: string
  private readonly folder: string

  constructor(runsFolder: string) {
    this.runsFolder = runsFolder
    this.folder = path.join(runsFolder, FOLDER, 'rollouts')
  }

  /** Moves a file here; `id` is `run/file`. Returns what takes it back. */
  put(id: string, file: string): string {
    const [run = '', name = ''] = id.split('/')
    if (!existsSync(file)) throw new UserError(`${file}: there is no such file. It may be deleted already.`)
    let time = Date.now()
    while (existsSync(path.join(this.folder, String(time)))) time++
    const target = path.join(this.folder, String(time), run)
    mkdirSync(target, { recursive: true })
    move(file, path.join(target, name), `The rollout "${id}" cannot be deleted`)
    return String(time)
  }

  /** Takes a rollout back into its run, under another name where its own was given away meanwhile. Returns its id. */
  restore(deletion: string): string {
    const folder = path.join(this.folder, deletion)
    const [run] = existsSync(folder) ? readdirSync(folder) : []
    const [name] = run === undefined ? [] : readdirSync(path.join(folder, run))
    if (run === undefined || name === undefined) {
      throw new UserError('There is no such deleted rollout: it was taken back already, or the trash was emptied.')
    }
    const target = RunFolder.open(this.runsFolder, run).ensureFolder('rollouts')
    let free = name
    for (let number = 2; existsSync(path.join(target, free)); number++)
      free = name.replace(/(\.mcap)?$/, `-${number}$1`)
    move(path.join(folder, run, name), path.join(target, free), `The rollout "${run}/${name}" cannot be taken back`)
    rmSync(folder, { recursive: true, force: true })
    return `${run}/${free}`
  }

  /** Deletes for good: everything, or what is older than a month. */
  empty(which: 'all' | 'old'): void {
    if (!existsSync(this.folder)) return
    const limit = Date.now() - KEPT_DAYS * 86_400_000
    for (const deletion of readdirSync(this.folder)) {
      if (which === 'all' || Number(deletion) < limit) {
        rmSync(path.join(this.folder, deletion), { recursive: true, force: true })
      }
    }
  }
}
