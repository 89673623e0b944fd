/** Benches as a user starts them, with what they cannot take: one line, exit code 2, and nothing measured. */
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const benches = readdirSync('bench').filter((file) => file.endsWith('.ts'))

function run(bench: string, ...args: string[]) {
  // The bench starts with the options that this process has; warnings of Node.js are not its own.
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...process.execArgv, '--disable-warning=ExperimentalWarning', `bench/${bench}`, ...args],
    { encoding: 'utf8', timeout: 60_000 },
  )
  return { status, stdout, lines: stderr.trimEnd().split('\n') }
}

describe('Given an option that there is not', () => {
  it.each(benches)('Then %s refuses it with those that there are', (bench) => {
    const { status, stdout, lines } = run(bench, '--frob')
    expect(lines).toEqual([expect.stringMatching(/^torquelab: .*'--frob'\..* The options are .*--json.*\.$/)])
    expect(stdout).toBe('')
    expect(status).toBe(2)
  })
})

describe('Given a folder of policies that there is not', () => {
  it.each(['transfer.ts', 'touchdowns.ts'])('Then %s says so before it prints anything', (bench) => {
    const { status, stdout, lines } = run(bench, '--policies', '/nope')
    expect(lines).toEqual(['torquelab: --policies: /nope is no folder.'])
    expect(stdout).toBe('')
    expect(status).toBe(2)
  })
})

describe('Given a run that the bench of the learner cannot time', () => {
  it('Then it says so before it trains or measures anything', () => {
    const { status, stdout, lines } = run('learner.ts', '--quick', '--json', '--run', '/nope')
    expect(lines.at(-1)).toBe(
      "torquelab: --run: /nope is no run's folder: it has no run.json. Give one such as runs/hopper-ddpg-seed1-1.",
    )
    expect(stdout).toBe('')
    expect(status).toBe(2)
  })
})
