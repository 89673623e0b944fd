/** The app is killed while it saves, at any moment: the scene's file is the old one or the new one, whole. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { RandomStream } from '../../src/common/random.ts'
import { connectToHost, type HostClient } from '../../src/host/rpc/connection.ts'
import { serve } from './launch.ts'

const KILLS = 10
/** Where none of those came in the middle of a write. */
const MOST_KILLS = 40
/** ms from the first save to the kill, at most. */
const LONGEST = 200
/** ms until a write is seen, at most. */
const LONGEST_WAIT = 5000

const folder = mkdtempSync(path.join(os.tmpdir(), 'torquelab-saves-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const scenes = path.join(folder, 'my-scenes')
const file = path.join(scenes, 'mine.json')

/** Large enough for a write to take a while; every version differs from every other everywhere. */
const version = (number: number): string =>
  JSON.stringify({
    format: 'torquelab-scene',
    version: 2,
    name: 'mine',
    padding: String(number % 10).repeat(2_000_000),
    number,
  })

test('killed while it saves, ten times or more: the file is one that was saved, whole, and the last that was confirmed or a later one', async () => {
  mkdirSync(scenes)
  writeFileSync(file, version(0))
  const random = RandomStream.derive(1, 'moments of kills')
  let sent = 0
  let hits = 0
  for (let kill = 0; kill < KILLS || (hits === 0 && kill < MOST_KILLS); kill++) {
    const server = await serve({ runsFolder: path.join(folder, 'runs') })
    const { host, socket } = await connect(server.url)
    const entry = (await host.request('scenes.list', {})).find(({ source }) => source === 'file')!
    let confirmed = numberIn(readFileSync(file, 'utf8'))
    const before = confirmed
    let isAlive = true
    const saving = (async () => {
      while (isAlive) {
        const number = ++sent
        await host.request('scenes.save', { target: { id: entry.id }, text: version(number) })
        confirmed = number
      }
    })().catch(() => {})
    await expect.poll(() => confirmed).toBeGreaterThan(before)
    await sleep(LONGEST * random.uniform(0, 1))
    // Every second time in the middle of a write, which is short: as soon as there is something beside the file.
    const end = performance.now() + LONGEST_WAIT
    while (kill % 2 === 1 && readdirSync(scenes).length === 1 && performance.now() < end) await sleep(0)
    server.process.kill('SIGKILL')
    const last = confirmed
    isAlive = false
    await server.close()
    socket.terminate()
    await Promise.race([saving, sleep(200)])
    const found = readFileSync(file, 'utf8')
    const number = numberIn(found)
    expect(found === version(number)).toBe(true)
    expect(number).toBeGreaterThanOrEqual(last)
    if (readdirSync(scenes).length > 1) hits++
  }
  // At least one kill came in the middle of a save; the next save takes what that left behind.
  expect(hits).toBeGreaterThan(0)
}, 120_000)

/** The number of a version, from its end. */
function numberIn(text: string): number {
  return Number(/"number":(\d+)\}$/.exec(text)?.[1])
}

async function connect(url: string): Promise<{ host: HostClient; socket: WebSocket }> {
  const { origin, searchParams } = new URL(url)
  const address = `${origin.replace(/^http/, 'ws')}/socket?token=${encodeURIComponent(searchParams.get('token')!)}`
  const socket = new WebSocket(address, { origin })
  socket.on('error', () => {})
  await new Promise((resolve) => socket.once('open', resolve))
  const host = connectToHost(
    {
      post: (text) => {
        if (socket.readyState === WebSocket.OPEN) socket.send(text)
      },
      on: (listener) => void socket.on('message', (data) => listener(String(data))),
    },
    () => {},
  )
  return { host, socket }
}
