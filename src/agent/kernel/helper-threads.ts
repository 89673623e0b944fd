/** Threads that help with updates: each runs the kernel's `help` on the shared memory until the learner is disposed of. */
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads'
import { messageOf, UserError } from '../../common/user-error.ts'

/** ms until threads that have not come up count as failed, and between two looks for a failure that is known sooner. */
const START_TIMEOUT = 30_000
const START_LOOK = 100

/**
 * A thread's whole program. It is text and not a file, so that it is the same in a bundle, in a test and in Electron;
 * what it runs is the kernel alone. An error is told before the count of lost threads wakes the one that waits.
 */
const PROGRAM = `
const { workerData: { module, memory, learner, thread, arrived, lost, errors } } = require('node:worker_threads')
try {
  new WebAssembly.Instance(module, { env: { memory } }).exports.help(learner, thread)
} catch (error) {
  errors.postMessage(String(error))
  Atomics.add(new Int32Array(memory.buffer, lost, 1), 0, 1)
  Atomics.notify(new Int32Array(memory.buffer, arrived, 1), 0)
}
`

export interface HelperOptions {
  module: WebAssembly.Module
  memory: WebAssembly.Memory
  learner: number
  count: number
  /** Addresses of the counts of threads that are alive, that have finished a phase, and that an error has ended. */
  present: number
  arrived: number
  lost: number
  /** ms; for tests. */
  timeout?: number
}

export class HelperThreads {
  private readonly workers: Worker[] = []
  private readonly errors: MessagePort[] = []
  private firstCause: string | undefined

  /** Starts the threads and waits until all are there. Throws a UserError where one does not come up; none is left then. */
  constructor({ count, present, lost, timeout = START_TIMEOUT, ...options }: HelperOptions) {
    const { buffer } = options.memory
    const [here, gone] = [new Int32Array(buffer, present, 1), new Int32Array(buffer, lost, 1)]
    for (let thread = 1; thread <= count; thread++) this.start(thread, { ...options, lost })
    const deadline = performance.now() + timeout
    for (let alive = Atomics.load(here, 0); alive < count; alive = Atomics.load(here, 0)) {
      if (Atomics.load(gone, 0) > 0 || performance.now() > deadline) {
        for (const worker of this.workers) void worker.terminate()
        throw new UserError(`The threads of the learner did not start (${this.cause()}); use --threads 1.`, 'failure')
      }
      Atomics.wait(here, 0, alive, START_LOOK)
    }
  }

  /** Why a thread stopped, as far as it is known. */
  cause(): string {
    // Read without the event loop, which does not turn while a run trains.
    for (const port of this.errors) this.firstCause ??= receiveMessageOnPort(port)?.message
    return this.firstCause ?? 'it does not answer'
  }

  private start(
    thread: number,
    shared: Pick<HelperOptions, 'module' | 'memory' | 'learner' | 'arrived' | 'lost'>,
  ): void {
    const { port1, port2 } = new MessageChannel()
    const worker = new Worker(PROGRAM, {
      eval: true,
      workerData: { ...shared, thread, errors: port2 },
      transferList: [port2],
      name: `learner ${thread}`,
    })
    worker.on('error', (error) => {
      this.firstCause ??= messageOf(error)
    })
    worker.unref()
    this.workers.push(worker)
    this.errors.push(port1)
  }
}
