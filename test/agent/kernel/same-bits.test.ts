/** The same bits for any number of threads, on every JavaScript engine at hand, and from one version of TorqueLab to the next. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { chromium } from 'playwright-core'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { trainingHash } from './training-hash.ts'

const run = promisify(execFile)

// They change where the kernel or the initial weights do: then every recorded learning result is another's.
const expected = { ddpg: '2bdde012', td3: '8a7898a4' }
const names = ['ddpg', 'td3'] as const

// The scripts are JavaScript, which the type checker of the project does not read: hence imports by a computed name.
const script = (name: string) => import(new URL(`../../../scripts/lib/${name}.mjs`, import.meta.url).href)
const { findChromium, findElectron, problemOfChromium, problemOfElectron } = await script('browsers')
const { projectPaths, projectRoot } = await script('project')
const { speedFlags } = await script('node')
const paths = projectPaths(projectRoot)

describe('Given a thousand updates', () => {
  test.each(names.flatMap((name) => [1, 2, 3, 5].map((threads) => ({ name, threads }))))(
    'when $name makes them on $threads threads, then the weights are the same bits',
    async ({ name, threads }) => {
      expect(await trainingHash(name, threads)).toBe(expected[name])
    },
  )
})

describe('Given the same updates elsewhere', () => {
  let folder: string
  let nodeFile: string
  let browserFile: string

  beforeAll(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'torquelab-bits-'))
    nodeFile = await bundle('node', folder)
    browserFile = await bundle('browser', folder)
  })

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('when another Node runs them, then the weights are the same bits', async ({ skip }) => {
    const others = await otherNodes()
    if (others.length === 0) skip('there is no other Node on the PATH')
    for (const { executable } of others) {
      expect(JSON.parse((await run(executable, [nodeFile])).stdout)).toEqual([expected, expected])
    }
  })

  test('when V8 joins its SIMD instructions to wider ones, as "npm start" has it, then the weights are the same bits', async () => {
    const flags: string[] = speedFlags(paths)
    expect(JSON.parse((await run(process.execPath, [...flags, nodeFile])).stdout)).toEqual([expected, expected])
  })

  test('when Electron runs them, then the weights are the same bits', async ({ skip }) => {
    const problem = problemOfElectron(paths)
    if (problem) skip(problem)
    const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1' }
    expect(JSON.parse((await run(findElectron(paths), [nodeFile], { env })).stdout)).toEqual([expected, expected])
  })

  test('when Chromium runs them, then the weights are the same bits', async ({ skip }) => {
    const problem = await problemOfChromium(paths)
    if (problem) skip(problem)
    // Shared memory needs a page that is isolated from others.
    const server = createServer((_, response) => {
      response.setHeader('Cross-Origin-Opener-Policy', 'same-origin')
      response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp')
      response.setHeader('Content-Type', 'text/html')
      response.end('<!doctype html><title>bits</title>')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const browser = await chromium.launch({ executablePath: await findChromium(paths), args: ['--no-sandbox'] })
    try {
      const page = await browser.newPage()
      await page.goto(`http://127.0.0.1:${(server.address() as { port: number }).port}/`)
      await page.addScriptTag({ path: browserFile })
      expect(await page.evaluate('torquelabHashes()')).toEqual(expected)
    } finally {
      await browser.close()
      server.close()
    }
  })
})

/**
 * One file that computes the hashes: a program for Node that prints them, for one thread and for two, or a script that
 * defines torquelabHashes(), for one.
 */
async function bundle(where: 'node' | 'browser', folder: string): Promise<string> {
  const source = path.join(folder, `${where}-entry.ts`)
  const module = JSON.stringify(path.join(projectRoot, 'test', 'agent', 'kernel', 'training-hash.ts'))
  const hashes = `async (threads = 1) => ({ ddpg: await trainingHash('ddpg', threads), td3: await trainingHash('td3', threads) })`
  const use =
    where === 'node'
      ? 'Promise.all([hashes(1), hashes(2)]).then((all) => console.log(JSON.stringify(all)))'
      : 'globalThis.torquelabHashes = hashes'
  writeFileSync(source, `import { trainingHash } from ${module}\nconst hashes = ${hashes}\n${use}\n`)
  await build({
    root: projectRoot,
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: where === 'node',
      outDir: path.join(folder, where),
      minify: false,
      rolldownOptions: {
        input: source,
        output: {
          format: where === 'node' ? 'cjs' : 'iife',
          entryFileNames: `hash.${where === 'node' ? 'cjs' : 'js'}`,
        },
      },
    },
    ...(where === 'node' && { ssr: { noExternal: true } }),
  })
  return path.join(folder, where, where === 'node' ? 'hash.cjs' : 'hash.js')
}

/** Every Node on the PATH but the one that runs this. */
async function otherNodes(): Promise<{ executable: string; version: string }[]> {
  const found: { executable: string; version: string }[] = []
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    const executable = path.join(folder, process.platform === 'win32' ? 'node.exe' : 'node')
    try {
      const version = (await run(executable, ['--version'])).stdout.trim()
      if (version !== process.version && !found.some((other) => other.version === version))
        found.push({ executable, version })
    } catch {
      // Not there, or no Node.
    }
  }
  return found
}
