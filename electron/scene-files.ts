/** Scene files from outside the window: the dialog, the recent ones, the command line, a file dropped on the app's icon. */
import type { BrowserWindow } from 'electron'
import { messageOf } from '../src/common/user-error.ts'
import type { HostService } from '../src/host/service.ts'
import { askForScene, sayProblem } from './dialogs.ts'
import type { Log } from './log.ts'
import type { RecentFiles } from './recent-files.ts'

export interface SceneFiles {
  /** Asks for a file; the host opens it. */
  ask(): Promise<string | null>
  /** Shows a file in the window, as soon as the window can show one. */
  show(file: string): void
  /** The window can show scenes from now on. */
  begin(): void
}

export function createSceneFiles(
  window: BrowserWindow,
  host: Pick<HostService, 'openSceneFile'>,
  recent: RecentFiles,
  onRecent: () => void,
  log: Log,
): SceneFiles {
  let waiting: string[] | undefined = []

  const open = async (file: string): Promise<void> => {
    try {
      await host.openSceneFile(file)
      recent.add(file)
    } catch (error) {
      log(messageOf(error))
      await sayProblem(window, 'This scene cannot be opened.', error instanceof Error ? error.message : String(error))
    }
    onRecent()
  }

  return {
    async ask() {
      const file = await askForScene(window)
      if (file) {
        recent.add(file)
        onRecent()
      }
      return file
    },
    show(file) {
      if (waiting) waiting.push(file)
      else void open(file)
    },
    begin() {
      const files = waiting ?? []
      waiting = undefined
      for (const file of files) void open(file)
    },
  }
}
