/** The training worker: a thread of the main process, so that no window or prompt waits for a gradient. */
import { parentPort, workerData } from 'node:worker_threads'
import { messageOf, UserError } from '../common/user-error.ts'
import { STOP, type WorkerMessage, type WorkerTask } from './messages.ts'
import { RunFolder } from './run-folder.ts'
import { train } from './train.ts'

const port = parentPort
if (!port) throw new Error('The training worker runs as a worker thread only.')

const task = workerData as WorkerTask
const control = new Int32Array(task.control)
const folder = RunFolder.open(task.runsFolder, task.run)
const send = (message: WorkerMessage): void => port.postMessage(message)

try {
  const result = await train({
    ...task,
    folder,
    shouldStop: () => Atomics.load(control, 0) === STOP,
    onEvent: (event) => send({ type: 'event', event }),
  })
  send({ type: 'finished', result })
} catch (error) {
  send({ type: 'failed', message: messageOf(error), kind: error instanceof UserError ? error.kind : 'defect' })
} finally {
  folder.close()
}
