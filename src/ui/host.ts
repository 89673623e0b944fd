/** The window's connection to the host: Electron's bridge where there is one, a WebSocket in a browser. */
import { batch, signal } from '@preact/signals'
import { connectToHost, type HostClient, HostError } from '../host/rpc/connection.ts'
import { reconnectingSocket } from './reconnecting-socket.ts'

/** What Electron's preload script puts on the window. */
export interface Bridge {
  post(text: string): void
  on(listener: (text: string) => void): void
}

declare global {
  interface Window {
    torquelab?: Bridge
  }
}

/** Whether the host can be reached; the window says so when it cannot. */
export const connected = signal(true)

/** Counts how often the connection was lost and came back: what happened meanwhile is to be asked for again. */
export const reconnections = signal(0)

export const shell: 'electron' | 'browser' = window.torquelab ? 'electron' : 'browser'

const LOST = 'The connection to TorqueLab’s host is lost.'

const socket = window.torquelab
  ? undefined
  : reconnectingSocket(socketOpener(), {
      onLost() {
        connected.value = false
        client.abandon(LOST)
      },
      onRestored: () =>
        batch(() => {
          connected.value = true
          reconnections.value++
        }),
    })
const client = connectToHost(window.torquelab ?? socket!, (line) => console.warn(line))

export const host: HostClient = {
  ...client,
  // What is asked now would be done at some later moment, when it is not wanted any more.
  request: async (name, params) => {
    if (!connected.peek()) throw new HostError(LOST, 'failure')
    return client.request(name, params)
  },
}

/** Tries at once to reach the host again. */
export const reconnect = (): void => socket?.retry()
if (socket) {
  // The network is back, or somebody looks.
  window.addEventListener('online', reconnect)
  document.addEventListener('visibilitychange', reconnect)
}

/** The token of the printed address opens the socket; it is kept for reloads of this tab and taken out of the address bar. */
function socketOpener(): () => WebSocket {
  const address = new URL(location.href)
  const token = address.searchParams.get('token') ?? sessionStorage.getItem('token') ?? ''
  sessionStorage.setItem('token', token)
  address.searchParams.delete('token')
  history.replaceState(null, '', address)
  return () => new WebSocket(`${location.origin.replace(/^http/, 'ws')}/socket?token=${encodeURIComponent(token)}`)
}
