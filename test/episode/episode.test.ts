// The one loop: who is called, in which order and with what, and how an episode ends; and the controllers that play
// policies and recordings.
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UserError } from '../../src/common/user-error.ts'
import { policyController, recordedController } from '../../src/episode/controllers.ts'
import { type Controller, type Observer, runEpisode } from '../../src/episode/episode.ts'
import { Policy, type PolicySpecification } from '../../src/policy/policy.ts'
import { loadScene } from '../../src/scene/load.ts'
import type { Scene } from '../../src/scene/schema.ts'
import { createEnvironment, Environment } from '../../src/sim/environment.ts'

const scene = loadScene(readFileSync(new URL('../../scenes/pendulum.json', import.meta.url), 'utf8'), 'pendulum.json')

let environment: Environment

beforeAll(async () => {
  environment = await createEnvironment(scene)
})
afterAll(() => environment.close())

/** A pendulum with some of its task exchanged. */
const withTask = (task: Partial<Scene['task']>) => new Environment({ ...scene, task: { ...scene.task, ...task } })

const still: Controller = { act: (_, action) => action.fill(0) }

describe('runEpisode', () => {
  it('calls controller and observers in turn, with what happens', () => {
    const calls: string[] = []
    const controller: Controller = {
      reset: () => calls.push('controller reset'),
      act: (observation, action) => {
        calls.push(`act on ${[...observation].join(' ')}`)
        action[0] = calls.length / 100
      },
    }
    const observer = (name: string): Observer => ({
      onReset: (of, observation, seed) => {
        expect(of).toBe(environment)
        calls.push(`${name} reset ${seed}: ${[...observation].join(' ')}`)
      },
      onStep: (of, action, { observation, reward, info }) => {
        expect(of).toBe(environment)
        calls.push(`${name} step ${info.step}: ${action[0]} ${[...observation].join(' ')} ${reward}`)
      },
    })
    let asked = 0
    const stop = () => {
      calls.push('stop?')
      return ++asked === 2
    }
    const observers = [observer('first'), {}, observer('second')]
    const summary = runEpisode(environment, controller, { seed: 9, observers, stop })

    // The same, by hand.
    const expected: string[] = []
    const { observation } = environment.reset({ seed: 9 })
    const seen = () => [...observation].join(' ')
    expected.push('controller reset', `first reset 9: ${seen()}`, `second reset 9: ${seen()}`)
    let sum = 0
    for (const step of [1, 2]) {
      expected.push(`act on ${seen()}`)
      const action = Float32Array.of(expected.length / 100)
      const { reward } = environment.step(action)
      sum += reward
      for (const name of ['first', 'second']) expected.push(`${name} step ${step}: ${action[0]} ${seen()} ${reward}`)
      expected.push('stop?')
    }
    expect(calls).toEqual(expected)
    expect(summary).toEqual({ seed: 9, return: sum, steps: 2, terminated: false, truncated: false })
  })

  it('runs until the time limit and says that it truncated', () => {
    const summary = runEpisode(environment, still, { seed: 1 })
    expect(summary).toMatchObject({ seed: 1, steps: 200, terminated: false, truncated: true })
  })

  it('runs until a condition holds and says that it terminated', () => {
    const ending = withTask({ terminate: [{ name: 'late', formula: 'time > 0.42' }] })
    const conditions: string[][] = []
    const observers: Observer[] = [{ onStep: (_, __, { info }) => conditions.push([...info.conditions]) }]
    const summary = runEpisode(ending, still, { seed: 1, observers })
    expect(summary).toMatchObject({ steps: 9, terminated: true, truncated: false })
    expect(conditions).toEqual([...Array(8).fill([]), ['late']])
    ending.close()
  })

  it('counts a condition at the time limit as a termination: nothing could have been earned after it', () => {
    const ending = withTask({ maxSteps: 5, terminate: [{ name: 'late', formula: 'time > 0.24' }] })
    expect(runEpisode(ending, still, { seed: 1 })).toMatchObject({ steps: 5, terminated: true, truncated: false })
    ending.close()
  })

  it('names every condition that holds', () => {
    const formulas = { always: '1', never: '0', negative: '-0.5', past: 'before(time) > 1' }
    const terminate = Object.entries(formulas).map(([name, formula]) => ({ name, formula }))
    const ending = withTask({ terminate })
    let conditions: string[] = []
    const observers: Observer[] = [{ onStep: (_, __, { info }) => (conditions = [...info.conditions]) }]
    expect(runEpisode(ending, still, { seed: 1, observers }).steps).toBe(1)
    expect(conditions).toEqual(['always', 'negative'])
    ending.close()
  })

  it('returns the sum of the rewards that the observers saw', () => {
    const rewards: number[] = []
    const observers: Observer[] = [{ onStep: (_, __, { reward }) => rewards.push(reward) }]
    const { return: sum } = runEpisode(environment, still, { seed: 2, observers })
    expect(rewards).toHaveLength(200)
    expect(sum).toBe(rewards.reduce((total, reward) => total + reward, 0))
  })

  it('takes at least one step, and asks whether to stop after each step but the last', () => {
    let asked = 0
    const stopAtOnce = () => {
      asked++
      return true
    }
    expect(runEpisode(environment, still, { seed: 1, stop: stopAtOnce })).toMatchObject({
      ...{ steps: 1, terminated: false, truncated: false },
    })
    expect(asked).toBe(1)
    asked = 0
    const stopNever = () => {
      asked++
      return false
    }
    runEpisode(environment, still, { seed: 1, stop: stopNever })
    expect(asked).toBeLessThanOrEqual(200)
    expect(asked).toBeGreaterThanOrEqual(199)
  })

  it('begins each episode with the controller reset', () => {
    const controller = recordedController([[0.5], [-0.5]].map((action) => Float32Array.from(action)))
    let count = 0
    const first = runEpisode(environment, controller, { seed: 1, stop: () => ++count % 2 === 0 })
    const second = runEpisode(environment, controller, { seed: 1, stop: () => ++count % 2 === 0 })
    expect(second).toEqual(first)
  })

  it('lets an exception of a controller through', () => {
    const failing: Controller = {
      act: () => {
        throw new UserError('no')
      },
    }
    expect(() => runEpisode(environment, failing, { seed: 1 })).toThrow(UserError)
  })
})

