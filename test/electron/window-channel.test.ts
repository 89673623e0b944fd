/** The channel of a window: only the page that we loaded is heard, and each of its pages has a connection of its own. */
import { EventEmitter } from 'node:events'
import type { WebContents } from 'electron'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { CHANNEL, carryMessages } from '../../electron/window-channel.ts'
import { type Channel, MAX_MESSAGE_LENGTH } from '../../src/host/rpc/connection.ts'

const { ipcMain } = await vi.hoisted(async () => {
  const events = await import('node:events')
  return { ipcMain: new events.EventEmitter() }
})
vi.mock('electron', () => ({ ipcMain }))

const PAGE = { url: 'torquelab://app/index.html', parent: null }
let contents: EventEmitter & { sent: unknown[][] }
let connections: { channel: Channel; heard: string[]; isClosed: boolean }[]
let greetings: number
let log: string[]

beforeEach(() => {
  ipcMain.removeAllListeners()
  connections = []
  greetings = 0
  log = []
  const sent: unknown[][] = []
  contents = Object.assign(new EventEmitter(), {
    sent,
    isDestroyed: () => false,
    send: (...message: unknown[]) => sent.push(message),
  })
  carryMessages(
    contents as unknown as WebContents,
    (channel) => {
      const connection = { channel, heard: [] as string[], isClosed: false }
      channel.on((text) => connection.heard.push(text))
      connections.push(connection)
      return {
        close: () => {
          connection.isClosed = true
        },
      }
    },
    () => greetings++,
    (line) => log.push(line),
  )
})

const say = (text: unknown, event: object = {}) =>
  ipcMain.emit(CHANNEL, { sender: contents, senderFrame: PAGE, ...event }, text)

describe('our page', () => {
  test('is heard and answered', () => {
    say('one')
    say('two')
    connections[0]!.channel.post('three')
    expect(connections).toHaveLength(1)
    expect(connections[0]!.heard).toEqual(['one', 'two'])
    expect(contents.sent).toEqual([[CHANNEL, 'three']])
    expect(greetings).toBe(1)
    expect(log).toEqual([])
  })

  test('loaded again has a new connection, and the old one is closed', () => {
    say('one')
    contents.emit('did-navigate')
    expect(connections[0]!.isClosed).toBe(true)
    connections[0]!.channel.post('for the page that is gone')
    expect(contents.sent).toEqual([])
    say('two')
    expect(connections).toHaveLength(2)
    expect(connections[1]!.heard).toEqual(['two'])
  })

  test('gone with its window leaves nothing behind', () => {
    say('one')
    contents.emit('destroyed')
    expect(connections[0]!.isClosed).toBe(true)
    expect(ipcMain.listenerCount(CHANNEL)).toBe(0)
  })
})

describe('refused and logged', () => {
  const gone = {
    parent: null,
    get url(): string {
      throw new Error('Render frame was disposed')
    },
  }
  test.each([
    ['a frame inside the page', 'x', { senderFrame: { ...PAGE, parent: PAGE } }, 'of a frame inside the page'],
    [
      'a foreign page',
      'x',
      { senderFrame: { url: 'https://evil.com/', parent: null } },
      'of a page at https://evil.com/',
    ],
    [
      'a page that looks alike',
      'x',
      { senderFrame: { url: 'torquelab://app@evil/', parent: null } },
      'of a page at torquelab://app@evil/',
    ],
    ['a frame that is gone', 'x', { senderFrame: null }, 'of a frame inside the page'],
    ['a frame that is going', 'x', { senderFrame: gone }, 'of a frame that is gone'],
    ['another window', 'x', { sender: new EventEmitter() }, 'of another window'],
    ['an object', { text: 'x' }, {}, 'that is no text'],
    ['nothing', undefined, {}, 'that is no text'],
    ['an endless text', 'x'.repeat(MAX_MESSAGE_LENGTH + 1), {}, `of ${MAX_MESSAGE_LENGTH + 1} characters`],
  ])('%s', (_name, text, event, reason) => {
    say(text, event)
    expect(connections).toEqual([])
    expect(greetings).toBe(0)
    expect(log).toEqual([`refused: a message ${reason}`])
    // Nothing is broken: our page is heard.
    say('one')
    expect(connections[0]!.heard).toEqual(['one'])
  })
})
