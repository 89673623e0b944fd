/** `export` as its user meets it: the built program, a real run, and the programs that its files are for. */
import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import * as tf from '@tensorflow/tfjs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TensorFlowFiles } from '../../src/policy/export-tensorflow.ts'
import { readPolicy, writePolicy } from '../../src/policy/policy-file.ts'
import { actionsOf, generator, policyOf } from '../policy/random-policy.ts'
import { hasOnnxRuntime, runOnnx, runTensorFlow } from '../policy/run-export.ts'

const program = path.resolve('dist/node/cli.js')
/** Small networks: these tests are about the path, not about learning. */
const SMALL = ['hiddenSizes=16,16', 'evaluationInterval=200', 'evaluationEpisodes=2', 'reportEpisodes=2'].flatMap(
  (setting) => ['--set', setting],
)

let folder: string

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'torquelab-export-'))
  await tf.setBackend('cpu')
  // Runs with a policy that no training is needed for: what is exported is the policy alone.
  for (const [run, policy] of [
    ['plain', policyOf([3, 8, 1], 1)],
    ['other', policyOf([3, 8, 1], 2)],
    ['normalised', policyOf([3, 8, 5, 1], 1, [0, 1])],
  ] as const) {
    mkdirSync(inFolder('runs', run, 'best'), { recursive: true })
    writeFileSync(inFolder('runs', run, 'run.json'), '{}')
    writeFileSync(inFolder('runs', run, 'best/policy.safetensors'), writePolicy(policy))
  }
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

const inFolder = (...parts: string[]): string => path.join(folder, ...parts)
const readModel = (name: string): TensorFlowFiles => ({
  'model.json': readFileSync(inFolder(name, 'model.json')),
  'model.weights.bin': readFileSync(inFolder(name, 'model.weights.bin')),
})
const policyOfRun = (run: string, kind: 'best' | 'checkpoint') =>
  readPolicy(readFileSync(inFolder('runs', run, kind, 'policy.safetensors')), kind)

interface Finished {
  code: number | null
  stdout: string
  stderr: string
}

function torquelab(...args: string[]): Promise<Finished> {
  const child = spawn(process.execPath, [program, ...args], { cwd: folder })
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk) => {
    output.stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    output.stderr += chunk
  })
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code, ...output }))
  })
}

/** What exporting `policy` must have given: the same actions for the same observations. */
async function expectExportOf(policy: ReturnType<typeof readPolicy>, onnx: string, tfjs: string): Promise<void> {
  const random = generator(1)
  const observations = Array.from({ length: 5 }, () =>
    Float32Array.from(policy.specification.observation, () => 3 * random()),
  )
  const expected = actionsOf(policy, observations)
  const answers = [await runTensorFlow(readModel(tfjs), observations)]
  if (hasOnnxRuntime) answers.push(await runOnnx(readFileSync(inFolder(onnx)), observations))
  for (const { data } of answers) {
    for (const [index, value] of expected.entries()) expect(Math.abs(data[index]! - value)).toBeLessThan(1e-5)
  }
}

describe('export', () => {
  test('gives other programs the policy of a trained run: the best, or the last', async () => {
    const trained = await torquelab('train', 'pendulum', '--steps', '450', '--run', 'trained', ...SMALL)
    expect(trained.code).toBe(0)

    const best = await torquelab('export', 'trained', '--onnx', 'out/best.onnx', '--tfjs', 'out/best', '--json')
    expect(best).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\{.*\}\n$/) })
    const answer = JSON.parse(best.stdout)
    expect(answer).toMatchObject({ run: 'trained', scene: 'pendulum', policy: 'best' })
    expect([answer.onnx, answer.tfjs]).toEqual([inFolder('out/best.onnx'), inFolder('out/best')])
    await expectExportOf(policyOfRun('trained', 'best'), 'out/best.onnx', 'out/best')

    const last = await torquelab('export', 'trained', '--policy', 'last', '--onnx', 'last.onnx', '--tfjs', 'last')
    expect(last).toMatchObject({ code: 0, stderr: '' })
    expect(last.stdout.trimEnd().split('\n')).toEqual([
      'last.onnx: last policy of trained, trained for 450 steps, as ONNX',
      'last: last policy of trained, trained for 450 steps, as a TensorFlow.js model',
    ])
    await expectExportOf(policyOfRun('trained', 'checkpoint'), 'last.onnx', 'last')
    const { userDefinedMetadata } = JSON.parse(readModel('last')['model.json'].toString())
    expect(userDefinedMetadata).toMatchObject({
      scene: 'pendulum',
      controlStep: 0.05,
      trainedSteps: 450,
      versions: { torquelab: expect.stringMatching(/^\d+\.\d+\.\d+/) },
    })
  })

  test('of a policy with layer normalisation acts as it does', async () => {
    const { code } = await torquelab('export', 'normalised', '--onnx', 'normalised.onnx', '--tfjs', 'normalised')
    expect(code).toBe(0)
    await expectExportOf(policyOfRun('normalised', 'best'), 'normalised.onnx', 'normalised')
  })

  test('replaces an earlier export, takes an empty folder, and leaves nothing else behind', async () => {
    mkdirSync(inFolder('again/model'), { recursive: true })
    for (const run of ['plain', 'other']) {
      const { code } = await torquelab('export', run, '--onnx', 'again/policy.onnx', '--tfjs', 'again/model')
      expect(code).toBe(0)
      await expectExportOf(policyOfRun(run, 'best'), 'again/policy.onnx', 'again/model')
    }
    expect(readdirSync(inFolder('again')).sort()).toEqual(['model', 'policy.onnx'])
    expect(readdirSync(inFolder('again/model')).sort()).toEqual(['model.json', 'model.weights.bin'])
  })

  test.each(['onnx', 'tfjs'])('writes --%s alone where only that is asked for', async (kind) => {
    const { code, stdout } = await torquelab('export', 'plain', `--${kind}`, `alone-${kind}`, '--json')
    expect(code).toBe(0)
    const { onnx, tfjs } = JSON.parse(stdout)
    expect({ onnx, tfjs }).toEqual({ onnx: null, tfjs: null, [kind]: inFolder(`alone-${kind}`) })
  })
})

