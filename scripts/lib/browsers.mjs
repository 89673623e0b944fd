// The browsers of the end-to-end tests: finds Chromium and Electron on this machine, installs what it may, and says in
// one line each what is missing, so that the tests can print what they skip.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** @typedef {import('./project.mjs').ProjectPaths} ProjectPaths */

const onLinux = process.platform === 'linux'
const installMinutes = 10

/**
 * Chromium or a relative of it, or undefined.
 * @param {ProjectPaths} paths
 * @returns {Promise<string | undefined>}
 */
export async function findChromium(paths) {
  const { CHROME_PATH, LOCALAPPDATA, ProgramFiles, 'ProgramFiles(x86)': ProgramFiles86 } = process.env
  const onPath = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'].map(which)
  const onMac = ['Google Chrome', 'Chromium', 'Microsoft Edge'].map(
    (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
  )
  const onWindows = [ProgramFiles, ProgramFiles86, LOCALAPPDATA].flatMap((folder) =>
    folder
      ? [`${folder}\\Google\\Chrome\\Application\\chrome.exe`, `${folder}\\Microsoft\\Edge\\Application\\msedge.exe`]
      : [],
  )
  const byPlatform = process.platform === 'darwin' ? onMac : process.platform === 'win32' ? onWindows : onPath
  return [CHROME_PATH, ...byPlatform, await chromiumOfPlaywright(paths)].find((file) => file && existsSync(file))
}

/**
 * Electron's binary: in the folder that the environment names, or as its package has downloaded it.
 * @param {ProjectPaths} paths
 * @returns {string | undefined}
 */
export function findElectron({ nodeModules }) {
  const { ELECTRON_OVERRIDE_DIST_PATH } = process.env
  const folder = join(nodeModules, 'electron')
  const names = { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe', linux: 'electron' }
  const name = names[/** @type {keyof typeof names} */ (process.platform)] ?? 'electron'
  // path.txt is written when the download is complete.
  const isDownloaded = existsSync(join(folder, 'path.txt'))
  const file = ELECTRON_OVERRIDE_DIST_PATH
    ? join(ELECTRON_OVERRIDE_DIST_PATH, name)
    : isDownloaded && join(folder, 'dist', readFileSync(join(folder, 'path.txt'), 'utf8'))
  return file && existsSync(file) ? file : undefined
}

/**
 * Why tests in Chromium cannot run here, or undefined.
 * @param {ProjectPaths} paths
 * @returns {Promise<string | undefined>}
 */
export async function problemOfChromium(paths) {
  if (await findChromium(paths)) return undefined
  return 'Chromium is not installed here; install it (Debian: apt-get install chromium), or name one in CHROME_PATH.'
}

/**
 * Why tests in Electron cannot run here, or undefined.
 * @param {ProjectPaths} paths
 * @returns {string | undefined}
 */
export function problemOfElectron(paths) {
  const electron = findElectron(paths)
  if (!electron)
    return 'Electron is not here; run "node node_modules/electron/install.js", or name its folder in ELECTRON_OVERRIDE_DIST_PATH.'
  if (!onLinux) return undefined
  const libraries = missingLibraries(electron)
  if (libraries.length > 0)
    return `Electron misses ${libraries.join(', ')}; install them (Debian: apt-get install ${debianNames(false).join(' ')}).`
  if (!process.env.DISPLAY && !which('Xvfb'))
    return 'There is no display for Electron; install a virtual one (Debian: apt-get install xvfb).'
  return undefined
}

/**
 * Installs what is missing where it can be done without asking: Debian's packages as root, Playwright's Chromium
 * elsewhere, Electron by its own package.
 * @param {ProjectPaths} paths
 * @param {(line: string) => void} say
 * @returns {Promise<string[]>} what is missing still, one line each
 */
export async function ensureBrowsers(paths, say) {
  const mayInstall = onLinux && process.getuid?.() === 0 && which('apt-get') !== undefined
  if (await problemOfChromium(paths)) {
    say('Installing Chromium for the end-to-end tests ...')
    if (mayInstall) aptInstall(['chromium'])
    // Also where the distribution's package is only a pointer to its store.
    if (await problemOfChromium(paths))
      run(process.execPath, [playwright(paths, 'cli.js'), 'install', 'chromium', '--no-shell'])
  }
  if (!findElectron(paths) && !process.env.ELECTRON_OVERRIDE_DIST_PATH) {
    say('Downloading Electron for the end-to-end tests ...')
    run(process.execPath, [join(paths.nodeModules, 'electron/install.js')])
  }
  if (mayInstall && findElectron(paths) && problemOfElectron(paths)) {
    say('Installing a virtual display and the libraries of Electron ...')
    if (!aptInstall(debianNames(false))) aptInstall(debianNames(true))
  }
  return [await problemOfChromium(paths), problemOfElectron(paths)].filter((problem) => problem !== undefined)
}

/**
 * The program's path, if it can be found.
 * @param {string} name
 */
export function which(name) {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file))
}

/** @param {ProjectPaths} paths */
async function chromiumOfPlaywright(paths) {
  const file = playwright(paths, 'index.mjs')
  if (!existsSync(file)) return undefined
  try {
    const { chromium } = await import(new URL(`file://${file}`).href)
    return chromium.executablePath()
  } catch {
    // A platform for which Playwright has none.
    return undefined
  }
}

/**
 * @param {ProjectPaths} paths
 * @param {string} file
 */
function playwright({ nodeModules }, file) {
  return join(nodeModules, 'playwright-core', file)
}

/**
 * What the dynamic linker does not find for a program.
 * @param {string} program
 */
function missingLibraries(program) {
  const { stdout } = spawnSync('ldd', [program], { encoding: 'utf8' })
  return [...(stdout ?? '').matchAll(/^\s*(\S+) => not found/gm)].map((match) => match[1] ?? '')
}

/**
 * Debian's packages for Electron; newer releases have some of them under another name.
 * @param {boolean} isNew
 */
function debianNames(isNew) {
  const suffix = isNew ? 't64' : ''
  return ['xvfb', `libgtk-3-0${suffix}`, 'libnss3', `libasound2${suffix}`, 'libgbm1']
}

/** @param {readonly string[]} packages */
function aptInstall(packages) {
  return (
    run('apt-get', ['update', '-qq']) &&
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages])
  )
}

/**
 * Runs a program to its end, in silence: what it was to bring is looked for afterwards.
 * @param {string} program
 * @param {readonly string[]} args
 */
function run(program, args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  return spawnSync(program, args, { env, stdio: 'ignore', timeout: installMinutes * 60_000 }).status === 0
}
