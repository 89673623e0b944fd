/** Opens the built app in either shell and hands out its page: the same tests drive both. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { _electron, chromium, type ElectronApplication, type Page } from 'playwright-core'

// The scripts are JavaScript, which the type checker of the project does not read: hence imports by a computed name.
const script = (name: string) =>
  import(/* @vite-ignore */ new URL(`../../scripts/lib/${name}.mjs`, import.meta.url).href)
const { findChromium, findElectron, problemOfChromium, problemOfElectron } = await script('browsers')
const { projectPaths, projectRoot } = await script('project')
const paths = projectPaths(projectRoot)

export type Shell = 'chromium' | 'electron'
export const shells: readonly Shell[] = ['chromium', 'electron']

/** Why a shell cannot run here, printed once; undefined where it can. */
export async function whyNot(shell: Shell): Promise<string | undefined> {
  const problem: string | undefined = shell === 'chromium' ? await problemOfChromium(paths) : problemOfElectron(paths)
  if (problem) console.warn(`SKIPPED in ${shell}: ${problem}`)
  return problem
}

export interface LaunchOptions {
  runsFolder: string
  /** More of the environment for the host's process. */
  env?: Record<string, string>
  /** Pixels of the page. */
  size?: { width: number; height: number }
  /** A scene file to open at once (Electron only). */
  scene?: string
  /** Whether TorqueLab meets its user for the first time, with its welcome; otherwise they know it. */
  isFirstRun?: boolean
  /** Electron's own memory; a fresh folder where absent. */
  profile?: string
}

export interface App {
  page: Page
  /** Errors of the page: the console's and uncaught ones. A test that expects none compares with []. */
  errors: string[]
  /** What the host's process has written so far. */
  logs(): string
  /** The address of browser mode with its token; of the page in Electron. */
  url: string
  /** The host's process. */
  process: ChildProcess
  /** Electron's main process, for what only it can see; absent in a browser. */
  electron?: ElectronApplication
  /** Ends everything that was started; resolves when the host's process has ended, with its exit code. */
  close(): Promise<number | null>
}

const GRAPHICS = ['--use-gl=angle', '--use-angle=swiftshader', '--ignore-gpu-blocklist']
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
const DEFAULT_SIZE = { width: 1280, height: 720 }
const LONGEST_START = 30_000
const LONGEST_STOP = 30_000

export function launch(shell: Shell, options: LaunchOptions): Promise<App> {
  return shell === 'chromium' ? launchChromium(options) : launchElectron(options)
}

