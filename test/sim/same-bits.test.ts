/** A robot does the same, bit for bit, on every JavaScript engine at hand: 2,000 steps of random actions with falls and contacts. */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  answerOfChromium,
  answerOfElectron,
  answersOfOtherNodes,
  type Bundle,
  bundleProgram,
  whyNoChromium,
  whyNoElectron,
} from '../runtimes.ts'
import { answer, hashedScenes } from './trajectory-hash.ts'

let folder: string
let bundle: Bundle
let here: Awaited<ReturnType<typeof answer>>

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'torquelab-trajectories-'))
  bundle = await bundleProgram('sim/trajectory-hash.ts', folder)
  here = await answer()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe(`Given 2,000 steps of ${hashedScenes.join(' and ')}`, () => {
  test('when they are run twice here, then they are the same bits, and the robots do fall', async () => {
    expect(await answer()).toEqual(here)
    for (const name of hashedScenes) expect(here[name]!.falls).toBeGreaterThan(5)
    // Different robots do not have the same hash.
    expect(new Set(hashedScenes.map((name) => here[name]!.hash)).size).toBe(hashedScenes.length)
  })

  test('when another Node runs them, then they are the same bits', async ({ skip }) => {
    const answers = await answersOfOtherNodes(bundle)
    if (answers.length === 0) skip('there is no other Node on the PATH')
    for (const { runtime, answer } of answers) expect(answer, runtime).toEqual(here)
  })

  test('when Electron runs them, then they are the same bits', async ({ skip }) => {
    const problem = whyNoElectron()
    if (problem) skip(problem)
    expect(await answerOfElectron(bundle)).toEqual(here)
  })

  test('when Chromium runs them, then they are the same bits', async ({ skip }) => {
    const problem = await whyNoChromium()
    if (problem) skip(problem)
    expect(await answerOfChromium(bundle)).toEqual(here)
  })
})
