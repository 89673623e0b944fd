/** The front door under attack: what is refused is logged, and the app goes on. Both shells, and browser mode's socket. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import http from 'node:http'
import os from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { MAX_MESSAGE_LENGTH } from '../../src/host/rpc/connection.ts'
import { eventually } from './eventually.ts'
import { type App, launch, type Shell, serve, shells, whyNot } from './launch.ts'

const reasons = new Map<Shell, string | undefined>()
for (const shell of shells) reasons.set(shell, await whyNot(shell))

const folder = mkdtempSync(path.join(os.tmpdir(), 'torquelab-security-'))
const runsFolder = path.join(folder, 'runs')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('browser mode', () => {
  let server: Awaited<ReturnType<typeof serve>>
  let address: URL
  let origin: string
  beforeAll(async () => {
    server = await serve({ runsFolder })
    address = new URL(server.url)
    origin = address.origin
  })
  afterAll(() => server.close())

  const socketAddress = (token = address.searchParams.get('token')!) => `ws://${address.host}/socket?token=${token}`

  /** The status with which a socket is refused, or 101 where it opens. */
  const statusOf = (url: string, headers: Record<string, string>): Promise<number> =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(url, { headers })
      socket.on('open', () => {
        socket.terminate()
        resolve(101)
      })
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode!))
      socket.on('error', reject)
    })

  /** An opened socket of the app's own page, with birpc's way of asking. */
  const open = async () => {
    const socket = new WebSocket(socketAddress(), { origin })
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
    let last = 0
    return {
      socket,
      // biome-ignore lint/suspicious/noExplicitAny: answers are checked field by field.
      ask: (name: unknown, params: unknown): Promise<any> =>
        new Promise((resolve) => {
          const id = `test-${++last}`
          const listen = (data: Buffer): void => {
            const message = JSON.parse(data.toString())
            if (message.t !== 's' || message.i !== id) return
            socket.off('message', listen)
            resolve(message.r)
          }
          socket.on('message', listen)
          socket.send(JSON.stringify({ t: 'q', i: id, m: 'request', a: [name, params] }))
        }),
    }
  }
  const worksStill = async () => {
    const { socket, ask } = await open()
    expect(await ask('app.info', {})).toMatchObject({ ok: true, value: { shell: 'browser' } })
    socket.terminate()
  }
  /** What the server has logged since `before`. */
  const logged = (before: number) => eventually(() => server.logs().slice(before))

  test('opens its socket for its own page with the token', async () => {
    expect(await statusOf(socketAddress(), { Origin: origin })).toBe(101)
  })

  test.each([
    ['a wrong token', () => [socketAddress('A'.repeat(32)), { Origin: origin }] as const, 'a wrong token'],
    ['no token', () => [`ws://${address.host}/socket`, { Origin: origin }] as const, 'a wrong token'],
    ['half a token', () => [socketAddress().slice(0, -8), { Origin: origin }] as const, 'a wrong token'],
    [
      'a foreign origin',
      () => [socketAddress(), { Origin: 'https://evil.com' }] as const,
      'the origin "https://evil.com"',
    ],
    [
      'the origin of another port',
      () => [socketAddress(), { Origin: 'http://127.0.0.1:1' }] as const,
      'the origin "http://127.0.0.1:1"',
    ],
    ['no origin', () => [socketAddress(), {}] as const, 'the origin undefined'],
    [
      'a foreign name for this machine',
      () => [socketAddress(), { Origin: origin, Host: 'evil.com' }] as const,
      'the host "evil.com"',
    ],
    [
      'another path',
      () => [socketAddress().replace('/socket', '/other'), { Origin: origin }] as const,
      'the path "/other"',
    ],
  ])('refuses a socket with %s', async (_name, attack, reason) => {
    const before = server.logs().length
    expect(await statusOf(...attack())).toBe(403)
    await logged(before).toContain(`refused: a socket with ${reason}`)
    await worksStill()
  })

  /** As typed: Node's own URL would mend the path. */
  const get = (target: string, headers: Record<string, string> = {}): Promise<{ status: number; text: string }> =>
    new Promise((resolve, reject) => {
      http
        .get({ host: address.hostname, port: address.port, path: target, headers }, (response) => {
          let text = ''
          response.setEncoding('utf8').on('data', (chunk) => {
            text += chunk
          })
          response.on('end', () => resolve({ status: response.statusCode!, text }))
        })
        .on('error', reject)
    })

  test('serves its page under its own name only', async () => {
    expect(await get('/')).toMatchObject({ status: 200 })
    const before = server.logs().length
    expect(await get('/', { Host: 'evil.com' })).toMatchObject({ status: 403 })
    await logged(before).toContain('refused: a request for the host "evil.com"')
  })

  test.each([
    '/../package.json',
    '/../../package.json',
    '/%2e%2e/package.json',
    '/..%2fpackage.json',
    '/..%5cpackage.json',
    '//etc/passwd',
  ])('serves no file outside of the window: %s', async (target) => {
    const { status, text } = await get(target)
    expect(status).not.toBe(200)
    expect(text).not.toMatch(/torquelab-|"dependencies"|root:/)
  })

  test.each([
    '',
    'nonsense',
    '{}',
    '[]',
    'null',
    '{"t":"x"}',
    '{"t":"q"}',
    '{"t":"q","i":"1","m":"constructor","a":[]}',
  ])('survives the message %j', async (text) => {
    const { socket, ask } = await open()
    socket.send(text)
    expect(await ask('app.info', {})).toMatchObject({ ok: true })
    socket.terminate()
  })

  test('logs a malformed message and a binary one', async () => {
    const { socket, ask } = await open()
    const before = server.logs().length
    socket.send('nonsense')
    socket.send(Buffer.from([1, 2, 3]))
    await logged(before).toContain('refused: a malformed message of 8 characters')
    await logged(before).toContain('refused: a binary message')
    expect(await ask('app.info', {})).toMatchObject({ ok: true })
    socket.terminate()
  })

  test('closes on a message without end', async () => {
    const { socket } = await open()
    const before = server.logs().length
    const closed = new Promise<number>((resolve) => socket.once('close', resolve))
    socket.on('error', () => {})
    socket.send('x'.repeat(MAX_MESSAGE_LENGTH + 1))
    expect(await closed).toBe(1009)
    await logged(before).toContain('refused: Max payload size exceeded')
    await worksStill()
  })

  test.each([
    ['a scene outside', 'scenes.read', { id: '../../../../../../etc/passwd' }],
    ['a scene by an absolute path', 'scenes.read', { id: '/etc/passwd' }],
    ['a scene file that its owner has not opened', 'scenes.read', { id: path.resolve('scenes/pendulum.json') }],
    ['a rollout outside', 'rollouts.open', { id: '../x' }],
    ['a rollout far outside', 'rollouts.read', { id: 'run/../../x.mcap', from: 0, to: 1 }],
    ['the metrics of a run outside', 'runs.metrics', { run: '..' }],
    ['a recording into a folder outside', 'rollouts.record', { run: '../x', seed: 1 }],
    [
      'a run in a folder outside',
      'training.start',
      { scene: 'pendulum', seeds: [1], preset: 'default', settings: {}, run: '../outside' },
    ],
    [
      'a scene outside to train on',
      'training.start',
      { scene: '../../etc/passwd', steps: 1, seeds: [1], preset: 'default', settings: {} },
    ],
    ['a run outside to delete', 'runs.delete', { runs: ['../outside'] }],
    ['a name outside for a run', 'runs.rename', { run: 'one', name: '../outside' }],
    ['a deleted run outside', 'trash.restore', { ids: ['../outside'] }],
    ['a policy of a run outside', 'runs.policy', { run: '../x', policy: 'best' }],
    ['a request that there is not', 'files.read', { path: '/etc/passwd' }],
    ['a request of every object', 'constructor', {}],
    ['a request that is no name', { toString: 'x' }, {}],
    ['parameters of another form', 'scenes.read', { id: 7, more: true }],
    ['no parameters', 'scenes.read', null],
  ])('refuses %s', async (_name, name, params) => {
    const { socket, ask } = await open()
    const before = server.logs().length
    const answer = await ask(name, params)
    expect(answer).toMatchObject({ ok: false, error: { kind: 'input' } })
    expect(JSON.stringify(answer)).not.toContain('root:')
    await logged(before).toContain('refused: ')
    expect(await ask('app.info', {})).toMatchObject({ ok: true })
    expect(existsSync(path.join(folder, 'outside'))).toBe(false)
    socket.terminate()
  })
})

