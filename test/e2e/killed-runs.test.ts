/** A run that is killed at random moments, while it starts, trains or writes a checkpoint, and resumed each time. scripts/kill-test.mjs does it at length. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RandomStream } from '../../src/common/random.ts'

// The scripts are JavaScript, which the type checker of the project does not read: hence imports by a computed name.
const { killAndCompare } = await import(
  /* @vite-ignore */ new URL('../../scripts/lib/kill-run.mjs', import.meta.url).href
)

const cli = path.resolve('dist/node/cli.js')
let runsFolder: string
beforeAll(() => {
  runsFolder = mkdtempSync(path.join(os.tmpdir(), 'torquelab-killed-'))
})
afterAll(() => rmSync(runsFolder, { recursive: true, force: true }))

const torquelab = (...args: string[]) =>
  spawnSync(process.execPath, [cli, ...args, '--runs', runsFolder], { encoding: 'utf8' })

/** ms: the program starts a dozen times, which takes long where other work fills the cores. */
const PATIENCE = 400_000

describe('Given a run that is killed six times', { timeout: PATIENCE }, () => {
  it('When it is resumed each time, Then metrics, policies and rollout are those of the undisturbed run', async () => {
    const random = RandomStream.derive(1, 'moments of kills')
    const result = await killAndCompare({
      node: process.execPath,
      cli,
      runsFolder,
      steps: 4000,
      kills: 6,
      random: () => random.uniform(0, 1),
      say: () => {},
    })
    expect(result).toMatchObject({ kills: 6, differences: [] })
  })

  it('Then it is listed as finished, and where it could go on', () => {
    const { stdout } = torquelab('list')
    expect(stdout).toMatch(/killed +pendulum +ddpg +fused +1 +finished +4000 +\d+ s +\S+ +from step 4000/)
  })

  it('When it is resumed once more, Then it says that it has come to its end, and how to go further', () => {
    const { status, stderr } = torquelab('resume', 'killed')
    expect(status).toBe(2)
    expect(stderr).toBe(
      'torquelab: The run "killed" has trained for 4000 steps; give more with --steps or --episodes to go on.\n',
    )
  })

  it('When it is resumed with more steps, Then it trains on', () => {
    const { status, stdout } = torquelab('resume', 'killed', '--steps', '4300', '--threads', '1', '--json')
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ run: 'killed', status: 'finished', steps: 4300 })
  })
})
