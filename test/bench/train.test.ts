import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { packageFile } from '../../src/host/package.ts'

describe('Given wrong options of the bench of training', () => {
  test.each([
    { args: ['--steps', 'many'], says: '--steps must be a whole number from 1, such as 10000.' },
    { args: ['--threads', '0'], says: '--threads must be a whole number from 1, such as 1.' },
    { args: ['--solved', 'well'], says: '--solved must be a return, such as -200.' },
    { args: ['--stepps', '5'], says: 'The options are --json, --steps, --seed, --threads and --solved.' },
  ])('when they are $args, then one error says so and nothing is trained', ({ args, says }) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [packageFile('bench/train.ts'), ...args], {
      encoding: 'utf8',
    })
    expect(stderr).toContain(says)
    expect(stderr).not.toMatch(/\n\s+at /)
    expect(stdout).toBe('')
    expect(status).toBe(2)
  })
})
