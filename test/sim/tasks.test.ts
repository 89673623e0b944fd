// The hopper and the double inverted pendulum against what Gymnasium says of them: signs, order, clips, rewards, ends, resets.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { loadScene } from '../../src/scene/load.ts'
import type { Scene } from '../../src/scene/schema.ts'
import { createEnvironment, type Environment } from '../../src/sim/environment.ts'
import { read } from './build-scene.ts'

const sceneOf = (name: string) =>
  loadScene(readFileSync(new URL(`../../scenes/${name}.json`, import.meta.url), 'utf8'), `${name}.json`)

const HOPPER = sceneOf('hopper')
const LIGHT = sceneOf('hopper-light')
const DOUBLE = sceneOf('double-inverted-pendulum')

/** The legs of a hopper drawn up, clear of the ground. */
const FOLDED = { 'thigh_joint.angle': -1.5, 'leg_joint.angle': -1.5 }

/** The scene, started at these coordinates alone. */
async function startedAt(scene: Scene, coordinates: Record<string, number>): Promise<[Environment, Float32Array]> {
  const reset = Object.entries(coordinates).map(([coordinate, value]) => ({ coordinate, formula: `${value}` }))
  const environment = await createEnvironment({ ...scene, task: { ...scene.task, reset } })
  return [environment, environment.reset({ seed: 1 }).observation]
}

function expectClose(values: ArrayLike<number>, expected: readonly number[], digits = 5): void {
  expect(values.length).toBe(expected.length)
  for (const [index, value] of expected.entries()) expect(values[index]).toBeCloseTo(value, digits)
}

/** Park and Miller's generator, in [-1, 1). */
function generator(seed: number): () => number {
  let state = seed * 7919 + 1
  return () => {
    state = (state * 48271) % 2147483647
    return (2 * state) / 2147483647 - 1
  }
}

