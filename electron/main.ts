/** The desktop app's main process: one window, one host, and what lies between them and the system. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { app, session, shell } from 'electron'
import { messageOf, UserError } from '../src/common/user-error.ts'
import { packageFile } from '../src/host/package.ts'
import type { MenuContent } from '../src/host/rpc/contract.ts'
import { createHostService } from '../src/host/service.ts'
import { APP_ADDRESS } from './address.ts'
import { guardClosing } from './closing.ts'
import { readCommandLine, type StartRequest } from './command-line.ts'
import { askWhereToSave, sayOtherRuns, showVersions } from './dialogs.ts'
import { createLog, type Log } from './log.ts'
import { createMainWindow, showMainWindow } from './main-window.ts'
import { setMenu } from './menu.ts'
import { registerScheme, serveFolder } from './protocol.ts'
import { quitCleanly } from './quit.ts'
import { openRecentFiles } from './recent-files.ts'
import { createSceneFiles, type SceneFiles } from './scene-files.ts'
import { guardContents, guardSession, openExternally } from './security.ts'
import { carryMessages } from './window-channel.ts'

const PAPER = 'https://arxiv.org/abs/1509.02971'

start(readCommandLine(process.argv, process.defaultApp === true, process.cwd()))

function start(request: StartRequest): void {
  app.setName('TorqueLab')
  app.setPath('userData', request.profile ?? path.join(app.getPath('appData'), 'TorqueLab'))
  // The app that is open gets this request by its `second-instance` event.
  if (!app.requestSingleInstanceLock(request)) {
    process.stderr.write('torquelab: TorqueLab is open already; its window comes to the front.\n')
    app.exit(0)
    return
  }
  const memory = (name: string): string => path.join(app.getPath('userData'), name)
  const log = createLog(memory('torquelab.log'))
  // Electron would show a stack trace in a dialog and go on.
  process.on('uncaughtException', (error) => log(`defect: ${error.stack ?? error.message}`))
  process.on('unhandledRejection', (reason) => log(`defect: ${reason instanceof Error ? reason.stack : reason}`))

  registerScheme()
  // Chromium's sandbox cannot run as root; the launcher then passes --no-sandbox.
  if (process.getuid?.() !== 0) app.enableSandbox()
  app.on('web-contents-created', (_event, contents) => guardContents(contents, log))
  // Quitting while the page loads is no failure.
  let isQuitting = false
  app.once('before-quit', () => {
    isQuitting = true
  })
  app
    .whenReady()
    .then(() => run(request, memory, log))
    .catch((error) => {
      if (isQuitting) return
      log(error instanceof UserError ? messageOf(error) : `TorqueLab cannot start: ${messageOf(error)}`)
      app.exit(1)
    })
}

async function run(request: StartRequest, memory: (name: string) => string, log: Log): Promise<void> {
  const folder = packageFile('dist/ui')
  if (!existsSync(path.join(folder, 'index.html')))
    throw new UserError(`The window's files are not in ${folder}; "npm start" builds them.`)
  const runsFolder = request.runs ?? path.join(app.getPath('documents'), 'TorqueLab', 'runs')
  const isDevelopment = !app.isPackaged

  guardSession(session.defaultSession, log)
  serveFolder(session.defaultSession.protocol, folder, log)
  const window = createMainWindow(memory('window.json'), isDevelopment, log)
  const recent = openRecentFiles(memory('recent.json'))
  const host = createHostService({
    runsFolder,
    shell: 'electron',
    userFolder: app.getPath('userData'),
    log,
    openSceneDialog: () => scenes.ask(),
    saveDialog: (name) => askWhereToSave(window, name),
    showMenus,
    onUnsaved: (unsaved) => closing.setUnsaved(unsaved),
    closeWindow: () => closing.close(),
    recentScenes: recent.list,
  })
  const closing = guardClosing(window, () => host.askBeforeClosing())
  let menus: readonly MenuContent[] = []
  const refreshMenu = (): void => setMenu(commands, menus, recent.list(), isDevelopment)
  function showMenus(shown: readonly MenuContent[]): void {
    menus = shown
    refreshMenu()
  }
  const scenes: SceneFiles = createSceneFiles(window, host, recent, refreshMenu, log)
  const commands = {
    openScene: () => void scenes.ask().then((file) => file !== null && scenes.show(file)),
    openRecent: scenes.show,
    clearRecent: () => {
      recent.clear()
      refreshMenu()
    },
    send: host.sendMenu,
    showRuns: () => void shell.openPath(runsFolder),
    showDocumentation: () => void shell.openPath(packageFile('docs')),
    openPaper: () => openExternally(PAPER, log),
    about: () => void showVersions(window),
  }
  refreshMenu()
  quitCleanly(host, closing.letGo, log)

  if (request.scene) scenes.show(request.scene)
  app.on('open-file', (event, file) => {
    event.preventDefault()
    scenes.show(file)
  })
  app.on('second-instance', (_event, _argv, _folder, other) => {
    showMainWindow(window)
    const { runs, scene } = other as StartRequest
    if (runs !== undefined && runs !== runsFolder) void sayOtherRuns(window, runsFolder, runs)
    else if (scene) scenes.show(scene)
  })

  // The page listens once it has loaded and has spoken.
  let onGreeting = (): void => {}
  const greeting = new Promise<void>((resolve) => {
    onGreeting = resolve
  })
  carryMessages(window.webContents, host.connect, onGreeting, log)
  // The command line waits for this word (src/cli/open-app.ts).
  window.once('ready-to-show', () => process.send?.('window-open'))
  await window.loadURL(APP_ADDRESS)
  await greeting
  scenes.begin()
}
