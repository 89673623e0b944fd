/** Evaluation and robustness on real scenes: what a perturbation changes, what it does not, and that seeds decide the rest. */

import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Controller, Observer } from '../../src/episode/episode.ts'
import { Policy } from '../../src/policy/policy.ts'
import { isGround } from '../../src/scene/ground.ts'
import { loadScene } from '../../src/scene/load.ts'
import { totalMass } from '../../src/scene/mass-properties.ts'
import { pushedBody } from '../../src/scene/robot.ts'
import type { Scene } from '../../src/scene/schema.ts'
import { createEnvironment, Environment, specOf } from '../../src/sim/environment.ts'
import { loadPhysics, STATE_STRIDE } from '../../src/sim/physics.ts'
import { planScene } from '../../src/sim/plan.ts'
import { type Evaluation, episodeSeeds, evaluatePolicy, type Perturb } from '../../src/training/evaluate.ts'
import { ObservationScale, pushes, scaleFriction, scaleMass, sensorNoise } from '../../src/training/perturbations.ts'
import { measureRobustness } from '../../src/training/robustness.ts'
import { networkOf } from '../policy/random-policy.ts'
import { fc } from '../properties.ts'
import { everything } from '../scene/everything.ts'

const read = (name: string): Scene => loadScene(readFileSync(`scenes/${name}.json`, 'utf8'), name)
const pendulum = read('pendulum')
const hopper = read('hopper')

function policyFor(scene: Scene, seed = 1): Policy {
  const { observation, action, controlStep } = specOf(scene)
  const specification = { scene: scene.name, algorithm: 'td3', controlStep, trainedSteps: 0 }
  const network = networkOf([observation.length, 16, action.length], seed)
  return new Policy({ ...specification, observation: [...observation], action: [...action] }, network)
}

function play(scene: Scene, perturb?: Perturb, episodes = 4): Evaluation {
  const environment = new Environment(scene)
  try {
    return evaluatePolicy(environment, policyFor(scene), episodeSeeds(1, episodes), { perturb })
  } finally {
    environment.close()
  }
}

beforeAll(loadPhysics)

describe('an evaluation', () => {
  it('counts solved episodes, and the conditions that ended the others', () => {
    const solvedAt = play(hopper).returns.toSorted((a, b) => a - b)[2]!
    const evaluation = play({ ...hopper, task: { ...hopper.task, solvedAt } })
    expect(evaluation.solvedShare).toBe(0.5)
    expect(evaluation.terminated + evaluation.truncated).toBe(4)
    expect(Object.keys(evaluation.conditions)).toEqual(hopper.task.terminate.map(({ name }) => name))
    const ended = Object.values(evaluation.conditions).reduce((sum, count) => sum + count)
    expect(ended).toBeGreaterThanOrEqual(evaluation.terminated)
    expect(evaluation.minReturn).toBe(Math.min(...evaluation.returns))
  })

  it('tells no share where the task has no threshold', () => {
    const { solvedAt: _, ...task } = pendulum.task
    const evaluation = play({ ...pendulum, task })
    expect('solvedShare' in evaluation).toBe(false)
    expect(evaluation).toMatchObject({ terminated: 0, truncated: 4, conditions: {} })
  })
})

describe('level 0 of', () => {
  it.each([
    ['pushes', pushes(0)],
    ['sensor noise', sensorNoise(hopper.task.observation.map(() => 0))],
  ])('%s is the plain evaluation, bit for bit', (_, perturb) => {
    expect(play(hopper, perturb)).toEqual(play(hopper))
  })

  it('mass and friction, a factor of 1, is the plain evaluation, bit for bit', () => {
    expect(play(scaleMass(hopper, 1))).toEqual(play(hopper))
    expect(play(scaleFriction(hopper, 1))).toEqual(play(hopper))
  })
})

