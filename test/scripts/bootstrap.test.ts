// The parts of the bootstrap scripts: fingerprints, the lock, the check of node_modules and the messages.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'

// The scripts are JavaScript, which the type checker of the project does not read: hence imports by a computed name.
const load = (name: string) => import(/* @vite-ignore */ new URL(`../../scripts/lib/${name}.mjs`, import.meta.url).href)
const { fingerprintOfFiles, stampHolds, writeStamp } = await load('fingerprint')
const { withLock } = await load('lock')
const { isInstalled } = await load('install')
const { explainNpmFailure } = await load('npm-failure')
const { withoutStackTraces } = await load('build')
const { projectPaths } = await load('project')
const { countsOfVitest, summaryLine } = await load('test-counts')

let folder = ''

beforeEach(() => {
  const created = mkdtempSync(join(tmpdir(), 'torquelab-bootstrap-test-'))
  onTestFinished(() => rmSync(created, { recursive: true, force: true }))
  folder = created
})

describe('the fingerprint of files', () => {
  const inputs = ['src', 'package.json', 'not-there']
  const file = (path: string) => join(folder, path)
  let before = ''

  beforeEach(() => {
    mkdirSync(file('src/inner'), { recursive: true })
    writeFileSync(file('src/a.ts'), 'a')
    writeFileSync(file('src/inner/b.ts'), 'b')
    writeFileSync(file('package.json'), '{}')
    before = fingerprintOfFiles(folder, inputs)
  })

  test.each([
    ['a changed file', () => writeFileSync(file('src/inner/b.ts'), 'c')],
    ['an added file', () => writeFileSync(file('src/inner/c.ts'), '')],
    ['a deleted file', () => rmSync(file('src/a.ts'))],
    ['an input that appears', () => writeFileSync(file('not-there'), '')],
  ])('notices %s', (_, change) => {
    change()
    expect(fingerprintOfFiles(folder, inputs)).not.toBe(before)
  })

  test.each([
    ['a new time', () => utimesSync(file('src/a.ts'), new Date(), new Date(0))],
    ['a hidden file', () => writeFileSync(file('src/.a.ts.swp'), '')],
    ['a file elsewhere', () => writeFileSync(file('README.md'), '')],
  ])('ignores %s', (_, change) => {
    change()
    expect(fingerprintOfFiles(folder, inputs)).toBe(before)
  })

  test('is compared with a stamp', () => {
    const stamp = file('dist/.stamp')
    expect(stampHolds(stamp, before)).toBe(false)
    writeStamp(stamp, before)
    expect(stampHolds(stamp, before)).toBe(true)
    expect(stampHolds(stamp, 'something else')).toBe(false)
  })
})

describe('the lock', () => {
  const options = { pollMs: 5 }
  let lock = ''

  beforeEach(() => {
    lock = join(folder, 'work', 'test.lock')
  })

  /** A lock as another process leaves it. */
  function lockOf(pid: number): string {
    const owner = join(lock, `${pid}-someone`)
    mkdirSync(lock, { recursive: true })
    writeFileSync(owner, '')
    return owner
  }

  test('lets one at a time in and leaves nothing behind', async () => {
    let inside = 0
    const visits = Array.from({ length: 5 }, () =>
      withLock(lock, options, async () => {
        inside++
        await sleep(10)
        expect(inside).toBe(1)
        inside--
      }),
    )
    await Promise.all(visits)
    expect(readdirSync(join(folder, 'work'))).toEqual([])
  })

  test('waits for a living process and says so once', async () => {
    const owner = lockOf(process.ppid)
    const waitedFor: number[] = []
    const entered = withLock(lock, { ...options, onWait: (pid: number) => waitedFor.push(pid) }, async () => 'entered')
    await sleep(100)
    expect(existsSync(owner)).toBe(true)
    rmSync(lock, { recursive: true })
    expect(await entered).toBe('entered')
    expect(waitedFor).toEqual([process.ppid])
  })

  test('takes over from a process that is gone', async () => {
    lockOf(spawnSync(process.execPath, ['--version']).pid)
    expect(await withLock(lock, options, async () => 'entered')).toBe('entered')
  })

  test('takes over when the pid now belongs to another process, which shows no sign of life', async () => {
    lockOf(process.ppid)
    expect(await withLock(lock, { ...options, silenceMs: 50 }, async () => 'entered')).toBe('entered')
  })

  test('is not taken over from an owner that shows signs of life', async () => {
    let finished = false
    const first = withLock(lock, { ...options, heartbeatMs: 10 }, async () => {
      await sleep(800)
      finished = true
    })
    await withLock(lock, { ...options, silenceMs: 600 }, async () => expect(finished).toBe(true))
    await first
  })

  test('is given back when the action fails, and stops waiting when told to', async () => {
    const failing = withLock(lock, options, async () => {
      throw new Error('failed')
    })
    await expect(failing).rejects.toThrow('failed')
    lockOf(process.ppid)
    await expect(withLock(lock, { ...options, stop: AbortSignal.timeout(20) }, async () => {})).rejects.toThrow()
  })
})

