/**
 * Tasks shared by threads. A phase is a number of tasks that do not depend on each other; whoever is free takes the next.
 * What a task computes does not depend on who takes it, so any number of threads gives the same bits.
 */
import { Learner } from './layout'
import { runTask, taskCount } from './phases'

/** Turns that a thread looks for work before it sleeps: about a tenth of a millisecond. */
const SPINS: i32 = 20_000

/** Nanoseconds that the caller waits for the others before it gives up: a thread that died must not hang training. */
const PATIENCE: i64 = 60_000_000_000

/** The phase that ends the helping threads. */
export const QUIT: i32 = -1

/** Runs a phase to its end; the calling thread takes part. */
export function runPhase(learner: Learner, phase: i32): void {
  learner.phase = phase
  learner.nextTask = 0
  const helpers = learner.threads - 1
  if (helpers > 0) {
    learner.arrived = 0
    const generation = fieldAddress(learner, offsetof<Learner>('generation'))
    atomic.add<i32>(generation, 1)
    atomic.notify(generation)
  }
  takeTasks(learner, phase, 0)
  if (helpers > 0) waitForHelpers(learner, helpers)
}

/** The life of a helping thread, 1 <= `thread` < threads. */
export function help(address: usize, thread: i32): void {
  const learner = changetype<Learner>(address)
  const generation = fieldAddress(learner, offsetof<Learner>('generation'))
  const arrived = fieldAddress(learner, offsetof<Learner>('arrived'))
  const present = fieldAddress(learner, offsetof<Learner>('present'))
  let seen: i32 = 0
  atomic.add<i32>(present, 1)
  atomic.notify(present)
  while (true) {
    for (let spin = 0; atomic.load<i32>(generation) == seen; spin++) {
      if (spin > SPINS) atomic.wait<i32>(generation, seen, -1)
    }
    seen++
    const phase = learner.phase
    if (phase == QUIT) return
    takeTasks(learner, phase, thread)
    atomic.add<i32>(arrived, 1)
    atomic.notify(arrived)
  }
}

function takeTasks(learner: Learner, phase: i32, thread: i32): void {
  const scratch = learner.scratch + <usize>thread * learner.scratchBytes
  const tasks = taskCount(learner, phase)
  const nextTask = fieldAddress(learner, offsetof<Learner>('nextTask'))
  while (true) {
    const task = atomic.add<i32>(nextTask, 1)
    if (task >= tasks) return
    runTask(learner, phase, task, scratch)
  }
}

function waitForHelpers(learner: Learner, helpers: i32): void {
  const arrived = fieldAddress(learner, offsetof<Learner>('arrived'))
  for (let spin = 0; ; spin++) {
    const count = atomic.load<i32>(arrived)
    if (count == helpers) return
    if (spin > SPINS && atomic.wait<i32>(arrived, count, PATIENCE) == AtomicWaitResult.TIMED_OUT) unreachable()
  }
}

@inline
function fieldAddress(learner: Learner, offset: usize): usize {
  return changetype<usize>(learner) + offset
}
