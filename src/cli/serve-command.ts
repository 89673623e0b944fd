/** `serve`: the app in a browser, and what `npm start` alone does where there is no window to open. */
import open from 'open'
import { startServer } from '../host/server.ts'
import { userFolder } from '../host/user-memory.ts'

export interface ServeOptions {
  runs: string
  port: number
  /** Opens the default browser where there is one. */
  browse: boolean
}

/** Serves until it is interrupted; prints the address on stdout. */
export async function runServe({ runs: runsFolder, port, browse }: ServeOptions): Promise<void> {
  const server = await startServer({
    runsFolder,
    port,
    userFolder: userFolder(),
    log: (line) => process.stderr.write(`torquelab: ${line}\n`),
  })
  process.stdout.write(`TorqueLab is at ${server.url}\n`)
  if (browse && hasDisplay()) await open(server.url).catch(() => undefined)
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve())
  })
  process.stderr.write('Stopping; what trains is evaluated and kept.\n')
  // A second interrupt is one of impatience, or the terminal's and npm's copies of the first: those come at once.
  setTimeout(() => process.on('SIGINT', () => process.exit(130)), 1000).unref()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
  await server.close()
}

function hasDisplay(): boolean {
  if (process.platform !== 'linux') return true
  return Boolean(process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY)
}
