/** Verifies a rollout file in a thread of the main process, so that no window waits for the simulation. */
import { parentPort, workerData } from 'node:worker_threads'
import { messageOf, UserError } from '../common/user-error.ts'
import { verifyRolloutFile } from '../rollout/verify-file.ts'
import type { VerifyMessage } from './verifications.ts'

const port = parentPort
if (!port) throw new Error('The verifying worker runs as a worker thread only.')
const send = (message: VerifyMessage): void => port.postMessage(message)

try {
  const verification = await verifyRolloutFile((workerData as { file: string }).file, (step, steps) =>
    send({ type: 'progress', step, steps }),
  )
  send({ type: 'done', verification })
} catch (error) {
  send({ type: 'failed', problem: messageOf(error), isInput: error instanceof UserError })
}
