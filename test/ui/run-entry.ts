import type { RunEntry } from '../../src/host/rpc/contract.ts'

/** A finished run of the pendulum as the host lists it, with `change` in it. */
export const runEntry = (name: string, change: Partial<RunEntry> = {}): RunEntry => ({
  name,
  scene: 'pendulum',
  algorithm: 'ddpg',
  engine: 'fused',
  seed: 1,
  preset: 'default',
  status: 'finished',
  startedAt: '2026-01-01T10:00:00.000Z',
  budget: { steps: 1000 },
  resumable: true,
  ...change,
})
