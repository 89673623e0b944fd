/** Lets a thread give way: training then takes what the window leaves, also where it has all cores. */
import { readlinkSync } from 'node:fs'
import os from 'node:os'

/** Lowers the priority of the calling thread, and of those that it starts from then on. Only Linux lets a process do that for single threads. */
export function lowerThreadPriority(): void {
  if (process.platform !== 'linux') return
  try {
    // <process>/task/<thread>; to Linux a thread is as good as a process here.
    const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1))
    if (!Number.isInteger(thread) || thread === process.pid) return
    // Never up: a process that was started with less keeps it.
    os.setPriority(thread, Math.max(os.getPriority(thread), os.constants.priority.PRIORITY_BELOW_NORMAL))
  } catch {
    // Without it training is only less considerate.
  }
}
