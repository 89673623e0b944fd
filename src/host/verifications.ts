/** The rollouts that are being verified: a thread for each, which ends when its answer is there or nobody wants it any more. */
import { Worker } from 'node:worker_threads'
import { messageOf, UserError } from '../common/user-error.ts'
import type { FileVerification } from '../rollout/verify-file.ts'
import { packageFile } from './package.ts'

export type VerifyMessage =
  | { type: 'progress'; step: number; steps: number }
  | { type: 'done'; verification: FileVerification }
  | { type: 'failed'; problem: string; isInput: boolean }

/** It only ever holds one block of steps, unless the file is damaged. */
const WORKER_HEAP_MB = 1024

export class Verifications {
  private readonly workers = new Map<string, Worker>()

  /** Verifies a file; one that has this id already is given up. Undefined where it was stopped. */
  start(
    id: string,
    file: string,
    onProgress: (step: number, steps: number) => void,
  ): Promise<FileVerification | undefined> {
    this.stop(id)
    const worker = new Worker(packageFile('dist/node/verify-worker.js'), {
      workerData: { file },
      resourceLimits: { maxOldGenerationSizeMb: WORKER_HEAP_MB },
    })
    this.workers.set(id, worker)
    return new Promise<FileVerification | undefined>((resolve, reject) => {
      worker.on('message', (message: VerifyMessage) => {
        if (message.type === 'progress') onProgress(message.step, message.steps)
        else if (message.type === 'done') resolve(message.verification)
        else reject(message.isInput ? new UserError(message.problem) : new Error(message.problem))
      })
      worker.on('error', (error) => reject(new UserError(`The verification failed: ${messageOf(error)}.`, 'failure')))
      // After an answer this does nothing.
      worker.on('exit', () => resolve(undefined))
    }).finally(() => {
      if (this.workers.get(id) === worker) this.workers.delete(id)
    })
  }

  /** Gives a verification up; nothing happens where there is none. */
  stop(id: string): void {
    void this.workers.get(id)?.terminate()
    this.workers.delete(id)
  }

  close(): void {
    for (const id of [...this.workers.keys()]) this.stop(id)
  }
}
