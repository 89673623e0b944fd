/** Processes of this machine, by their numbers. */

/** Whether there is a process of this number: the one that is meant, or another that was given the number since. */
export function processExists(processId: number): boolean {
  try {
    process.kill(processId, 0)
    return true
  } catch (error) {
    // It lives, but is another person's.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