describe('a mass', () => {
  it('is multiplied by the factor, and inertia with it, of bodies given by mass and by density', () => {
    const scenes = [pendulum, hopper, everything() as Scene]
    fc.assert(
      fc.property(fc.constantFrom(...scenes), fc.double({ min: 0.1, max: 10, noNaN: true }), (scene, factor) => {
        const [before, after] = [planScene(scene).masses, planScene(scaleMass(scene, factor)).masses]
        for (const [index, plain] of before.entries()) {
          const scaled = after[index]
          expect(scaled === undefined).toBe(plain === undefined)
          if (!plain || !scaled) continue
          // Ground is no part of the robot.
          const expected = isGround(scene.bodies[index]!) ? 1 : factor
          expect(scaled.mass / plain.mass).toBeCloseTo(expected, 9)
          expect(scaled.inertia / plain.inertia).toBeCloseTo(expected, 9)
          expect(scaled.centre.x).toBeCloseTo(plain.centre.x, 9)
          expect(scaled.centre.y).toBeCloseTo(plain.centre.y, 9)
        }
        expect(totalMass(scaleMass(scene, factor)) / totalMass(scene)).toBeCloseTo(factor, 9)
      }),
      { numRuns: 30 },
    )
  })

  it('that is heavier makes another motion, and leaves the scene that was given as it was', () => {
    const text = JSON.stringify(hopper)
    expect(play(scaleMass(hopper, 1.2)).returns).not.toEqual(play(hopper).returns)
    expect(JSON.stringify(hopper)).toBe(text)
  })
})

describe('friction', () => {
  it('is multiplied where a body or a shape states it, and where it is left to the default', () => {
    const scene = everything() as Scene
    const scaled = scaleFriction(scene, 2)
    for (const [index, body] of scene.bodies.entries()) {
      expect(scaled.bodies[index]!.friction).toBe(2 * (body.friction ?? 0.5))
      for (const [at, shape] of body.shapes.entries()) {
        const { friction } = scaled.bodies[index]!.shapes[at]!
        expect(friction).toBe(shape.friction === undefined ? undefined : 2 * shape.friction)
      }
    }
  })
})

describe('a push', () => {
  it('changes the momentum of a robot in flight by its impulse', async () => {
    const flying = { ...hopper, task: { ...hopper.task, reset: [{ coordinate: 'torso.y', formula: '5' }] } }
    const [plain, pushed] = [await createEnvironment(flying), await createEnvironment(flying)]
    const { masses } = planScene(flying)
    /** Of all centres of mass together, kg·m/s; a state has the velocities of the bodies' frames. */
    const momentum = ({ state }: Environment): [x: number, y: number] => {
      const sum: [number, number] = [0, 0]
      for (const [index, body] of masses.entries()) {
        if (!body) continue
        const [, , angle, vx, vy, spin] = state.subarray(index * STATE_STRIDE)
        const { x, y } = body.centre
        sum[0] += body.mass * (vx! - spin! * (Math.sin(angle!) * x + Math.cos(angle!) * y))
        sum[1] += body.mass * (vy! + spin! * (Math.cos(angle!) * x - Math.sin(angle!) * y))
      }
      return sum
    }
    for (const environment of [plain, pushed]) {
      environment.reset({ seed: 3 })
      for (let step = 0; step < 5; step++) environment.step([0.3, -0.2, 0.1])
    }
    pushed.applyImpulse(pushedBody(flying), [4, -1.5])
    for (const environment of [plain, pushed]) environment.step([0.3, -0.2, 0.1])
    expect(momentum(pushed)[0] - momentum(plain)[0]).toBeCloseTo(4, 3)
    expect(momentum(pushed)[1] - momentum(plain)[1]).toBeCloseTo(-1.5, 3)
    plain.close()
    pushed.close()
  })

  it('comes once a second, at the same times and to the same sides for every size', async () => {
    const times = (size: number): string[] => {
      const found: string[] = []
      const environment = new Environment({ ...pendulum, task: { ...pendulum.task, maxSteps: 200 } })
      const apply = environment.applyImpulse.bind(environment)
      let step = 0
      environment.applyImpulse = (body, impulse) => {
        found.push(`${step} ${Math.sign(impulse[0])}`)
        expect(Math.abs(impulse[0])).toBe(size)
        apply(body, impulse)
      }
      const counter: Observer = { onStep: () => void step++ }
      evaluatePolicy(environment, policyFor(pendulum), [7], { perturb: pushes(size), observers: [counter] })
      environment.close()
      return found
    }
    const weak = times(0.1)
    expect(weak).toHaveLength(10)
    expect(times(0.5)).toEqual(weak)
    for (const [second, at] of weak.entries()) expect(Math.floor(Number.parseInt(at, 10) / 20)).toBe(second)
    expect(new Set(weak.map((at) => Number.parseInt(at, 10) % 20)).size).toBeGreaterThan(3)
  })

  it('hits nothing but dynamic bodies', async () => {
    const environment = await createEnvironment(hopper)
    expect(() => environment.applyImpulse(1, [1, 0])).toThrow(/before reset/)
    environment.reset({ seed: 1 })
    expect(() => environment.applyImpulse(6, [1, 0])).toThrow(/not dynamic/)
    environment.close()
  })
})