describe.skipIf(reasons.get('chromium') !== undefined)('a browser with a wrong token', () => {
  test('is told that there is no connection', async () => {
    const app = await launch('chromium', { runsFolder })
    try {
      await app.page.evaluate(() => sessionStorage.clear())
      await app.page.goto(app.url.replace(/token=.*/, 'token=wrong'))
      await app.page
        .getByRole('alert')
        .getByText(/connection to TorqueLab.*lost/)
        .first()
        .waitFor()
      expect(app.logs()).toContain('refused: a socket with a wrong token')
    } finally {
      await app.close()
    }
  })
})

describe.each(shells)('the page in %s', (shell) => {
  describe.skipIf(reasons.get(shell) !== undefined)('may', () => {
    let app: App
    beforeAll(async () => {
      app = await launch(shell, { runsFolder })
      await app.page.getByRole('tab', { name: 'Design' }).waitFor()
    })
    afterAll(() => app.close())
    afterEach(async () => {
      // Whatever was tried: the app goes on.
      await app.page.getByRole('tab', { name: 'Train' }).click()
      await app.page.getByRole('tab', { name: 'Design' }).click()
      await app.page.getByRole('button', { name: 'Step', exact: true }).waitFor()
    })

    test('run no text as code', async () => {
      // Later, because what a debugger itself evaluates may do so.
      const attempt = async () => {
        await new Promise((resolve) => setTimeout(resolve, 10))
        try {
          return String(new Function('return 1')())
        } catch (error) {
          return String(error)
        }
      }
      expect(await app.page.evaluate(attempt)).toContain('EvalError')
    })

    test('run no script that was slipped in', async () => {
      const ran = await app.page.evaluate(async () => {
        const script = document.createElement('script')
        script.textContent = 'window.slippedIn = true'
        document.body.append(script)
        document.body.insertAdjacentHTML('beforeend', '<img src="x:" onerror="window.slippedIn = true">')
        await new Promise((resolve) => setTimeout(resolve, 200))
        return 'slippedIn' in window
      })
      expect(ran).toBe(false)
    })

    test('reach no other site', async () => {
      const reached = await app.page.evaluate(async () => {
        const tries = ['https://example.com/', 'http://127.0.0.1:9/', 'file:///etc/passwd'].map((url) =>
          fetch(url, { mode: 'no-cors' }).then(
            () => url,
            () => undefined,
          ),
        )
        return (await Promise.all(tries)).filter(Boolean)
      })
      expect(reached).toEqual([])
      // By the policy, not by chance: this machine may have no network.
      expect(app.errors.join('\n')).toContain('Content Security Policy')
    })

    test('see nothing of Node', async () => {
      const seen = await app.page.evaluate(() =>
        ['require', 'process', 'module', 'Buffer'].filter((name) => name in window),
      )
      expect(seen).toEqual([])
    })
  })
})

