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
  const pinned = pinnedPath(paths)
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

/**
 * Options of V8 that make the learner faster, for the Node that pinnedNode() gives. Revectorising joins neighbouring 128-bit
 * SIMD instructions into 256-bit ones: the same operations, so the same bits (test/agent/kernel holds them against each
 * other). V8 calls it experimental, so only the version that is tested here gets it, on the processors that have it.
 * @param {import('./project.mjs').ProjectPaths} paths
 */
export function speedFlags(paths) {
  return process.arch === 'x64' && existsSync(pinnedPath(paths)) ? ['--experimental-wasm-revectorize'] : []
}

/** @param {import('./project.mjs').ProjectPaths} paths */
function pinnedPath(paths) {
  return join(paths.nodeModules, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
}
