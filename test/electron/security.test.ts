/** What a page is kept from: leaving, opening windows, embedding, permissions, downloads, the network. */
import { EventEmitter } from 'node:events'
import type { Session, WebContents } from 'electron'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { guardContents, guardSession, isKnownSite } from '../../electron/security.ts'

const { opened } = vi.hoisted(() => ({ opened: [] as string[] }))
vi.mock('electron', () => ({ shell: { openExternal: async (address: string) => void opened.push(address) } }))

const log: string[] = []
beforeEach(() => {
  log.length = 0
  opened.length = 0
})

describe('a page', () => {
  let openWindow: (details: { url: string }) => { action: string }
  let contents: EventEmitter
  beforeEach(() => {
    contents = Object.assign(new EventEmitter(), {
      setWindowOpenHandler: (handler: typeof openWindow) => {
        openWindow = handler
      },
    })
    guardContents(contents as unknown as WebContents, (line) => log.push(line))
  })

  /** Whether the page may do it. */
  const may = (name: string, details: object = {}): boolean => {
    const preventDefault = vi.fn()
    contents.emit(name, { ...details, preventDefault })
    return preventDefault.mock.calls.length === 0
  }

  test.each(['will-navigate', 'will-redirect'])('cannot leave the app: %s', (name) => {
    for (const url of ['https://example.com/', 'file:///etc/passwd', 'data:text/html,x', 'torquelab://elsewhere/']) {
      expect(may(name, { url }), url).toBe(false)
      expect(log).toContain(`refused: going to ${url}`)
    }
    expect(may(name, { url: 'torquelab://app/index.html' })).toBe(true)
  })

  test('cannot take a frame elsewhere', () => {
    expect(may('will-frame-navigate', { url: 'https://example.com/', isMainFrame: false })).toBe(false)
  })

  test('cannot embed a page', () => {
    expect(may('will-attach-webview')).toBe(false)
    expect(log).toEqual(['refused: a page inside the page'])
  })

  test('opens no window; a link to a known site goes to the system’s browser', () => {
    expect(openWindow({ url: 'https://arxiv.org/abs/1509.02971' })).toEqual({ action: 'deny' })
    expect(opened).toEqual(['https://arxiv.org/abs/1509.02971'])
    for (const url of [
      'https://example.com/',
      'http://arxiv.org/',
      'file:///bin/sh',
      'torquelab://app/index.html',
      'calc:',
    ])
      expect(openWindow({ url })).toEqual({ action: 'deny' })
    expect(opened).toHaveLength(1)
    expect(log).toContain('refused: opening file:///bin/sh')
  })
})

test('a known site is known by its whole name', () => {
  expect(isKnownSite('https://www.arxiv.org/abs/1')).toBe(true)
  for (const address of [
    'https://arxiv.org.evil.com/',
    'https://evil.com/arxiv.org',
    'https://arxiv.org@evil.com/',
    'https://notarxiv.org/',
    'https://arxiv.org:8443/',
    'javascript:alert(1)',
    'arxiv.org',
  ])
    expect(isKnownSite(address), address).toBe(false)
})

describe('the session', () => {
  const handlers: Record<string, (...args: never[]) => unknown> = {}
  let filter: { urls: string[] }
  const keep = (name: string) => (handler: (...args: never[]) => unknown) => {
    handlers[name] = handler
  }
  beforeEach(() => {
    const session = Object.assign(new EventEmitter(), {
      setPermissionRequestHandler: keep('request'),
      setPermissionCheckHandler: keep('check'),
      setDevicePermissionHandler: keep('device'),
      on: (name: string, handler: (...args: never[]) => unknown) => keep(name)(handler),
      webRequest: {
        onBeforeRequest: (given: { urls: string[] }, handler: (...args: never[]) => unknown) => {
          filter = given
          keep('network')(handler)
        },
      },
    })
    guardSession(session as unknown as Session, (line) => log.push(line))
  })
  const call = (name: string, ...args: unknown[]) => handlers[name]!(...(args as never[]))

  test.each(['media', 'geolocation', 'notifications', 'clipboard-read', 'usb', 'unheard-of'])(
    'gives no %s',
    (permission) => {
      const answer = vi.fn()
      call('request', null, permission, answer)
      expect(answer.mock.calls).toEqual([[false]])
      expect(log).toEqual([`refused: the permission "${permission}"`])
      expect(call('check', null, permission, 'torquelab://app')).toBe(false)
      expect(call('device', { deviceType: permission })).toBe(false)
    },
  )

  test('saves no download', () => {
    const preventDefault = vi.fn()
    call('will-download', { preventDefault }, { getURL: () => 'blob:x' })
    expect(preventDefault).toHaveBeenCalledOnce()
  })

  test('reaches neither the network nor the disk', () => {
    expect(filter.urls).toEqual(
      expect.arrayContaining(['http://*/*', 'https://*/*', 'ws://*/*', 'wss://*/*', 'file://*/*']),
    )
    const answer = vi.fn()
    call('network', { url: 'https://example.com/' }, answer)
    expect(answer.mock.calls).toEqual([[{ cancel: true }]])
    expect(log).toEqual(['refused: a request to https://example.com/'])
  })
})