describe.each([
  ['the hopper', HOPPER],
  ['the light hopper', LIGHT],
])('%s', (_, scene) => {
  it('observes height, angles and velocities in the order and with the signs of Hopper-v5', async () => {
    // Gymnasium's torso turns about +y, that is clockwise, its joints about -y.
    const [environment, observation] = await startedAt(scene, {
      'torso.x': 3,
      'torso.y': 1.3,
      'torso.angle': 0.05,
      'thigh_joint.angle': -0.2,
      'leg_joint.angle': -0.4,
      'foot_joint.angle': 0.3,
      'torso.vx': 1.5,
      'torso.vy': -0.5,
      'torso.angularVelocity': 0.7,
      'thigh_joint.velocity': -2,
      'leg_joint.velocity': 3,
      'foot_joint.velocity': -4,
    })
    expectClose(observation, [1.3, -0.05, -0.2, -0.4, 0.3, 1.5, -0.5, -0.7, -2, 3, -4])
    // The chain below the torso, by hand: a ccw hinge at the torso's lower end, and so on.
    const turn = (angle: number, length: number): [number, number] => [
      Math.sin(angle) * length,
      -Math.cos(angle) * length,
    ]
    const [hipX, hipY] = turn(0.05, 0.2)
    const [kneeX, kneeY] = turn(0.05 - 0.2, 0.45)
    const [ankleX, ankleY] = turn(0.05 - 0.2 - 0.4, 0.5)
    expect(read(environment, 'foot.x')).toBeCloseTo(3 + hipX + kneeX + ankleX, 5)
    expect(read(environment, 'foot.y')).toBeCloseTo(1.3 + hipY + kneeY + ankleY, 5)
    expect(read(environment, 'foot.angle')).toBeCloseTo(0.05 - 0.2 - 0.4 + 0.3, 5)
    environment.close()
  })

  it('clips velocities, and velocities alone, to ±10', async () => {
    const [environment, observation] = await startedAt(scene, {
      'torso.y': 30,
      'torso.vx': -25,
      'leg_joint.velocity': 40,
    })
    expectClose(observation, [30, 0, 0, 0, 0, -10, 0, 0, 0, 10, 0])
    environment.close()
  })

  it('rewards the way of the torso over the time of the step, health, and little effort', async () => {
    const [environment] = await startedAt(scene, { 'torso.x': 2, 'torso.y': 1.25, 'torso.vx': 1 })
    const random = generator(1)
    for (let step = 0; step < 5; step++) {
      const before = read(environment, 'torso.x')
      const action = [random(), random(), 1.7 * random()].map(Math.fround)
      const { reward, terms, terminated } = environment.step(action)
      const effort = action.reduce((sum, value) => sum + Math.min(1, Math.max(-1, value)) ** 2, 0)
      expect(terminated).toBe(false)
      expect(terms.forward).toBeCloseTo((read(environment, 'torso.x') - before) / 0.008, 9)
      expect(terms.forward).toBeGreaterThan(0.2)
      expect(terms.healthy).toBe(1)
      expect(terms.control).toBeCloseTo(-1e-3 * effort, 9)
      expect(reward).toBeCloseTo(terms.forward! + 1 + terms.control!, 12)
    }
    environment.close()
  })

  it.each<[string, Record<string, number>, string[]]>([
    ['a low torso', { ...FOLDED, 'torso.y': 0.68 }, ['torso too low']],
    ['a torso tilted forward', { 'torso.y': 5, 'torso.angle': -0.21 }, ['torso tilted']],
    ['a torso tilted backward', { 'torso.y': 5, 'torso.angle': 0.21 }, ['torso tilted']],
    ['a velocity beyond 100', { 'torso.y': 5, 'torso.vx': 101 }, ['state out of range']],
  ])('ends at %s, and that step has no bonus', async (_, coordinates, conditions) => {
    const [environment] = await startedAt(scene, coordinates)
    const { terminated, truncated, terms, info } = environment.step([0, 0, 0])
    expect([terminated, truncated]).toEqual([true, false])
    expect(info.conditions).toEqual(conditions)
    expect(terms.healthy).toBe(0)
    environment.close()
  })

  it.each<[string, Record<string, number>]>([
    ['a torso just high enough', { ...FOLDED, 'torso.y': 0.72 }],
    ['a torso just upright enough', { 'torso.y': 5, 'torso.angle': 0.195 }],
    ['a great height', { 'torso.y': 150 }],
    ['a velocity of 99', { 'torso.y': 5, 'torso.vx': 99 }],
  ])('goes on at %s', async (_, coordinates) => {
    const [environment] = await startedAt(scene, coordinates)
    const { terminated, terms } = environment.step([0, 0, 0])
    expect(terminated).toBe(false)
    expect(terms.healthy).toBe(1)
    environment.close()
  })

  it('starts near the pose drawn: every position and velocity is uniform in ±0.005 about it', async () => {
    const environment = await createEnvironment(scene)
    const COUNT = 400
    const columns: number[][] = Array.from({ length: 12 }, () => [])
    for (let seed = 0; seed < COUNT; seed++) {
      const { observation } = environment.reset({ seed })
      const values = [...observation, read(environment, 'torso.x')]
      for (const [index, value] of values.entries()) columns[index]!.push(value - (index === 0 ? 1.25 : 0))
    }
    for (const column of columns) {
      expect(Math.max(...column.map(Math.abs))).toBeLessThan(0.005 + 1e-6)
      expect(Math.max(...column)).toBeGreaterThan(0.0047)
      expect(Math.min(...column)).toBeLessThan(-0.0047)
      const square = column.reduce((sum, value) => sum + value ** 2, 0) / COUNT
      expect(square / (0.005 ** 2 / 3)).toBeGreaterThan(0.8)
      expect(square / (0.005 ** 2 / 3)).toBeLessThan(1.2)
    }
    environment.close()
  })
})

