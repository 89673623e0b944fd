// `npm start` and `npm test` as a user sees them, in a project whose npm and tools only pretend.
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { type Ended, FakeProject } from './fake-project.ts'

const installing = 'Installing dependencies (first start, about a minute) ...'
const fallback = `The pinned Node 24 is missing from node_modules, so this runs on Node ${process.version}.`

function linesOf(text: string): string[] {
  return text.trimEnd().split('\n')
}

/** Waits for something that another process does. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(20)
}

describe('npm start', () => {
  test('installs and builds once, then passes arguments, output and exit code through', async () => {
    const project = new FakeProject()
    const first = await project.run('start', 'train', '--json', 'a b')
    expect(first).toMatchObject({ code: 0, stdout: '["train","--json","a b"]\n' })
    expect(linesOf(first.stderr)).toEqual([installing, fallback, 'Building ...'])
    const second = await project.run('start', 'fail')
    expect(second).toMatchObject({ code: 5, stdout: '["fail"]\n', stderr: `${fallback}\n` })
    expect(project.lines('npm-calls')).toHaveLength(1)
    expect(project.lines('vite-calls')).toHaveLength(1)
  })

  test('builds again when a source file changes and installs again when the lock file does', async () => {
    const project = new FakeProject()
    await project.run('start')
    project.write('src/added.js', '')
    expect((await project.run('start')).stderr).toContain('Building ...')
    const packages = { '': { name: 'fake' }, 'node_modules/added': { version: '1.0.0' } }
    project.write('package-lock.json', JSON.stringify({ packages }))
    expect((await project.run('start')).stderr).toContain(installing)
  })

  test('lets one of two starts at once install and build while the other waits', async () => {
    const project = new FakeProject()
    project.write('hold-npm', '')
    const starts = [project.spawn('start', '1'), project.spawn('start', '2')]
    let said = ''
    for (const { child } of starts) {
      child.stderr?.on('data', (text) => {
        said += text
      })
    }
    await until(() => said.includes('Waiting for process'))
    rmSync(join(project.root, 'hold-npm'))
    const both = await Promise.all(starts.map(({ ended }) => ended))
    expect(both.map(({ code }) => code)).toEqual([0, 0])
    expect(both.filter(({ stderr }) => /Waiting for process \d+/.test(stderr))).toHaveLength(1)
    expect(project.lines('npm-calls')).toHaveLength(1)
    expect(project.lines('vite-calls')).toHaveLength(1)
  })

  test('says in one line that npm has no network, keeps its output and installs again next time', async () => {
    const project = new FakeProject()
    const workingNpm = project.lines('fake-npm/npm-cli.js').join('\n')
    project.write(
      'fake-npm/npm-cli.js',
      `require('node:fs').mkdirSync('node_modules/half', { recursive: true })
      console.error('npm error code ENOTFOUND\\n    at some (place.js:1:1)')
      process.exit(1)`,
    )
    const failed = await project.run('start')
    expect(failed).toMatchObject({ code: 1, stdout: '' })
    expect(linesOf(failed.stderr)).toEqual([
      installing,
      'Could not install the dependencies: the npm registry cannot be reached. Check the network or proxy ' +
        "(npm config get proxy), then run the same command again. npm's output is in " +
        `${join('.torquelab', 'install.log')}.`,
    ])
    expect(project.lines('.torquelab/install.log')[0]).toBe('npm error code ENOTFOUND')
    project.write('fake-npm/npm-cli.js', workingNpm)
    expect(await project.run('start')).toMatchObject({ code: 0, stderr: expect.stringContaining(installing) })
  })

  test('shows why a build failed without a stack trace, and builds again next time', async () => {
    const project = new FakeProject()
    await project.run('start')
    const source = project.lines('src/cli.js').join('\n')
    project.write('src/cli.js', `${source}\n// broken`)
    const failed = await project.run('start')
    expect(failed).toMatchObject({ code: 1, stdout: '' })
    expect(failed.stderr).toContain('the source is broken')
    expect(failed.stderr).not.toMatch(/^\s+at /m)
    expect(failed.stderr).toContain('The build failed (exit code 1)')
    // The old source again: what the failed build left behind must not pass for its build.
    project.write('src/cli.js', source)
    expect(await project.run('start')).toMatchObject({ code: 0, stderr: expect.stringContaining('Building ...') })
  })

  test.skipIf(process.platform === 'win32')(
    'leaves with one line when it is interrupted while installing',
    async () => {
      const project = new FakeProject()
      project.write(
        'fake-npm/npm-cli.js',
        `require('node:fs').writeFileSync('npm-runs', ''); setInterval(() => {}, 1000)`,
      )
      const { child, ended } = project.spawn('start')
      await until(() => existsSync(join(project.root, 'npm-runs')))
      child.kill('SIGINT')
      const { code, stderr } = await ended
      expect(code).toBe(130)
      expect(linesOf(stderr)).toEqual([installing, 'Interrupted while installing the dependencies.'])
      expect(existsSync(join(project.root, '.torquelab', 'bootstrap.lock'))).toBe(false)
    },
  )

  test.skipIf(process.platform === 'win32')('forwards a signal and ends like the command', async () => {
    const project = new FakeProject()
    expect(await project.run('start', 'die')).toMatchObject({ code: 137 })
    const { child, ended } = project.spawn('start', 'wait')
    // The command has written its first line before it listens to signals.
    await new Promise((resolve) => child.stdout?.once('data', resolve))
    await sleep(100)
    child.kill('SIGTERM')
    expect(await ended).toMatchObject({ code: 7 })
  })
})

describe('npm test', () => {
  const lastLine = ({ stdout }: Ended) => linesOf(stdout).at(-1)

  test('adds up the tests and the other steps in the last line', async () => {
    const project = new FakeProject()
    const ended = await project.run('test')
    expect(lastLine(ended)).toBe('5 passed, 0 failed, 1 skipped')
    expect(ended.code).toBe(0)
  })

  test('runs every step although one fails', async () => {
    const project = new FakeProject()
    project.write('tools/typescript/bin/tsc', 'process.exit(2)')
    project.write('tools/@biomejs/biome/bin/biome', 'process.exit(1)')
    project.write('tools/dependency-cruiser/bin/dependency-cruiser.mjs', "console.log('dependencies are checked')")
    const ended = await project.run('test')
    expect(ended.stdout).toContain('dependencies are checked')
    expect(lastLine(ended)).toBe('3 passed, 2 failed, 1 skipped')
    expect(ended.code).toBe(1)
  })

  test('counts a failed build and goes on, and a vitest that crashes', async () => {
    const project = new FakeProject()
    project.write('src/cli.js', 'broken')
    project.write('tools/vitest/vitest.mjs', 'process.exit(1)')
    const ended = await project.run('test')
    expect(ended.stderr).toContain('The build failed')
    expect(lastLine(ended)).toBe('2 passed, 2 failed')
    expect(ended.code).toBe(1)
  })

  test('ends with the counts when the dependencies cannot be installed', async () => {
    const project = new FakeProject()
    project.write('fake-npm/npm-cli.js', 'process.exit(1)')
    const ended = await project.run('test')
    expect(ended.stderr).toContain('Could not install the dependencies: npm failed (exit code 1).')
    expect(lastLine(ended)).toBe('0 passed, 1 failed')
    expect(ended.code).toBe(1)
  })
})
