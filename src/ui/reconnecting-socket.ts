/**
 * A socket that opens itself again when it was cut: a laptop slept, a tunnel to the machine that trains broke. The host goes on meanwhile.
 * Nothing is sent later than it was meant: what is asked while there is no connection is refused (`host.ts`).
 */
import type { Channel } from '../host/rpc/connection.ts'

/** ms before the first new attempt; each later one waits twice as long, up to the longest. */
const FIRST_WAIT = 500
const LONGEST_WAIT = 8000

export interface ReconnectingSocket extends Channel {
  /** Tries at once instead of when its time has come. */
  retry(): void
}

export interface SocketEvents {
  /** The connection is gone: what was asked gets no answer. */
  onLost(): void
  /** It is there again. The first time is not told. */
  onRestored(): void
}

/** `open` begins a connection. What is posted before the first one stands waits for it. */
export function reconnectingSocket(open: () => WebSocket, events: SocketEvents): ReconnectingSocket {
  const listeners: ((text: string) => void)[] = []
  const waiting: string[] = []
  let socket: WebSocket
  let wasOpen = false
  let isLost = false
  let wait = FIRST_WAIT
  let timer: ReturnType<typeof setTimeout> | undefined

  const connect = (): void => {
    clearTimeout(timer)
    timer = undefined
    const attempt = open()
    socket = attempt
    attempt.addEventListener('open', () => {
      wait = FIRST_WAIT
      if (isLost) {
        isLost = false
        waiting.length = 0
        events.onRestored()
      }
      wasOpen = true
      for (const text of waiting.splice(0)) attempt.send(text)
    })
    attempt.addEventListener('message', ({ data }) => {
      for (const listener of listeners) listener(String(data))
    })
    attempt.addEventListener('close', () => {
      if (!isLost) {
        isLost = true
        events.onLost()
      }
      timer = setTimeout(connect, wait)
      wait = Math.min(LONGEST_WAIT, 2 * wait)
    })
  }
  connect()
  return {
    post: (text) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(text)
      else if (!wasOpen) waiting.push(text)
    },
    on: (listener) => void listeners.push(listener),
    retry: () => {
      if (timer !== undefined) connect()
    },
  }
}