describe('the hopper', () => {
  it('weighs what Gymnasium says, and is driven by 200 N·m', async () => {
    const [environment] = await startedAt(HOPPER, {})
    environment.step([1, -0.5, 0.25])
    expect(read(environment, 'torque.thigh_joint')).toBe(200)
    expect(read(environment, 'torque.leg_joint')).toBe(-100)
    expect(read(environment, 'torque.foot_joint')).toBe(50)
    expect(environment.spec.maxSteps).toBe(1000)
    expect(environment.spec.controlStep).toBe(0.008)
    environment.close()
  })

  it('presses on the ground with its weight when it lies there', async () => {
    const sensors = ['torso', 'thigh', 'leg', 'foot'].map((body) => ({
      ...{ type: 'contact' as const, name: `touch_${body}`, body, with: 'ground' },
    }))
    const lying = { ...HOPPER, sensors, task: { ...HOPPER.task, terminate: [] } }
    const [environment] = await startedAt(lying, { 'torso.y': 0.3, 'torso.angle': 1.5 })
    for (let step = 0; step < 1000; step++) environment.step([0, 0, 0])
    const total = sensors.reduce((sum, { name }) => sum + read(environment, `${name}.force`), 0)
    expect(total / (9.81 * 15.82)).toBeGreaterThan(0.97)
    expect(total / (9.81 * 15.82)).toBeLessThan(1.03)
    environment.close()
  })

  it('is truncated after 1000 steps, not terminated', async () => {
    const endless = { ...HOPPER, task: { ...HOPPER.task, terminate: [] } }
    const [environment] = await startedAt(endless, {})
    for (let step = 1; step < 1000; step++) expect(environment.step([0, 0, 0]).truncated).toBe(false)
    const { terminated, truncated } = environment.step([0, 0, 0])
    expect([terminated, truncated]).toEqual([false, true])
    environment.close()
  })
})

