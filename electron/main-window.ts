/** The one window: sandboxed, isolated, without Node, showing nothing but the app's page. */
import { BrowserWindow, nativeTheme, screen } from 'electron'
import { packageFile } from '../src/host/package.ts'
import { APP_ADDRESS } from './address.ts'
import type { Log } from './log.ts'
import { MINIMUM_SIZE, readWindowState, rememberWindowState } from './window-state.ts'

/** Seconds after which another crash of the page counts as a new one rather than as the same again. */
const CRASH_PAUSE = 10

/** What shows until the page has drawn. */
const BACKGROUND = { dark: '#15171a', light: '#f5f6f7' }

export function createMainWindow(memory: string, isDevelopment: boolean, log: Log): BrowserWindow {
  const main = screen.getPrimaryDisplay()
  const displays = [main, ...screen.getAllDisplays().filter(({ id }) => id !== main.id)]
  const workAreas = displays.map(({ workArea }) => workArea)
  const { maximised, ...place } = readWindowState(memory, workAreas)
  const window = new BrowserWindow({
    ...place,
    minWidth: MINIMUM_SIZE.width,
    minHeight: MINIMUM_SIZE.height,
    title: 'TorqueLab',
    backgroundColor: nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light,
    show: false,
    webPreferences: {
      preload: packageFile('dist/electron/preload.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      devTools: isDevelopment,
    },
  })
  if (maximised) window.maximize()
  rememberWindowState(window, memory)
  window.once('ready-to-show', () => window.show())
  reviveAfterCrash(window, log)
  return window
}

export function showMainWindow(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore()
  window.show()
  window.focus()
}

/** The runs live in the main process, so a page that crashed is simply loaded again; one that keeps crashing is not. */
function reviveAfterCrash(window: BrowserWindow, log: Log): void {
  let last = Number.NEGATIVE_INFINITY
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit') return
    log(`the window's page ended: ${reason}`)
    const now = performance.now()
    if (now - last > CRASH_PAUSE * 1000) void window.loadURL(APP_ADDRESS).catch((error) => log(String(error)))
    last = now
  })
}
