// The script that builds the native TensorFlow engine: what it puts where, what it trusts, and what it says when
// something is missing. That the engine computes what it should is scripts/check-tfjs-node.mjs, which the script runs.
import { spawn } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { FakeProject } from './fake-project.ts'

// The scripts are JavaScript, which the type checker of the project does not read: hence imports by a computed name.
const load = (name: string) => import(/* @vite-ignore */ new URL(`../../scripts/lib/${name}.mjs`, import.meta.url).href)
const { addonFingerprint, place, placed, takeAway } = await load('tfjs-node-addon')
const { cleanCache, tfjsNodePaths } = await load('tfjs-node-paths')
const { isUnpacked, wheelFor, writeList } = await load('tensorflow-wheel')
const { explainPipFailure } = await load('pip-failure')
const { projectPaths } = await load('project')

const wheel = { sha256: 'a'.repeat(64) }
let root = ''

beforeEach(() => {
  const created = mkdtempSync(join(tmpdir(), 'torquelab-tfjs-node-'))
  onTestFinished(() => rmSync(created, { recursive: true, force: true }))
  root = join(created, 'project')
})

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

/** A project whose cache has both parts; the add-on is made from the source in the package. */
function builtProject() {
  const paths = tfjsNodePaths(projectPaths(root))
  write(join(paths.package, 'binding/tfjs_binding.cc'), 'source')
  write(join(paths.tensorflow(wheel.sha256), 'tensorflow/libtensorflow_cc.so.2'), 'library')
  write(paths.builtAddon(addonFingerprint(paths, wheel)), 'add-on')
  return paths
}

describe('the native part in the npm package', () => {
  test('is the add-on, and the library where the add-on looks for it', () => {
    const paths = builtProject()
    expect(placed(paths)).toBe('nothing')
    place(paths, wheel)
    expect(readFileSync(paths.addon, 'utf8')).toBe('add-on')
    const library = join(dirname(paths.addon), '../../deps/lib/libtensorflow_cc.so.2')
    expect(readFileSync(library, 'utf8')).toBe('library')
    expect(placed(paths)).toBe(addonFingerprint(paths, wheel))
  })

  test('replaces whatever was there', () => {
    const paths = builtProject()
    write(paths.addon, 'another add-on')
    write(join(paths.deps, 'lib/libtensorflow.so.2'), 'another library')
    expect(placed(paths)).toBe('foreign')
    place(paths, wheel)
    place(paths, wheel)
    expect(readFileSync(paths.addon, 'utf8')).toBe('add-on')
    expect(existsSync(join(paths.deps, 'lib/libtensorflow.so.2'))).toBe(false)
  })

  test('still finds its library when the project has been moved', () => {
    place(builtProject(), wheel)
    renameSync(root, `${root}-moved`)
    const moved = tfjsNodePaths(projectPaths(`${root}-moved`))
    expect(readFileSync(join(moved.deps, 'lib/libtensorflow_cc.so.2'), 'utf8')).toBe('library')
  })

  test('can be taken away, and the cache stays', () => {
    const paths = builtProject()
    place(paths, wheel)
    takeAway(paths)
    expect(placed(paths)).toBe('nothing')
    expect(existsSync(paths.deps)).toBe(false)
    expect(existsSync(join(paths.tensorflow(wheel.sha256), 'tensorflow/libtensorflow_cc.so.2'))).toBe(true)
  })

  test.each([
    ['its source', 'binding/tfjs_binding.cc', wheel],
    ['the wheel', 'unrelated', { sha256: 'b'.repeat(64) }],
  ])('is out of date when %s changes', (_, file, newWheel) => {
    const paths = builtProject()
    place(paths, wheel)
    write(join(paths.package, file), 'changed')
    expect(placed(paths)).not.toBe(addonFingerprint(paths, newWheel))
  })
})

