// The pendulum of scenes/pendulum.json against its equation of motion, theta'' = 3g/(2l) sin(theta) + 3 tau/(m l^2),
// integrated here, and against what Gymnasium's Pendulum-v1 says of observation, reward, reset and episode.
import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { UserError } from '../../src/common/user-error.ts'
import { loadScene } from '../../src/scene/load.ts'
import type { Scene } from '../../src/scene/schema.ts'
import { createEnvironment, Environment } from '../../src/sim/environment.ts'

const scene = loadScene(readFileSync(new URL('../../scenes/pendulum.json', import.meta.url), 'utf8'), 'pendulum.json')

/** The memory of the physics engine, taken when it is instantiated. */
let engineMemory: WebAssembly.Memory | undefined
let environment: Environment

beforeAll(async () => {
  const instantiate = WebAssembly.instantiate as (
    ...args: unknown[]
  ) => Promise<WebAssembly.WebAssemblyInstantiatedSource>
  const spy = vi.spyOn(WebAssembly, 'instantiate').mockImplementation((async (...args: unknown[]) => {
    const source = await instantiate(...args)
    engineMemory = source.instance.exports.memory as WebAssembly.Memory
    return source
  }) as never)
  environment = await createEnvironment(scene)
  spy.mockRestore()
})

/** The angle, counted through full turns, and the velocity, as the sensors have them. */
function coordinates(of = environment): [angle: number, velocity: number] {
  const value = (name: string) => of.sensorValues[of.sensors.findIndex((sensor) => sensor.name === name)]!
  return [value('hinge.angle'), value('hinge.velocity')]
}

/** The rod's numbers in the state: the mount comes first. */
function rod(of = environment): { x: number; y: number; angle: number; vx: number; vy: number; spin: number } {
  const [x, y, angle, vx, vy, spin] = of.state.subarray(6) as unknown as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  return { x, y, angle, vx, vy, spin }
}

/** How far the rod's lower end is from the pivot, m. */
function jointGap(of = environment): number {
  const { x, y, angle } = rod(of)
  return Math.hypot(x + 0.5 * Math.sin(angle), y - 0.5 * Math.cos(angle))
}

/** Uniform numbers in [-1, 1): Park and Miller's generator, so that the tests do not draw from what they test. */
function generator(seed: number): () => number {
  let state = (seed * 7919 + 1) % 2147483647
  return () => {
    state = (state * 48271) % 2147483647
    return (2 * state) / 2147483647 - 1
  }
}

/** One control step of the pendulum in SI units (m 1, l 1, g 10): Runge and Kutta's method, then the clip to ±8. */
function trueStep([angle, velocity]: [number, number], torque: number, parts: number): [number, number] {
  const acceleration = (theta: number) => 15 * Math.sin(theta) + 3 * torque
  const h = 0.05 / parts
  let [theta, omega] = [angle, velocity]
  for (let part = 0; part < parts; part++) {
    const [v1, a1] = [omega, acceleration(theta)]
    const [v2, a2] = [omega + (h / 2) * a1, acceleration(theta + (h / 2) * v1)]
    const [v3, a3] = [omega + (h / 2) * a2, acceleration(theta + (h / 2) * v2)]
    const [v4, a4] = [omega + h * a3, acceleration(theta + h * v3)]
    theta += (h / 6) * (v1 + 2 * v2 + 2 * v3 + v4)
    omega += (h / 6) * (a1 + 2 * a2 + 2 * a3 + a4)
  }
  return [theta, Math.min(8, Math.max(-8, omega))]
}

function normalised(angle: number): number {
  return Math.atan2(Math.sin(angle), Math.cos(angle))
}

/** A pendulum that starts with these coordinates. */
function startingAt(angle: string, velocity: string): Environment {
  const reset = [
    { coordinate: 'hinge.angle', formula: angle },
    { coordinate: 'hinge.velocity', formula: velocity },
  ]
  const started = new Environment({ ...scene, task: { ...scene.task, reset } })
  started.reset({ seed: 1 })
  return started
}

