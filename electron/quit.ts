/** Whatever ends the app, what trains is stopped and kept first. */
import { app } from 'electron'
import { messageOf } from '../src/common/user-error.ts'
import type { HostService } from '../src/host/service.ts'
import type { Log } from './log.ts'

/** Seconds that training may take to come to its end. */
const LONGEST_STOP = 60

/** `letGo`: a signal asks nobody; what is not saved is kept as a draft. */
export function quitCleanly(host: Pick<HostService, 'close'>, letGo: () => void, log: Log): void {
  app.on('window-all-closed', () => app.quit())
  // Replaces Electron's own handlers, which die of a second signal; the terminal and npm both send one.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      letGo()
      app.quit()
    })
  }
  let isStopping = false
  app.on('will-quit', (event) => {
    event.preventDefault()
    if (isStopping) return
    isStopping = true
    const timer = setTimeout(() => {
      log('training did not stop in time; its run is kept up to its last checkpoint')
      app.exit(1)
    }, LONGEST_STOP * 1000)
    host
      .close()
      .catch((error) => log(messageOf(error)))
      .finally(() => {
        clearTimeout(timer)
        app.exit(0)
      })
  })
}