describe.skipIf(reasons.get('electron') !== undefined)('the page in Electron', () => {
  let app: App
  beforeAll(async () => {
    app = await launch('electron', { runsFolder })
    await app.page.getByRole('tab', { name: 'Design' }).waitFor()
  })
  afterAll(() => app.close())
  const logged = () => eventually(() => app.logs())

  test('has two functions of the shell', async () => {
    expect(await app.page.evaluate(() => Object.keys(window.torquelab!).sort())).toEqual(['on', 'post'])
  })

  test('cannot leave', async () => {
    await app.page.evaluate(() => {
      location.href = 'https://example.com/'
    })
    await logged().toContain('refused: going to https://example.com/')
    expect(app.page.url()).toBe('torquelab://app/index.html')
  })

  test('opens no window', async () => {
    expect(await app.page.evaluate(() => window.open('https://example.com/'))).toBeNull()
    await logged().toContain('refused: opening https://example.com/')
    expect(app.electron!.windows()).toHaveLength(1)
  })

  test('gets no permission', async () => {
    expect(await app.page.evaluate(() => Notification.requestPermission())).toBe('denied')
    await logged().toContain('refused: the permission "notifications"')
  })

  test('reads no file outside of the window', async () => {
    const statuses = await app.page.evaluate(() =>
      Promise.all(
        ['/../package.json', '/..%2fpackage.json', '/%2e%2e%2f%2e%2e%2fpackage.json', '/..%5cpackage.json'].map(
          async (url) => {
            const response = await fetch(url)
            return response.status
          },
        ),
      ),
    )
    expect(statuses).toEqual([404, 404, 404, 404])
    await logged().toContain('refused: no file of the window is at torquelab://app/..%2fpackage.json')
  })

  test('is refused what is no message, and heard again after', async () => {
    await app.page.evaluate(() => {
      window.torquelab!.post('nonsense')
      window.torquelab!.post({ not: 'a text' } as never)
    })
    await logged().toContain('refused: a malformed message of 8 characters')
    await logged().toContain('refused: a message that is no text')
    await app.page.reload()
    await app.page.getByRole('combobox', { name: 'Scene' }).filter({ visible: true }).waitFor()
  })

  test('comes back after a crash, while the host goes on', async () => {
    await app.electron!.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]!.webContents.forcefullyCrashRenderer(),
    )
    await logged().toMatch(/the window's page ended: (crashed|killed)/)
    const hasTabs = () =>
      app.electron!.evaluate(({ BrowserWindow }) =>
        BrowserWindow.getAllWindows()[0]!.webContents.executeJavaScript(
          'document.querySelectorAll("[role=tab]").length',
        ),
      )
    await eventually(hasTabs).toBe(3)
  })
})

