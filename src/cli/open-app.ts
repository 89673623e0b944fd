/** Opens the desktop app and stays until it ends; says in one line why where it cannot, so that the caller can serve instead. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { packageFile } from '../host/package.ts'

export interface OpenAppOptions {
  runsFolder: string
  /** A scene file to show. */
  scene?: string
}

export type OpenAppResult = { opened: true; exitCode: number } | { opened: false; reason: string }

/** Where Electron's binary is inside its folder. */
const BINARY = { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' } as Record<string, string>

/** Seconds to find out whether the download's site can be reached. */
const PROBE_TIME = 4
/** Seconds until the window must be there. */
const LONGEST_START = 60

/** What Chromium writes when it cannot start; the rest of its output says nothing to a user. */
const TELLING =
  /error while loading shared libraries|missing x server|cannot open display|namespace sandbox|suid sandbox/i

export async function openApp({ runsFolder, scene }: OpenAppOptions): Promise<OpenAppResult> {
  if (!hasDisplay())
    return { opened: false, reason: 'there is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set)' }
  const binary = findElectron() ?? (await downloadElectron())
  if (binary === undefined)
    return { opened: false, reason: 'Electron is not installed, and its download cannot be reached' }
  if (!existsSync(binary)) return { opened: false, reason: `there is no Electron at ${binary}` }
  const args = [
    packageFile(''),
    // Chromium's sandbox cannot run as root.
    ...(process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    `--runs=${path.resolve(runsFolder)}`,
    ...(scene === undefined ? [] : [path.resolve(scene)]),
  ]
  // Set by editors made with Electron: it would run the app without a window.
  const { ELECTRON_RUN_AS_NODE: _, ...env } = process.env
  const app = spawn(binary, args, { env, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  return watch(app)
}

function hasDisplay(): boolean {
  if (process.platform !== 'linux') return true
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)
}

/** Electron's binary: the folder that the environment names, or what its package has downloaded. */
function findElectron(): string | undefined {
  const name = BINARY[process.platform] ?? 'electron'
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH
  if (override) return path.join(override, name)
  const folder = packageFile('node_modules/electron')
  // Written when the download is complete.
  const mark = path.join(folder, 'path.txt')
  return existsSync(mark) ? path.join(folder, 'dist', readFileSync(mark, 'utf8')) : undefined
}

/** Lets Electron's package download its binary, once; gives up soon where its site cannot be reached. */
async function downloadElectron(): Promise<string | undefined> {
  const installer = packageFile('node_modules/electron/install.js')
  if (!existsSync(installer) || process.env.ELECTRON_SKIP_BINARY_DOWNLOAD) return undefined
  const download = spawn(process.execPath, [installer], { stdio: 'ignore' })
  const ended = new Promise<void>((resolve) => {
    download.on('close', () => resolve())
    download.on('error', () => resolve())
  })
  // Started at once all the same: the file may be in Electron's cache.
  const isReachable = fetch(process.env.ELECTRON_MIRROR ?? 'https://github.com/electron/electron/releases/', {
    method: 'HEAD',
    redirect: 'manual',
    signal: AbortSignal.timeout(PROBE_TIME * 1000),
  }).then(
    () => true,
    () => false,
  )
  if (await Promise.race([ended.then(() => false), isReachable])) {
    process.stderr.write('Downloading Electron (once, about 110 MB) ...\n')
    await ended
  } else {
    await Promise.race([ended, sleep(PROBE_TIME * 1000, undefined, { ref: false })])
    download.kill()
  }
  return findElectron()
}

/** Passes on what the app says and the signals to it, until it ends. */
function watch(app: ChildProcess): Promise<OpenAppResult> {
  let isOpen = false
  let stoppedBy: NodeJS.Signals | undefined
  let explanation = ''
  app.once('message', () => {
    isOpen = true
  })
  createInterface({ input: app.stderr! }).on('line', (line) => {
    if (line.startsWith('torquelab: ')) {
      explanation = line.slice('torquelab: '.length)
      process.stderr.write(`${line}\n`)
    } else if (TELLING.test(line)) explanation ||= line.replace(/^\[[^\]]*\] */, '')
  })
  const forward = (signal: NodeJS.Signals): void => {
    stoppedBy = signal
    app.kill(signal)
  }
  const signals: NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP']
  for (const signal of signals) process.on(signal, forward)
  const timer = setTimeout(() => {
    if (isOpen) return
    explanation ||= `no window came within ${LONGEST_START} s`
    app.kill('SIGKILL')
  }, LONGEST_START * 1000)

  return new Promise((resolve) => {
    const end = (result: OpenAppResult): void => {
      clearTimeout(timer)
      for (const signal of signals) process.off(signal, forward)
      resolve(result)
    }
    app.on('error', (error) => end({ opened: false, reason: `Electron could not be started: ${error.message}` }))
    app.on('close', (code, signal) => {
      // A second start ends at once and well: the window was open already. Whoever stopped this wants nothing instead.
      if (isOpen || code === 0 || stoppedBy) end({ opened: true, exitCode: code ?? 1 })
      else end({ opened: false, reason: `Electron did not start: ${explanation || (signal ?? `exit code ${code}`)}` })
    })
  })
}