describe('the motion', () => {
  // Measured: 0.0114 rad and 0.036 rad/s under random torques (3 steps clipped), 0.0253 rad and 0.096 rad/s under full
  // ones (140 steps clipped). It is the integration's error, up to 0.0003 rad a step; steps with a clip have no more of it.
  it.each([
    [0.02, 'random torques', (random: () => number) => random()],
    [0.04, 'full torques that push on', (_: unknown, velocity: number) => (velocity < 0 ? -1 : 1)],
  ])('stays within %d rad of the exact one for a second, from 100 starts, under %s', (limit, _, choose) => {
    let farthest = 0
    let fastest = 0
    let clips = 0
    for (let seed = 0; seed < 100; seed++) {
      environment.reset({ seed })
      const random = generator(seed)
      let exact = coordinates()
      for (let step = 0; step < 20; step++) {
        const action = Math.fround(choose(random, coordinates()[1]))
        environment.step([action])
        exact = trueStep(exact, 2 * action, 200)
        if (Math.abs(exact[1]) === 8) clips++
        farthest = Math.max(farthest, Math.abs(coordinates()[0] - exact[0]))
        fastest = Math.max(fastest, Math.abs(coordinates()[1] - exact[1]))
      }
    }
    expect(farthest).toBeLessThan(limit)
    expect(fastest).toBeLessThan(0.15)
    expect(clips).toBeGreaterThan(0)
  })

  it('is known exactly enough: 200 parts of a control step or 400 make no difference', () => {
    for (let seed = 0; seed < 10; seed++) {
      const random = generator(seed)
      let coarse: [number, number] = [3 * random(), random()]
      let fine = coarse
      for (let step = 0; step < 20; step++) {
        const torque = 2 * random()
        coarse = trueStep(coarse, torque, 200)
        fine = trueStep(fine, torque, 400)
      }
      expect(Math.abs(coarse[0] - fine[0])).toBeLessThan(1e-8)
    }
  })

  it('never exceeds 8 rad/s after a step, and reaches it', () => {
    let fastest = 0
    for (let seed = 0; seed < 5; seed++) {
      environment.reset({ seed })
      for (let step = 0; step < 200; step++) {
        environment.step([coordinates()[1] < 0 ? -1 : 1])
        fastest = Math.max(fastest, Math.abs(coordinates()[1]))
      }
    }
    expect(fastest).toBeLessThanOrEqual(8 + 1e-5)
    expect(fastest).toBeGreaterThan(7.99)
  })

  it('is counter-clockwise under a positive torque', () => {
    const hanging = startingAt('pi', '0')
    hanging.step([1])
    expect(coordinates(hanging)[1]).toBeGreaterThan(0.2)
    hanging.close()
  })

  // Without torque the energy, omega^2/6 + 5 cos(theta), should stay. Measured over 200 steps (10 s) of swinging about
  // the hanging position: -0.0035 J with 0.5 rad to each side (1.9 rad/s), -0.0797 J with 1.2 rad (4.4 rad/s).
  it.each([
    [0.5, 0.005, 0.002],
    [1.2, 0.1, 0.01],
  ])('keeps its energy when swinging %d rad to each side, nearly', (amplitude, mostLost, mostGained) => {
    const swinging = startingAt(`pi + ${amplitude}`, '0')
    const energy = () => {
      const [angle, velocity] = coordinates(swinging)
      return velocity ** 2 / 6 + 5 * Math.cos(angle)
    }
    const before = energy()
    expect(before).toBeCloseTo(-5 * Math.cos(amplitude), 5)
    for (let step = 0; step < 200; step++) {
      swinging.step([0])
      expect(energy() - before).toBeGreaterThan(-mostLost)
      expect(energy() - before).toBeLessThan(mostGained)
      expect(Math.abs(coordinates(swinging)[1])).toBeLessThan(8)
    }
    swinging.close()
  })

  // Measured: 5.2e-6 m.
  it('keeps the end of the rod within 0.05 mm of the pivot', () => {
    let widest = 0
    for (let seed = 0; seed < 20; seed++) {
      const random = generator(seed)
      environment.reset({ seed })
      widest = Math.max(widest, jointGap())
      for (let step = 0; step < 200; step++) {
        environment.step([seed % 2 === 0 ? random() : Math.sign(coordinates()[1])])
        widest = Math.max(widest, jointGap())
      }
    }
    expect(widest).toBeLessThan(5e-5)
  })

  it('moves the centre of the rod as the angle and the velocity say', () => {
    environment.reset({ seed: 4 })
    const random = generator(4)
    for (let step = 0; step < 100; step++) {
      environment.step([random()])
      const { x, y, vx, vy, angle, spin } = rod()
      const [counted, velocity] = coordinates()
      expect(normalised(counted - angle)).toBeCloseTo(0, 5)
      expect(spin).toBe(velocity)
      expect(x).toBeCloseTo(-0.5 * Math.sin(angle), 4)
      expect(y).toBeCloseTo(0.5 * Math.cos(angle), 4)
      expect(Math.abs(vx + 0.5 * Math.cos(angle) * spin)).toBeLessThan(0.02)
      expect(Math.abs(vy + 0.5 * Math.sin(angle) * spin)).toBeLessThan(0.02)
      expect([...environment.state.subarray(0, 6)]).toEqual([0, 0, 0, 0, 0, 0])
    }
  })
})

