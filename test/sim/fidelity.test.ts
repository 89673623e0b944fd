// The physics of the built-in scenes against independent truths: equations of motion, MuJoCo, and the conservation of energy.
// `npm start -- bench fidelity` measures the same with more starts; docs/physics.md has its figures.
import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { builtInNames } from '../../src/host/scenes.ts'
import { loadScene } from '../../src/scene/load.ts'
import type { Scene } from '../../src/scene/schema.ts'
import { createEnvironment } from '../../src/sim/environment.ts'
import { searchGain } from '../oracles/adversary.ts'
import { gymnasiumDoublePendulum } from '../oracles/cart-double-pendulum.ts'
import { auditPlay, auditSlams, randomPolicy } from '../oracles/energy-audits.ts'
import { Mechanics } from '../oracles/mechanics.ts'
import { auditDrops, auditFreeMotion } from '../oracles/motion-audits.ts'
import { Mirror } from '../oracles/mujoco/from-scene.ts'
import { doublePendulum, hopper } from '../oracles/mujoco/models.ts'
import { Simulation } from '../oracles/mujoco/mujoco.ts'
import { auditDoublePendulum, auditPendulum, plainDoublePendulumScene } from '../oracles/pendulum-audits.ts'
import { startedAt } from '../oracles/starts.ts'

const folder = new URL('../../scenes/', import.meta.url)
const names = builtInNames()
const sceneOf = (name: string): Scene => loadScene(readFileSync(new URL(`${name}.json`, folder), 'utf8'), name)

const HOPPER_CONTACT = { timestep: 0.002, contact: 'solimp=".8 .8 .01" solref=".02 1" margin="0.001"' }

beforeAll(async () => (await createEnvironment(sceneOf('pendulum'))).close())

describe('the scenes have the bodies and joints of Gymnasium', () => {
  // Counter-clockwise angles as the model counts them.
  it.each([
    ['hopper', hopper, HOPPER_CONTACT, [1, 1, -1, 1, 1, 1], [0.1, 1.3, 0.1, -0.4, -0.6, 0.3]],
    ['double-inverted-pendulum', doublePendulum, { timestep: 0.01 }, [1, -1, -1], [0.2, 0.4, -0.3]],
  ])('%s moves in MuJoCo as the model does', async (name, model, options, signs, start) => {
    const mirror = await Mirror.of(sceneOf(name), options)
    const simulation = await Simulation.load(model)
    mirror.reset(new Map(mirror.coordinates.map(({ position }, index) => [position, start[index]!])))
    simulation.reset(start.map((value, index) => value * signs[index]!))
    const perControlStep = Math.round(sceneOf(name).world.controlStep / simulation.timestep)
    for (let step = 0; step < 25; step++) {
      const action = sceneOf(name).actuators.map((_, index) => 0.1 * Math.sin(step + index))
      mirror.step(action)
      simulation.step(action, perControlStep)
    }
    const expected = simulation.qpos.map((value, index) => value * signs[index]!)
    for (const [index, value] of mirror.positions().entries()) expect(value).toBeCloseTo(expected[index]!, 6)
    // It must have moved.
    expect(Math.abs(expected.at(-1)! - start.at(-1)!)).toBeGreaterThan(0.02)
  })
})

describe('the pendulum', () => {
  it('is within 0.02 rad of its equation for a second, far nearer than the coarse step that it is named after', () => {
    const { largestAngle, meanAngle, reward, gymnasium } = auditPendulum(sceneOf('pendulum'), 20)
    expect(largestAngle).toBeLessThan(0.02)
    expect(reward).toBeLessThan(1e-4)
    expect(gymnasium.meanAngle).toBeGreaterThan(10 * meanAngle)
  })
})

describe('the double pendulum', () => {
  const parameters = gymnasiumDoublePendulum()
  const choice = { starts: 20, spread: 0.1 }

  it('is within 0.02 rad of its equations for a second of falling on its cart', () => {
    const names = { slider: 'slider', hinges: ['hinge', 'hinge2'] as const }
    const found = auditDoublePendulum(sceneOf('double-inverted-pendulum'), names, parameters, choice)
    expect(found.largestAngle).toBeLessThan(0.02)
    expect(found.largestPosition).toBeLessThan(0.005)
    expect(found.travelled).toBeGreaterThan(5)
  })

  it('is so on a fixed pivot, undamped', () => {
    const scene = plainDoublePendulumScene(sceneOf('double-inverted-pendulum').world)
    const undamped = { ...parameters, cartMass: undefined, hingeDamping: 0 }
    const found = auditDoublePendulum(scene, { hinges: ['shoulder', 'elbow'] }, undamped, choice)
    expect(found.largestAngle).toBeLessThan(0.02)
    expect(found.travelled).toBeGreaterThan(5)
  })
})

