/**
 * Tasks shared by threads. A phase is a number of tasks that do not depend on each other; whoever is free takes the next.
 * What a task computes does not depend on who takes it, so any number of threads gives the same bits.
 */
import { Learner } from './layout'
import { runTask, taskCount } from './phases'

/** Turns that a thread looks for work before it sleeps: about a tenth of a millisecond. */
const SPINS: i32 = 20_000

/**
 * A thread that died must not hang training: the caller gives up when this many waits of this many nanoseconds have seen no
 * thread arrive. Many short waits, because a computer that sleeps through one has let one run out and not a minute of work.
 */
const WAITS: i32 = 30
const WAIT: i64 = 2_000_000_000

/** The phase that ends the helping threads. */
export const QUIT: i32 = -1

/** Runs a phase to its end; the calling thread takes part. False where a helping thread has stopped. */
export function runPhase(learner: Learner, phase: i32): bool {
  learner.phase = phase
  store<i32>(learner.counter, 0)
  const helpers = learner.threads - 1
  if (helpers > 0) {
    learner.arrived = 0
    const generation = fieldAddress(learner, offsetof<Learner>('generation'))
    atomic.add<i32>(generation, 1)
    atomic.notify(generation)
  }
  takeTasks(learner, phase, 0)
  return helpers == 0 || waitForHelpers(learner, helpers)
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
    if (phase == QUIT) {
      atomic.sub<i32>(present, 1)
      return
    }
    takeTasks(learner, phase, thread)
    atomic.add<i32>(arrived, 1)
    atomic.notify(arrived)
  }
}

/** Takes the next task until none is left. The tasks of a phase come in an order that leaves small ones for its end. */
function takeTasks(learner: Learner, phase: i32, thread: i32): void {
  const scratch = learner.scratch + <usize>thread * learner.scratchBytes
  const tasks = taskCount(learner, phase)
  const counter = learner.counter
  for (let task = atomic.add<i32>(counter, 1); task < tasks; task = atomic.add<i32>(counter, 1)) {
    runTask(learner, phase, task, scratch)
  }
}

/** Waits until all helping threads have finished the phase; false where one of them is known or must be taken to be dead. */
function waitForHelpers(learner: Learner, helpers: i32): bool {
  const arrived = fieldAddress(learner, offsetof<Learner>('arrived'))
  const lost = fieldAddress(learner, offsetof<Learner>('lost'))
  let seen: i32 = 0
  let waits = 0
  let spin = 0
  while (true) {
    const count = atomic.load<i32>(arrived)
    if (count == helpers) return true
    if (spin++ <= SPINS) continue
    if (count != seen) {
      seen = count
      waits = 0
    }
    if (atomic.load<i32>(lost) > 0 || waits == WAITS) return false
    if (atomic.wait<i32>(arrived, count, WAIT) == AtomicWaitResult.TIMED_OUT) waits++
  }
}

/** Address of a field of the record, for atomic access. */
@inline
function fieldAddress(learner: Learner, offset: usize): usize {
  return changetype<usize>(learner) + offset
}
