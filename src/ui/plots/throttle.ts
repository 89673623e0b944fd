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

/** The same with each call in the page's next picture: what arrives together is drawn together, and nothing where nobody looks. */
export function throttleFrames(run: () => void, interval: number): Throttled {
  let frame = 0
  const throttled = throttle(() => {
    cancelAnimationFrame(frame)
    frame = requestAnimationFrame(run)
  }, interval)
  return {
    request: throttled.request,
    cancel() {
      cancelAnimationFrame(frame)
      throttled.cancel()
    },
  }
}
