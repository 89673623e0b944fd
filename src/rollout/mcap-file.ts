/** Opens an MCAP file for reading by range, with one clear error for whatever is not one. */
import { type FileHandle, open } from 'node:fs/promises'
import { McapIndexedReader } from '@mcap/core'
import { messageOf, UserError } from '../common/user-error.ts'
import { zstdCodec } from './compression.ts'
import { type Mended, mend } from './mend.ts'

/** The eight bytes that every MCAP file begins with (https://mcap.dev/spec), and ends with. */
export const MCAP_MAGIC = Uint8Array.of(0x89, 0x4d, 0x43, 0x41, 0x50, 0x30, 0x0d, 0x0a)

/** Uses a file's reader. Whatever is wrong becomes a UserError that names the file. */
export type UseReader = <Value>(use: (reader: McapIndexedReader) => Promise<Value>) => Promise<Value>

/** Opens a file, reads from it and closes it. Throws as `UseReader` does. */
export function withReader<Value>(file: string, use: (reader: McapIndexedReader) => Promise<Value>): Promise<Value> {
  return repeatedReader(file)(use)
}

/**
 * As `withReader`, for a file that is read again and again: its indexes are kept in memory, about 1 kB a chunk. The file is open only
 * while it is read, so that it can be renamed and deleted meanwhile; where it was changed, its indexes are read anew. `mended` is what
 * there is of one that is cut off.
 */
export function repeatedReader(file: string, mended?: Mended): UseReader {
  let kept: KeptReader | undefined
  return (use) =>
    withFile(file, async (handle) => {
      const { size, mtimeMs } = await handle.stat()
      // Whoever comes while another reads makes a reader of their own.
      const free = kept?.size === size && kept.modified === mtimeMs ? kept : undefined
      kept = undefined
      const source = free?.source ?? { handle }
      source.handle = handle
      const reader = free?.reader ?? (await openReader(source, file, mended))
      const value = await use(reader)
      kept = { reader, source, size, modified: mtimeMs }
      return value
    })
}

interface Source {
  /** Open while the reader is used. */
  handle: FileHandle
}

interface KeptReader {
  reader: McapIndexedReader
  source: Source
  size: number
  modified: number
}

/**
 * What is good of a file that is cut off or damaged, as `repeatedReader` takes it. One that is only cut off is read by its records' heads;
 * `check` asks for the checksum of each, and is needed where something in front of the end is damaged.
 */
export function mendFile(file: string, check: boolean): Promise<Mended> {
  return withFile(file, async (handle) => {
    const { size } = await handle.stat()
    // With its last bytes in place, a file is damaged in front of them.
    return await mend(handle, { check: check || (await hasMagic(handle, size - MCAP_MAGIC.length)) })
  })
}

async function withFile<Value>(file: string, use: (handle: FileHandle) => Promise<Value>): Promise<Value> {
  const handle = await openFile(file)
  try {
    if (!(await hasMagic(handle, 0))) {
      throw new UserError(`${file}: this is no MCAP file. A rollout is made with "torquelab record".`)
    }
    return await use(handle)
  } catch (error) {
    if (error instanceof UserError) throw error
    throw new UserError(`${file}: the rollout is damaged: ${messageOf(error)}. Record it anew.`)
  } finally {
    await handle.close()
  }
}

async function openFile(file: string): Promise<FileHandle> {
  try {
    const handle = await open(file, 'r')
    if ((await handle.stat()).isFile()) return handle
    await handle.close()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') throw new UserError(`${file}: there is no such file. Check the path.`)
    throw new UserError(`${file}: the file cannot be read: ${messageOf(error)}.`)
  }
  throw new UserError(`${file}: this is no file. Give the path of a rollout (.mcap).`)
}

async function hasMagic(handle: FileHandle, at: number): Promise<boolean> {
  if (at < 0) return false
  const bytes = new Uint8Array(MCAP_MAGIC.length)
  const { bytesRead } = await handle.read(bytes, 0, bytes.length, at)
  return bytesRead === bytes.length && MCAP_MAGIC.every((byte, index) => bytes[index] === byte)
}

async function openReader(source: Source, file: string, mended?: Mended): Promise<McapIndexedReader> {
  const size = mended ? mended.size : (await source.handle.stat()).size
  const tail = mended?.tail ?? new Uint8Array()
  const read = async (offset: bigint, length: bigint): Promise<Uint8Array> => {
    const bytes = new Uint8Array(Number(length))
    const at = Number(offset)
    const stored = Math.min(bytes.length, Math.max(0, size - at))
    const { bytesRead } = stored > 0 ? await source.handle.read(bytes, 0, stored, at) : { bytesRead: 0 }
    const added =
      bytesRead === stored ? tail.subarray(at + stored - size, at + bytes.length - size) : tail.subarray(0, 0)
    bytes.set(added, bytesRead)
    if (bytesRead + added.length < bytes.length) throw new Error(`it ends at byte ${at + bytesRead}`)
    return bytes
  }
  const { decompressHandlers } = await zstdCodec()
  try {
    const readable = { size: async () => BigInt(size + tail.length), read }
    return await McapIndexedReader.Initialize({ readable, decompressHandlers })
  } catch {
    throw new UserError(`${file}: the end of the file is cut off or damaged. Record it anew.`)
  }
}
