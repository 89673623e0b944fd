/** The replay buffer on disk: what is read back is what was stored, over segments that come and go. */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { cutReplay, findReplayDamage, ReplayLog, type ReplayMark, readReplay } from '../../src/training/replay-log.ts'
import { WriteQueue } from '../../src/training/write-queue.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'torquelab-replay-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** One observation, one action: records of 5 numbers, 209,715 of them in a segment of 4 MiB. */
const RECORD = 5
const SEGMENT = 209_715
const CAPACITY = 1000

async function openLog(mark?: ReplayMark) {
  const queue = new WriteQueue()
  const log = new ReplayLog(folder, { recordLength: RECORD, capacity: CAPACITY }, queue, mark)
  let next = mark?.total ?? 0
  return {
    /** Records whose numbers tell where they belong. */
    add(count: number): void {
      for (let index = 0; index < count; index++, next++) {
        log.add(Float32Array.of(next), Float32Array.of(-next), next / 2, Float32Array.of(next + 1), 0.5)
      }
    },
    async sync(deleteOld = false): Promise<ReplayMark> {
      log.flush()
      let mark: ReplayMark | undefined
      queue.add(async () => {
        mark = await log.sync()
        if (deleteOld) await log.deleteBefore(mark.segments[0]!.number)
      })
      await queue.settle()
      return mark!
    },
    close: () => log.close(),
  }
}

/** The newest records by their numbers since the start, as the ring would hold them. */
async function ringOf(mark: ReplayMark): Promise<Map<number, number[]>> {
  const ring = new Map<number, number[]>()
  await readReplay(folder, mark, (first, records) => {
    for (let at = 0; at < records.length; at += RECORD) {
      const number = first + at / RECORD
      if (number >= mark.total - CAPACITY) ring.set(number, [...records.subarray(at, at + RECORD)])
    }
  })
  return ring
}

function expectRing(ring: Map<number, number[]>, total: number): void {
  expect(ring.size).toBe(Math.min(CAPACITY, total))
  for (const [number, record] of ring) expect(record).toEqual([number, -number, number / 2, 0.5, number + 1])
  expect(Math.max(...ring.keys())).toBe(total - 1)
}

it('When the ring goes round, Then its records are read back, and segments that hold none of it are deleted', async () => {
  const log = await openLog()
  log.add(700)
  const few = await log.sync(true)
  expectRing(await ringOf(few), 700)
  log.add(2 * SEGMENT + 300 - 700)
  const mark = await log.sync(true)
  // The newest thousand lie across the border of two segments.
  expect(readdirSync(folder)).toEqual(['000001.f32', '000002.f32'])
  expect(await findReplayDamage(folder, mark)).toBeUndefined()
  expectRing(await ringOf(mark), 2 * SEGMENT + 300)
  log.add(CAPACITY)
  await log.sync(true)
  expect(readdirSync(folder)).toEqual(['000002.f32'])
  await log.close()
})

it('When it is cut back and goes on, Then it holds what came before the cut and after it', async () => {
  const log = await openLog()
  log.add(1500)
  const mark = await log.sync()
  log.add(5000)
  await log.sync()
  await log.close()
  await cutReplay(folder, mark)
  expect(statSync(path.join(folder, '000000.f32')).size).toBe(1500 * RECORD * 4)
  expect(await findReplayDamage(folder, mark)).toBeUndefined()
  const resumed = await openLog(mark)
  resumed.add(10)
  const later = await resumed.sync()
  expect(later.total).toBe(1510)
  expect(await findReplayDamage(folder, later)).toBeUndefined()
  expectRing(await ringOf(later), 1510)
  await resumed.close()
})

it('When a segment is missing, Then the damage is named', async () => {
  const log = await openLog()
  log.add(10)
  const mark = await log.sync()
  await log.close()
  rmSync(path.join(folder, '000000.f32'))
  expect(await findReplayDamage(folder, mark)).toBe('000000.f32 of the replay buffer is missing')
})
