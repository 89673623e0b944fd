/**
 * Mends an MCAP file that is cut off or damaged, without touching it: its whole records, and behind them the indexes that its end
 * would have held, in memory. So it is read by range as a whole one is. The records are those of https://mcap.dev/spec.
 */
import type { FileHandle } from 'node:fs/promises'
import { McapRecordBuilder, McapStreamReader, type McapTypes, Opcode } from '@mcap/core'
import { zstdCodec } from './compression.ts'

/** Bytes of an opcode and a length. */
const PREFIX = 9
/** Enough of a record for what is read in front of its content: names are short. */
const HEAD_BYTES = 512
/** The indexes of a chunk of two hundred steps and the next chunk's head. */
const WINDOW_BYTES = 16 * 1024

export interface Mended {
  /** Bytes of the file that are good; `tail` follows them. */
  size: number
  tail: Uint8Array
  /** Where the messages of the last chunk begin, ns; undefined where there is no chunk. */
  lastChunkTime: bigint | undefined
}

interface Found {
  chunks: McapTypes.ChunkIndex[]
  attachments: McapTypes.AttachmentIndex[]
  metadata: McapTypes.MetadataIndex[]
  schemas: Map<number, McapTypes.Schema>
  channels: Map<number, McapTypes.Channel>
}

/**
 * Reads the records up to the first that is not whole: of chunks only where they are and what they say of themselves, unless `check`
 * asks for their checksums too. `handle` must be of a file that begins as MCAP does.
 */
export async function mend(handle: FileHandle, { check }: { check: boolean }): Promise<Mended> {
  const { size } = await handle.stat()
  const found: Found = { chunks: [], attachments: [], metadata: [], schemas: new Map(), channels: new Map() }
  let end = 8
  let hasRecordsBehindChunk = false
  const headAt = headReader(handle, size)
  for (let at = end; at + PREFIX <= size; ) {
    const head = await headAt(at)
    const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
    const length = PREFIX + Number(view.getBigUint64(1, true))
    const opcode = head[0]!
    if (at + length > size || opcode === Opcode.DATA_END || opcode === 0) break
    try {
      if (opcode === Opcode.CHUNK) {
        const index = chunkIndex(view, at, length)
        if (check || found.channels.size === 0) await addChannels(found, await readAt(handle, at, length))
        found.chunks.push(index)
      } else if (opcode === Opcode.MESSAGE_INDEX) {
        const chunk = found.chunks.at(-1)
        if (chunk) {
          chunk.messageIndexOffsets.set(view.getUint16(PREFIX, true), BigInt(at))
          chunk.messageIndexLength += BigInt(length)
        }
      } else if (opcode === Opcode.ATTACHMENT) {
        found.attachments.push(attachmentIndex(view, at, length))
      } else if (opcode === Opcode.METADATA) {
        found.metadata.push({ name: textAt(view, PREFIX).text, offset: BigInt(at), length: BigInt(length) })
      } else if (opcode === Opcode.SCHEMA || opcode === Opcode.CHANNEL) {
        take(found, [await readAt(handle, at, length)])
      }
    } catch {
      break
    }
    hasRecordsBehindChunk = opcode !== Opcode.CHUNK && opcode !== Opcode.MESSAGE_INDEX
    at += length
    end = at
  }
  const indexes = new McapRecordBuilder()
  if (!hasRecordsBehindChunk) end = await indexLastChunk(handle, found, end, indexes)
  return { size: end, tail: tailOf(found, end, indexes), lastChunkTime: found.chunks.at(-1)?.messageStartTime }
}

/** Reads the heads of records one after the other; those of a chunk's indexes stand close together and come with one read. */
function headReader(handle: FileHandle, size: number) {
  let window: { at: number; bytes: Uint8Array } = { at: 0, bytes: new Uint8Array() }
  return async (at: number): Promise<Uint8Array> => {
    const length = Math.min(HEAD_BYTES, size - at)
    if (at < window.at || at + length > window.at + window.bytes.length) {
      window = { at, bytes: await readAt(handle, at, Math.min(WINDOW_BYTES, size - at)) }
    }
    return window.bytes.subarray(at - window.at, at - window.at + length)
  }
}

async function readAt(handle: FileHandle, at: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length)
  const { bytesRead } = await handle.read(bytes, 0, length, at)
  return bytes.subarray(0, bytesRead)
}

function textAt(view: DataView, at: number): { text: string; end: number } {
  const length = view.getUint32(at, true)
  const end = at + 4 + length
  if (end > view.byteLength) throw new RangeError('a name is longer than names are')
  return { text: new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + at + 4, length)), end }
}

