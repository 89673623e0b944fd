/** The window's connection to the host: Electron's bridge where there is one, a WebSocket in a browser. */
import { signal } from '@preact/signals'
import { type Channel, connectToHost, type HostClient } from '../host/rpc/connection.ts'

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

export const shell: 'electron' | 'browser' = window.torquelab ? 'electron' : 'browser'

export const host: HostClient = connectToHost(window.torquelab ?? openSocket(), (line) => console.warn(line))

/** The token of the printed address opens the socket; it is kept for reloads of this tab and taken out of the address bar. */
function openSocket(): Channel {
  const address = new URL(location.href)
  const token = address.searchParams.get('token') ?? sessionStorage.getItem('token') ?? ''
  sessionStorage.setItem('token', token)
  address.searchParams.delete('token')
  history.replaceState(null, '', address)
  const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/socket?token=${encodeURIComponent(token)}`)
  const waiting: string[] = []
  socket.addEventListener('open', () => {
    for (const text of waiting.splice(0)) socket.send(text)
  })
  socket.addEventListener('close', () => {
    connected.value = false
  })
  return {
    post: (text) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(text)
      else waiting.push(text)
    },
    on: (listener) => socket.addEventListener('message', ({ data }) => listener(String(data))),
  }
}
