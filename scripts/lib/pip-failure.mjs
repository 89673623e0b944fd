// Explains in one line why pip could not download TensorFlow, and what to do about it, from what pip wrote.

const again = 'then run the same command again.'

/** The first that matches pip's output. */
const causes = [
  {
    words: /DO NOT MATCH THE HASHES/,
    what: 'the file that came is not the one that was expected',
    remedy: `Something between here and the package index changes it; check the index (pip config list), ${again}`,
  },
  { words: /No space left on device/, what: 'the disk is full', remedy: `Free about 1 GB, ${again}` },
  {
    words: /CERTIFICATE_VERIFY_FAILED|SSLError|SSL: /,
    what: "the package index's certificate is not trusted",
    remedy: `Check the proxy's certificate (pip config get global.cert), ${again}`,
  },
  {
    words:
      /ProxyError|NewConnectionError|ConnectTimeout|ReadTimeout|Connection (refused|reset|aborted)|Name or service not known|Temporary failure in name resolution/,
    what: 'the package index cannot be reached',
    remedy: `Check the network or proxy (pip config list), or put the wheel in a folder and name it in PIP_FIND_LINKS, ${again}`,
  },
  {
    words: /\b(401|403|407)\b.*(Error|Unauthorized|Forbidden)/,
    what: 'the package index refuses access',
    remedy: `Check the index and your login (pip config list), ${again}`,
  },
  {
    words: /No matching distribution found|Could not find a version/,
    what: 'the package index lacks the wheel',
    remedy: `Check the index (pip config list), or update pip (version 20 or newer), ${again}`,
  },
  {
    words: /Permission denied/,
    what: 'a file may not be written',
    remedy: `Check who owns the project folder, ${again}`,
  },
]

/**
 * One line for the user.
 * @param {string} output what pip wrote
 * @param {string} outcome how pip ended
 */
export function explainPipFailure(output, outcome) {
  const cause = causes.find(({ words }) => words.test(output))
  const what = cause?.what ?? `pip failed (${outcome})`
  const remedy = cause?.remedy ?? `See pip's output for the cause, ${again}`
  return `Could not download TensorFlow: ${what}. ${remedy}`
}