describe('the reward', () => {
  it('is that of Pendulum-v1 for the state before the step, and the sum of its terms', () => {
    let lowest = 0
    let highest = Number.NEGATIVE_INFINITY
    for (let seed = 100; seed < 105; seed++) {
      const random = generator(seed)
      environment.reset({ seed })
      for (let step = 0; step < 200; step++) {
        const { angle, spin } = rod()
        const action = Math.fround(1.5 * random())
        const torque = 2 * Math.min(1, Math.max(-1, action))
        const { reward, terms } = environment.step([action])
        const expected = -(normalised(angle) ** 2 + 0.1 * spin ** 2 + 0.001 * torque ** 2)
        expect(Math.abs(reward - expected)).toBeLessThan(1e-4)
        expect(Math.abs(terms.upright! + normalised(angle) ** 2)).toBeLessThan(1e-4)
        expect(Math.abs(terms.velocity! + 0.1 * spin ** 2)).toBeLessThan(1e-6)
        expect(Math.abs(terms.torque! + 0.001 * torque ** 2)).toBeLessThan(1e-9)
        expect(Object.keys(terms)).toEqual(['upright', 'velocity', 'torque'])
        expect(reward).toBe(terms.upright! + terms.velocity! + terms.torque!)
        lowest = Math.min(lowest, reward)
        highest = Math.max(highest, reward)
      }
    }
    expect(highest).toBeLessThanOrEqual(0)
    // pi^2 + 0.1 * 8^2 + 0.001 * 2^2
    expect(lowest).toBeGreaterThanOrEqual(-16.2736044 - 1e-6)
    // Both ends of the range must have been near, or this shows little.
    expect(lowest).toBeLessThan(-9)
    expect(highest).toBeGreaterThan(-0.5)
  })

  it('lies in [-16.2736044, 0] even where it is worst', () => {
    const worst = startingAt('pi', '8')
    const { reward } = worst.step([1])
    expect(reward).toBeGreaterThanOrEqual(-16.2736044 - 1e-6)
    expect(reward).toBeLessThan(-16.27)
    worst.close()
    const best = startingAt('0', '0')
    expect(best.step([0]).reward).toBeCloseTo(0, 12)
    best.close()
  })
})

