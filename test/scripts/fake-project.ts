// A project in a temporary folder with the real scripts, but with an npm and tools that only pretend,
// so that the scripts can be run as a user runs them, in no time and without the network.
import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const repository = fileURLToPath(new URL('../..', import.meta.url))

/** "Installs" whatever package-lock.json lists, and notes every call; takes as long as there is a file hold-npm. */
const workingNpm = `
const fs = require('node:fs')
fs.appendFileSync('npm-calls', process.argv.slice(2).join(' ') + '\\n')
fs.rmSync('node_modules', { recursive: true, force: true })
fs.cpSync('tools', 'node_modules', { recursive: true })
const finish = () => {
  if (fs.existsSync('hold-npm')) setTimeout(finish, 20)
  else fs.copyFileSync('package-lock.json', 'node_modules/.package-lock.json')
}
finish()
`

/** "Builds" by copying, unless the source says otherwise. */
const vite = `
const fs = require('node:fs')
fs.appendFileSync('vite-calls', 'build\\n')
const source = fs.readFileSync('src/cli.js', 'utf8')
fs.mkdirSync('dist/node', { recursive: true })
fs.writeFileSync('dist/node/cli.js', source)
if (source.includes('broken')) throw new Error('the source is broken')
`

const cli = `
console.log(JSON.stringify(process.argv.slice(2)))
process.exitCode = process.argv.includes('fail') ? 5 : 0
if (process.argv.includes('wait')) {
  setInterval(() => {}, 1000)
  process.on('SIGTERM', () => process.exit(7))
}
if (process.argv.includes('die')) process.kill(process.pid, 'SIGKILL')
`

const vitest = `
const fs = require('node:fs')
const report = process.argv.find((arg) => arg.startsWith('--outputFile.json=')).split('=')[1]
const tests = { numPassedTests: 3, numFailedTests: 0, numPendingTests: 1, numTodoTests: 0, testResults: [] }
fs.writeFileSync(report, JSON.stringify(tests))
`

export interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

export class FakeProject {
  readonly root = mkdtempSync(join(tmpdir(), 'torquelab-scripts-'))

  constructor() {
    onTestFinished(() => rmSync(this.root, { recursive: true, force: true }))
    cpSync(join(repository, 'scripts'), join(this.root, 'scripts'), { recursive: true })
    const scripts = { build: 'vite build', typecheck: 'tsc --noEmit', lint: 'biome check && depcruise src' }
    this.write('package.json', JSON.stringify({ name: 'fake', scripts }))
    this.write('package-lock.json', JSON.stringify({ packages: { '': { name: 'fake' } } }))
    this.write('fake-npm/npm-cli.js', workingNpm)
    this.write('src/cli.js', cli)
    this.write('tools/vite/bin/vite.js', vite)
    this.write(
      'tools/vitest/vitest.mjs',
      `import { createRequire } from 'node:module'
const require = createRequire(import.meta.url)${vitest}`,
    )
    this.write('tools/typescript/bin/tsc', '')
    this.write('tools/@biomejs/biome/bin/biome', '')
    this.write('tools/dependency-cruiser/bin/dependency-cruiser.mjs', '')
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true })
    writeFileSync(join(this.root, path), text)
  }

  /** The lines of a file, none when it does not exist. */
  lines(path: string): string[] {
    try {
      return readFileSync(join(this.root, path), 'utf8').trimEnd().split('\n')
    } catch {
      return []
    }
  }

  /** Starts one of the scripts. */
  spawn(script: 'start' | 'test', ...args: string[]): { child: ChildProcess; ended: Promise<Ended> } {
    const child = spawn(process.execPath, [join('scripts', `${script}.mjs`), ...args], {
      cwd: this.root,
      env: { ...process.env, npm_execpath: join(this.root, 'fake-npm', 'npm-cli.js') },
    })
    const ended = new Promise<Ended>((resolve) => {
      let stdout = ''
      let stderr = ''
      child.stdout.setEncoding('utf8').on('data', (text) => {
        stdout += text
      })
      child.stderr.setEncoding('utf8').on('data', (text) => {
        stderr += text
      })
      child.on('close', (code) => resolve({ code, stdout, stderr }))
    })
    return { child, ended }
  }

  /** Runs one of the scripts to its end. */
  run(script: 'start' | 'test', ...args: string[]): Promise<Ended> {
    return this.spawn(script, ...args).ended
  }
}