/** Browser mode's server alone; `url` is what it printed. */
export async function serve({
  runsFolder,
  env = {},
  isFirstRun = false,
  profile,
}: Pick<LaunchOptions, 'runsFolder' | 'env' | 'isFirstRun' | 'profile'>) {
  const user = profile ?? mkdtempSync(path.join(os.tmpdir(), 'torquelab-user-'))
  if (!isFirstRun) knowUser(user)
  const child = spawn(process.execPath, [paths.cli, 'serve', '--port', '0', '--runs', runsFolder], {
    env: { ...process.env, TORQUELAB_USER_FOLDER: user, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const logs = collect(child)
  const url = await until(
    () => /http:\/\/\S+/.exec(logs())?.[0],
    'the address of the server',
    () => child.exitCode !== null,
    logs,
  )
  const close = async (): Promise<number | null> => {
    const code = await stop(child)
    if (profile === undefined) rmSync(user, { recursive: true, force: true })
    return code
  }
  return { url, logs, process: child, close }
}

async function launchChromium(options: LaunchOptions): Promise<App> {
  const server = await serve(options)
  try {
    const browser = await chromium.launch({
      executablePath: await findChromium(paths),
      args: [...QUIET, ...GRAPHICS],
      timeout: LONGEST_START,
    })
    const page = await browser.newPage({ viewport: options.size ?? DEFAULT_SIZE })
    const errors = watchErrors(page)
    await page.goto(server.url)
    return {
      page,
      errors,
      ...server,
      async close() {
        await browser.close()
        return server.close()
      },
    }
  } catch (error) {
    await server.close()
    throw error
  }
}

async function launchElectron(options: LaunchOptions): Promise<App> {
  const { runsFolder, env = {}, size = DEFAULT_SIZE, scene } = options
  const folder = mkdtempSync(path.join(os.tmpdir(), 'torquelab-electron-'))
  const display = process.platform === 'linux' && !process.env.DISPLAY ? await startDisplay() : undefined
  const cleanUp = async (): Promise<void> => {
    await display?.close()
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const profile = options.profile ?? path.join(folder, 'profile')
    if (!options.isFirstRun) knowUser(profile)
    const needsNoSandbox = process.platform === 'linux' && process.getuid?.() === 0
    const app = await _electron.launch({
      executablePath: findElectron(paths),
      args: [
        waitingApp(folder),
        ...(needsNoSandbox ? ['--no-sandbox'] : []),
        ...GRAPHICS,
        `--runs=${path.resolve(runsFolder)}`,
        `--profile=${profile}`,
        ...(scene ? [path.resolve(scene)] : []),
      ],
      env: { ...(process.env as Record<string, string>), ...(display && { DISPLAY: display.name }), ...env },
      timeout: LONGEST_START,
    })
    const child = app.process()
    const logs = collect(child)
    const page = await app.firstWindow()
    const errors = watchErrors(page)
    await page.waitForLoadState('load')
    await app.evaluate(({ BrowserWindow }, { width, height }) => {
      BrowserWindow.getAllWindows()[0]?.setContentSize(width, height)
    }, size)
    await standsStill(page)
    return {
      page,
      errors,
      logs,
      url: page.url(),
      process: child,
      electron: app,
      async close() {
        // A test may leave changes behind: the window is not to ask about them.
        await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.destroy()).catch(() => {})
        await Promise.race([app.close(), sleep(LONGEST_STOP, undefined, { ref: false })])
        const code = await stop(child)
        await cleanUp()
        return code
      },
    }
  } catch (error) {
    await cleanUp()
    throw error
  }
}

/**
 * An app folder that holds our main process back until Playwright is there: it sometimes hangs on a page that loads
 * while it attaches. Playwright does the same by an option that not every build of Electron understands.
 */
function waitingApp(folder: string): string {
  const main = path.join(paths.root, 'dist/electron/main.cjs')
  writeFileSync(path.join(folder, 'package.json'), '{ "name": "torquelab", "main": "main.cjs" }')
  writeFileSync(
    path.join(folder, 'main.cjs'),
    `const { app } = require('electron')
const ready = app.whenReady()
const released = new Promise((resolve) => { globalThis.__playwright_run = () => ready.then(resolve) })
app.whenReady = () => released
require(${JSON.stringify(main)})
`,
  )
  return folder
}

/** A display of our own, on a free number, large enough for every size that the tests ask for. */
async function startDisplay() {
  const child = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '2560x1600x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  let number = ''
  child.stdio[3]!.on('data', (chunk) => {
    number += chunk
  })
  const name = await until(
    () => /^(\d+)\n/.exec(number)?.[1],
    'a virtual display',
    () => child.exitCode !== null,
    () => '',
  )
  return { name: `:${name}`, close: () => stop(child) }
}

/** A user who has ended the tour. */
function knowUser(folder: string): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(path.join(folder, 'user.json'), '{ "tourEnded": true }')
}

/** Waits until the page has kept one size for a moment: the system gives a window its size when it likes. */
async function standsStill(page: Page): Promise<void> {
  const sizeNow = () => page.evaluate(() => `${innerWidth} ${innerHeight}`)
  for (let [before, count] = ['', 0]; count < 4; await sleep(80)) {
    const now = await sizeNow()
    count = now === before ? count + 1 : 0
    before = now
  }
}

/** Everything that the page holds to be wrong. */
function watchErrors(page: Page): string[] {
  const errors: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(`${message.text()} (${message.location().url})`)
  })
  page.on('pageerror', (error) => errors.push(error.stack ?? error.message))
  page.on('crash', () => errors.push('the page crashed'))
  return errors
}

/** What a process has written so far. */
function collect(child: ChildProcess): () => string {
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk) => {
      text += chunk
    })
  }
  return () => text
}

/** Asks one process to end, and ends it if it does not. */
async function stop(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    await Promise.race([ended, sleep(LONGEST_STOP, undefined, { ref: false })])
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL')
      await ended
    }
  }
  return child.exitCode
}

async function until<Value>(
  look: () => Value | undefined,
  what: string,
  isOver: () => boolean,
  logs: () => string,
): Promise<Value> {
  const end = performance.now() + LONGEST_START
  while (performance.now() < end && !isOver()) {
    const value = look()
    if (value !== undefined) return value
    await sleep(20)
  }
  throw new Error(`There was no sign of ${what}. ${logs()}`)
}
