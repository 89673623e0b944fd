/**
 * Browser mode: the window's files and its socket on the loopback address. The printed address carries a random token;
 * without it the socket stays shut, and requests from other sites or other names are refused.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import sirv from 'sirv'
import { WebSocketServer } from 'ws'
import { messageOf, UserError } from '../common/user-error.ts'
import { packageFile } from './package.ts'
import { pageHeaders } from './page-headers.ts'
import { MAX_MESSAGE_LENGTH } from './rpc/connection.ts'
import { createHostService, type HostService } from './service.ts'

export interface BrowserServer {
  /** The address with its token: whoever has it can use the app. */
  url: string
  service: HostService
  /** Stops training cleanly, closes every window's socket and the port. */
  close(): Promise<void>
}

export interface ServerOptions {
  runsFolder: string
  /** 0 takes a free one. */
  port: number
  /** As in HostServiceOptions. */
  userFolder?: string
  log: (line: string) => void
}

export async function startServer({ runsFolder, port, log, ...user }: ServerOptions): Promise<BrowserServer> {
  if (!(port >= 0 && port <= 65535))
    throw new UserError(`"--port" cannot be ${port}: it is a port from 1 to 65535, or 0 for a free one.`)
  const token = randomBytes(24).toString('base64url')
  const service = createHostService({ runsFolder, shell: 'browser', log, ...user })
  const files = sirv(packageFile('dist/ui'), {
    etag: true,
    // Looked up anew each time: the files may be built again while the server runs.
    dev: true,
  })
  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(pageHeaders)) response.setHeader(name, value)
    const end = (status: number, words: string): void =>
      void response.writeHead(status, { 'Content-Type': 'text/plain' }).end(`${words}\n`)
    if (!isOwnHost(request, server)) {
      log(`refused: a request for the host ${JSON.stringify(request.headers.host)}`)
      end(403, 'This server answers on the loopback address only.')
    } else if (request.method !== 'GET' && request.method !== 'HEAD') end(405, 'Only GET is understood.')
    else files(request, response, () => end(404, 'There is nothing here.'))
  })
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_LENGTH })
  server.on('upgrade', (request, socket, head) => {
    const reason = refusal(request, server, token)
    if (reason) {
      log(`refused: a socket with ${reason}`)
      refuse(socket)
      return
    }
    sockets.handleUpgrade(request, socket, head, (window) => {
      const listeners: ((text: string) => void)[] = []
      const connection = service.connect({
        post: (text) => window.send(text),
        on: (listener) => void listeners.push(listener),
      })
      window.on('message', (data, isBinary) => {
        if (isBinary) log('refused: a binary message')
        else for (const listener of listeners) listener(data.toString())
      })
      window.on('error', (error) => log(`refused: ${messageOf(error)}`))
      window.on('close', () => connection.close())
    })
  })
  await listen(server, port)
  return {
    url: `http://127.0.0.1:${portOf(server)}/?token=${token}`,
    service,
    async close() {
      await service.close()
      for (const window of sockets.clients) window.terminate()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason =
        error.code === 'EADDRINUSE' ? 'it is in use; choose another with --port, or 0 for a free one' : messageOf(error)
      reject(new UserError(`Port ${port} cannot be opened: ${reason}.`, 'failure'))
    })
    server.listen(port, '127.0.0.1', resolve)
  })
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

function ownNames(server: Server): string[] {
  const port = portOf(server)
  return [`127.0.0.1:${port}`, `localhost:${port}`]
}

/** A foreign name that resolves to this machine (DNS rebinding) is not ours. */
function isOwnHost({ headers }: IncomingMessage, server: Server): boolean {
  return headers.host !== undefined && ownNames(server).includes(headers.host)
}

/** Why a socket must not be opened, or undefined. */
function refusal(request: IncomingMessage, server: Server, token: string): string | undefined {
  const { host, origin } = request.headers
  if (!isOwnHost(request, server)) return `the host ${JSON.stringify(host)}`
  if (!ownNames(server).some((name) => origin === `http://${name}`)) return `the origin ${JSON.stringify(origin)}`
  const address = new URL(request.url ?? '', `http://${host}`)
  if (address.pathname !== '/socket') return `the path ${JSON.stringify(address.pathname)}`
  const [given, expected] = [Buffer.from(address.searchParams.get('token') ?? ''), Buffer.from(token)]
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return 'a wrong token'
  return undefined
}

function refuse(socket: Duplex): void {
  socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
}
