// Where things are in the project folder: one place for the paths that several scripts share.
// Every path is derived from the project folder, so the scripts also work in a copy of it.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The project folder: the one above scripts/. */
export const projectRoot = fileURLToPath(new URL('../..', import.meta.url))

/**
 * The paths that the scripts use below a project folder.
 * @param {string} root
 */
export function projectPaths(root) {
  const work = join(root, '.torquelab')
  const nodeModules = join(root, 'node_modules')
  return {
    root,
    nodeModules,
    manifest: join(root, 'package.json'),
    lockfile: join(root, 'package-lock.json'),
    // npm's own record of what is in node_modules; npm writes it at the very end of an install.
    installedLockfile: join(nodeModules, '.package-lock.json'),
    installStamp: join(nodeModules, '.torquelab-stamp'),
    buildStamp: join(root, 'dist', '.stamp'),
    cli: join(root, 'dist', 'node', 'cli.js'),
    // Neither in node_modules nor in dist: npm and vite empty those.
    lock: join(work, 'bootstrap.lock'),
    installLog: join(work, 'install.log'),
    buildLog: join(work, 'build.log'),
  }
}

/** @typedef {ReturnType<typeof projectPaths>} ProjectPaths */