describe('the check of node_modules', () => {
  const wanted = {
    '': { dependencies: { a: '1.0.0' } },
    'node_modules/a': { version: '1.0.0' },
    'node_modules/b': { version: '2.0.0', optional: true },
  }

  function isInstalledWith(present: object, dependencies: object = { a: '1.0.0' }): boolean {
    mkdirSync(join(folder, 'node_modules'), { recursive: true })
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ dependencies }))
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ packages: wanted }))
    writeFileSync(join(folder, 'node_modules/.package-lock.json'), JSON.stringify({ packages: present }))
    return isInstalled(projectPaths(folder))
  }

  test('accepts what someone else installed, without the optional packages', () => {
    expect(isInstalledWith({ 'node_modules/a': { version: '1.0.0' } })).toBe(true)
    expect(existsSync(join(folder, 'node_modules/.torquelab-stamp'))).toBe(true)
  })

  test.each([
    ['a package is missing', {}],
    ['a package has another version', { 'node_modules/a': { version: '1.0.1' } }],
    ['a package is for another system', { 'node_modules/a': { version: '1.0.0', os: ['elsewhere'] } }],
    ['a package is not for this system', { 'node_modules/a': { version: '1.0.0', os: [`!${process.platform}`] } }],
  ])('notices that %s', (_, present) => {
    expect(isInstalledWith({ 'node_modules/a': { version: '1.0.0' } })).toBe(true)
    expect(isInstalledWith(present)).toBe(false)
  })

  test('notices that the lock file does not belong to package.json', () => {
    expect(isInstalledWith({ 'node_modules/a': { version: '1.0.0' } }, { a: '1.0.0', c: '1.0.0' })).toBe(false)
  })

  test('takes an install that did not finish for none', () => {
    isInstalledWith({ 'node_modules/a': { version: '1.0.0' } })
    rmSync(join(folder, 'node_modules/.package-lock.json'))
    expect(isInstalled(projectPaths(folder))).toBe(false)
  })
})

describe('messages', () => {
  test.each([
    ['npm error code EAI_AGAIN', 'the npm registry cannot be reached'],
    ['npm ERR! code ECONNREFUSED', 'the npm registry cannot be reached'],
    ['npm error code 1\nnpm error npm error code ETIMEDOUT', 'the npm registry cannot be reached'],
    ['npm error code SELF_SIGNED_CERT_IN_CHAIN', "the npm registry's certificate is not trusted"],
    ['npm error code E401', 'the npm registry refuses access'],
    ['npm error code ENOSPC', 'the disk is full'],
    ['npm error code EACCES', 'a file may not be written'],
    ['npm error code EUSAGE', 'package-lock.json does not match package.json'],
    ['something else', 'npm failed (exit code 1)'],
  ])('explain %j', (output, what) => {
    const message = explainNpmFailure(output, 'exit code 1')
    expect(message).toContain(`Could not install the dependencies: ${what}. `)
    expect(message).toMatch(/run the same command again\.$/)
    expect(message).not.toContain('\n')
  })

  test('leave out the stack trace of a build tool', () => {
    const output =
      'Build failed\n\nUnexpected token\n    at f (file:///a.js:1:2)\n    at g (b.js:3:4) {\n  errors: 1\n}\n'
    expect(withoutStackTraces(output)).toBe('Build failed\n\nUnexpected token')
  })
})

describe('the counts of npm test', () => {
  const report = { numPassedTests: 2, numFailedTests: 0, numPendingTests: 1, numTodoTests: 1, testResults: [] }
  const brokenFile = { status: 'failed', assertionResults: [] }

  test.each([
    ['a run that passes', JSON.stringify(report), 0, '2 passed, 0 failed, 2 skipped'],
    ['no report', '', 1, '0 passed, 1 failed'],
    [
      'a file that cannot be loaded',
      JSON.stringify({ ...report, testResults: [brokenFile] }),
      1,
      '2 passed, 1 failed, 2 skipped',
    ],
    ['an error outside the tests', JSON.stringify(report), 1, '2 passed, 1 failed, 2 skipped'],
  ])('cover %s', (_, text, exitCode, line) => {
    expect(summaryLine(countsOfVitest(text, exitCode))).toBe(line)
  })
})
