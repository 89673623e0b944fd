/** Choices of the person that outlast the window, in the page's storage. */

const PREFIX = 'torquelab.'

/** What was remembered under this name; undefined where there is nothing, or no storage. */
export function remembered(name: string): string | undefined {
  try {
    return localStorage.getItem(PREFIX + name) ?? undefined
  } catch {
    return undefined
  }
}

export function remember(name: string, value: string): void {
  try {
    localStorage.setItem(PREFIX + name, value)
  } catch {
    // Storage can be switched off: the choice then lasts as long as the window.
  }
}
