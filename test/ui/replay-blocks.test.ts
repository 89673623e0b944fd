/** Rollouts in blocks: exact rows and returns, bounded memory, curves that keep their extremes.
 * The host is a function here that counts what is asked of it. */
import { describe, expect, it } from 'vitest'
import type { RolloutColumns } from '../../src/host/rpc/contract.ts'
import { BLOCK_ROWS, blockOf, RolloutBlocks } from '../../src/ui/replay/rollout-blocks.ts'

const sizes = { poses: 3, observation: 2, action: 1, efforts: 1, terms: 2 }

function columns(from: number, to: number): RolloutColumns {
  const rows = Array.from({ length: to - from }, (_, row) => from + row)
  return {
    from,
    to,
    time: rows.map((step) => step * 0.05),
    poses: rows.flatMap((step) => [step, step + 0.5, 2 * step]),
    velocities: rows.flatMap((step) => [1, 0, -step]),
    observation: rows.flatMap((step) => [Math.cos(step), step === 12_345 ? 99 : 0]),
    action: rows.map((step) => (step === 0 ? 0 : 0.5)),
    efforts: rows.map((step) => (step === 0 ? 0 : 2)),
    terms: rows.flatMap((step) => (step === 0 ? [0, 0] : [-0.1, -0.2])),
    reward: rows.map((step) => (step === 0 ? 0 : -0.1 - 0.2)),
  }
}

function open(steps: number) {
  const asked: number[] = []
  const blocks = new RolloutBlocks(steps, sizes, async (from, to) => {
    asked.push(from)
    return columns(from, to)
  })
  return { blocks, asked }
}

/** The plainest sum in the same order. */
function returnAfter(step: number): number {
  let sum = 0
  for (let each = 1; each <= step; each++) sum += -0.1 - 0.2
  return sum
}

describe('RolloutBlocks', () => {
  it('gives a short rollout in one request, with the reset as row 0', async () => {
    const { blocks, asked } = open(200)
    await blocks.loadAll(() => true)
    expect(asked).toEqual([0])
    expect(blocks.rows).toBe(201)
    expect(blocks.row(0)).toEqual({
      poses: Float32Array.of(0, 0.5, 0),
      action: [0],
      efforts: Float32Array.of(0),
      returnSoFar: 0,
    })
    expect(blocks.row(200)).toMatchObject({
      action: [0.5],
      efforts: Float32Array.of(2),
      returnSoFar: returnAfter(200),
    })
    expect(blocks.curves.observation[0]!.x.length).toBe(201)
    // The reset has neither action nor reward.
    expect(blocks.curves.terms[1]!.x.length).toBe(200)
    expect(blocks.curves.terms[1]!.x.values[0]).toBe(0.05)
    expect(blocks.curves.terms[1]!.y.values[0]).toBe(-0.2)
  })

  it('sums returns across blocks to the same bits, also where the playhead came first', async () => {
    const { blocks } = open(12_000)
    await blocks.load(blockOf(11_000))
    expect(blocks.row(11_000)!.returnSoFar).toBeNaN()
    await blocks.loadAll(() => true)
    expect(blocks.row(11_000)!.returnSoFar).toBe(returnAfter(11_000))
    expect(blocks.curves.returnSoFar.y.last).toBe(returnAfter(12_000))
  })

  it('keeps few blocks and few points of a long rollout, and reads again what it let go', async () => {
    const steps = 200 * BLOCK_ROWS - 1
    const { blocks, asked } = open(steps)
    await blocks.loadAll(() => true)
    expect(asked.length).toBe(200)
    expect(blocks.row(10)).toBeUndefined()
    await Promise.all([blocks.load(0), blocks.load(0)])
    expect(asked.length).toBe(201)
    expect(blocks.row(10)!.returnSoFar).toBe(returnAfter(10))
    const curve = blocks.curves.observation[1]!
    expect(curve.x.length).toBeLessThan(110_000)
    expect(Math.max(...curve.y.values)).toBe(99)
  })

  it('stops when it is told to', async () => {
    const { blocks, asked } = open(40 * BLOCK_ROWS)
    await blocks.loadAll((block) => block < 1)
    expect(asked.length).toBe(2)
  })

  it('refuses columns that do not fit the scene', async () => {
    const blocks = new RolloutBlocks(10, { ...sizes, poses: 6 }, async (from, to) => columns(from, to))
    await expect(blocks.load(0)).rejects.toThrow('Steps 0 to 10 of the rollout do not fit its scene')
  })
})
