/** Threads that help with updates: each runs the kernel's `help` on the shared memory until the learner is disposed of. */
import { Worker } from 'node:worker_threads'
import { UserError } from '../../common/user-error.ts'

/** ms until a thread that has not come up counts as failed. */
const START_TIMEOUT = 30_000

/**
 * A thread's whole program. It is text and not a file, so that it is the same in a bundle, in a test and in Electron;
 * what it runs is the kernel alone.
 */
const PROGRAM = `
const { workerData: { module, memory, learner, thread } } = require('node:worker_threads')
new WebAssembly.Instance(module, { env: { memory } }).exports.help(learner, thread)
`

export interface HelperOptions {
  module: WebAssembly.Module
  memory: WebAssembly.Memory
  learner: number
  count: number
  /** Address of the count of threads that have come up. */
  present: number
}

/** Starts the threads and waits until all are there. */
export function startHelpers({ module, memory, learner, count, present }: HelperOptions): void {
  const word = new Int32Array(memory.buffer, present, 1)
  for (let thread = 1; thread <= count; thread++) {
    const worker = new Worker(PROGRAM, {
      eval: true,
      workerData: { module, memory, learner, thread },
      name: `learner ${thread}`,
    })
    worker.unref()
  }
  const deadline = performance.now() + START_TIMEOUT
  for (let here = Atomics.load(word, 0); here < count; here = Atomics.load(word, 0)) {
    const left = deadline - performance.now()
    if (left <= 0 || Atomics.wait(word, 0, here, left) === 'timed-out') {
      throw new UserError('The threads of the learner did not start; use --threads 1.', 'failure')
    }
  }
}
