/** Policies along the way: bounded, evenly apart, and a function of the step alone. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  cutSnapshots,
  MOST_SNAPSHOTS,
  snapshotInterval,
  snapshotSteps,
  thinSnapshots,
  writeSnapshot,
} from '../../src/training/snapshots.ts'
import { fc } from '../properties.ts'

let place: string
beforeEach(() => {
  place = mkdtempSync(path.join(os.tmpdir(), 'torquelab-snapshots-'))
})
afterEach(() => rmSync(place, { recursive: true, force: true }))

const folder = { path: (...parts: string[]) => path.join(place, ...parts) }
const write = (step: number) => writeSnapshot(folder, step, Buffer.from(String(step)))

describe('Given a run of any length', () => {
  it('When it is evaluated every so many steps, Then as many snapshots are kept as are said, at most, and half of them at least', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 0, max: 1e9 }), (interval, step) => {
        const kept = Math.floor(step / snapshotInterval(interval, step)) + 1
        expect(kept).toBeLessThanOrEqual(MOST_SNAPSHOTS)
        expect(kept).toBeGreaterThanOrEqual(Math.min(Math.floor(step / interval) + 1, MOST_SNAPSHOTS / 2))
      }),
    )
  })

  it('When it goes on, Then it only ever drops snapshots: none is needed that it does not have', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1000 }),
        fc.integer({ min: 0, max: 1e6 }),
        fc.nat(1e6),
        (interval, a, b) => {
          expect(snapshotInterval(interval, a + b) % snapshotInterval(interval, a)).toBe(0)
        },
      ),
    )
  })
})

describe('Given a folder with snapshots', () => {
  it('When they are thinned, Then every second one goes, and the others stay as they were', async () => {
    for (let step = 0; step <= 2000; step += 100) await write(step)
    await thinSnapshots(folder, 100, 2000)
    expect(snapshotSteps(folder)).toEqual(Array.from({ length: 11 }, (_, index) => 200 * index))
    expect(readFileSync(folder.path('snapshots', 'policy-000001800.safetensors'), 'utf8')).toBe('1800')
  })

  it('When they are cut back, Then none of a later step is left, and no half of a file', async () => {
    for (const step of [0, 100, 1_000_000_000]) await write(step)
    await cutSnapshots(folder, 100)
    expect(readdirSync(folder.path('snapshots'))).toEqual([
      'policy-000000000.safetensors',
      'policy-000000100.safetensors',
    ])
    await cutSnapshots(folder, -1)
    expect(snapshotSteps(folder)).toEqual([])
  })
})