describe('the hopper against MuJoCo', () => {
  it('flies within 0.01 rad for 0.4 s under torques of up to 40 N·m, armature included', async () => {
    const mirror = await Mirror.of(sceneOf('hopper'), HOPPER_CONTACT)
    const options = { starts: 8, duration: 0.4, effort: 0.2, share: 0.4, speed: 1 }
    const found = auditFreeMotion(sceneOf('hopper'), mirror, options)
    expect(found.largestAngle).toBeLessThan(0.01)
    expect(found.travelled).toBeGreaterThan(0.5)
  })

  it('is 0.2 s after landing within 0.03 rad, on average', async () => {
    const mirror = await Mirror.of(sceneOf('hopper'), HOPPER_CONTACT)
    const options = { starts: 10, share: 0.3, tilt: 0.1, clearance: [0.05, 0.3] as const, duration: 0.6 }
    const found = auditDrops(sceneOf('hopper'), mirror, options)
    expect(found.meanAngle).toBeLessThan(0.03)
    // The landing must have been one.
    expect(found.lost).toBeGreaterThan(10)
  })

  it('keeps at most 8 J more than MuJoCo when it is dropped in any pose', async () => {
    const mirror = await Mirror.of(sceneOf('hopper'), HOPPER_CONTACT)
    const options = { starts: 8, share: 0.8, tilt: 1.5, clearance: [0.1, 0.5] as const, duration: 0.8 }
    const found = auditDrops(sceneOf('hopper'), mirror, options)
    expect(found.excess.largest).toBeLessThan(8)
    expect(found.lost).toBeGreaterThan(20)
  })
})

// What a stop or a contact took in a blow may come back in the steps after it; more than that may not.
describe.each(names)('energy in %s', (name) => {
  const scene = sceneOf(name)
  const isMoved = scene.bodies.some((body) => body.kind === 'kinematic' && body.motion)
  const size = { episodes: 10, steps: 200 }

  it.skipIf(isMoved)('is not added by a control step of random actions', () => {
    const found = auditPlay(scene, { ...size, policy: randomPolicy(scene, 'noise') })
    expect(found.largestGain).toBeLessThan(5)
    expect(found.largestGap).toBeLessThan(0.03)
  })

  it.skipIf(isMoved).each(['held', 'feedback'] as const)(
    'is not added net of rebounds by policies that are %s',
    (kind) => {
      expect(auditPlay(scene, { ...size, policy: randomPolicy(scene, kind) }).netGain).toBeLessThan(5)
    },
  )

  it.skipIf(isMoved)('is not to be had by a policy that looks for it', () => {
    expect(searchGain(scene, { rounds: 25, steps: 200 }).netGain).toBeLessThan(5)
  })

  it('does not rise when a joint is slammed into its limit', () => {
    const found = auditSlams(scene, [10])
    expect(found.rise).toBeLessThan(0.05)
    expect(found.hingeOvershoot).toBeLessThan(0.15)
  })
})

describe('the account of energy', () => {
  it('counts the work of a torque, without which energy would seem to come from nowhere', () => {
    const environment = startedAt(sceneOf('pendulum'), new Map([['hinge.angle', Math.PI]]))
    const mechanics = new Mechanics(environment)
    const [before, initial] = [mechanics.capture(), mechanics.energy()]
    environment.step([1])
    const gained = mechanics.energy() - initial
    expect(gained).toBeGreaterThan(0.005)
    expect(Math.abs(gained - mechanics.work(before))).toBeLessThan(1e-3)
    environment.close()
  })

  it('finds the energy that a hopper gets from nowhere with a physics step that is too long', () => {
    const scene = sceneOf('hopper-light')
    const coarse = { ...scene, world: { ...scene.world, physicsStep: 0.008, solverIterations: 16 } }
    const options = { episodes: 20, steps: 300, policy: randomPolicy(coarse, 'held') }
    expect(auditPlay(coarse, options).netGain).toBeGreaterThan(5)
  })
})
