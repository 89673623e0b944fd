// docs/tutorial-acrobot.md: each of its steps leaves a valid scene, and the last one the built-in acrobot.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { validateScene } from '../../src/scene/load.ts'

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const tutorial = read('docs/tutorial-acrobot.md')
const blocks = [...tutorial.matchAll(/^```json\n(.*?)^```$/gms)].map(([, text]) => text!)

type Json = Record<string, unknown>
const isObject = (value: unknown): value is Json => value !== null && typeof value === 'object' && !Array.isArray(value)

/** What the tutorial says of its blocks: added to what is there, lists in place of lists. */
function put(scene: Json, block: Json): Json {
  const result = { ...scene }
  for (const [key, value] of Object.entries(block)) {
    const old = result[key]
    result[key] = isObject(old) && isObject(value) ? put(old, value) : value
  }
  return result
}

const steps: Json[] = []
for (const block of blocks) steps.push(put(steps.at(-1) ?? {}, JSON.parse(block) as Json))

describe('the tutorial of the acrobot', () => {
  it.each(steps.map((scene, index) => [index + 1, scene] as const))('has a valid scene after block %d', (_, scene) => {
    expect(validateScene(JSON.stringify(scene, null, 2)).problems).toEqual([])
  })

  it('ends with the built-in scene', () => {
    expect(steps).toHaveLength(5)
    expect(steps.at(-1)).toEqual(JSON.parse(read('scenes/acrobot.json')))
  })

  it('shows a message that TorqueLab gives', () => {
    const [, message] = /task\.terminate\[0\]\.formula: (.*)$/m.exec(tutorial)!
    const wrong = put(steps.at(-1)!, { task: { terminate: [{ name: 'above the line', formula: 'tpi.y > line' }] } })
    expect(validateScene(JSON.stringify(wrong)).problems.map((problem) => problem.message)).toEqual([message])
  })
})
