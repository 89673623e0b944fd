/** The rest of the shell: how the window is made, the bridge, the menu, the command line, and quitting. */
import type { EventEmitter } from 'node:events'
import type { MenuItemConstructorOptions } from 'electron'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { guardClosing } from '../../electron/closing.ts'
import { readCommandLine } from '../../electron/command-line.ts'
import { createMainWindow } from '../../electron/main-window.ts'
import { type MenuCommands, menuTemplate } from '../../electron/menu.ts'
import { quitCleanly } from '../../electron/quit.ts'
import type { MenuContent } from '../../src/host/rpc/contract.ts'

const fake = await vi.hoisted(async () => {
  const events = await import('node:events')
  const area = { x: 0, y: 0, width: 1920, height: 1080 }
  // biome-ignore lint/suspicious/noExplicitAny: what the shell hands to Electron is looked at field by field.
  const made: any[] = []
  const exposed: Record<string, Record<string, (...args: never[]) => unknown>> = {}
  return {
    made,
    exposed,
    app: Object.assign(new events.EventEmitter(), { quit: () => {}, exit: (_code: number) => {} }),
    screen: { getPrimaryDisplay: () => ({ id: 1, workArea: area }), getAllDisplays: () => [{ id: 1, workArea: area }] },
    nativeTheme: { shouldUseDarkColors: true },
    BrowserWindow: class extends events.EventEmitter {
      webContents = new events.EventEmitter()
      loaded: string[] = []
      constructor(options: unknown) {
        super()
        made.push(options)
      }
      async loadURL(address: string) {
        this.loaded.push(address)
      }
    },
    contextBridge: {
      exposeInMainWorld: (name: string, value: (typeof exposed)[string]) => {
        exposed[name] = value
      },
    },
    ipcRenderer: Object.assign(new events.EventEmitter(), { send: (..._message: unknown[]) => {} }),
    Menu: {},
  }
})
vi.mock('electron', () => fake)

afterEach(() => {
  fake.app.removeAllListeners()
  vi.restoreAllMocks()
})

describe('the window', () => {
  const log: string[] = []
  const open = (isDevelopment = false) =>
    createMainWindow('/nowhere/window.json', isDevelopment, (line) => log.push(line))

  test('is sandboxed, isolated and without Node', () => {
    open()
    expect(fake.made.at(-1).webPreferences).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
      devTools: false,
    })
    open(true)
    expect(fake.made.at(-1).webPreferences.devTools).toBe(true)
  })

  test('whose page crashed loads it again, but not for ever', () => {
    const window = open() as unknown as EventEmitter & { webContents: EventEmitter; loaded: string[] }
    window.webContents.emit('render-process-gone', {}, { reason: 'clean-exit' })
    expect(window.loaded).toEqual([])
    window.webContents.emit('render-process-gone', {}, { reason: 'crashed' })
    window.webContents.emit('render-process-gone', {}, { reason: 'crashed' })
    expect(window.loaded).toEqual(['torquelab://app/index.html'])
    expect(log).toEqual(["the window's page ended: crashed", "the window's page ended: crashed"])
  })
})

test('the bridge is two functions, and lets nothing of Electron through', async () => {
  await import('../../electron/preload.ts')
  expect(Object.keys(fake.exposed)).toEqual(['torquelab'])
  const bridge = fake.exposed.torquelab!
  expect(Object.keys(bridge).sort()).toEqual(['on', 'post'])
  const send = vi.spyOn(fake.ipcRenderer, 'send')
  bridge.post!('text' as never)
  expect(send.mock.calls).toEqual([['torquelab:message', 'text']])
  const heard: unknown[][] = []
  bridge.on!(((...args: unknown[]) => void heard.push(args)) as never)
  fake.ipcRenderer.emit('torquelab:message', { sender: 'a powerful object' }, 'answer')
  expect(heard).toEqual([['answer']])
})

