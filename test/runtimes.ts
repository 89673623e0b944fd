/**
 * The JavaScript engines at hand, for tests that the same program gives the same bits on each: it is bundled into one
 * file for Node and Electron, and one for a page of Chromium.
 */
import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import path from 'node:path'
import { promisify } from 'node:util'
import { chromium } from 'playwright-core'
import { build } from 'vite'

const run = promisify(execFile)

// The scripts are JavaScript, which the type checker of the project does not read: hence imports by a computed name.
const script = (name: string) => import(/* @vite-ignore */ new URL(`../scripts/lib/${name}.mjs`, import.meta.url).href)
const { findChromium, findElectron, problemOfChromium, problemOfElectron } = await script('browsers')
const { projectPaths, projectRoot } = await script('project')
const { speedFlags } = await script('node')
const paths = projectPaths(projectRoot)

/** A program, bundled: the files that `bundleProgram` wrote. */
export interface Bundle {
  /** CommonJS; prints the program's answer as JSON. */
  nodeFile: string
  /** A script that defines `answerOfProgram()`. */
  browserFile: string
}

/** One run of the program: where, and what it answered. */
export interface Answer {
  runtime: string
  answer: unknown
}

/**
 * Bundles a program, sources and dependencies, into `folder`. `program` is a TypeScript module of the tests by its path
 * from test/, which exports `answer(): Promise<unknown>` with an answer that JSON can hold.
 */
export async function bundleProgram(program: string, folder: string): Promise<Bundle> {
  return {
    nodeFile: await bundle('node', program, folder),
    browserFile: await bundle('browser', program, folder),
  }
}

/** Runs a bundle on every Node on the PATH but the one that runs this; [] where there is no other. */
export async function answersOfOtherNodes({ nodeFile }: Bundle): Promise<Answer[]> {
  const answers: Answer[] = []
  for (const { executable, version } of await otherNodes()) {
    const { stdout } = await run(executable, [nodeFile])
    answers.push({ runtime: `Node ${version}`, answer: JSON.parse(stdout) })
  }
  return answers
}

/** Runs a bundle on this Node with the options of V8 that "npm start" gives it. */
export async function answerOfFastNode({ nodeFile }: Bundle): Promise<unknown> {
  return JSON.parse((await run(process.execPath, [...speedFlags(paths), nodeFile])).stdout)
}

/** Why Electron cannot run a bundle here; undefined where it can. */
export function whyNoElectron(): string | undefined {
  return problemOfElectron(paths)
}

export async function answerOfElectron({ nodeFile }: Bundle): Promise<unknown> {
  const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1' }
  return JSON.parse((await run(findElectron(paths), [nodeFile], { env })).stdout)
}

/** Why Chromium cannot run a bundle here; undefined where it can. */
export function whyNoChromium(): Promise<string | undefined> {
  return problemOfChromium(paths)
}

export async function answerOfChromium({ browserFile }: Bundle): Promise<unknown> {
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
    return await page.evaluate('answerOfProgram()')
  } finally {
    await browser.close()
    server.close()
  }
}

async function bundle(where: 'node' | 'browser', program: string, folder: string): Promise<string> {
  const source = path.join(folder, `${where}-entry.ts`)
  const module = JSON.stringify(path.join(projectRoot, 'test', program))
  const use =
    where === 'node'
      ? 'answer().then((value) => console.log(JSON.stringify(value)))'
      : 'globalThis.answerOfProgram = answer'
  mkdirSync(folder, { recursive: true })
  writeFileSync(source, `import { answer } from ${module}\n${use}\n`)
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
          entryFileNames: `program.${where === 'node' ? 'cjs' : 'js'}`,
        },
      },
    },
    ...(where === 'node' && { ssr: { noExternal: true } }),
  })
  return path.join(folder, where, where === 'node' ? 'program.cjs' : 'program.js')
}

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
