/**
 * Files that are the old one or the new one, whole, whatever ends the process or the machine: written beside their place, synced,
 * renamed, and their folder synced. Written by ourselves because write-file-atomic takes a short write, which a full disk
 * gives, for a whole one, and leaves the folder unsynced.
 */
import {
  closeSync,
  fchmodSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import path from 'node:path'

/**
 * Replaces `file`; where that is a link, what it points to. It keeps its permissions. One writer at a time: what an earlier one left
 * half written is overwritten.
 */
export function writeFileDurably(place: string, content: string | Uint8Array): void {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  const old = statSync(place, { throwIfNoEntry: false })
  const file = old ? realpathSync(place) : place
  const partial = partialOf(file)
  try {
    const descriptor = openSync(partial, 'w')
    try {
      if (old) fchmodSync(descriptor, old.mode & 0o7777)
      writeAllSync(descriptor, bytes)
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    renameSync(partial, file)
  } catch (error) {
    rmSync(partial, { force: true })
    throw error
  }
  if (!syncsFolders) return
  const folder = openSync(path.dirname(file), 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

/** The same beside other work. */
export async function writeFileDurablyAsync(file: string, bytes: Uint8Array): Promise<void> {
  const partial = partialOf(file)
  try {
    const handle = await open(partial, 'w')
    try {
      await writeAll(handle, bytes, 0)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(partial, file)
  } catch (error) {
    await rm(partial, { force: true })
    throw error
  }
  await syncFolder(path.dirname(file))
}

/** Makes new and renamed files of a folder outlast a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  if (!syncsFolders) return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Writes all bytes at the file's end (a write may take a part only). */
export function writeAllSync(descriptor: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at)
}

/** Writes all bytes from `position` on. */
export async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    at += (await handle.write(bytes, at, bytes.length - at, position + at)).bytesWritten
  }
}

/** What went wrong with a file, in words, and what to do where that is known. */
export function diskProblem(error: unknown): string | undefined {
  switch ((error as NodeJS.ErrnoException | undefined)?.code) {
    case 'ENOSPC':
      return 'the disk is full; free some space'
    case 'EDQUOT':
      return 'the quota of this disk is used up; free some space'
    case 'EFBIG':
      return 'the system allows no larger file; raise the limit'
    case 'EROFS':
      return 'the disk is read-only; make it writable'
    case 'EACCES':
    case 'EPERM':
      return 'there is no permission to write; give it'
    default:
      return undefined
  }
}

const partialOf = (file: string): string => `${file}.partial`

/** Windows opens no folders, and its renames are in the file system's journal. */
const syncsFolders = process.platform !== 'win32'