describe('the menu', () => {
  const commands = Object.fromEntries(
    ['openScene', 'openRecent', 'clearRecent', 'send', 'showRuns', 'showDocumentation', 'openPaper', 'about'].map(
      (name) => [name, vi.fn()],
    ),
  ) as unknown as { [Name in keyof MenuCommands]: ReturnType<typeof vi.fn> }
  const menus: MenuContent[] = [
    { title: 'File', sections: [[{ name: 'scene.open', label: 'Open scene…', enabled: true, accelerator: 'Ctrl+O' }]] },
    {
      title: 'View',
      sections: [
        [
          { name: 'workspace.design', label: 'Design', enabled: true, checked: true, accelerator: 'Ctrl+1' },
          { name: 'workspace.train', label: 'Train & more', enabled: false, checked: false },
        ],
        [{ name: 'theme.toggle', label: 'Toggle theme', enabled: true }],
      ],
    },
    { title: 'Simulate', sections: [[{ name: 'play.toggle', label: 'Play', enabled: true, accelerator: 'Space' }]] },
  ]
  const items = (recent: string[] = [], isDevelopment = false) =>
    flatten(menuTemplate(commands as never, menus, recent, isDevelopment))
  const click = (label: string, recent?: string[]) => {
    const item = items(recent).find((candidate) => candidate.label?.replaceAll('&', '') === label)
    item?.click?.({} as never, undefined, {} as never)
  }
  beforeEach(() => vi.clearAllMocks())

  test('sends what the window does', () => {
    for (const label of ['Design', 'Toggle theme', 'Play']) click(label)
    expect(commands.send.mock.calls.flat()).toEqual(['workspace.design', 'theme.toggle', 'play.toggle'])
    click('Open scene…')
    expect(commands.openScene).toHaveBeenCalledOnce()
  })

  test('shows what the window says of its items, and leaves their keys to it', () => {
    const design = items().find(({ label }) => label === 'Design')
    expect(design).toMatchObject({ type: 'checkbox', checked: true, enabled: true, registerAccelerator: false })
    // A click does not tick it by itself.
    const clicked = { checked: false }
    design?.click?.(clicked as never, undefined, {} as never)
    expect(clicked.checked).toBe(true)
    expect(items().find(({ label }) => label === 'Train && more')).toMatchObject({ enabled: false, checked: false })
  })

  test('opens scenes before the window has spoken', () => {
    const item = flatten(menuTemplate(commands as never, [], [], false)).find(({ label }) => label === 'Open scene…')
    item?.click?.({} as never, undefined, {} as never)
    expect(commands.openScene).toHaveBeenCalledOnce()
  })

  test('lists the recent files', () => {
    click('a  (/tmp)', ['/tmp/a', '/tmp/b'])
    expect(commands.openRecent).toHaveBeenCalledExactlyOnceWith('/tmp/a')
    expect(items().find(({ label }) => label === 'Open &recent')?.enabled).toBe(false)
    expect(items(['/tmp/a']).find(({ label }) => label === 'Open &recent')?.enabled).toBe(true)
  })

  test('gives no key twice', () => {
    const keys = items(['/tmp/a'], true).flatMap(({ accelerator }) => accelerator ?? [])
    expect(new Set(keys).size).toBe(keys.length)
  })

  test('has developer tools in development only', () => {
    expect(items([], true).some(({ role }) => role === 'toggleDevTools')).toBe(true)
    expect(items([], false).some(({ role }) => role === 'toggleDevTools' || role === 'reload')).toBe(false)
  })

  function flatten(template: MenuItemConstructorOptions[]): MenuItemConstructorOptions[] {
    return template.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? flatten(item.submenu) : [])])
  }
})

describe('the command line', () => {
  test.each([
    ['from a clone', ['electron', '/app'], true, {}],
    ['with a scene', ['electron', '/app', '--no-sandbox', 'arm.json'], true, { scene: '/here/arm.json' }],
    [
      'with folders',
      ['electron', '/app', '--runs=study', '--profile=/p'],
      true,
      { runs: '/here/study', profile: '/p' },
    ],
    ['with Chromium’s switches first', ['electron', '--inspect=0', '/app', '/s.json'], true, { scene: '/s.json' }],
    ['packaged', ['TorqueLab', 'arm.json'], false, { scene: '/here/arm.json' }],
    ['packaged, with nothing', ['TorqueLab'], false, {}],
  ])('%s', (_name, argv, isDefaultApp, expected) => {
    expect(readCommandLine(argv, isDefaultApp, '/here')).toEqual(expected)
  })
})

