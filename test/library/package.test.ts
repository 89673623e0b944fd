/** The package as others get it: packed by npm, installed beside its dependencies, used from JavaScript and TypeScript. */
import { execFile } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))
const nodeModules = path.join(root, 'node_modules')

/** The example of the README. */
const example = readFileSync(new URL('./example.mjs', import.meta.url), 'utf8')

/** A project of somebody else's with TorqueLab in its node_modules. */
let project: string

beforeAll(async () => {
  project = mkdtempSync(path.join(os.tmpdir(), 'torquelab-package-'))
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', project]
  // The shell finds npm.cmd on Windows.
  const { stdout } = await run('npm', args, { cwd: root, shell: process.platform === 'win32' })
  const [packed] = JSON.parse(stdout) as { filename: string }[]
  await run('tar', ['-xzf', packed!.filename], { cwd: project })
  mkdirSync(path.join(project, 'node_modules'))
  renameSync(path.join(project, 'package'), path.join(project, 'node_modules', 'torquelab'))
  // What npm would install beside it: its dependencies, and those of development that the checks below use.
  for (const name of readdirSync(nodeModules)) {
    if (name.startsWith('.') || name === 'torquelab') continue
    symlinkSync(path.join(nodeModules, name), path.join(project, 'node_modules', name), 'junction')
  }
  writeFileSync(path.join(project, 'package.json'), '{ "name": "somebody", "type": "module" }')
})
afterAll(() => rmSync(project, { recursive: true, force: true }))

const node = (file: string, ...flags: string[]) => run(process.execPath, [...flags, file], { cwd: project })

describe('Given TorqueLab from npm pack', () => {
  test('when the example of the README runs, then it plays an episode', async () => {
    writeFileSync(path.join(project, 'example.mjs'), example)
    const { stdout } = await node('example.mjs')
    // The README shows this very program, and what it prints: of the first line the beginning.
    const readme = readFileSync(path.join(root, 'README.md'), 'utf8')
    expect(/```js\n(import \{ createEnvironment[\s\S]*?)```/.exec(readme)?.[1]).toBe(example)
    const shown = /```console\n\$ node example\.mjs\n(.*), \.\.\.\n(.*)\n```/.exec(readme)
    const [names, sum] = stdout.split('\n')
    expect(names!.startsWith(`${shown?.[1]}, `)).toBe(true)
    expect(sum).toBe(shown?.[2])
  })

  test('when a program of TypeScript uses it, then its types say what fits and what does not', async () => {
    writeFileSync(
      path.join(project, 'typed.ts'),
      `import { createEnvironment, createVectorEnvironment, type StepResult, UserError } from 'torquelab'
const env = await createEnvironment('pendulum')
const { observation, info } = env.reset({ seed: 1 })
const step: StepResult = env.step(new Float32Array(1))
const numbers: number[] = [observation[0]!, info.seed, step.reward, step.terms['upright']!, env.spec.action[0]!.low]
const vector = await createVectorEnvironment(env.scene, 2)
const final: Float32Array | undefined = vector.step([0, 0]).info.ended[0]?.finalObservation
const gravity: [number, number] = env.scene.world.gravity
export { final, gravity, numbers, UserError }
// @ts-expect-error a seed is a number
env.reset({ seed: 'one' })
// @ts-expect-error there is no such member
env.render()
`,
    )
    for (const module of ['NodeNext', 'Preserve']) {
      const options = ['--noEmit', '--strict', '--noUncheckedIndexedAccess', '--target', 'ES2022', '--module', module]
      const tsc = path.join(nodeModules, 'typescript', 'bin', 'tsc')
      const types = ['--types', 'node', '--lib', 'ES2023']
      await run(process.execPath, [tsc, ...options, ...types, 'typed.ts'], { cwd: project }).catch((error) => {
        throw new Error(`${module}: ${error.stdout}`)
      })
    }
  })

  test('then it holds what it needs and nothing of the tests', () => {
    const files = readdirSync(path.join(project, 'node_modules', 'torquelab')).sort()
    expect(files).toEqual(['LICENSE', 'README.md', 'assets', 'dist', 'package.json', 'scenes'])
  })

  test('when an environment is reset 10,000 times, then nothing leaks, the memory of the engine included', async () => {
    cpSync(new URL('./memory.mjs', import.meta.url), path.join(project, 'memory.mjs'))
    const { stdout } = await node('memory.mjs', '--expose-gc')
    const { engine, heap } = JSON.parse(stdout) as Record<'engine' | 'heap', number[]>
    // Bytes after 5,000 resets, and after 10,000 more.
    expect(engine[0]).toBeGreaterThan(0)
    expect(engine[1]).toBe(engine[0])
    expect(heap[1]! - heap[0]!).toBeLessThan(500_000)
  })
})

describe('Given a clone', () => {
  test('when a program in it imports torquelab by name, then that is the library', async () => {
    const program = `import { createEnvironment } from 'torquelab'
const env = await createEnvironment('pendulum')
console.log(env.spec.scene)`
    const args = ['--input-type=module', '--eval', program]
    expect((await run(process.execPath, args, { cwd: root })).stdout).toBe('pendulum\n')
  })
})