describe.each(shells)('a training thread that is killed, in %s', (shell) => {
  test.skipIf(reasons.get(shell) !== undefined)('is reported, and its run is kept', async () => {
    const ownFolder = path.join(folder, `killed-${shell}`)
    const app = await launch(shell, { runsFolder: ownFolder, env: { TORQUELAB_TEST_KILL_WORKER: '450' } })
    try {
      const { page } = app
      await page.getByRole('tab', { name: 'Train' }).click()
      await page
        .locator('summary')
        .filter({ hasText: /^Learning/ })
        .click()
      await page.getByLabel('Hidden sizes', { exact: true }).fill('16, 16')
      await page.getByRole('button', { name: 'Start', exact: true }).click()
      const status = page.getByTestId('run-status')
      await eventually(() => status.textContent()).toBe('failed')
      await page.getByText(/training thread ended unexpectedly/).waitFor()
      const run = path.join(ownFolder, 'pendulum-ddpg-seed1-1')
      expect(JSON.parse(readFileSync(path.join(run, 'run.json'), 'utf8'))).toMatchObject({ status: 'failed' })
      // Two episodes of 200 steps were over.
      const metrics = readFileSync(path.join(run, 'metrics.ndjson'), 'utf8')
      expect(metrics.match(/"type":"episode"/g)).toHaveLength(2)
      const points = page.locator('[data-plot="episode-return"]')
      await eventually(async () => Number(await points.getAttribute('data-points'))).toBe(2)

      // The window and the host go on.
      await page.getByRole('tab', { name: 'Design' }).click()
      await page.getByRole('button', { name: 'Step', exact: true }).click()
      await eventually(() => page.getByTestId('time').textContent()).toBe('0.05')
      expect(app.errors).toEqual([])
    } finally {
      await app.close()
    }
  })
})
