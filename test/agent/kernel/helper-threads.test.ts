/** The threads that help with updates: starting them, and what is left where that fails. */
import type { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { HelperThreads } from '../../../src/agent/kernel/helper-threads.ts'
import { learnerRecord } from '../../../src/agent/kernel/records.ts'
import { UserError } from '../../../src/common/user-error.ts'

// The scripts are JavaScript, which the type checker of the project does not read: hence an import by a computed name.
const { compileKernel } = await import(new URL('../../../scripts/build-kernel.mjs', import.meta.url).href)

test('Given threads that never come up, when their time is over, then a failure says so and they are ended', async () => {
  // They sleep on the count of lost threads, which stays 0.
  const binary = await compileKernel(false, (name: string, source: string) => {
    if (name !== 'threads.ts') return source
    const place = '  atomic.add<i32>(present, 1)\n'
    expect(source).toContain(place)
    return source.replace(place, `  atomic.wait<i32>(address + offsetof<Learner>('lost'), 0, -1)\n${place}`)
  })
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true })
  const learner = 32768
  const addressOf = (field: 'present' | 'arrived' | 'lost') => learnerRecord.addressOf(learner, field)
  const ended: Promise<void>[] = []
  const watch = (worker: Worker): void => {
    ended.push(new Promise((resolve) => worker.once('exit', () => resolve())))
  }
  process.on('worker', watch)
  try {
    const start = () =>
      new HelperThreads({
        ...{ module: new WebAssembly.Module(binary), memory, learner, count: 2, timeout: 300 },
        ...{ present: addressOf('present'), arrived: addressOf('arrived'), lost: addressOf('lost') },
      })
    expect(start).toThrow(UserError)
    expect(start).toThrow('The threads of the learner did not start (it does not answer); use --threads 1.')
    // New workers are told of a little later.
    await new Promise(setImmediate)
  } finally {
    process.off('worker', watch)
  }
  expect(ended).toHaveLength(4)
  await Promise.all(ended)
})
