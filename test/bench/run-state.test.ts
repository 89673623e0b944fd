// The bench's start from a run: what it reads of a checkpoint, and which runs it refuses.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readRunState } from '../../bench/lib/run-state.ts'
import { rowLength } from '../../bench/lib/start-state.ts'
import { packageFile } from '../../src/host/package.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'torquelab-test-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A short run of the scene with small networks; returns its folder. */
function train(scene: string, name: string, ...settings: string[]): string {
  const small = ['hiddenSizes=8,6', 'learningStarts=20', 'randomSteps=20', 'evaluationEpisodes=1', 'reportEpisodes=1']
  const sets = [...small, ...settings].flatMap((setting) => ['--set', setting])
  const args = [
    'train',
    scene,
    '--algo',
    'ddpg',
    '--preset',
    'paper',
    '--steps',
    '200',
    '--runs',
    folder,
    '--run',
    name,
    ...sets,
  ]
  const { status, stderr } = spawnSync(process.execPath, [packageFile('dist/node/cli.js'), ...args], {
    encoding: 'utf8',
  })
  expect(stderr).not.toMatch(/error/i)
  expect(status).toBe(0)
  return path.join(folder, name)
}

test('a run of plain DDPG on the hopper gives its networks, and transitions in the order of the bench', async () => {
  const run = train('hopper', 'plain')
  const { state, step } = await readRunState(run)
  expect(step).toBeGreaterThanOrEqual(200)
  expect(state.networks.critic.layers.map(({ inputs, outputs }) => [inputs, outputs])).toEqual([
    [11, 8],
    [8 + 3, 6],
    [6, 1],
  ])
  const row = rowLength(state.size)
  const rows = Array.from({ length: state.transitions.length / row }, (_, index) =>
    state.transitions.subarray(index * row, (index + 1) * row),
  )
  expect(rows.length).toBeGreaterThan(20)
  for (const each of rows) {
    expect([0, Math.fround(0.99)]).toContain(each[row - 1])
    // Height and angles change little in one step, and actions are in [-1, 1].
    expect(Math.abs(each[0]! - each[11 + 3 + 1]!)).toBeLessThan(0.2)
    expect(each.subarray(11, 14).every((action) => Math.abs(action) <= 1)).toBe(true)
  }
  expect(state.checkIndices.every((index) => index < rows.length)).toBe(true)
  expect(state.settings.criticL2).toBe(0)
})

test('a run with what the peers do not have, or of another task, is refused with the reason', async () => {
  await expect(readRunState(train('hopper', 'clipped', 'gradientClip=1'))).rejects.toThrow(
    /trained with gradientClip 1, which the peers do not have/,
  )
  await expect(readRunState(train('pendulum', 'other'))).rejects.toThrow(
    /has 3 observations and 1 actions; the bench times the hopper's 11 and 3/,
  )
})