describe('the observation', () => {
  it('is [cos, sin, velocity] of the state after the step, and after the reset', () => {
    const random = generator(7)
    const { observation } = environment.reset({ seed: 7 })
    const expectCurrent = (seen: Float32Array) => {
      const { angle, spin } = rod()
      expect(seen).toHaveLength(3)
      expect(seen[0]).toBeCloseTo(Math.cos(angle), 5)
      expect(seen[1]).toBeCloseTo(Math.sin(angle), 5)
      expect(seen[2]).toBe(spin)
    }
    expectCurrent(observation)
    for (let step = 0; step < 200; step++) expectCurrent(environment.step([random()]).observation)
  })

  it('is described with names, units and ranges', () => {
    expect(environment.spec.observation).toEqual([
      { name: 'cos angle', unit: '1', low: -1, high: 1 },
      { name: 'sin angle', unit: '1', low: -1, high: 1 },
      { name: 'velocity', unit: 'rad/s', low: -8, high: 8 },
    ])
    expect(environment.spec).toMatchObject({
      scene: 'pendulum',
      action: [{ name: 'motor', low: -1, high: 1 }],
      rewardTerms: ['upright', 'velocity', 'torque'],
      controlStep: 0.05,
      maxSteps: 200,
    })
  })
})

describe('the reset', () => {
  const COUNT = 2000
  const angles: number[] = []
  const velocities: number[] = []

  beforeAll(() => {
    for (let seed = 0; seed < COUNT; seed++) {
      environment.reset({ seed })
      const [angle, velocity] = coordinates()
      angles.push(angle)
      velocities.push(velocity)
    }
  })

  /** Kolmogorov's and Smirnov's statistic for the uniform distribution on (-half, half). */
  function distance(values: readonly number[], half: number): number {
    const shares = values.map((value) => (value + half) / (2 * half)).sort((a, b) => a - b)
    return Math.max(...shares.map((share, index) => Math.max(share - index / COUNT, (index + 1) / COUNT - share)))
  }

  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const correlation = (a: readonly number[], b: readonly number[]) => {
    const [meanA, meanB] = [mean(a), mean(b)]
    const covariance = mean(a.map((value, index) => (value - meanA) * (b[index]! - meanB)))
    return covariance / Math.sqrt(mean(a.map((v) => (v - meanA) ** 2)) * mean(b.map((v) => (v - meanB) ** 2)))
  }

  it.each([
    ['angle', () => angles, Math.PI],
    ['velocity', () => velocities, 1],
  ])('draws the %s uniformly', (_, values, half) => {
    for (const value of values()) expect(Math.abs(value)).toBeLessThanOrEqual(half)
    expect(Math.max(...values())).toBeGreaterThan(0.99 * half)
    expect(Math.min(...values())).toBeLessThan(-0.99 * half)
    // Critical at a level of 0.1 %.
    expect(distance(values(), half)).toBeLessThan(1.95 / Math.sqrt(COUNT))
    expect(Math.abs(mean(values()))).toBeLessThan((3.3 * half) / Math.sqrt(3 * COUNT))
    expect(mean(values().map((value) => value ** 2)) / half ** 2).toBeCloseTo(1 / 3, 1)
    expect(new Set(values()).size).toBeGreaterThan(COUNT - 5)
  })

  it('draws angle and velocity independently, and from seed to seed', () => {
    const limit = 3.3 / Math.sqrt(COUNT)
    expect(Math.abs(correlation(angles, velocities))).toBeLessThan(limit)
    expect(Math.abs(correlation(angles.slice(1), angles.slice(0, -1)))).toBeLessThan(limit)
    expect(Math.abs(correlation(velocities.slice(1), velocities.slice(0, -1)))).toBeLessThan(limit)
  })

  it('places the rod where the angle says, moving as the velocity says', () => {
    for (let seed = 0; seed < 50; seed++) {
      environment.reset({ seed })
      const [angle, velocity] = coordinates()
      const { x, y, vx, vy, spin } = rod()
      expect(x).toBeCloseTo(-0.5 * Math.sin(angle), 6)
      expect(y).toBeCloseTo(0.5 * Math.cos(angle), 6)
      expect(vx).toBeCloseTo(-0.5 * Math.cos(angle) * velocity, 6)
      expect(vy).toBeCloseTo(-0.5 * Math.sin(angle) * velocity, 6)
      expect(spin).toBeCloseTo(velocity, 6)
    }
  })
})

