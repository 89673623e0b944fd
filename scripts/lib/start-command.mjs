// The command behind `npm start`: bootstrap, then the built command line with the arguments of the user.
// Loaded by start.mjs after the Node version has been checked.
import { ensureBuilt, ensureInstalled } from './bootstrap.mjs'
import { runInForeground } from './child.mjs'
import { pinnedNode, speedFlags } from './node.mjs'
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
    // npm runs scripts in the project folder; paths on the command line are meant from where the user is.
    if (process.env.npm_lifecycle_event === 'start' && process.env.INIT_CWD) process.chdir(process.env.INIT_CWD)
    const { code } = await runInForeground(pinnedNode(paths), [...speedFlags(paths), paths.cli, ...args])
    return code
  })
}