/** Start and end time, size, checksum, compression, size of what is compressed. */
function chunkIndex(view: DataView, at: number, length: number): McapTypes.ChunkIndex {
  const { text: compression, end } = textAt(view, PREFIX + 28)
  return {
    messageStartTime: view.getBigUint64(PREFIX, true),
    messageEndTime: view.getBigUint64(PREFIX + 8, true),
    uncompressedSize: view.getBigUint64(PREFIX + 16, true),
    compression,
    compressedSize: view.getBigUint64(end, true),
    chunkStartOffset: BigInt(at),
    chunkLength: BigInt(length),
    messageIndexOffsets: new Map(),
    messageIndexLength: 0n,
  }
}

/** Log time, creation time, name, media type, size. */
function attachmentIndex(view: DataView, at: number, length: number): McapTypes.AttachmentIndex {
  const { text: name, end } = textAt(view, PREFIX + 16)
  const { text: mediaType, end: sizeAt } = textAt(view, end)
  return {
    logTime: view.getBigUint64(PREFIX, true),
    createTime: view.getBigUint64(PREFIX + 8, true),
    name,
    mediaType,
    dataSize: view.getBigUint64(sizeAt, true),
    offset: BigInt(at),
    length: BigInt(length),
  }
}

/** Adds the schemas and channels among these records. Throws where a record is damaged. */
function take(
  { schemas, channels }: Found,
  records: readonly Uint8Array[],
  reader = new McapStreamReader({ noMagicPrefix: true }),
) {
  for (const bytes of records) {
    reader.append(bytes)
    for (let record = reader.nextRecord(); record; record = reader.nextRecord()) {
      if (record.type === 'Schema') schemas.set(record.id, record)
      if (record.type === 'Channel') channels.set(record.id, record)
    }
  }
}

/** The same of a chunk's record, whose checksum it checks. */
async function addChannels(found: Found, chunk: Uint8Array): Promise<void> {
  const { decompressHandlers } = await zstdCodec()
  const known = new McapRecordBuilder()
  for (const channel of found.channels.values()) known.writeChannel(channel)
  take(found, [known.buffer.slice(), chunk], new McapStreamReader({ noMagicPrefix: true, decompressHandlers }))
}

/** Where the file ends with a chunk, the indexes of its messages may be cut off: makes them anew. Returns where the good bytes end. */
async function indexLastChunk(
  handle: FileHandle,
  found: Found,
  end: number,
  indexes: McapRecordBuilder,
): Promise<number> {
  const chunk = found.chunks.at(-1)
  if (!chunk) return end
  const { chunkStartOffset, chunkLength } = chunk
  const chunkEnd = Number(chunkStartOffset + chunkLength)
  try {
    const record = await readAt(handle, Number(chunkStartOffset), Number(chunkLength))
    await addChannels(found, record)
    const messages = await messagesIn(record, chunk)
    chunk.messageIndexOffsets.clear()
    for (const [channelId, records] of messages) {
      chunk.messageIndexOffsets.set(channelId, BigInt(chunkEnd + indexes.length))
      indexes.writeMessageIndex({ channelId, records })
    }
    chunk.messageIndexLength = BigInt(indexes.length)
    return chunkEnd
  } catch {
    // It is damaged: the one before is the last then, and its indexes are whole.
    found.chunks.pop()
    return Number(chunkStartOffset)
  }
}

/** Time and place of the messages of a chunk by channel. */
async function messagesIn(record: Uint8Array, chunk: McapTypes.ChunkIndex): Promise<Map<number, [bigint, bigint][]>> {
  const compressed = record.subarray(record.length - Number(chunk.compressedSize))
  const { decompressHandlers } = await zstdCodec()
  const isZstd = chunk.compression === 'zstd'
  const content = isZstd ? decompressHandlers.zstd(compressed, chunk.uncompressedSize) : compressed
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength)
  const messages = new Map<number, [bigint, bigint][]>()
  for (let at = 0; at + PREFIX <= content.length; at += PREFIX + Number(view.getBigUint64(at + 1, true))) {
    if (content[at] !== Opcode.MESSAGE) continue
    const channelId = view.getUint16(at + PREFIX, true)
    const list = messages.get(channelId) ?? []
    list.push([view.getBigUint64(at + PREFIX + 6, true), BigInt(at)])
    messages.set(channelId, list)
  }
  return messages
}

/** What follows the good bytes, which end at `end`: the indexes of the last chunk, and the summary with all others. */
function tailOf({ chunks, attachments, metadata, schemas, channels }: Found, end: number, builder: McapRecordBuilder) {
  builder.writeDataEnd({ dataSectionCrc: 0 })
  const summaryStart = BigInt(end + builder.length)
  for (const schema of schemas.values()) builder.writeSchema(schema)
  for (const channel of channels.values()) builder.writeChannel(channel)
  for (const chunk of chunks) builder.writeChunkIndex(chunk)
  for (const attachment of attachments) builder.writeAttachmentIndex(attachment)
  for (const entry of metadata) builder.writeMetadataIndex(entry)
  // 0: there is no checksum, and there are no offsets.
  builder.writeFooter({ summaryStart, summaryOffsetStart: 0n, summaryCrc: 0 })
  builder.writeMagic()
  return builder.buffer.slice()
}
