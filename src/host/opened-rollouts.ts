/**
 * Rollout files that the person gave to a window (dropped on it, or chosen in its dialog): they come in pieces, because a window
 * has no paths, and are kept as copies until the host closes. The person's own file is never touched.
 */
import { appendFileSync, closeSync, existsSync, mkdirSync, mkdtempSync, openSync, rmSync, utimesSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { messageOf, UserError } from '../common/user-error.ts'
import { MCAP_MAGIC } from '../rollout/mcap-file.ts'

/** Bytes: as long as the longest rollout, and no more. */
const LARGEST = 4 * 2 ** 30

export interface Piece {
  /** Names the file among those that come in at the same time. */
  upload: string
  /** The file's own name. */
  name: string
  /** When it was changed last, ms since 1970. */
  modified: number
  /** Offset of the piece: pieces come in order. */
  from: number
  content: Uint8Array
  isLast: boolean
}

export class OpenedRollouts {
  private folder: string | undefined
  /** File by id, in the order in which they came. */
  private readonly files = new Map<string, { file: string; name: string }>()
  private readonly uploads = new Map<string, { file: string; id: string; size: number }>()
  private count = 0

  get ids(): string[] {
    return [...this.files.keys()]
  }

  /** Takes a piece in. Returns the id of the file when that was its last. Throws a UserError at the first piece of what is no MCAP file. */
  add({ upload, name, modified, from, content, isLast }: Piece): string | undefined {
    const known = from === 0 ? this.begin(upload, name, content) : this.uploads.get(upload)
    if (!known || known.size !== from) throw new UserError(`${name}: a piece of the file is missing. Open it again.`)
    known.size += content.length
    try {
      if (known.size > LARGEST) throw new Error('it is larger than 4 GB')
      appendFileSync(known.file, content)
      if (!isLast) return undefined
      utimesSync(known.file, modified / 1000, modified / 1000)
    } catch (error) {
      this.uploads.delete(upload)
      rmSync(known.file, { force: true })
      throw new UserError(`${name}: the file cannot be opened: ${messageOf(error)}.`, 'failure')
    }
    this.uploads.delete(upload)
    this.files.set(known.id, { file: known.file, name })
    return known.id
  }

  /** Whether an id is of a file that was opened here. */
  owns(id: string): boolean {
    return id.startsWith('@')
  }

  /** Its copy, and its own name. Throws a UserError where it was closed. */
  get(id: string): { file: string; name: string } {
    const found = this.files.get(id)
    if (found && existsSync(found.file)) return found
    throw new UserError(`The file "${id.replace(/^@\d+\//, '')}" is not open any more. Open it again.`)
  }

  remove(id: string): void {
    const { file } = this.get(id)
    this.files.delete(id)
    rmSync(file, { force: true })
  }

  close(): void {
    if (this.folder) rmSync(this.folder, { recursive: true, force: true })
    this.folder = undefined
    this.files.clear()
    this.uploads.clear()
  }

  private begin(upload: string, name: string, content: Uint8Array) {
    if (!MCAP_MAGIC.every((byte, index) => content[index] === byte)) {
      throw new UserError(
        `${name}: this is no MCAP file. A rollout is a file such as best.mcap in the folder of a run.`,
      )
    }
    this.folder ??= mkdtempSync(path.join(os.tmpdir(), 'torquelab-opened-'))
    const folder = `@${++this.count}`
    // As a name that ids can have.
    const plain = name.replace(/[^A-Za-z0-9_.-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '')
    const id = `${folder}/${plain.slice(-100).replace(/^[^A-Za-z0-9]+/, '') || 'rollout.mcap'}`
    const file = path.join(this.folder, id)
    mkdirSync(path.dirname(file), { recursive: true })
    closeSync(openSync(file, 'w'))
    const begun = { file, id, size: 0 }
    this.uploads.set(upload, begun)
    return begun
  }
}
