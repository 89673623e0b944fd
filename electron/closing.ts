/** A window with unsaved changes is not closed before its person was asked; one that cannot ask is. */
import type { BrowserWindow } from 'electron'

export interface Closing {
  /** What the page says of its changes. */
  setUnsaved(unsaved: boolean): void
  /** Closes the window: the person was asked. */
  close(): void
  /** From now on nobody is asked. */
  letGo(): void
}

/** `ask` has the page ask; its answer comes by `close`, or never. */
export function guardClosing(window: BrowserWindow, ask: () => void): Closing {
  let isUnsaved = false
  let isFree = false
  let isResponsive = true
  const forget = (): void => {
    isUnsaved = false
  }
  window.on('unresponsive', () => {
    isResponsive = false
  })
  window.on('responsive', () => {
    isResponsive = true
  })
  // The page that said it is gone; what it had not saved is a draft.
  window.webContents.on('render-process-gone', forget)
  window.webContents.on('did-navigate', forget)
  window.on('close', (event) => {
    if (!isUnsaved || isFree || !isResponsive) return
    event.preventDefault()
    if (window.isMinimized()) window.restore()
    window.show()
    ask()
  })
  return {
    setUnsaved(unsaved) {
      isUnsaved = unsaved
    },
    close() {
      isFree = true
      window.close()
    },
    letGo() {
      isFree = true
    },
  }
}
