/** The same bits for any number of threads, on every JavaScript engine at hand, and from one version of TorqueLab to the next. */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  answerOfChromium,
  answerOfElectron,
  answerOfFastNode,
  answersOfOtherNodes,
  type Bundle,
  bundleProgram,
  whyNoChromium,
  whyNoElectron,
} from '../../runtimes.ts'
import { trainingHash } from './training-hash.ts'

// They change where the kernel or the initial weights do: then every recorded learning result is another's.
const expected = { ddpg: '2bdde012', td3: '8a7898a4' }
const names = ['ddpg', 'td3'] as const

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
  let bundle: Bundle

  beforeAll(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'torquelab-bits-'))
    bundle = await bundleProgram('agent/kernel/training-hash.ts', folder)
  })

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('when another Node runs them, then the weights are the same bits', async ({ skip }) => {
    const answers = await answersOfOtherNodes(bundle)
    if (answers.length === 0) skip('there is no other Node on the PATH')
    for (const { runtime, answer } of answers) expect(answer, runtime).toEqual(expected)
  })

  test('when V8 joins its SIMD instructions to wider ones, as "npm start" has it, then the weights are the same bits', async () => {
    expect(await answerOfFastNode(bundle)).toEqual(expected)
  })

  test('when Electron runs them, then the weights are the same bits', async ({ skip }) => {
    const problem = whyNoElectron()
    if (problem) skip(problem)
    expect(await answerOfElectron(bundle)).toEqual(expected)
  })

  test('when Chromium runs them, then the weights are the same bits', async ({ skip }) => {
    const problem = await whyNoChromium()
    if (problem) skip(problem)
    expect(await answerOfChromium(bundle)).toEqual(expected)
  })
})
