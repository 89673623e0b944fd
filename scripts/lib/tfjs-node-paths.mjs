// Where the native TensorFlow engine is kept and where the npm package looks for it.
import { readdirSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'

/**
 * @param {import('./project.mjs').ProjectPaths} paths
 */
export function tfjsNodePaths({ root, nodeModules }) {
  const work = join(root, '.torquelab')
  // Outside node_modules, which npm empties: the library is a large download.
  const cache = join(work, 'tfjs-node')
  const folder = join(nodeModules, '@tensorflow', 'tfjs-node')
  return {
    cache,
    lock: join(work, 'tfjs-node.lock'),
    log: join(work, 'tfjs-node.log'),
    check: join(root, 'scripts', 'check-tfjs-node.mjs'),
    nodeApi: join(nodeModules, 'node-api-headers'),
    package: folder,
    // The package asks for the newest Node-API version that it knows and Node has: 8.
    addon: join(folder, 'lib', 'napi-v8', 'tfjs_binding.node'),
    deps: join(folder, 'deps'),
    stamp: join(folder, 'lib', '.torquelab-stamp'),
    /** @param {string} sha256 of the wheel */
    tensorflow: (sha256) => join(cache, `tensorflow-${sha256.slice(0, 16)}`),
    /** @param {string} fingerprint of what the add-on is made from */
    builtAddon: (fingerprint) => join(cache, `tfjs_binding-${fingerprint.slice(0, 16)}.node`),
  }
}

/** @typedef {ReturnType<typeof tfjsNodePaths>} TfjsNodePaths */

/**
 * Removes what earlier versions and interrupted runs left in the cache; the caller holds the lock.
 * @param {TfjsNodePaths} paths
 * @param {readonly string[]} keep
 */
export function cleanCache({ cache }, keep) {
  const names = keep.map((path) => basename(path))
  let found
  try {
    found = readdirSync(cache)
  } catch {
    return
  }
  for (const name of found) if (!names.includes(name)) rmSync(join(cache, name), { recursive: true, force: true })
}
