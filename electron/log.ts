/** The app's log: its first line to the terminal, the whole of it to a file of the last start. */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

export type Log = (text: string) => void

export function createLog(file: string): Log {
  const attempt = (action: () => void): void => {
    try {
      action()
    } catch {
      // A full disk or a read-only folder is no reason to stop the app.
    }
  }
  // Whoever started the app may be gone.
  process.stderr.on('error', () => {})
  attempt(() => {
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, '')
  })
  return (text) => {
    attempt(() => appendFileSync(file, `${new Date().toISOString()} ${text}\n`))
    process.stderr.write(`torquelab: ${text.split('\n')[0]}\n`)
  }
}
