/** Calls a function at most once in an interval, the last time after the last request: curves that grow thousands of times
 * a second are drawn ten times a second. */

export interface Throttled {
  request(): void
  cancel(): void
}

/** `interval` in ms. The first request runs at once, those that follow within the interval become one at its end. */
export function throttle(run: () => void, interval: number): Throttled {
  let timer: ReturnType<typeof setTimeout> | undefined
  let isRequested = false
  const runNow = () => {
    isRequested = false
    timer = setTimeout(() => {
      timer = undefined
      if (isRequested) runNow()
    }, interval)
    run()
  }
  return {
    request() {
      if (timer === undefined) runNow()
      else isRequested = true
    },
    cancel() {
      clearTimeout(timer)
      timer = undefined
      isRequested = false
    },
  }
}
