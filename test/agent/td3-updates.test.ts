// Three updates of TD3 and of the options that change a loss or a gradient, against test/oracles/td3-updates.mjs, which
// computes them independently in float64: the first of the critics alone, two of the policy and the targets too.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import type { EngineFactory } from '../../src/agent/create-engine.ts'
import type { AgentSettings } from '../../src/agent/settings.ts'
import { loadTested, testedEngines } from './engines.ts'
import { type FixtureCase, type FixtureTransition, readFixture, worstDifference } from './oracle-fixture.ts'

const TOLERANCE = 1e-5
const [plain, withOptions] = readFixture('td3-updates') as [FixtureCase, FixtureCase]
const cases = [
  { what: 'TD3', expected: plain },
  { what: 'TD3 with L2, penalty and clipping', expected: withOptions },
]

describe.each(testedEngines)('Given the engine %s', (name) => {
  let factory: EngineFactory

  beforeAll(async () => {
    factory = await loadTested(name)
  })

  test.each(cases)('when it makes three updates of $what, then all is as computed by hand', ({ expected }) => {
    const { size, place } = worstDifference(factory, expected)
    expect(size, `the worst difference is ${size}, of ${place}`).toBeLessThanOrEqual(TOLERANCE)
  })

  const wrongTransitions: [string, (transition: FixtureTransition) => Partial<FixtureTransition>][] = [
    ['the importance weights are 1', () => ({ weight: 1 })],
    ['there is no target noise', ({ targetNoise }) => ({ targetNoise: targetNoise!.map(() => 0) })],
    ['the discounts are all alike', ({ discount }) => ({ discount: discount! > 0 ? 0.97 : 0 })],
  ]
  describe.each(wrongTransitions)('when %s', (_, change) => {
    test.each(cases)('then the comparison notices ($what)', ({ expected }) => {
      const transitions = expected.transitions.map((one) => ({ ...one, ...change(one) }))
      expect(worstDifference(factory, { ...expected, transitions }).size).toBeGreaterThan(TOLERANCE)
    })
  })

  test.each(cases)('when the policy is updated at once, then the comparison notices ($what)', ({ expected }) => {
    const updates = expected.updates.map((update) => ({ ...update, updatesPolicy: true }))
    expect(worstDifference(factory, { ...expected, updates }).size).toBeGreaterThan(TOLERANCE)
  })

  const wrongSettings: Partial<AgentSettings>[] = [
    { preactivationPenalty: 0.06 },
    { gradientClip: 0 },
    { criticL2: 0.011 },
    { softUpdateRate: 0.051 },
  ]
  test.each(wrongSettings)('when its settings have %o, then the comparison notices', (wrong) => {
    expect(worstDifference(factory, withOptions, wrong).size).toBeGreaterThan(TOLERANCE)
  })

  test('when both critics of the targets are the first, then the comparison notices', () => {
    for (const { expected } of cases) {
      const before = { ...expected.before, targetSecondCritic: expected.before.targetCritic! }
      const updates = [{ ...expected.updates[0]!, after: { critic: expected.updates[0]!.after.critic! } }]
      expect(worstDifference(factory, { ...expected, updates }).size).toBeLessThanOrEqual(TOLERANCE)
      expect(worstDifference(factory, { ...expected, before, updates }).size).toBeGreaterThan(TOLERANCE)
    }
  })
})

test('Given the fixture, when the script that wrote it checks it, then it is current', () => {
  const script = fileURLToPath(new URL('../oracles/td3-updates.mjs', import.meta.url))
  const run = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' })
  expect(run.stderr).toBe('')
  expect(run.status).toBe(0)
})
