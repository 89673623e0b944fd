/** The app's own protocol: torquelab://app/... answers with the files of one folder, and with nothing else. */
import { readFile, realpath } from 'node:fs/promises'
import path from 'node:path'
import { type Protocol, protocol } from 'electron'
import { pageHeaders } from '../src/host/page-headers.ts'
import { isAppAddress, SCHEME } from './address.ts'
import type { Log } from './log.ts'

/** Every kind of file that a build of the window has; others are not served. */
const MIME_TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
}

/** Gives the scheme an origin and the rules of https. To be called before the app is ready. */
export function registerScheme(): void {
  const privileges = { standard: true, secure: true, supportFetchAPI: true, codeCache: true }
  protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges }])
}

/** Answers the scheme's requests from `folder`. */
export function serveFolder(registry: Pick<Protocol, 'handle'>, folder: string, log: Log): void {
  registry.handle(SCHEME, async ({ method, url }) => {
    if (method !== 'GET') return refuse(405)
    const file = await fileOf(url, folder)
    const type = file && MIME_TYPES[path.extname(file).toLowerCase()]
    if (!file || !type) {
      log(`refused: no file of the window is at ${url}`)
      return refuse(404)
    }
    return new Response(await readFile(file), { headers: { ...pageHeaders, 'Content-Type': type } })
  })
}

function refuse(status: number): Response {
  return new Response(null, { status, headers: pageHeaders })
}

/** The existing file inside `folder` that an address names, links followed; undefined where there is none. */
export async function fileOf(address: string, folder: string): Promise<string | undefined> {
  if (!isAppAddress(address)) return undefined
  const segments = segmentsOf(new URL(address).pathname)
  if (!segments) return undefined
  try {
    const root = await realpath(folder)
    const file = await realpath(path.join(root, ...(segments.length === 0 ? ['index.html'] : segments)))
    // A link inside the folder may point out of it.
    return file.startsWith(root + path.sep) ? file : undefined
  } catch {
    return undefined
  }
}

/** The decoded names along a path; undefined where one of them is more, or other, than the plain name of a file. */
function segmentsOf(pathname: string): string[] | undefined {
  try {
    const segments = pathname.split('/').filter((segment) => segment !== '')
    const names = segments.map(decodeURIComponent)
    // A separator that was encoded, a parent, a hidden file, a Windows drive or stream.
    return names.some((name) => name.startsWith('.') || /[/\\:\0]/.test(name)) ? undefined : names
  } catch {
    return undefined
  }
}
