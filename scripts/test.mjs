// `npm test`: makes sure that the dependencies and the build are up to date, then runs every check.
// The last line of stdout is "N passed, N failed"; extra arguments go to vitest.
import './lib/require-node.mjs'

// Imported late, so that an old Node reads no newer syntax before require-node.mjs has had its say.
import('./lib/test-command.mjs').then((command) => command.testCommand(process.argv.slice(2)))
