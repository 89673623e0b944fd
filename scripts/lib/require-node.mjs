// Stops with one clear line on a Node that is too old for the other scripts.
// Imported first, and written without any syntax that such a Node could not read.
if (Number(process.version.slice(1).split('.')[0]) < 20) {
  console.error(
    'TorqueLab needs Node 20 or newer to start, but this is Node ' +
      process.version +
      '. Install a newer Node from https://nodejs.org, then run the same command again.',
  )
  process.exit(1)
}