describe('the double inverted pendulum', () => {
  it('observes position, sines, cosines and velocities in the order and with the signs of InvertedDoublePendulum-v5', async () => {
    // Gymnasium's hinges turn about +y: clockwise.
    const [environment, observation] = await startedAt(DOUBLE, {
      'slider.position': 0.3,
      'hinge.angle': 0.2,
      'hinge2.angle': -0.5,
      'slider.velocity': 1,
      'hinge.velocity': -2,
      'hinge2.velocity': 3,
    })
    const [sin, cos] = [Math.sin, Math.cos]
    expectClose(observation, [0.3, sin(-0.2), sin(0.5), cos(0.2), cos(0.5), 1, 2, -3, 0])
    expect(read(environment, 'tip.x')).toBeCloseTo(0.3 - 0.6 * sin(0.2) + 0.6 * sin(0.3), 5)
    expect(read(environment, 'tip.y')).toBeCloseTo(0.6 * cos(0.2) + 0.6 * cos(0.3), 5)
    environment.close()
  })

  it('clips velocities and the constraint force to ±10', async () => {
    const [environment, observation] = await startedAt(DOUBLE, { 'slider.velocity': -12, 'hinge2.velocity': -15 })
    expectClose(observation, [0, 0, 0, 1, 1, -10, 0, 10, 0])
    environment.close()
    // Driven into the upper end of its rail, the cart is pushed back.
    const [driven] = await startedAt(DOUBLE, { 'slider.position': 0.99, 'slider.velocity': 2 })
    const { observation: seen } = driven.step([1])
    expect(seen[8]).toBe(-10)
    expect(read(driven, 'slider.limitForce')).toBeLessThan(-100)
    expect(Math.abs(read(driven, 'slider.position') - 1)).toBeLessThan(0.02)
    driven.close()
  })

  it('rewards being alive, the tip near (0, 2), and slow hinges', async () => {
    const [environment] = await startedAt(DOUBLE, { 'slider.position': 0.4, 'hinge.angle': 0.1, 'hinge2.velocity': 1 })
    for (let step = 0; step < 3; step++) {
      const { reward, terms } = environment.step([0.1])
      const [x, y] = [read(environment, 'tip.x'), read(environment, 'tip.y')]
      const [v1, v2] = [read(environment, 'hinge.velocity'), read(environment, 'hinge2.velocity')]
      expect(terms.alive).toBe(10)
      expect(terms['tip distance']).toBeCloseTo(-(0.01 * x ** 2 + (y - 2) ** 2), 9)
      expect(terms.velocity).toBeCloseTo(-(1e-3 * v1 ** 2 + 5e-3 * v2 ** 2), 9)
      expect(reward).toBeCloseTo(10 + terms['tip distance']! + terms.velocity!, 12)
    }
    environment.close()
  })

  it('ends where the tip is not above 1 m, without the bonus', async () => {
    const [environment] = await startedAt(DOUBLE, { 'hinge.angle': 0.7 })
    const { terminated, terms, info } = environment.step([0])
    expect(terminated).toBe(true)
    expect(terms.alive).toBe(0)
    expect(info.conditions).toEqual(['tip too low'])
    environment.close()
  })

  it('balances exactly upright for 9,360 when it starts there', async () => {
    const [environment] = await startedAt(DOUBLE, {})
    let sum = 0
    for (let step = 0; step < 1000; step++) sum += environment.step([0]).reward
    expect(sum).toBeCloseTo(9360, 0)
    environment.close()
  })

  it('starts with positions uniform in ±0.1 and velocities of deviation 0.1', async () => {
    const environment = await createEnvironment(DOUBLE)
    const names = [
      'slider.position',
      'hinge.angle',
      'hinge2.angle',
      'slider.velocity',
      'hinge.velocity',
      'hinge2.velocity',
    ]
    const COUNT = 400
    const columns = names.map(() => [] as number[])
    for (let seed = 0; seed < COUNT; seed++) {
      environment.reset({ seed })
      for (const [index, name] of names.entries()) columns[index]!.push(read(environment, name))
    }
    for (const [index, column] of columns.entries()) {
      const deviation = Math.sqrt(column.reduce((sum, value) => sum + value ** 2, 0) / COUNT)
      const expected = index < 3 ? 0.1 / Math.sqrt(3) : 0.1
      expect(deviation / expected).toBeGreaterThan(0.88)
      expect(deviation / expected).toBeLessThan(1.12)
      const largest = Math.max(...column.map(Math.abs))
      if (index < 3) expect(largest).toBeLessThan(0.1 + 1e-6)
      else expect(largest).toBeGreaterThan(0.22)
    }
    environment.close()
  })
})

describe.each([
  ['hopper', HOPPER],
  ['hopper-light', LIGHT],
  ['double-inverted-pendulum', DOUBLE],
])('an episode of %s', (_, scene) => {
  const bitsOf = (environment: Environment, observation: Float32Array, reward: number) =>
    Buffer.from(Float64Array.from([...environment.state, ...observation, reward]).buffer).toString('hex')

  /** The bits of every step under given actions. */
  function play(environment: Environment, seed: number, steps: number): string[] {
    const random = generator(seed)
    const { observation } = environment.reset({ seed })
    const seen = [bitsOf(environment, observation, 0)]
    for (let step = 0; step < steps; step++) {
      const result = environment.step(scene.actuators.map(() => Math.fround(0.5 * random())))
      seen.push(bitsOf(environment, result.observation, result.reward))
    }
    return seen
  }

  it('is the same to the bit again, in a twin, and where forces are measured', async () => {
    const endless = { ...scene, task: { ...scene.task, terminate: [] } }
    const one = await createEnvironment(endless)
    const two = await createEnvironment(endless, { measureForces: true })
    const first = play(one, 3, 150)
    play(one, 4, 40)
    expect(play(one, 3, 150)).toEqual(first)
    expect(play(two, 3, 150)).toEqual(first)
    expect(play(two, 4, 150)).not.toEqual(first)
    one.close()
    two.close()
  })
})
