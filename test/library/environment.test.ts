/** The library's environment: Gymnasium's conventions, results that the caller keeps, clear refusals. */
import { writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { createEnvironment, type Environment, UserError } from '../../src/index.ts'
import { play, wavering } from './environments.ts'

const open: Environment[] = []
async function make(source: Parameters<typeof createEnvironment>[0] = 'pendulum'): Promise<Environment> {
  const env = await createEnvironment(source)
  open.push(env)
  return env
}
afterEach(() => {
  for (const env of open.splice(0)) env.close()
})

describe('Given an environment of a built-in scene', () => {
  test('then its spec names every entry with unit and bounds', async () => {
    const { spec } = await make()
    expect(spec).toMatchObject({ scene: 'pendulum', controlStep: 0.05, maxSteps: 200 })
    expect(spec.observation[2]).toEqual({ name: 'velocity', unit: 'rad/s', low: -8, high: 8 })
    expect(spec.action).toEqual([{ name: 'motor', unit: '1', low: -1, high: 1 }])
    expect(spec.rewardTerms).toEqual(['upright', 'velocity', 'torque'])
  })

  test('when it is played, then every result is the caller’s own', async () => {
    const env = await make()
    const start = env.reset({ seed: 1 }).observation
    const kept = [...start]
    const [first, second] = play(env, wavering(2, 1))
    expect([...start]).toEqual(kept)
    expect(first!.observation).not.toBe(second!.observation)
    expect(first!.terms).not.toEqual(second!.terms)
    expect(first!.info).toMatchObject({ step: 1, time: 0.05, conditions: [] })
    expect(second!.info.step).toBe(2)
    expect(first!.reward).toBe(first!.terms.upright! + first!.terms.velocity! + first!.terms.torque!)
  })

  test('when the time limit is reached, then it is truncated and must be reset', async () => {
    const env = await make()
    env.reset({ seed: 1 })
    const results = play(env, wavering(200, 1))
    expect(results.map(({ truncated }) => truncated).indexOf(true)).toBe(199)
    expect(results.at(-1)!.terminated).toBe(false)
    expect(() => env.step([0])).toThrow(/The episode is over: call reset/)
    env.reset()
    expect(env.step([0]).info.step).toBe(1)
  })

  test('when it falls, then it is terminated and says by which condition', async () => {
    const env = await make('hopper')
    env.reset({ seed: 1 })
    let result = env.step([1, 1, 1])
    while (!result.terminated && !result.truncated) result = env.step([1, 1, 1])
    expect(result).toMatchObject({ terminated: true, truncated: false })
    expect(result.info.conditions.length).toBeGreaterThan(0)
  })
})

describe('Given seeds', () => {
  test('when a seed is given, then it starts the same episodes, and those that follow it are the same too', async () => {
    const [one, other] = [await make(), await make()]
    const starts = (env: Environment) => [env.reset({ seed: 7 }), env.reset(), env.reset()]
    const [first, second, third] = starts(one)
    expect(first!.info.seed).toBe(7)
    expect(new Set([first, second, third].map((start) => start!.info.seed)).size).toBe(3)
    other.reset()
    expect(starts(other)).toEqual([first, second, third])
    // The seed in `info` alone brings an episode back.
    expect(one.reset({ seed: third!.info.seed }).observation).toEqual(third!.observation)
  })

  test('when none was ever given, then episodes cannot be predicted', async () => {
    const [one, other] = [await make(), await make()]
    expect(one.reset().info.seed).not.toBe(other.reset().info.seed)
  })
})

describe('Given an episode to restore', () => {
  test.each(['pendulum', 'hopper', 'double-inverted-pendulum'])(
    'when %s is restored in the middle, then it goes on bit for bit',
    async (name) => {
      const [env, fresh] = [await make(name), await make(name)]
      env.reset({ seed: 3 })
      const actions = wavering(40, env.spec.action.length)
      const results: ReturnType<Environment['step']>[] = []
      for (const action of actions) {
        results.push(env.step(action))
        if (results.at(-1)!.terminated) break
      }
      const middle = Math.floor(results.length / 2)
      fresh.reset({ seed: 99 })
      fresh.step(actions[0]!)
      expect(fresh.restore({ seed: 3, actions: actions.slice(0, middle) })).toEqual(results[middle - 1])
      for (let step = middle; step < results.length; step++) expect(fresh.step(actions[step]!)).toEqual(results[step])
    },
  )

  test('when there are no actions, then it stands at its reset', async () => {
    const env = await make()
    const { observation } = env.reset({ seed: 5 })
    env.step([1])
    expect(env.restore({ seed: 5, actions: [] })).toBeUndefined()
    const restored = env.step([0.3])
    expect(env.reset({ seed: 5 }).observation).toEqual(observation)
    expect(env.step([0.3])).toEqual(restored)
  })

  test('when its actions go on past the end, then they are of another episode', async () => {
    const env = await make()
    expect(() => env.restore({ seed: 1, actions: wavering(201, 1) })).toThrow(
      /The episode of seed 1 is over after 200 steps, and 201 actions are given/,
    )
  })
})

describe('Given a scene of one’s own', () => {
  test('when it is an object or a file, also of an older version, then it is played as the built-in is', async () => {
    const builtIn = await make()
    const scene = structuredClone(builtIn.scene) as Record<string, unknown>
    const older = { ...scene, version: 1, actuators: [{ name: 'motor', joint: 'hinge', gear: 2 }] }
    const file = path.join(os.tmpdir(), `torquelab-library-${process.pid}.json`)
    writeFileSync(file, JSON.stringify(older))
    builtIn.reset({ seed: 1 })
    const expected = play(builtIn, wavering(5, 1))
    for (const source of [scene, older, file]) {
      const env = await make(source)
      env.reset({ seed: 1 })
      expect(play(env, wavering(5, 1))).toEqual(expected)
    }
  })

  test.each<[string, (scene: Record<string, unknown>) => unknown, RegExp]>([
    ['is null', () => null, /A scene is a built-in's name, a file's path or a scene object; this is null/],
    ['is a number', () => 3, /this is 3/],
    ['lacks its world', ({ world: _, ...rest }) => rest, /The scene object cannot be used: world: "world" is missing/],
    ['has a NaN', (scene) => ({ ...scene, world: { gravity: [0, Number.NaN] } }), /is NaN; it must be a finite number/],
    ['refers to itself', (scene) => Object.assign(scene, { self: scene }), /refers to itself/],
    ['is a built-in that does not exist', () => 'hoper', /Did you mean "hopper"/],
    ['is a file that does not exist', () => './none.json', /no such file/],
  ])('when it %s, then it is refused in words', async (_, change, message) => {
    const { scene } = await make()
    const source = change(structuredClone(scene) as Record<string, unknown>) as string
    const refusal = createEnvironment(source)
    await expect(refusal).rejects.toThrow(UserError)
    await expect(refusal).rejects.toThrow(message)
  })
})

describe('Given wrong use', () => {
  const started = (env: Environment) => {
    env.reset()
    return env
  }
  const closedTwice = (env: Environment) => {
    env.close()
    env.close()
    return env
  }
  test.each<[string, (env: Environment) => unknown, RegExp]>([
    ['it steps before a reset', (env) => env.step([0]), /call reset before step/],
    ['an action has the wrong length', (env) => started(env).step([0, 0]), /takes 1 actions, not 2/],
    ['an action is not finite', (env) => started(env).step([Number.NaN]), /"motor" is NaN/],
    ['a seed is negative', (env) => env.reset({ seed: -1 }), /The seed cannot be -1/],
    ['a seed has a fraction', (env) => env.reset({ seed: 0.5 }), /The seed cannot be 0.5/],
    ['a seed is a text', (env) => env.reset({ seed: '1' as unknown as number }), /The seed cannot be 1:/],
    ['it was closed', (env) => closedTwice(env).reset(), /closed: make a new one/],
  ])('when %s, then it throws a UserError', async (_, use, message) => {
    const env = await make()
    expect(() => use(env)).toThrow(UserError)
    const another = await make()
    expect(() => use(another)).toThrow(message)
  })

  test('when an action was refused, then the episode goes on as if it had not been given', async () => {
    const [env, other] = [await make(), await make()]
    for (const each of [env, other]) each.reset({ seed: 1 })
    expect(() => env.step([Number.POSITIVE_INFINITY])).toThrow(UserError)
    expect(env.step([0.5])).toEqual(other.step([0.5]))
  })
})
