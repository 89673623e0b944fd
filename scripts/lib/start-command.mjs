// The command behind `npm start`: bootstrap, then the built command line with the arguments of the user.
// Loaded by start.mjs after the Node version has been checked.
import { ensureBuilt, ensureInstalled } from './bootstrap.mjs'
import { runInForeground } from './child.mjs'
import { pinnedNode } from './node.mjs'
import { projectPaths, projectRoot } from './project.mjs'
import { runScript } from './report.mjs'

/**
 * Runs the command line; the process ends with its exit code.
 * @param {readonly string[]} args
 */
export function startCommand(args) {
  return runScript(async () => {
    const paths = projectPaths(projectRoot)
    await ensureInstalled(paths)
    await ensureBuilt(paths)
    const { code } = await runInForeground(pinnedNode(paths), [paths.cli, ...args])
    return code
  })
}
