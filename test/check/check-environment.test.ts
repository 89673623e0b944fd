/** The environment checker: sound scenes pass, and a scene or an environment that is broken one way fails that check alone. */
import { beforeAll, describe, expect, test } from 'vitest'
import { checkEnvironment } from '../../src/check/check-environment.ts'
import type { Check, CheckedEnvironment } from '../../src/check/types.ts'
import { openScene } from '../../src/host/scenes.ts'
import type { Scene } from '../../src/scene/schema.ts'
import { Environment } from '../../src/sim/environment.ts'
import { loadPhysics } from '../../src/sim/physics.ts'

beforeAll(loadPhysics)

/** A pendulum whose episodes are short and end when it has turned far enough: sound, and quickly checked. */
const sound: Scene = withTask(openScene('pendulum').scene, {
  maxSteps: 60,
  neverTerminates: undefined,
  terminate: [{ name: 'turned', formula: 'abs(hinge.velocity) > 4' }],
})

function withTask(scene: Scene, task: { [Key in keyof Scene['task']]?: Scene['task'][Key] | undefined }): Scene {
  const merged = Object.entries({ ...scene.task, ...task }).filter(([, value]) => value !== undefined)
  return { ...scene, task: Object.fromEntries(merged) as Scene['task'] }
}

const check = (scene: Scene) => checkEnvironment(() => new Environment(scene))
const failures = (checks: Check[]) => checks.filter(({ verdict }) => verdict === 'failed').map(({ name }) => name)
const find = (checks: Check[], name: string) => checks.find((one) => one.name === name)!

describe('Given a sound scene', () => {
  test('when it is checked, then every check passes, in the same words each time', () => {
    const checks = check(sound)
    expect(failures(checks)).toEqual([])
    expect(checks.map(({ name }) => name)).toEqual([
      'shapes',
      'finite',
      'ranges',
      'informative',
      'reward',
      'effects',
      'seeds reproduce',
      'seeds differ',
      'twins',
      'restore',
      'termination',
    ])
    expect(check(sound)).toEqual(checks)
  })

  test('when its reset is not random, then it is not asked for different starts', () => {
    const reset = [{ coordinate: 'hinge.angle', formula: '0.5' }]
    expect(find(check(withTask(sound, { reset })), 'seeds differ').verdict).toBe('skipped')
  })

  test('when it declares that it never terminates and does not, then it passes', () => {
    const checks = check(withTask(sound, { terminate: [], neverTerminates: true, maxSteps: 20 }))
    expect(failures(checks)).toEqual([])
    expect(find(checks, 'termination').message).toContain('100 episodes')
  })
})

describe('Given a scene that is broken one way', () => {
  const [first, ...others] = sound.task.observation
  const idle = { ...sound.actuators[0]!, name: 'idle', gear: 0 } as Scene['actuators'][number]
  const cases: { what: string; scene: Scene; fails: string[]; message: RegExp; remedy: RegExp }[] = [
    {
      what: 'an observation is constant',
      scene: withTask(sound, { observation: [...sound.task.observation, { name: 'one', formula: 'cos(0)' }] }),
      fails: ['informative'],
      message: /"one" is 1 in every one/,
      remedy: /remove it/,
    },
    {
      what: 'a reward becomes infinite while it is played',
      scene: withTask(sound, { reward: [{ name: 'late', formula: '1 / max(0, 0.5 - time)' }] }),
      fails: ['finite'],
      message: /"late" is not a finite number/,
      remedy: /division by 0/,
    },
    {
      what: 'an observation leaves its range',
      scene: withTask(sound, { observation: [{ ...first!, range: [-0.5, 0.5] }, ...others] }),
      fails: ['ranges'],
      message: /"cos angle" was in \[-\S+, \S+\] and declares the range \[-0\.5, 0\.5\]/,
      remedy: /widen/,
    },
    {
      what: 'an actuator has no gear',
      scene: { ...sound, actuators: [...sound.actuators, idle] },
      fails: ['effects'],
      message: /the action of "idle" changes nothing/,
      remedy: /gear/,
    },
    {
      what: 'no observation shows what the action does',
      scene: withTask(sound, { observation: [{ name: 'clock', formula: 'time' }] }),
      fails: ['effects'],
      message: /"motor" moves bodies, but no observation shows it/,
      remedy: /observe/,
    },
    {
      what: 'a random reset has no width',
      scene: withTask(sound, { reset: [{ coordinate: 'hinge.angle', formula: 'uniform(1, 1)' }] }),
      fails: ['seeds differ'],
      message: /10 seeds give 1 different start, though the reset of hinge\.angle is random/,
      remedy: /widen/,
    },
    {
      what: 'its condition cannot be reached',
      scene: withTask(sound, { terminate: [{ name: 'fast', formula: 'abs(hinge.velocity) > 80' }] }),
      fails: ['termination'],
      message: /none of its conditions \(fast\) holds in 100 episodes/,
      remedy: /neverTerminates/,
    },
    {
      what: 'it has no condition and does not say so',
      scene: withTask(sound, { terminate: [] }),
      fails: ['termination'],
      message: /no condition that terminates/,
      remedy: /"neverTerminates": true/,
    },
    {
      what: 'it terminates and says that it never does',
      scene: withTask(sound, { neverTerminates: true }),
      fails: ['termination'],
      message: /it terminates \(seed \d+, .*: turned\), though/,
      remedy: /remove task\.neverTerminates/,
    },
  ]
  test.each(cases)('when $what, then that check fails and says how to mend it', ({ scene, fails, message, remedy }) => {
    const checks = check(scene)
    expect(failures(checks)).toEqual(fails)
    const found = find(checks, fails[0]!)
    expect(found.message).toMatch(message)
    expect((found as { remedy: string }).remedy).toMatch(remedy)
  })
})

