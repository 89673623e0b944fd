/** The app's own protocol, asked as a hostile page would: for every file outside of its folder, in every spelling. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { APP_ADDRESS, isAppAddress } from '../../electron/address.ts'
import { registerScheme, serveFolder } from '../../electron/protocol.ts'

const { registered } = vi.hoisted(() => ({ registered: [] as unknown[] }))
vi.mock('electron', () => ({
  protocol: { registerSchemesAsPrivileged: (schemes: unknown[]) => registered.push(...schemes) },
}))

type Handler = (request: Pick<Request, 'url' | 'method'>) => Promise<Response>
let folder: string
let ui: string
let handler: Handler
const log: string[] = []

beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'torquelab-protocol-'))
  ui = path.join(folder, 'ui')
  mkdirSync(path.join(ui, 'assets'), { recursive: true })
  writeFileSync(path.join(ui, 'index.html'), '<p>app</p>')
  writeFileSync(path.join(ui, 'assets', 'app.js'), 'app()')
  writeFileSync(path.join(ui, 'assets', 'two words.css'), 'p {}')
  writeFileSync(path.join(ui, 'kernel.wasm'), 'wasm')
  writeFileSync(path.join(ui, '.hidden.txt'), 'secret')
  writeFileSync(path.join(ui, 'tool.exe'), 'secret')
  // What a way out of the folder would find.
  writeFileSync(path.join(folder, 'secret.txt'), 'secret')
  mkdirSync(path.join(folder, 'ui-old'))
  writeFileSync(path.join(folder, 'ui-old', 'secret.txt'), 'secret')
  symlinkSync(path.join(folder, 'secret.txt'), path.join(ui, 'link.txt'))
  symlinkSync(path.join(folder, 'ui-old'), path.join(ui, 'linked'))
  const handle = (_scheme: string, given: unknown): void => {
    handler = given as Handler
  }
  serveFolder({ handle }, ui, (line) => log.push(line))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))
beforeEach(() => void log.splice(0))

const ask = (url: string, method = 'GET') => handler({ url, method })

describe('what it serves', () => {
  test.each([
    [APP_ADDRESS, 'text/html; charset=utf-8', '<p>app</p>'],
    ['torquelab://app/', 'text/html; charset=utf-8', '<p>app</p>'],
    ['torquelab://app/index.html?a=1#b', 'text/html; charset=utf-8', '<p>app</p>'],
    ['torquelab://app/assets/app.js', 'text/javascript; charset=utf-8', 'app()'],
    ['torquelab://app/assets/../assets/app.js', 'text/javascript; charset=utf-8', 'app()'],
    ['torquelab://app/assets/two%20words.css', 'text/css; charset=utf-8', 'p {}'],
    ['torquelab://app/kernel.wasm', 'application/wasm', 'wasm'],
  ])('%s', async (url, type, text) => {
    const response = await ask(url)
    expect(response.status).toBe(200)
    expect(response.headers.get('Content-Type')).toBe(type)
    expect(await response.text()).toBe(text)
    expect(log).toEqual([])
  })

  test('every answer forbids all that the app does not need', async () => {
    for (const url of [APP_ADDRESS, 'torquelab://app/nothing.html']) {
      const { headers } = await ask(url)
      expect(headers.get('Content-Security-Policy')).toBe(
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; " +
          "connect-src 'self'; worker-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; " +
          "frame-ancestors 'none'",
      )
      expect(headers.get('X-Content-Type-Options')).toBe('nosniff')
    }
  })
})

describe('what it refuses', () => {
  test.each([
    'torquelab://app/../../etc/passwd',
    'torquelab://app/../secret.txt',
    'torquelab://app/assets/../../secret.txt',
    'torquelab://app/%2e%2e/secret.txt',
    'torquelab://app/%2e%2e%2fsecret.txt',
    'torquelab://app/..%2fsecret.txt',
    'torquelab://app/assets/..%2f..%2fsecret.txt',
    'torquelab://app/%252e%252e%252fsecret.txt',
    'torquelab://app/..%5csecret.txt',
    'torquelab://app/..\\secret.txt',
    'torquelab://app/..%2fui-old%2fsecret.txt',
    'torquelab://app//etc/passwd',
    'torquelab://app/%2fetc%2fpasswd',
    'torquelab://app/C:%5csecret.txt',
    'torquelab://app/index.html%00.txt',
    'torquelab://app/%',
    'torquelab://app/.hidden.txt',
    'torquelab://app/tool.exe',
    'torquelab://app/link.txt',
    'torquelab://app/linked/secret.txt',
    'torquelab://app/assets',
    'torquelab://app/missing.html',
    'torquelab://elsewhere/index.html',
    'torquelab://app@elsewhere/index.html',
    'torquelab://somebody@app/index.html',
    'torquelab://app:80/index.html',
    'file:///etc/passwd',
  ])('%s', async (url) => {
    const response = await ask(url)
    expect(response.status).toBe(404)
    expect(await response.text()).toBe('')
    expect(log).toEqual([`refused: no file of the window is at ${url}`])
  })

  test('an absolute address of a secret', async () => {
    const response = await ask(`torquelab://app${encodeURIComponent(path.join(folder, 'secret.txt'))}`)
    expect(response.status).toBe(404)
  })

  test('anything but reading', async () => {
    expect((await ask(APP_ADDRESS, 'POST')).status).toBe(405)
  })
})

test('the scheme has an origin of its own and the rules of https', () => {
  registerScheme()
  expect(registered).toMatchObject([{ scheme: 'torquelab', privileges: { standard: true, secure: true } }])
  // Either would take the page out of its content security policy.
  expect(registered[0]).not.toMatchObject({ privileges: { bypassCSP: true } })
})

test('an address is the app’s by its parts, not by its beginning', () => {
  expect(isAppAddress('torquelab://app/index.html')).toBe(true)
  for (const address of [
    'torquelab://app.evil/',
    'torquelab://app@evil/',
    'https://app/',
    'torquelab:app',
    '',
    'nonsense',
  ])
    expect(isAppAddress(address), address).toBe(false)
})
