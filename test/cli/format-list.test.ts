/** The table of runs that `list` prints. */
import { describe, expect, it } from 'vitest'
import { formatList } from '../../src/cli/format-list.ts'
import type { RunEntry } from '../../src/host/rpc/contract.ts'

const entry: RunEntry = {
  name: 'one',
  scene: 'pendulum',
  algorithm: 'ddpg',
  engine: 'fused',
  seed: 1,
  preset: 'default',
  startedAt: '2026-01-01T10:00:00.000Z',
  status: 'finished',
  budget: { steps: 5000 },
  resumable: true,
}
const rowOf = (run: Partial<RunEntry>): string =>
  formatList({ scenes: [], runs: [{ ...entry, ...run }] }, 'runs').at(-1)!

describe('Given runs', () => {
  it('When one knows how far it came, Then its row says steps, time and best return', () => {
    const row = rowOf({ status: 'interrupted', steps: 4321, seconds: 65.2, meanReturn: -512.34, checkpointStep: 4000 })
    expect(row).toMatch(/interrupted +4321 +1 min 6 s +-512\.3 +from step 4000$/)
  })

  it('When one failed with a long problem, Then its row has the beginning, and stays a row', () => {
    const problem = 'Training diverged: criticLoss is Infinity at step 1000; all weights are still finite. '.repeat(4)
    const row = rowOf({ status: 'failed', problem })
    expect(row).toContain('failed: Training diverged: criticLoss is Infini…')
    expect(row.length).toBeLessThan(140)
  })

  it('When a problem is short, Then it is there whole', () => {
    expect(rowOf({ status: 'failed', problem: 'The disk is full.' })).toContain('failed: The disk is full.  ')
  })
})
