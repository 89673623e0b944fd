// Explains in one line why npm could not install the dependencies, and what to do about it,
// from the error code in npm's output.

const again = 'then run the same command again.'

/** The first that matches npm's error code, or an error code of an install script. */
const causes = [
  {
    code: /^(ENOTFOUND|EAI_\w+|ECONN\w+|ENETUNREACH|EHOSTUNREACH|E?(SOCKET)?TIMEDOUT|ERR_SOCKET_TIMEOUT|EPROTO|E407|E5\d\d)$/,
    what: 'the npm registry cannot be reached',
    remedy: `Check the network or proxy (npm config get proxy), ${again}`,
  },
  {
    code: /CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET)/,
    what: "the npm registry's certificate is not trusted",
    remedy: `Check the proxy's certificate (npm config get cafile), ${again}`,
  },
  {
    code: /^(E401|E403|ENEEDAUTH|EAUTH\w*)$/,
    what: 'the npm registry refuses access',
    remedy: `Check the registry and your login (npm config get registry), ${again}`,
  },
  {
    code: /^(E404|ETARGET|ENOVERSIONS)$/,
    what: 'the npm registry lacks a package',
    remedy: `Check the registry (npm config get registry), ${again}`,
  },
  { code: /^ENOSPC$/, what: 'the disk is full', remedy: `Free about 1 GB, ${again}` },
  {
    code: /^(EACCES|EPERM|EROFS)$/,
    what: 'a file may not be written',
    remedy: `Check who owns the project folder and npm's cache (npm config get cache), ${again}`,
  },
  {
    code: /^EUSAGE$/,
    what: 'package-lock.json does not match package.json',
    remedy: `Restore both files, or run npm install to update the lock file, ${again}`,
  },
  {
    code: /^EINTEGRITY$/,
    what: 'a downloaded package is damaged',
    remedy: `Run npm cache clean --force, ${again}`,
  },
]

/**
 * One line for the user.
 * @param {string} output what npm wrote
 * @param {string} outcome how npm ended: an exit code, a signal, or the error code of an npm that could not be run
 */
export function explainNpmFailure(output, outcome) {
  if (outcome === 'ENOENT') {
    return `Could not install the dependencies: npm was not found. Install Node with npm from https://nodejs.org, ${again}`
  }
  const cause = findCause(output)
  const what = cause?.what ?? `npm failed (${outcome})`
  const remedy = cause?.remedy ?? `See npm's output for the cause, ${again}`
  return `Could not install the dependencies: ${what}. ${remedy}`
}

/** @param {string} output */
function findCause(output) {
  // Before version 10 npm wrote "npm ERR!". An install script that fails has a number here and the cause further down.
  const codes = [...output.matchAll(/\bnpm (?:error|ERR!) code (\S+)/g)].map((match) => match[1] ?? '')
  const words = output.match(/\b(E[A-Z]{4,}|EAI_[A-Z]+|SELF_SIGNED\w*|UNABLE_TO_\w+)\b/g) ?? []
  for (const code of [...codes, ...words]) {
    const cause = causes.find((candidate) => candidate.code.test(code))
    if (cause) return cause
  }
  return undefined
}