describe('Given an environment that is broken one way', () => {
  /** The sound environment with one of its methods changed. */
  function broken(change: (environment: Environment, instance: number) => Partial<CheckedEnvironment>): Check[] {
    let instances = 0
    return checkEnvironment(() => {
      const environment = new Environment(sound)
      const changes = change(environment, instances++)
      return {
        scene: environment.scene,
        spec: environment.spec,
        get state() {
          return environment.state
        },
        reset: (options) => environment.reset(options),
        step: (action) => environment.step(action),
        close: () => environment.close(),
        ...changes,
      }
    })
  }

  test('when an observation is too short, then its shapes fail and nothing else is asked', () => {
    const checks = broken((environment) => ({
      step: (action) => {
        const result = environment.step(action)
        return { ...result, observation: result.observation.slice(1) }
      },
    }))
    expect(failures(checks)).toEqual(['shapes'])
    expect(find(checks, 'twins').verdict).toBe('skipped')
  })

  test('when a reward term is missing, then its shapes fail', () => {
    const checks = broken((environment) => ({
      step: (action) => {
        const result = environment.step(action)
        const { upright: _, ...terms } = result.terms
        return { ...result, terms }
      },
    }))
    expect(failures(checks)).toEqual(['shapes'])
  })

  test('when the reward is not the sum of its terms, then that fails', () => {
    const checks = broken((environment) => ({
      step: (action) => {
        const result = environment.step(action)
        return { ...result, reward: result.reward + 1e-9 }
      },
    }))
    expect(failures(checks)).toEqual(['reward'])
  })

  test('when a pose is not a number though no observation shows it, then it is not finite', () => {
    const checks = broken((environment) => ({
      get state() {
        return environment.state.map((value, index) => (index === 0 ? Number.NaN : value))
      },
    }))
    expect(failures(checks)).toContain('finite')
  })

  test('when something of an episode stays for the next one, then seeds do not reproduce', () => {
    const checks = broken((environment) => {
      let resets = 0
      return {
        reset: (options) => {
          const result = environment.reset(options)
          result.observation[0]! += 1e-6 * resets++
          return result
        },
      }
    })
    expect(failures(checks)).toContain('seeds reproduce')
  })

  test('when instances differ in a last bit, then twins and restore fail', () => {
    const checks = broken((environment, instance) => ({
      step: (action) => {
        const result = environment.step(action)
        result.observation[2]! *= 1 + instance * 2 ** -23
        return result
      },
    }))
    expect(failures(checks)).toEqual(expect.arrayContaining(['twins', 'restore']))
    expect(failures(checks)).not.toContain('seeds reproduce')
  })

  test('when it throws what is no UserError, then the check says so and the others go on', () => {
    const checks = broken((environment, instance) => ({
      step: (action) => {
        if (instance > 0) throw new RangeError('out of order')
        return environment.step(action)
      },
    }))
    expect(find(checks, 'twins')).toMatchObject({ verdict: 'failed', message: 'out of order' })
    expect(find(checks, 'informative').verdict).toBe('passed')
  })

  test('then all environments are closed', () => {
    let open = 0
    checkEnvironment(() => {
      const environment = new Environment(sound)
      open++
      const close = environment.close.bind(environment)
      environment.close = () => {
        open--
        close()
      }
      return environment
    })
    expect(open).toBe(0)
  })
})
