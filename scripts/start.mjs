// `npm start -- <command> ...`: makes sure that the dependencies and the build are up to date,
// then runs the command line of TorqueLab on the pinned Node.
import './lib/require-node.mjs'

// Imported late, so that an old Node reads no newer syntax before require-node.mjs has had its say.
import('./lib/start-command.mjs').then((command) => command.startCommand(process.argv.slice(2)))