describe('wrong use and bad places: one clear line, no stack trace, and nothing is touched', () => {
  const write = (name: string, content: string | Uint8Array): string => {
    mkdirSync(path.dirname(inFolder(name)), { recursive: true })
    writeFileSync(inFolder(name), content)
    return name
  }
  const cases: [what: string, prepare: () => string[], message: RegExp, code: 1 | 2][] = [
    ['nothing to export to', () => ['plain'], /nothing to export to: give --onnx .* --tfjs .* or both/, 2],
    ['no run', () => ['--onnx', 'a.onnx'], /missing required argument 'run'/, 2],
    ['a run that does not exist', () => ['plian', '--onnx', 'a.onnx'], /no run called "plian".*"plain"/, 2],
    ['a run without its last policy', () => ['plain', '--policy', 'last', '--onnx', 'a.onnx'], /has no policy yet/, 2],
    [
      'a policy that is neither',
      () => ['plain', '--policy', 'worst', '--onnx', 'a.onnx'],
      /policy.*"best", "last", or the step/,
      2,
    ],
    [
      'a damaged policy',
      () => {
        write('runs/damaged/run.json', '{}')
        write('runs/damaged/best/policy.safetensors', 'no tensors')
        return ['damaged', '--onnx', 'a.onnx']
      },
      /policy\.safetensors: this is not a usable safetensors file/,
      2,
    ],
    ['an empty name', () => ['plain', '--onnx', ''], /"onnx" cannot be "": it is the ONNX file to write/, 2],
    ['a folder for the ONNX file', () => ['plain', '--onnx', 'runs'], /runs: this is a folder; name a file/, 2],
    [
      'a file for the TensorFlow.js folder',
      () => ['plain', '--tfjs', write('file.txt', 'mine')],
      /file\.txt: this is a file; name a folder/,
      2,
    ],
    [
      'a folder with other things in it',
      () => ['plain', '--tfjs', path.dirname(write('mine/notes.txt', 'mine')), '--onnx', 'a.onnx'],
      /mine: this folder is not empty, .* no earlier export/,
      2,
    ],
    [
      'a folder with another model in it',
      () => ['plain', '--tfjs', path.dirname(write('theirs/model.json', '{"format":"layers-model"}'))],
      /theirs: this folder is not empty, .* no earlier export/,
      2,
    ],
    [
      'an ONNX file below a file',
      () => ['plain', '--onnx', `${write('leaf', 'mine')}/policy.onnx`],
      /leaf.policy\.onnx: the policy cannot be written: .*Choose another place with --onnx/,
      1,
    ],
    [
      'a TensorFlow.js folder below a file',
      () => ['plain', '--tfjs', `${write('leaf', 'mine')}/model`],
      /leaf.model.model\.json: the policy cannot be written: .*Choose another place with --tfjs/,
      1,
    ],
  ]
  test.each(cases)('%s', async (_, prepare, message, expected) => {
    const args = prepare()
    const before = contentOf(folder)
    const { code, stdout, stderr } = await torquelab('export', ...args)
    expect(stderr).toMatch(message)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(stderr).not.toMatch(/^\s+at /m)
    expect(stdout).toBe('')
    expect(code).toBe(expected)
    expect(contentOf(folder)).toEqual(before)
  })

  // Whoever may write anywhere is not stopped by permissions, and Windows has others.
  const permissionsHold = process.getuid !== undefined && process.getuid() !== 0
  test.skipIf(!permissionsHold)('a folder that may not be written', async () => {
    mkdirSync(inFolder('locked'))
    chmodSync(inFolder('locked'), 0o555)
    const { code, stderr } = await torquelab('export', 'plain', '--onnx', 'locked/policy.onnx')
    expect(stderr).toMatch(/policy\.onnx: the policy cannot be written: .*Choose another place with --onnx/)
    expect(code).toBe(1)
    expect(readdirSync(inFolder('locked'))).toEqual([])
  })
})

test('help shows examples', async () => {
  const { code, stdout } = await torquelab('export', '--help')
  expect(code).toBe(0)
  expect(stdout).toContain('torquelab export')
  expect(stdout).toContain('Examples:')
})

/** Every file below a folder with its content. */
function contentOf(root: string): [file: string, content: string][] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort()
    .map((file) => [file, readFileSync(file, 'latin1')])
}
