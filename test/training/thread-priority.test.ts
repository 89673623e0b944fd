/** A training thread gives way to the window, and nothing else of the process does. */
import os from 'node:os'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'

test.runIf(process.platform === 'linux')('a thread lowers its own priority, not that of the process', async () => {
  const before = os.getPriority()
  const module = new URL('../../src/training/thread-priority.ts', import.meta.url).href
  const code = `
    const { parentPort } = require('node:worker_threads')
    const os = require('node:os')
    const thread = () => Number(require('node:fs').readlinkSync('/proc/thread-self').split('/').at(-1))
    import(${JSON.stringify(module)}).then(({ lowerThreadPriority }) => {
      lowerThreadPriority()
      parentPort.postMessage(os.getPriority(thread()))
    })`
  const worker = new Worker(code, { eval: true })
  const [lowered] = await new Promise<[number]>((resolve, reject) => {
    worker.once('message', (value) => resolve([value]))
    worker.once('error', reject)
  })
  await worker.terminate()
  expect(lowered).toBe(Math.max(before, os.constants.priority.PRIORITY_BELOW_NORMAL))
  expect(os.getPriority()).toBe(before)
})