describe('policyController', () => {
  const specification: PolicySpecification = {
    scene: 'pendulum',
    algorithm: 'ddpg',
    observation: ['cos angle', 'sin angle', 'velocity'].map((name) => ({ name, unit: '1' })),
    action: [{ name: 'motor', unit: '1' }],
    controlStep: 0.05,
    trainedSteps: 0,
  }
  /** One layer: tanh(2 sin - 0.5 velocity + 0.25). */
  const network = {
    layers: [{ inputs: 3, outputs: 1, weights: Float32Array.of(0, 2, -0.5), bias: Float32Array.of(0.25) }],
  }

  it('plays what the policy says, without noise', () => {
    const actions: number[] = []
    const expected: number[] = []
    const note = (observation: Float32Array) =>
      expected.push(Math.tanh(2 * observation[1]! - 0.5 * observation[2]! + 0.25))
    const observers: Observer[] = [
      {
        onReset: (_, observation) => note(observation),
        onStep: (_, action, { observation }) => {
          actions.push(action[0]!)
          note(observation)
        },
      },
    ]
    const controller = policyController(new Policy(specification, network), environment.spec)
    runEpisode(environment, controller, { seed: 3, observers })
    expect(actions).toHaveLength(200)
    for (const [index, action] of actions.entries()) expect(action).toBeCloseTo(expected[index]!, 6)
  })

  const channel = (name: string) => ({ name, unit: '1' })
  it.each<[string, Partial<PolicySpecification>, RegExp]>([
    [
      'of another name',
      { observation: ['cos angle', 'sin angle', 'speed'].map(channel) },
      /observation.*speed.*velocity/,
    ],
    ['too few', { observation: ['cos angle', 'sin angle'].map(channel) }, /observation/],
    ['too many', { observation: ['cos angle', 'sin angle', 'velocity', 'x'].map(channel) }, /observation/],
    ['in another order', { observation: ['sin angle', 'cos angle', 'velocity'].map(channel) }, /observation/],
    ['(actions) of another name', { action: [channel('engine')] }, /action.*engine.*motor/],
    ['(actions) too many', { action: [channel('motor'), channel('brake')] }, /action.*motor, brake/],
  ])('refuses a policy with entries %s and says what does not fit', (_, change, message) => {
    const misfit = new Policy({ ...specification, scene: 'cart', ...change }, network)
    const make = () => policyController(misfit, environment.spec)
    expect(make).toThrow(UserError)
    expect(make).toThrow(message)
    expect(make).toThrow(/"cart".*"pendulum".*Train/)
    expect(make).toThrow(/^[^\n]*$/)
  })

  it('accepts a policy of another scene whose entries have the same names', () => {
    const other = new Policy({ ...specification, scene: 'pendulum on the moon' }, network)
    expect(() => policyController(other, environment.spec)).not.toThrow()
  })
})

describe('recordedController', () => {
  it('gives each recorded action once, in order, and from the beginning after a reset', () => {
    const controller = recordedController([Float32Array.of(1, 2), [3, 4], Float32Array.of(5, 6)])
    const play = () => {
      const action = new Float32Array(2)
      controller.act(new Float32Array(0), action)
      return [...action]
    }
    controller.reset!()
    expect([play(), play()]).toEqual([
      [1, 2],
      [3, 4],
    ])
    controller.reset!()
    expect([play(), play(), play()]).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
    ])
    expect(play).toThrow(/step 4/)
  })

  it('repeats an episode bit for bit', () => {
    const run = (controller: Controller) => {
      const seen: number[] = []
      const actions: Float32Array[] = []
      const observers: Observer[] = [
        {
          onReset: (of) => seen.push(...of.state),
          onStep: (of, action, { reward }) => {
            actions.push(action.slice())
            seen.push(...of.state, reward)
          },
        },
      ]
      runEpisode(environment, controller, { seed: 8, observers })
      return { seen, actions }
    }
    let step = 0
    const original = run({ act: (_, action) => action.fill(Math.sin(step++)) })
    const repeated = run(recordedController(original.actions))
    expect(repeated.actions).toEqual(original.actions)
    expect(repeated.seen).toEqual(original.seen)
    expect(new Set(original.seen).size).toBeGreaterThan(1000)
  })
})