describe('the cache', () => {
  const content = () => join(root, 'content')

  beforeEach(async () => {
    write(join(content(), 'tensorflow/library.so'), 'library')
    write(join(content(), 'tensorflow/include/header.h'), 'header')
    await writeList(content())
  })

  test('is whole when every file is as it was unpacked', async () => {
    expect(await isUnpacked(content())).toBe(true)
  })

  test.each([
    ['a file was changed', () => write(join(content(), 'tensorflow/library.so'), 'librarx')],
    ['a file was cut short', () => write(join(content(), 'tensorflow/library.so'), '')],
    ['a file is missing', () => rmSync(join(content(), 'tensorflow/include/header.h'))],
    ['the list is missing', () => rmSync(join(content(), 'files.json'))],
    ['the list is damaged', () => write(join(content(), 'files.json'), '{')],
    ['there is nothing', () => rmSync(content(), { recursive: true })],
  ])('is not whole when %s', async (_, damage) => {
    damage()
    expect(await isUnpacked(content())).toBe(false)
  })

  test('loses what other versions and interrupted runs left', () => {
    const paths = builtProject()
    write(join(paths.cache, 'draft-1/tensorflow.whl'), '')
    write(join(paths.cache, 'tensorflow-old/library.so'), '')
    const kept = [paths.tensorflow(wheel.sha256), paths.builtAddon(addonFingerprint(paths, wheel))]
    cleanCache(paths, kept)
    expect(kept.map((path) => existsSync(path))).toEqual([true, true])
    expect(existsSync(join(paths.cache, 'draft-1'))).toBe(false)
    expect(existsSync(join(paths.cache, 'tensorflow-old'))).toBe(false)
  })
})

describe('a failure', () => {
  test('names the platforms that there are wheels for', () => {
    expect(wheelFor('linux', 'x64').sha256).toMatch(/^[0-9a-f]{64}$/)
    expect(() => wheelFor('win32', 'x64')).toThrow(/linux-x64 and linux-arm64, but this is win32-x64.*--engine/)
  })

  test.each([
    ['ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.', /not the one that was expected/],
    ["NewConnectionError('Failed to establish a new connection')\nERROR: No matching distribution found", /be reached/],
    ['ERROR: No matching distribution found for tensorflow-cpu==2.15.1', /lacks the wheel/],
    ['SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED]', /certificate is not trusted/],
    ['OSError: [Errno 28] No space left on device', /disk is full/],
    ['something new', /pip failed \(exit code 2\)/],
  ])('of pip is explained: %s', (output, expected) => {
    expect(explainPipFailure(output, 'exit code 2')).toMatch(expected)
  })
})

const isSupported = process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch)

describe.skipIf(!isSupported)('npm run build:tfjs-node', () => {
  let project: FakeProject

  beforeEach(() => {
    project = new FakeProject()
    project.write('tools/@tensorflow/tfjs-node/package.json', '{}')
    project.write('tools/node-api-headers/include/node_api.h', '')
  })

  /** A program whose answer is made by a line of JavaScript. */
  function program(name: string, script: string): string {
    project.write(`programs/${name}`, `#!${process.execPath}\n${script}\n`)
    chmodSync(join(project.root, 'programs', name), 0o755)
    return join(project.root, 'programs', name)
  }

  async function build(env: NodeJS.ProcessEnv): Promise<{ code: number | null; stderr: string }> {
    const child = spawn(process.execPath, ['scripts/build-tfjs-node.mjs'], {
      cwd: project.root,
      env: { PATH: '', npm_execpath: join(project.root, 'fake-npm/npm-cli.js'), ...env },
    })
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text
    })
    return new Promise((resolve) => {
      child.on('close', (code) => resolve({ code, stderr }))
    })
  }

  test('asks for a compiler before it downloads anything', async () => {
    const { code, stderr } = await build({ PYTHON: program('python', '') })
    expect(code).toBe(1)
    expect(stderr).toMatch(/A C\+\+ compiler is needed .*apt-get install g\+\+.* CXX/)
    expect(stderr).not.toContain('Downloading')
  })

  test('asks for a Python with pip', async () => {
    const { code, stderr } = await build({ CXX: program('cxx', '') })
    expect(code).toBe(1)
    expect(stderr).toMatch(/Python 3 with pip is needed .*apt-get install python3-pip.* PYTHON/)
  })

  test('refuses a wheel with another hash, and leaves nothing of it', async () => {
    const python = program(
      'python',
      `const folder = process.argv[process.argv.indexOf('--dest') + 1]
       if (process.argv.includes('download')) require('node:fs').writeFileSync(folder + '/tensorflow.whl', 'not it')`,
    )
    const { code, stderr } = await build({ PYTHON: python, CXX: program('cxx', '') })
    expect(code).toBe(1)
    expect(stderr).toMatch(/pip brought another file/)
    expect(existsSync(join(project.root, 'node_modules/@tensorflow/tfjs-node/lib'))).toBe(false)
    expect(readdirSync(join(project.root, '.torquelab/tfjs-node'))).toEqual([])
  })

  test('takes no arguments', async () => {
    const child = spawn(process.execPath, ['scripts/build-tfjs-node.mjs', 'gpu'], {
      cwd: project.root,
      stdio: 'ignore',
    })
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(2)
  })
})
