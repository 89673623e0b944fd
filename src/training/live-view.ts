/**
 * The robot in training as it is now, in memory that the training thread and the main thread share: the trainer writes
 * after every step and never waits, whoever watches reads when it wants to.
 */
import type { Scene } from '../scene/schema.ts'
import { effortCount, effortReader, type ReadEfforts } from '../sim/efforts.ts'
import type { Environment } from '../sim/environment.ts'

/** x, y, angle */
const POSE_SIZE = 3
/** Int32 before the numbers: a counter that is odd while the trainer writes, and the step. */
const HEADER_INTS = 2

export interface LiveFrame {
  step: number
  /** [bodies × 3]: x, y (m), angle (rad) */
  poses: number[]
  /** N·m or N, in the order of src/sim/efforts.ts */
  efforts: number[]
}

export function allocateLiveView(scene: Scene): SharedArrayBuffer {
  return new SharedArrayBuffer(4 * (HEADER_INTS + scene.bodies.length * POSE_SIZE + effortCount(scene)))
}

/** The trainer's end. */
export function liveWriter(memory: SharedArrayBuffer): (environment: Environment, step: number) => void {
  const header = new Int32Array(memory, 0, HEADER_INTS)
  const numbers = new Float32Array(memory, 4 * HEADER_INTS)
  let reader: { environment: Environment; readEfforts: ReadEfforts } | undefined
  return (environment, step) => {
    if (reader?.environment !== environment) reader = { environment, readEfforts: effortReader(environment) }
    const { state } = environment
    Atomics.add(header, 0, 1)
    let at = 0
    for (let body = 0; body < state.length; body += 2 * POSE_SIZE) {
      for (let index = 0; index < POSE_SIZE; index++) numbers[at++] = state[body + index]!
    }
    reader.readEfforts(numbers, at)
    header[1] = step
    Atomics.add(header, 0, 1)
  }
}

/** The watcher's end: the newest whole frame, or undefined where nothing is new (or the trainer is just writing). */
export function liveReader(memory: SharedArrayBuffer, scene: Scene): () => LiveFrame | undefined {
  const header = new Int32Array(memory, 0, HEADER_INTS)
  const numbers = new Float32Array(memory, 4 * HEADER_INTS)
  const poseCount = scene.bodies.length * POSE_SIZE
  let last = 0
  return () => {
    const counter = Atomics.load(header, 0)
    if (counter === last || counter % 2 !== 0) return undefined
    const frame = {
      step: header[1]!,
      poses: [...numbers.subarray(0, poseCount)],
      efforts: [...numbers.subarray(poseCount)],
    }
    if (Atomics.load(header, 0) !== counter) return undefined
    last = counter
    return frame
  }
}
