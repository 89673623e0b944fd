// Chooses the Node that everything runs on: the version that package.json pins with the npm package "node",
// so that results do not depend on what is installed on the machine.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Failure, say } from './report.mjs'

let saidFallback = false

/**
 * The path of the Node to run on. Where the pinned one is missing (npm can be told to run no install scripts),
 * the current one has to do if it is new enough.
 * @param {import('./project.mjs').ProjectPaths} paths
 */
export function pinnedNode(paths) {
  const pinned = join(paths.nodeModules, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (existsSync(pinned)) return pinned
  if (Number.parseInt(process.versions.node, 10) < 22) {
    throw new Failure(
      `TorqueLab runs on Node 24, which its dependencies bring, but that is missing (npm may be set to ignore install ` +
        `scripts). Run "npm rebuild node --ignore-scripts=false" or install Node 22 or newer, then run the same command again.`,
    )
  }
  if (!saidFallback) say(`The pinned Node 24 is missing from node_modules, so this runs on Node ${process.version}.`)
  saidFallback = true
  return process.execPath
}
