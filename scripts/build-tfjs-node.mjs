// `npm run build:tfjs-node`: makes the engine tfjs-node run on Linux where its own installer cannot download its native
// library, from a package index for npm and one for Python alone (docs/tensorflow-native.md).
// Costs once 207 MB of download, 590 MB of disk and, without the download, some 15 seconds; later runs two seconds.
import './lib/require-node.mjs'

// Imported late, so that an old Node reads no newer syntax before require-node.mjs has had its say.
import('./lib/tfjs-node-command.mjs').then((command) => command.buildTfjsNode(process.argv.slice(2)))
