/** The host's `check`, as the command line asks for it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { formatCheck } from '../../src/cli/format-check.ts'
import { UserError } from '../../src/common/user-error.ts'
import { checkScene } from '../../src/host/host.ts'
import { builtInNames, openScene } from '../../src/host/scenes.ts'

const folder = mkdtempSync(path.join(os.tmpdir(), 'torquelab-check-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('Given the built-in scenes', () => {
  test.each(builtInNames())('when %s is checked, then it is sound', async (name) => {
    const { checks, sound, source } = await checkScene({ scene: name })
    expect(checks.filter(({ verdict }) => verdict === 'failed')).toEqual([])
    expect({ sound, source }).toEqual({ sound: true, source: name })
  })
})

describe('Given a scene file of one’s own', () => {
  test('when an observation is constant, then it is not sound, and the report names the remedy', async () => {
    const { scene } = openScene('pendulum')
    const file = path.join(folder, 'own.json')
    const observation = [...scene.task.observation, { name: 'nothing', formula: '0' }]
    writeFileSync(file, JSON.stringify({ ...scene, task: { ...scene.task, observation } }))
    const answer = await checkScene({ scene: file })
    expect(answer.sound).toBe(false)
    const lines = formatCheck(answer)
    const at = lines.findIndex((line) => /^failed {3}informative +the observation "nothing" is 0/.test(line))
    expect(lines[at + 1]).toMatch(/^ +remedy: remove it/)
    expect(lines.at(-1)).toMatch(/^pendulum: \d+ of 11 checks failed$/)
  })

  test('when it is no scene, or not there, then that is said in words', async () => {
    const file = path.join(folder, 'broken.json')
    writeFileSync(file, '{ "format": "torquelab-scene", }')
    await expect(checkScene({ scene: file })).rejects.toThrow(UserError)
    await expect(checkScene({ scene: file })).rejects.toThrow(/broken\.json:1:\d+/)
    await expect(checkScene({ scene: path.join(folder, 'none.json') })).rejects.toThrow(/no such file/)
    await expect(checkScene({ scene: 'hoper' })).rejects.toThrow(/Did you mean "hopper"/)
  })
})
