/** The training worker: a thread of the main process, so that no window or prompt waits for a gradient. */
import { parentPort, workerData } from 'node:worker_threads'
import { messageOf, UserError } from '../common/user-error.ts'
import { liveWriter } from './live-view.ts'
import { PAUSE, STOP, type WorkerMessage, type WorkerTask } from './messages.ts'
import { RunFolder } from './run-folder.ts'
import { lowerThreadPriority } from './thread-priority.ts'
import { NoLearnerError, train } from './train.ts'

const port = parentPort
if (!port) throw new Error('The training worker runs as a worker thread only.')

const task = workerData as WorkerTask
// Before the engine starts threads of its own.
if (task.givesWay) lowerThreadPriority()
const control = new Int32Array(task.control)
const folder = RunFolder.open('', task.folder)
const writeLive = liveWriter(task.live)
/** Fault injection for the tests: the step at which this thread dies, as if it were killed. */
const deathStep = Number(process.env.TORQUELAB_TEST_KILL_WORKER ?? Number.NaN)
const send = (message: WorkerMessage): void => port.postMessage(message)

try {
  const result = await train({
    ...task,
    folder,
    shouldStop: () => Atomics.load(control, 0) === STOP,
    isPaused: () => Atomics.load(control, 0) === PAUSE,
    waitWhilePaused: () => {
      // Returns at once unless the word is PAUSE.
      Atomics.wait(control, 0, PAUSE)
    },
    onStep: (environment, step) => {
      writeLive(environment, step)
      if (step === deathStep) process.exit(9)
    },
    onEvent: (event) => send({ type: 'event', event }),
  })
  send({ type: 'finished', result })
} catch (error) {
  const kind = error instanceof UserError ? error.kind : 'defect'
  send({ type: 'failed', message: messageOf(error), kind, hasBegun: !(error instanceof NoLearnerError) })
} finally {
  folder.close()
}
