// Fingerprints of files, and stamps: small files that hold the fingerprint of what something was made from.
// By content rather than by time, because a checkout or a copy changes times and not contents.
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * The fingerprint of files and folders (taken with everything in them) below `root`. What does not exist counts as
 * empty; hidden files and editors' backups are left out.
 * @param {string} root
 * @param {readonly string[]} entries relative to `root`
 */
export function fingerprintOfFiles(root, entries) {
  const files = entries.flatMap((entry) => filesBelow(root, entry)).sort()
  return fingerprint(files.flatMap((file) => [file, readFileSync(join(root, file))]))
}

/**
 * The fingerprint of a list of texts or buffers.
 * @param {readonly (string | Uint8Array)[]} parts
 */
export function fingerprint(parts) {
  const hash = createHash('sha256')
  // The lengths keep the parts apart: ['ab', 'c'] must differ from ['a', 'bc'].
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part)
  return hash.digest('hex')
}

/**
 * The text of a file, or '' when it cannot be read.
 * @param {string} path
 */
export function textOf(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/**
 * Whether the stamp exists and holds this fingerprint.
 * @param {string} stampFile
 * @param {string} value
 */
export function stampHolds(stampFile, value) {
  return textOf(stampFile).trim() === value
}

/**
 * @param {string} stampFile
 * @param {string} value
 */
export function writeStamp(stampFile, value) {
  mkdirSync(dirname(stampFile), { recursive: true })
  writeFileSync(stampFile, `${value}\n`)
}

/** @param {string} stampFile */
export function removeStamp(stampFile) {
  rmSync(stampFile, { force: true })
}

/**
 * The files of an entry, with forward slashes, so that every platform sorts them alike.
 * @param {string} root
 * @param {string} entry
 * @returns {string[]}
 */
function filesBelow(root, entry) {
  const found = statSync(join(root, entry), { throwIfNoEntry: false })
  if (!found) return []
  if (!found.isDirectory()) return [entry]
  return readdirSync(join(root, entry))
    .filter((name) => !name.startsWith('.') && !name.endsWith('~'))
    .flatMap((name) => filesBelow(root, `${entry}/${name}`))
}
