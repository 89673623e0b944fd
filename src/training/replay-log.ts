/**
 * The replay buffer on disk: its records, in the order in which they were stored, in append-only segment files
 * `replay/000000.f32`, ... of float32 (little-endian). A checkpoint holds how much of each segment it stands on, with a
 * checksum; segments whose records the ring has overwritten are deleted.
 */
import { createReadStream } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, readFile, rm, truncate } from 'node:fs/promises'
import path from 'node:path'
import * as z from 'zod'
import { crc32 } from '../common/crc32.ts'
import { syncFolder, writeAll } from '../common/durable-file.ts'
import type { WriteQueue } from './write-queue.ts'

/** What a checkpoint knows of the log: where it stood. */
export const replayMarkSchema = z.object({
  /** Numbers in a record. */
  recordLength: z.int().min(1),
  /** Records in a full segment. */
  segmentRecords: z.int().min(1),
  /** Records stored since the start of the run. */
  total: z.int().min(0),
  /** The segments that hold records of the ring, oldest first. */
  segments: z.array(
    z.object({
      number: z.int().min(0),
      records: z.int().min(0),
      /** CRC-32 of the records' bytes. */
      checksum: z.int().min(0),
    }),
  ),
})
export type ReplayMark = z.infer<typeof replayMarkSchema>

const SEGMENT_BYTES = 4 * 1024 * 1024
/** Records that are written at once. */
const BATCH = 1024

interface Segment {
  records: number
  checksum: number
}

export class ReplayLog {
  private readonly folder: string
  private readonly capacity: number
  private readonly queue: WriteQueue
  private readonly recordLength: number
  private readonly segmentRecords: number
  /** Records added, and of these the ones that wait in the batch. */
  private total: number
  private batch: Float32Array
  private batched = 0
  private readonly segments: Map<number, Segment>
  private current: { number: number; handle: FileHandle } | undefined

  /** Goes on after `mark`, or begins where there is none. */
  constructor(
    folder: string,
    size: { recordLength: number; capacity: number },
    queue: WriteQueue,
    mark: ReplayMark | undefined,
  ) {
    this.folder = folder
    this.capacity = size.capacity
    this.queue = queue
    this.recordLength = size.recordLength
    this.segmentRecords = mark?.segmentRecords ?? Math.max(1, Math.floor(SEGMENT_BYTES / (4 * size.recordLength)))
    this.total = mark?.total ?? 0
    this.segments = new Map(mark?.segments.map(({ number, ...segment }) => [number, segment]))
    this.batch = this.allocateBatch()
  }

  /** Takes in one record: observation, action, reward, discount, next observation. */
  readonly add = (
    observation: Float32Array,
    action: Float32Array,
    reward: number,
    nextObservation: Float32Array,
    discount: number,
  ): void => {
    const { batch } = this
    let at = this.batched * this.recordLength
    batch.set(observation, at)
    at += observation.length
    batch.set(action, at)
    at += action.length
    batch[at] = reward
    batch[at + 1] = discount
    batch.set(nextObservation, at + 2)
    this.batched++
    this.total++
    if (this.batched === BATCH) this.flush()
  }

  /** Hands what was added to the queue. */
  flush(): void {
    if (this.batched === 0) return
    const records = this.batch.subarray(0, this.batched * this.recordLength)
    const first = this.total - this.batched
    this.batch = this.allocateBatch()
    this.batched = 0
    this.queue.add(() => this.write(first, records))
  }

  /** To be called in a job of the queue: makes what was written so far last, and says how far that is. */
  async sync(): Promise<ReplayMark> {
    await this.current?.handle.datasync()
    if (this.current) await syncFolder(this.folder)
    const { recordLength, segmentRecords } = this
    const numbers = [...this.segments.keys()].sort((a, b) => a - b)
    const last = numbers.at(-1)
    const total = last === undefined ? 0 : last * segmentRecords + this.segments.get(last)!.records
    const first = Math.max(0, total - this.capacity)
    const segments = numbers
      .filter((number) => (number + 1) * segmentRecords > first)
      .map((number) => ({ number, ...this.segments.get(number)! }))
    return { recordLength, segmentRecords, total, segments }
  }

