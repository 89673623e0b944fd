/** The system's dialogs, in the app's words. */
import { type BrowserWindow, dialog } from 'electron'
import { versions } from '../src/host/package.ts'

/** The scene file that the person chooses, or null. */
export async function askForScene(window: BrowserWindow): Promise<string | null> {
  const { filePaths } = await dialog.showOpenDialog(window, {
    title: 'Open a scene',
    properties: ['openFile'],
    filters: [{ name: 'Scenes', extensions: ['json'] }],
  })
  return filePaths[0] ?? null
}

/** Where the person wants a file that is called so, or null. */
export async function askWhereToSave(window: BrowserWindow, name: string): Promise<string | null> {
  const { canceled, filePath } = await dialog.showSaveDialog(window, { defaultPath: name })
  return canceled || !filePath ? null : filePath
}

export async function sayProblem(window: BrowserWindow, message: string, detail: string): Promise<void> {
  await dialog.showMessageBox(window, { type: 'error', message, detail })
}

export async function sayOtherRuns(window: BrowserWindow, own: string, other: string): Promise<void> {
  await dialog.showMessageBox(window, {
    type: 'info',
    message: 'TorqueLab is open already, with another folder of runs.',
    detail: `Open: ${own}\nAsked for: ${other}\n\nQuit it first to open the other.`,
  })
}

export async function showVersions(window: BrowserWindow): Promise<void> {
  const { torquelab, ...others } = versions()
  const { electron, chrome } = process.versions
  await dialog.showMessageBox(window, {
    type: 'info',
    message: `TorqueLab ${torquelab}`,
    detail: Object.entries({ electron, chrome, ...others })
      .map(([name, version]) => `${name} ${version}`)
      .join('\n'),
  })
}
