/** The window's socket against a real server that goes away and comes back. */
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { type WebSocket as ServerSocket, WebSocketServer } from 'ws'
import { reconnectingSocket } from '../../src/ui/reconnecting-socket.ts'

let server: WebSocketServer
const heard: string[] = []
const links: ServerSocket[] = []

async function listen(port = 0): Promise<number> {
  server = new WebSocketServer({ host: '127.0.0.1', port })
  server.on('connection', (link) => {
    links.push(link)
    link.on('message', (data) => heard.push(String(data)))
  })
  await new Promise((resolve) => server.once('listening', resolve))
  return (server.address() as AddressInfo).port
}
async function stop(): Promise<void> {
  for (const link of links.splice(0)) link.terminate()
  await new Promise((resolve) => server.close(resolve))
}

let end = () => {}
afterEach(async () => {
  end()
  await stop()
})

function open(port: number) {
  const told: string[] = []
  const received: string[] = []
  let current: WebSocket | undefined
  let isOver = false
  const socket = reconnectingSocket(
    () => {
      // Nothing answers at port 1: an attempt after the test's end does no harm.
      current = new WebSocket(`ws://127.0.0.1:${isOver ? 1 : port}`)
      return current
    },
    { onLost: () => told.push('lost'), onRestored: () => told.push('restored') },
  )
  socket.on((text) => received.push(text))
  end = () => {
    isOver = true
    current?.close()
  }
  return { socket, told, received }
}

test('what is posted before the first connection waits for it', async () => {
  const { socket, told } = open(await listen())
  socket.post('early')
  await expect.poll(() => heard).toContain('early')
  expect(told).toEqual([])
})

test('a connection that is cut is told of once and comes back, with the same listeners; what is posted meanwhile is not sent', async () => {
  const port = await listen()
  const { socket, told, received } = open(port)
  await expect.poll(() => links.length).toBe(1)
  await stop()
  await expect.poll(() => told).toEqual(['lost'])
  socket.post('into the void')
  // Attempts fail meanwhile, which is no news.
  socket.retry()
  await listen(port)
  socket.retry()
  await expect.poll(() => told, { timeout: 15_000 }).toEqual(['lost', 'restored'])
  socket.post('afterwards')
  await expect.poll(() => heard).toContain('afterwards')
  expect(heard).not.toContain('into the void')
  links.at(-1)!.send('news')
  await expect.poll(() => received).toEqual(['news'])
})
