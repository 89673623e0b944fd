// The development tools in node_modules as JavaScript files, so that they run on a Node of our choice:
// the shims in node_modules/.bin differ between platforms and choose the Node themselves.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from './report.mjs'

/** @type {Record<string, string>} */
const files = {
  biome: '@biomejs/biome/bin/biome',
  depcruise: 'dependency-cruiser/bin/dependency-cruiser.mjs',
  tsc: 'typescript/bin/tsc',
  vite: 'vite/bin/vite.js',
  vitest: 'vitest/vitest.mjs',
}

/**
 * The JavaScript file of a tool.
 * @param {import('./project.mjs').ProjectPaths} paths
 * @param {string} name
 */
export function toolPath(paths, name) {
  const file = files[name]
  if (!file) throw new Failure(`scripts/lib/tools.mjs does not know the tool "${name}".`)
  return join(paths.nodeModules, file)
}

/**
 * The commands of a script of package.json, which joins them with '&&', as lists of words. The scripts stay the one
 * place that says how to lint and typecheck.
 * @param {import('./project.mjs').ProjectPaths} paths
 * @param {string} name
 * @returns {string[][]}
 */
export function scriptCommands(paths, name) {
  const script = JSON.parse(readFileSync(paths.manifest, 'utf8')).scripts?.[name]
  if (!script) throw new Failure(`package.json has no script "${name}".`)
  return script.split('&&').map((/** @type {string} */ command) => command.trim().split(/\s+/))
}