describe('sensor noise', () => {
  it('has the deviation that is asked for, and is the same draws at every level', () => {
    const seen: Record<string, number[]> = {}
    const record = (key: string, deviation: number) => {
      const differences: number[] = []
      seen[key] = differences
      let truth = 0
      const inner: Controller = { act: (observation) => void differences.push(observation[0]! - truth) }
      const noisy = sensorNoise([deviation])(inner, undefined as never)
      noisy.reset?.()
      noisy.onReset?.(undefined as never, new Float32Array(1), 11)
      for (let step = 0; step < 4000; step++) {
        truth = step % 7
        noisy.act(Float32Array.of(truth), new Float32Array(1))
      }
    }
    record('one', 1)
    record('half', 0.5)
    const deviation = Math.sqrt(seen.one!.reduce((sum, value) => sum + value ** 2, 0) / 4000)
    expect(deviation).toBeGreaterThan(0.95)
    expect(deviation).toBeLessThan(1.05)
    for (const [step, value] of seen.half!.entries()) expect(value).toBeCloseTo(seen.one![step]! / 2, 5)
  })

  it('is scaled by the deviation of each observation over the steps', () => {
    const scale = new ObservationScale(2)
    for (const value of [1, 2, 3, 4])
      scale.onStep(undefined as never, new Float32Array(0), { observation: Float32Array.of(value, 5) })
    expect(scale.deviations()[0]).toBeCloseTo(Math.sqrt(1.25), 12)
    expect(scale.deviations()[1]).toBe(0)
  })
})

describe('robustness', () => {
  it('plays every level on the same seeds; the nominal ones are the evaluation; again gives the same', async () => {
    const heard: string[] = []
    const seeds = episodeSeeds(5, 2)
    const policy = policyFor(pendulum)
    const found = await measureRobustness(pendulum, policy, seeds, (name) => heard.push(name))
    expect(found.perturbations.map(({ name }) => name)).toEqual(['mass', 'friction', 'pushes', 'sensor noise'])
    expect(heard).toHaveLength(found.perturbations.reduce((sum, { levels }) => sum + levels.length, 0))
    const plain = new Environment(pendulum)
    const evaluation = evaluatePolicy(plain, policy, seeds)
    plain.close()
    expect(found.evaluation).toEqual(evaluation)
    for (const { nominal, levels } of found.perturbations) {
      expect(levels.find(({ level }) => level === nominal)?.returns).toEqual(evaluation.returns)
    }
    const [mass, friction, pushed] = found.perturbations
    expect(new Set(mass!.levels.map(({ meanReturn }) => meanReturn)).size).toBe(5)
    // A rod on a hinge touches nothing.
    expect(new Set(friction!.levels.map(({ meanReturn }) => meanReturn)).size).toBe(1)
    expect(pushed!.meaning).toMatch(/"rod" once a second/)
    expect(await measureRobustness(pendulum, policy, seeds)).toEqual(found)
  })
})