describe('an episode', () => {
  it('never terminates, and is truncated at step 200, neither before nor not at all', () => {
    for (const action of [-1, 0, 1]) {
      environment.reset({ seed: 3 })
      for (let step = 1; step <= 200; step++) {
        const { terminated, truncated, info } = environment.step([action])
        expect(terminated).toBe(false)
        expect(truncated).toBe(step === 200)
        expect(info.step).toBe(step)
        expect(info.time).toBeCloseTo(0.05 * step, 12)
        expect(info.conditions).toEqual([])
      }
    }
  })

  it('begins anew after a reset: step count, time, torque and action are 0', () => {
    environment.reset({ seed: 3 })
    for (let step = 0; step < 150; step++) environment.step([1])
    environment.reset({ seed: 3 })
    const values = Object.fromEntries(
      environment.sensors.map(({ name }, index) => [name, environment.sensorValues[index]]),
    )
    expect(values).toMatchObject({ 'torque.hinge': 0, 'action.motor': 0, time: 0 })
    expect(environment.step([0]).info.step).toBe(1)
  })
})

describe('the same seed and actions', () => {
  /** Every number that an episode of 200 steps gives, bit for bit. */
  function* trajectory(of: Environment, seed: number): Generator<string, void> {
    const random = generator(seed)
    const { observation } = of.reset({ seed })
    yield bits([...of.state, ...of.sensorValues, ...observation])
    for (let step = 0; step < 200; step++) {
      const { observation: seen, reward, terms } = of.step([Math.fround(1.2 * random())])
      yield bits([...of.state, ...of.sensorValues, ...seen, reward, ...Object.values(terms)])
    }
  }

  const bits = (values: number[]) => Buffer.from(Float64Array.from(values).buffer).toString('hex')

  it('give the same trajectory to the bit, again', () => {
    const first = [...trajectory(environment, 11)]
    const other = [...trajectory(environment, 12)]
    expect([...trajectory(environment, 11)]).toEqual(first)
    expect(first).toHaveLength(201)
    expect(other[0]).not.toBe(first[0])
    expect(new Set(first).size).toBe(201)
  })

  it('give the same trajectory to the bit in two environments that take turns, whatever a third does', async () => {
    const alone = [...trajectory(environment, 11)]
    const [one, two, third] = await Promise.all([scene, scene, scene].map((one) => createEnvironment(one)))
    const [trajectoryOne, trajectoryTwo] = [trajectory(one!, 11), trajectory(two!, 11)]
    for (const [index, expected] of alone.entries()) {
      expect(trajectoryOne.next().value).toBe(expected)
      if (index % 20 === 0) third!.reset({ seed: index })
      third!.step([1])
      expect(trajectoryTwo.next().value).toBe(expected)
    }
    for (const open of [one!, two!, third!]) open.close()
  })
})

