// Which npm the scripts call.
import { basename } from 'node:path'

/** The npm that started this script, else the one on the PATH. */
export function npmCommand() {
  const running = process.env.npm_execpath
  // Other package managers set npm_execpath too, but they do not read package-lock.json.
  if (running && /^npm(-cli)?(\.c?js)?$/.test(basename(running))) {
    return /js$/.test(running)
      ? { command: process.execPath, args: [running], shell: false }
      : { command: running, args: [], shell: false }
  }
  return process.platform === 'win32'
    ? { command: 'npm.cmd', args: [], shell: true }
    : { command: 'npm', args: [], shell: false }
}
