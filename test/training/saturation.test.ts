/** The warning of a saturated actor: when it comes, and when it does not. */
import { describe, expect, it } from 'vitest'
import { SaturationWatch } from '../../src/training/saturation.ts'

/** The warnings after each of the episodes, given as [saturation, length]. */
function warningsOf(episodes: [saturation: number | undefined, length: number][]): (string | undefined)[] {
  const watch = new SaturationWatch()
  return episodes.map(([saturation, length]) => watch.addEpisode(saturation, length))
}

const repeat = (times: number, saturation: number | undefined, length = 200) =>
  Array.from({ length: times }, (): [number | undefined, number] => [saturation, length])

describe('Given an actor that saturates', () => {
  it('When five episodes in a row are saturated, Then one warning says so and what to try', () => {
    const warnings = warningsOf(repeat(8, 0.95))
    expect(warnings.map((warning) => warning !== undefined)).toEqual([
      false,
      false,
      false,
      false,
      true,
      false,
      false,
      false,
    ])
    for (const word of ['saturated', '95%', 'preactivationPenalty', 'actorLearningRate', 'randomSteps'])
      expect(warnings[4]).toContain(word)
  })

  it('When its episodes are short, Then the warning waits for a thousand steps', () => {
    const warnings = warningsOf(repeat(30, 1, 50))
    expect(warnings.findIndex((warning) => warning !== undefined)).toBe(19)
  })
})

describe('Given an actor that is not stuck', () => {
  it('When one of the episodes is not saturated, Then the count begins anew', () => {
    const warnings = warningsOf([...repeat(4, 0.95), [0.9, 200], ...repeat(5, 0.95)])
    expect(warnings.findIndex((warning) => warning !== undefined)).toBe(9)
  })

  it('When nothing is saturated or nothing is learnt, Then there is no warning', () => {
    expect(warningsOf(repeat(50, 0.5)).every((warning) => warning === undefined)).toBe(true)
    expect(warningsOf(repeat(50, undefined)).every((warning) => warning === undefined)).toBe(true)
    expect(warningsOf(repeat(50, Number.NaN)).every((warning) => warning === undefined)).toBe(true)
  })

  it('When an episode had no update of the policy, Then it neither counts nor breaks the row', () => {
    const warnings = warningsOf([...repeat(3, 0.95), [undefined, 200], ...repeat(2, 0.95)])
    expect(warnings.findIndex((warning) => warning !== undefined)).toBe(5)
  })
})