describe('quitting', () => {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  const before = signals.map((signal) => process.listeners(signal))
  afterEach(() => {
    // Only what the shell added.
    signals.forEach((signal, index) => {
      for (const listener of process.listeners(signal))
        if (!before[index]!.includes(listener)) process.off(signal, listener)
    })
  })
  const willQuit = () => {
    const preventDefault = vi.fn()
    fake.app.emit('will-quit', { preventDefault })
    return preventDefault.mock.calls.length === 1
  }

  test('waits for the host to stop what trains, once', async () => {
    const exit = vi.spyOn(fake.app, 'exit')
    let finish = () => {}
    const close = vi.fn(() => new Promise<void>((resolve) => (finish = resolve)))
    quitCleanly(
      { close },
      () => {},
      () => {},
    )
    expect(willQuit()).toBe(true)
    expect(willQuit()).toBe(true)
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(close).toHaveBeenCalledOnce()
    expect(exit).not.toHaveBeenCalled()
    finish()
    await expect.poll(() => exit.mock.calls).toEqual([[0]])
  })

  test('ends also when the host fails or hangs', async () => {
    const exit = vi.spyOn(fake.app, 'exit')
    const log: string[] = []
    quitCleanly(
      { close: () => Promise.reject(new Error('disk full')) },
      () => {},
      (line) => log.push(line),
    )
    willQuit()
    await expect.poll(() => exit.mock.calls).toEqual([[0]])
    expect(log).toEqual(['disk full'])

    fake.app.removeAllListeners()
    vi.useFakeTimers()
    quitCleanly(
      { close: () => new Promise(() => {}) },
      () => {},
      (line) => log.push(line),
    )
    willQuit()
    vi.advanceTimersByTime(59_000)
    expect(exit).toHaveBeenCalledOnce()
    vi.advanceTimersByTime(2000)
    expect(exit.mock.calls.at(-1)).toEqual([1])
    vi.useRealTimers()
  })

  test('a signal asks the app to quit, however often it comes, and nobody about changes', () => {
    const said: string[] = []
    const quit = vi.spyOn(fake.app, 'quit').mockImplementation(() => void said.push('quit'))
    quitCleanly(
      { close: async () => {} },
      () => void said.push('let go'),
      () => {},
    )
    process.emit('SIGINT')
    process.emit('SIGINT')
    process.emit('SIGTERM')
    expect(quit).toHaveBeenCalledTimes(3)
    expect(said).toEqual(Array(3).fill(['let go', 'quit']).flat())
  })
})

describe('closing the window', () => {
  const open = () => {
    const window = Object.assign(new fake.BrowserWindow({}), {
      isMinimized: () => false,
      show: vi.fn(),
      isClosed: false,
      close: () => {
        const preventDefault = vi.fn()
        window.emit('close', { preventDefault })
        window.isClosed = preventDefault.mock.calls.length === 0
      },
    })
    const ask = vi.fn()
    return { window, ask, closing: guardClosing(window as never, ask) }
  }

  test('asks nothing where everything is saved', () => {
    const { window, ask, closing } = open()
    closing.setUnsaved(true)
    closing.setUnsaved(false)
    window.close()
    expect([window.isClosed, ask.mock.calls.length]).toEqual([true, 0])
  })

  test('asks where changes are not saved, each time, and closes by the answer', () => {
    const { window, ask, closing } = open()
    closing.setUnsaved(true)
    window.close()
    window.close()
    expect([window.isClosed, ask.mock.calls.length]).toEqual([false, 2])
    closing.close()
    expect([window.isClosed, ask.mock.calls.length]).toEqual([true, 2])
  })

  test.each<[string, (opened: ReturnType<typeof open>) => void]>([
    ['crashed', ({ window }) => void window.webContents.emit('render-process-gone')],
    ['is another by now', ({ window }) => void window.webContents.emit('did-navigate')],
    ['hangs', ({ window }) => void window.emit('unresponsive')],
    ['is let go by a signal', ({ closing }) => closing.letGo()],
  ])('closes a window whose page %s', (_, happen) => {
    const opened = open()
    opened.closing.setUnsaved(true)
    happen(opened)
    opened.window.close()
    expect([opened.window.isClosed, opened.ask.mock.calls.length]).toEqual([true, 0])
  })

  test('asks again once the page answers again', () => {
    const { window, ask, closing } = open()
    closing.setUnsaved(true)
    window.emit('unresponsive')
    window.emit('responsive')
    window.close()
    expect([window.isClosed, ask.mock.calls.length]).toEqual([false, 1])
  })
})
