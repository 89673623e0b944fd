/** What the app is asked for when it starts: `electron <app> [--runs=<folder>] [--profile=<folder>] [scene file]`. */
import path from 'node:path'

export interface StartRequest {
  /** Folder of the runs. */
  runs?: string
  /** Where the app keeps its own memory; the tests use a fresh one. */
  profile?: string
  /** A scene file to show. */
  scene?: string
}

/** Chromium's own switches may be among the arguments; whatever is not ours is left alone. */
export function readCommandLine(argv: readonly string[], isDefaultApp: boolean, folder: string): StartRequest {
  // Electron run from a clone has the app's folder as its first plain argument.
  const plain = argv.slice(1).filter((argument) => !argument.startsWith('-'))
  const scene = plain[isDefaultApp ? 1 : 0]
  const option = (name: string): string | undefined =>
    argv.find((argument) => argument.startsWith(`--${name}=`))?.slice(name.length + 3)
  const runs = option('runs')
  const profile = option('profile')
  return {
    ...(runs && { runs: path.resolve(folder, runs) }),
    ...(profile && { profile: path.resolve(folder, profile) }),
    ...(scene && { scene: path.resolve(folder, scene) }),
  }
}
