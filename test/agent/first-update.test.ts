// The engines' first two updates against test/oracles/ddpg-first-update.mjs, which computes them independently in float64:
// every weight of the four networks and the metrics agree to 1e-5. The second shows that Adam keeps its moments.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import type { EngineFactory } from '../../src/agent/create-engine.ts'
import type { AgentSettings } from '../../src/agent/settings.ts'
import { loadTested, testedEngines } from './engines.ts'
import { readFixture, worstDifference } from './oracle-fixture.ts'

const TOLERANCE = 1e-5
const cases = readFixture('ddpg-first-update').map((expected) => ({
  ...expected,
  hidden: expected.settings.hiddenSizes.join(' and '),
}))

describe.each(testedEngines)('Given the engine %s', (name) => {
  let factory: EngineFactory

  beforeAll(async () => {
    factory = await loadTested(name)
  })

  test.each(cases)(
    'when it makes two updates with hidden layers of $hidden, then all is as computed by hand',
    (expected) => {
      const { size, place } = worstDifference(factory, expected)
      expect(size, `the worst difference is ${size}, of ${place}`).toBeLessThanOrEqual(TOLERANCE)
    },
  )

  test.each(cases)('when the flags of termination are inverted ($hidden), then the comparison notices', (expected) => {
    const transitions = expected.transitions.map((one) => ({ ...one, terminated: !one.terminated }))
    expect(worstDifference(factory, { ...expected, transitions }).size).toBeGreaterThan(TOLERANCE)
  })

  test.each(cases)(
    'when the actions are stored with their signs turned ($hidden), then the comparison notices',
    (expected) => {
      const transitions = expected.transitions.map((one) => ({ ...one, action: one.action.map((value) => -value) }))
      expect(worstDifference(factory, { ...expected, transitions }).size).toBeGreaterThan(TOLERANCE)
    },
  )

  const wrongSettings: [keyof AgentSettings, number][] = [
    ['discount', 0.9],
    ['softUpdateRate', 0.06],
    ['actorLearningRate', 0.011],
    ['criticLearningRate', 0.021],
  ]
  describe.each(wrongSettings)('when its %s is %d', (setting, value) => {
    test.each(cases)('then the comparison notices ($hidden)', (expected) => {
      expect(worstDifference(factory, expected, { [setting]: value }).size).toBeGreaterThan(TOLERANCE)
    })
  })

  test.each(cases)(
    'when its second update starts from moments of 0, then the comparison notices ($hidden)',
    (expected) => {
      const [first, second] = expected.updates
      const alone = { ...expected, before: first!.after, updates: [second!] }
      expect(worstDifference(factory, alone).size).toBeGreaterThan(TOLERANCE)
    },
  )

  // Adam's first step hardly depends on the scale of a gradient, but the weight decay does on its scale beside the error's.
  const decaying = cases.filter(({ settings }) => settings.criticL2! > 0)
  describe.each([0, 0.5, 2])('when its weight decay is multiplied by %d', (factor) => {
    test.each(decaying)('then the comparison notices ($hidden)', (expected) => {
      const criticL2 = factor * expected.settings.criticL2!
      expect(worstDifference(factory, expected, { criticL2 }).size).toBeGreaterThan(TOLERANCE)
    })
  })
})

describe('Given the fixture', () => {
  test('when the script that wrote it checks it, then it is current', () => {
    const script = fileURLToPath(new URL('../oracles/ddpg-first-update.mjs', import.meta.url))
    const run = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' })
    expect(run.stderr).toBe('')
    expect(run.status).toBe(0)
  })

  test('when its cases are counted, then both ways of joining the action and both kinds of ending are among them', () => {
    expect(cases.map(({ settings }) => settings.hiddenSizes)).toEqual([[5, 4], [6], [4, 5, 3]])
    for (const { transitions } of cases) {
      expect(new Set(transitions.map(({ terminated }) => terminated))).toEqual(new Set([true, false]))
    }
  })
})