describe('an action', () => {
  const outcomeOf = (action: ArrayLike<number>) => {
    environment.reset({ seed: 5 })
    environment.step([0.25])
    const { reward } = environment.step(action)
    return [reward, ...environment.state, ...environment.sensorValues]
  }

  it.each([
    [1.0001, 1],
    [3, 1],
    [1e30, 1],
    [-1.5, -1],
    [-1e308, -1],
  ])('of %d acts as %d', (action, clipped) => {
    expect(outcomeOf([action])).toEqual(outcomeOf([clipped]))
    expect(outcomeOf([action])).not.toEqual(outcomeOf([0.9 * clipped]))
  })

  it('acts as a torque of twice its value', () => {
    const torque = environment.sensors.findIndex(({ name }) => name === 'torque.hinge')
    for (const action of [-1, -0.25, 0, 0.5, 1]) {
      outcomeOf([action])
      expect(environment.sensorValues[torque]).toBe(2 * action)
    }
  })

  it.each([[[Number.NaN]], [[Number.POSITIVE_INFINITY]], [[Number.NEGATIVE_INFINITY]], [[undefined as never]]])(
    'that is no finite number (%s) is refused with its name',
    (action) => {
      environment.reset({ seed: 5 })
      expect(() => environment.step(action)).toThrow(UserError)
      expect(() => environment.step(action)).toThrow(/"motor".*\[-1, 1\]/)
    },
  )

  it.each([[[]], [[0, 0]], [new Float32Array(3)]])('of a wrong length (%j) is refused', (action) => {
    environment.reset({ seed: 5 })
    expect(() => environment.step(action)).toThrow(UserError)
    expect(() => environment.step(action)).toThrow(new RegExp(`takes 1 actions?, not ${action.length}`))
  })

  it('that is refused changes nothing', () => {
    const expected = outcomeOf([0.5])
    environment.reset({ seed: 5 })
    environment.step([0.25])
    expect(() => environment.step([Number.NaN])).toThrow(UserError)
    expect(() => environment.step([])).toThrow(UserError)
    const { reward } = environment.step([0.5])
    expect([reward, ...environment.state, ...environment.sensorValues]).toEqual(expected)
  })

  it('before a reset, or after close, is an error', async () => {
    const fresh = await createEnvironment(scene)
    expect(() => fresh.step([0])).toThrow(/before reset/)
    fresh.reset({ seed: 1 })
    fresh.step([0])
    fresh.close()
    expect(() => fresh.step([0])).toThrow(/before reset/)
    fresh.close()
  })
})

describe('a scene whose formulas give no number', () => {
  const withTask = (task: Partial<Scene['task']>) => new Environment({ ...scene, task: { ...scene.task, ...task } })

  it.each<[string, Partial<Scene['task']>, RegExp]>([
    ['observation', { observation: [{ name: 'odd', formula: '1 / (time - 0.05)' }] }, /"odd"/],
    ['reward', { reward: [{ name: 'odd', formula: 'sqrt(-1 - time)' }] }, /"odd"/],
    [
      'reward that only its sum makes infinite',
      {
        reward: [
          { name: 'much', formula: '1e308' },
          { name: 'more', formula: '1e308' },
        ],
      },
      /reward/,
    ],
  ])('as %s stops with a UserError that names the culprit', (_, task, culprit) => {
    const odd = withTask({ ...task })
    const run = () => {
      odd.reset({ seed: 1 })
      odd.step([0])
    }
    expect(run).toThrow(UserError)
    expect(run).toThrow(culprit)
    expect(run).not.toThrow(/undefined/)
    odd.close()
  })

  it.each<[string, Partial<Scene['task']>]>([
    ['a start at 1 / 0', { reset: [{ coordinate: 'hinge.angle', formula: '1 / min(0, uniform(1, 2))' }] }],
    [
      'a start at the root of a negative number',
      { reset: [{ coordinate: 'hinge.velocity', formula: 'sqrt(-uniform(1, 2))' }] },
    ],
    ['an observation of 1 / time', { observation: [{ name: 'odd', formula: '1 / time' }] }],
  ])('already at its reset, by %s, stops there', (_, task) => {
    const odd = withTask(task)
    expect(() => odd.reset({ seed: 1 })).toThrow(UserError)
    odd.close()
  })
})

describe('memory', () => {
  it('of the engine does not grow with 300 resets, nor with 300 environments closed', async () => {
    for (let seed = 0; seed < 50; seed++) environment.reset({ seed })
    const before = engineMemory!.buffer.byteLength
    const residentBefore = process.memoryUsage().rss
    for (let seed = 0; seed < 300; seed++) {
      environment.reset({ seed })
      environment.step([1])
    }
    for (let seed = 0; seed < 300; seed++) {
      const short = await createEnvironment(scene)
      short.reset({ seed })
      short.close()
    }
    expect(engineMemory!.buffer.byteLength - before).toBeLessThanOrEqual(2 * 65536)
    expect(process.memoryUsage().rss - residentBefore).toBeLessThan(150e6)
  })
})