  /** To be called in a job of the queue: deletes the segments before `number`. */
  async deleteBefore(number: number): Promise<void> {
    for (const name of await segmentNames(this.folder)) {
      if (name >= segmentName(number)) continue
      await rm(path.join(this.folder, name), { force: true })
      this.segments.delete(Number.parseInt(name, 10))
    }
  }

  async close(): Promise<void> {
    await this.current?.handle.close()
    this.current = undefined
  }

  private allocateBatch(): Float32Array {
    return new Float32Array(BATCH * this.recordLength)
  }

  private async write(first: number, records: Float32Array): Promise<void> {
    const { recordLength, segmentRecords } = this
    const count = records.length / recordLength
    for (let done = 0; done < count; ) {
      const number = Math.floor((first + done) / segmentRecords)
      const offset = (first + done) % segmentRecords
      const taken = Math.min(count - done, segmentRecords - offset)
      const part = records.subarray(done * recordLength, (done + taken) * recordLength)
      const bytes = new Uint8Array(part.buffer, part.byteOffset, part.byteLength)
      await writeAll(await this.handleOf(number), bytes, offset * recordLength * 4)
      const segment = this.segments.get(number) ?? { records: 0, checksum: 0 }
      this.segments.set(number, { records: offset + taken, checksum: crc32(bytes, segment.checksum) })
      done += taken
    }
  }

  private async handleOf(number: number): Promise<FileHandle> {
    if (this.current?.number === number) return this.current.handle
    await this.current?.handle.datasync()
    await this.close()
    await mkdir(this.folder, { recursive: true })
    const file = path.join(this.folder, segmentName(number))
    const handle = await open(file, this.segments.has(number) ? 'r+' : 'w')
    this.current = { number, handle }
    return handle
  }
}

/** What is wrong with the segments that `mark` stands on, in words; undefined where all is well. */
export async function findReplayDamage(folder: string, mark: ReplayMark): Promise<string | undefined> {
  for (const { number, records, checksum } of mark.segments) {
    const file = path.join(folder, segmentName(number))
    const bytes = records * mark.recordLength * 4
    if (bytes === 0) continue
    let [found, length] = [0, 0]
    try {
      for await (const chunk of createReadStream(file, { end: bytes - 1, highWaterMark: 1024 * 1024 })) {
        found = crc32(chunk as Buffer, found)
        length += (chunk as Buffer).length
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT')
        return `${segmentName(number)} of the replay buffer is missing`
      throw error
    }
    if (length < bytes) return `${segmentName(number)} of the replay buffer is cut off`
    if (found !== checksum) return `${segmentName(number)} of the replay buffer is damaged`
  }
  return undefined
}

/** Passes on the records of `mark`, oldest first: `visit` gets the number of the first of each piece since the start of the run. */
export async function readReplay(
  folder: string,
  mark: ReplayMark,
  visit: (first: number, records: Float32Array) => void,
): Promise<void> {
  for (const { number, records } of mark.segments) {
    const bytes = await readFile(path.join(folder, segmentName(number)))
    // A copy of its own: typed arrays begin on multiples of 4 bytes.
    const wanted = bytes.subarray(0, records * mark.recordLength * 4)
    visit(number * mark.segmentRecords, new Float32Array(Uint8Array.from(wanted).buffer))
  }
}

/** Cuts the segments back to where `mark` stood, and deletes the ones beyond. Older ones stay: an older checkpoint may need them. */
export async function cutReplay(folder: string, mark: ReplayMark | undefined): Promise<void> {
  const last = mark?.segments.at(-1)
  for (const name of await segmentNames(folder)) {
    if (!last || name > segmentName(last.number)) await rm(path.join(folder, name), { force: true })
    else if (name === segmentName(last.number)) {
      await truncate(path.join(folder, name), last.records * mark!.recordLength * 4)
    }
  }
}

/** In the order of their records. */
async function segmentNames(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [])
  return names.filter((name) => /^\d{6}\.f32$/.test(name)).sort()
}

function segmentName(number: number): string {
  return `${String(number).padStart(6, '0')}.f32`
}
