/** The channel between a window's page and the host: texts, and only from the page that we loaded into its main frame. */
import { type IpcMainEvent, ipcMain, type WebContents } from 'electron'
import { type Channel, MAX_MESSAGE_LENGTH } from '../src/host/rpc/connection.ts'
import { isAppAddress } from './address.ts'
import type { Log } from './log.ts'

/** preload.ts has the same word; its type makes the compiler compare them. */
export const CHANNEL = 'torquelab:message'

/** Connects each page that the window loads to the host, one after another. `onGreeting` is called when a page first speaks. */
export function carryMessages(
  contents: WebContents,
  connect: (channel: Channel) => { close(): void },
  onGreeting: () => void,
  log: Log,
): void {
  let page: { deliver(text: string): void; close(): void } | undefined

  const openPage = () => {
    const listeners: ((text: string) => void)[] = []
    let isOpen = true
    const connection = connect({
      post: (text) => {
        if (isOpen && !contents.isDestroyed()) contents.send(CHANNEL, text)
      },
      on: (listener) => void listeners.push(listener),
    })
    return {
      deliver: (text: string): void => {
        for (const listener of listeners) listener(text)
      },
      close: (): void => {
        isOpen = false
        connection.close()
      },
    }
  }
  const closePage = (): void => {
    page?.close()
    page = undefined
  }

  const onMessage = (event: IpcMainEvent, text: unknown): void => {
    const problem = problemOf(event, text, contents)
    if (problem) {
      log(`refused: a message ${problem}`)
      return
    }
    const isGreeting = page === undefined
    page ??= openPage()
    page.deliver(text as string)
    if (isGreeting) onGreeting()
  }
  ipcMain.on(CHANNEL, onMessage)
  // A page that is gone neither hears nor speaks; its successor gets a connection of its own.
  contents.on('did-navigate', closePage)
  contents.on('render-process-gone', closePage)
  contents.once('destroyed', () => {
    ipcMain.off(CHANNEL, onMessage)
    closePage()
  })
}

/** Why a message must not be heard, or undefined. */
function problemOf({ sender, senderFrame }: IpcMainEvent, text: unknown, contents: WebContents): string | undefined {
  if (sender !== contents) return 'of another window'
  try {
    if (senderFrame === null || senderFrame.parent !== null) return 'of a frame inside the page'
    if (!isAppAddress(senderFrame.url)) return `of a page at ${senderFrame.url}`
  } catch {
    return 'of a frame that is gone'
  }
  if (typeof text !== 'string') return 'that is no text'
  if (text.length > MAX_MESSAGE_LENGTH) return `of ${text.length} characters`
  return undefined
}
