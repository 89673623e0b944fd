// n-step returns against brute force: every transition of an episode summed anew from the whole episode.
import { describe, expect, test } from 'vitest'
import { NStepReturns } from '../../src/agent/n-step.ts'
import { fc } from '../properties.ts'

type Ending = 'terminated' | 'truncated' | 'abandoned'

interface Stored {
  observation: number
  action: number
  reward: number
  nextObservation: number
  discount: number
}

const episodes = fc.array(
  fc.record({
    rewards: fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 1, maxLength: 12 }),
    ending: fc.constantFrom<Ending>('terminated', 'truncated', 'abandoned'),
  }),
  { minLength: 1, maxLength: 4 },
)
const discounts = fc.double({ min: 0, max: 0.999, noNaN: true })

describe('Given episodes that terminate, are truncated or are left unfinished', () => {
  test('when their steps are added, then each is stored once, in order, with the rewards and discount of brute force', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), discounts, episodes, (steps, discount, runs) => {
        const { returns, stored } = collect(steps, discount)
        runs.forEach(({ rewards, ending }, episode) => {
          addEpisode(returns, episode, rewards, ending)
          returns.reset()
        })
        const expected = runs.flatMap(({ rewards, ending }, episode) =>
          bruteForce(steps, discount, episode, rewards, ending),
        )
        expect(stored.length).toBe(expected.length)
        stored.forEach((one, index) => {
          const wanted = expected[index]!
          expect([one.observation, one.action, one.nextObservation]).toEqual([
            wanted.observation,
            wanted.action,
            wanted.nextObservation,
          ])
          expect(one.reward).toBeCloseTo(wanted.reward, 9)
          expect(one.discount).toBeCloseTo(wanted.discount, 12)
        })
      }),
    )
  })

  test('when n is 1, then each step is stored at once, its reward and discount exactly as they are', () => {
    fc.assert(
      fc.property(discounts, episodes, (discount, runs) => {
        const { returns, stored } = collect(1, discount)
        for (const { rewards, ending } of runs) {
          rewards.forEach((reward, step) => {
            const isLast = step === rewards.length - 1
            const before = stored.length
            addStep(returns, 0, step, reward, isLast ? ending : 'abandoned')
            expect(stored.length).toBe(before + 1)
            const worth = isLast && ending === 'terminated' ? 0 : discount
            expect(stored.at(-1)).toEqual(transition(0, step, step + 1, reward, worth))
          })
          returns.reset()
        }
      }),
    )
  })
})

describe('Given 3-step returns in the middle of an episode', () => {
  test('when fewer than 3 steps were added, then nothing is stored yet', () => {
    const { returns, stored } = collect(3, 0.5)
    addStep(returns, 0, 0, 1, 'abandoned')
    addStep(returns, 0, 1, 1, 'abandoned')
    expect(stored).toEqual([])
    addStep(returns, 0, 2, 1, 'abandoned')
    expect(stored).toEqual([transition(0, 0, 3, 1.75, 0.125)])
  })

  test('when the episode is left and another begins, then no reward of the other enters the first', () => {
    const { returns, stored } = collect(3, 0.5)
    addStep(returns, 0, 0, 1, 'abandoned')
    returns.reset()
    addEpisode(returns, 1, [100, 100, 100], 'terminated')
    expect(stored[0]).toEqual(transition(0, 0, 1, 1, 0.5))
  })

  test('when the arrays that a step came in are written to afterwards, then what is stored stays', () => {
    const { returns, stored } = collect(2, 0.5)
    const reused = [Float32Array.of(0), Float32Array.of(0), Float32Array.of(1)] as const
    returns.add(reused[0], reused[1], 1, reused[2], false, false)
    for (const values of reused) values.fill(99)
    returns.reset()
    expect(stored).toEqual([{ observation: 0, action: 0, reward: 1, nextObservation: 1, discount: 0.5 }])
  })
})

function collect(steps: number, discount: number): { returns: NStepReturns; stored: Stored[] } {
  const stored: Stored[] = []
  const returns = new NStepReturns(steps, discount, { observation: 1, action: 1 }, (from, by, reward, to, worth) => {
    stored.push({ observation: from[0]!, action: by[0]!, reward, nextObservation: to[0]!, discount: worth })
  })
  return { returns, stored }
}

/** The observation before step t of episode e is 100e + t, the action -(100e + t). */
function addStep(returns: NStepReturns, episode: number, step: number, reward: number, ending: Ending): void {
  const at = 100 * episode + step
  const [from, by, to] = [Float32Array.of(at), Float32Array.of(-at), Float32Array.of(at + 1)]
  returns.add(from, by, reward, to, ending === 'terminated', ending === 'truncated')
}

function addEpisode(returns: NStepReturns, episode: number, rewards: readonly number[], ending: Ending): void {
  rewards.forEach((reward, step) => {
    addStep(returns, episode, step, reward, step === rewards.length - 1 ? ending : 'abandoned')
  })
}

function transition(episode: number, step: number, end: number, reward: number, discount: number): Stored {
  const at = 100 * episode + step
  return { observation: at, action: -at, reward, nextObservation: 100 * episode + end, discount }
}

function bruteForce(
  steps: number,
  discount: number,
  episode: number,
  rewards: readonly number[],
  ending: Ending,
): Stored[] {
  return rewards.map((_, step) => {
    const end = Math.min(step + steps, rewards.length)
    const counted = rewards.slice(step, end)
    const reward = counted.reduce((sum, one, index) => sum + discount ** index * one, 0)
    const isOver = end === rewards.length && ending === 'terminated'
    return transition(episode, step, end, reward, isOver ? 0 : discount ** counted.length)
  })
}
