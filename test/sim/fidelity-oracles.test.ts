// The oracles themselves: what the physics is held against must be right first.
import { describe, expect, it } from 'vitest'
import type { DynamicBody, SolidShape } from '../../src/scene/schema.ts'
import {
  capsule,
  energy,
  gymnasiumDoublePendulum,
  integrate,
  type Motion,
  type Parameters,
} from '../oracles/cart-double-pendulum.ts'
import { massOf } from '../oracles/mass.ts'
import { doublePendulum, hopper } from '../oracles/mujoco/models.ts'
import { Simulation } from '../oracles/mujoco/mujoco.ts'
import { exactStep, gymnasiumStep, type PendulumState } from '../oracles/pendulum.ts'

const gymnasium = gymnasiumDoublePendulum()
const start: Motion = { positions: [0.1, 0.5, -0.8], velocities: [0.3, 1, -2] }

/** Clockwise angles, as MuJoCo's model counts them. */
const clockwise = ([x, first, second]: Motion['positions']) => [x, -first, -second]

describe('the Lagrangian of the double pendulum', () => {
  it.each<[string, Parameters, Motion]>([
    ['on its cart', { ...gymnasium, cartDamping: 0, hingeDamping: 0 }, start],
    ['on a fixed pivot', { ...gymnasium, cartMass: undefined, hingeDamping: 0 }, { ...start, velocities: [0, 1, -2] }],
  ])('keeps its energy %s without damping', (_, parameters, from) => {
    const after = integrate(parameters, from, 2, 4000)
    expect(Math.abs(energy(parameters, after) - energy(parameters, from))).toBeLessThan(1e-6)
    // It must have moved, or this shows nothing.
    expect(Math.abs(after.positions[2] - from.positions[2])).toBeGreaterThan(1)
  })

  it('loses energy to damping, and gains what a force puts in', () => {
    const still: Motion = { positions: [0, Math.PI, 0], velocities: [0, 0, 0] }
    expect(energy(gymnasium, integrate(gymnasium, start, 2, 4000))).toBeLessThan(energy(gymnasium, start) - 0.1)
    const free = { ...gymnasium, cartDamping: 0, hingeDamping: 0 }
    const pushed = integrate(free, still, 0.5, 1000, 10)
    expect(energy(free, pushed) - energy(free, still)).toBeCloseTo(10 * pushed.positions[0], 6)
  })

  it('moves as MuJoCo does at steps of 0.5 ms, damping and a force on the cart included', async () => {
    const simulation = await Simulation.load(doublePendulum.replace('timestep="0.01"', 'timestep="0.0005"'))
    simulation.reset(clockwise(start.positions), clockwise(start.velocities))
    expect(simulation.energy()).toBeCloseTo(energy(gymnasium, start), 9)
    simulation.step([10 / 500], 2000)
    const exact = integrate(gymnasium, start, 1, 4000, 10)
    for (const [index, value] of clockwise(exact.positions).entries()) {
      expect(simulation.qpos[index]).toBeCloseTo(value, 7)
    }
    for (const [index, value] of clockwise(exact.velocities).entries()) {
      expect(simulation.qvel[index]).toBeCloseTo(value, 7)
    }
    simulation.free()
  })
})

describe('the pendulum by its equation', () => {
  it('is known exactly enough: 200 parts of a control step or 400 make no difference', () => {
    let [coarse, fine]: [PendulumState, PendulumState] = [
      [3, 1],
      [3, 1],
    ]
    for (let step = 0; step < 20; step++) {
      const torque = 2 * Math.sin(step)
      coarse = exactStep(coarse, torque, 200)
      fine = exactStep(fine, torque, 400)
    }
    expect(Math.abs(coarse[0] - fine[0])).toBeLessThan(1e-8)
  })

  it('has the clip of Gymnasium before the angle moves, and of the exact step at its end', () => {
    const [angle, velocity] = gymnasiumStep([Math.PI / 2, 7.9], 2)
    expect(velocity).toBe(8)
    expect(angle).toBeCloseTo(Math.PI / 2 + 8 * 0.05, 12)
    expect(exactStep([Math.PI / 2, 7.9], 2)[1]).toBe(8)
    expect(exactStep([Math.PI / 2, 7.9], 2)[0]).toBeGreaterThan(angle)
  })
})

describe('masses', () => {
  const body = (shapes: SolidShape[]) =>
    ({ name: 'body', kind: 'dynamic', position: [0, 0], density: 1000, shapes }) as DynamicBody

  it('are those of tasks.md for the capsules of the double pendulum and the hopper', () => {
    expect(capsule(0.045, 0.6).mass).toBeCloseTo(4.2, 2)
    expect(capsule(0.1, 0.2).mass).toBeCloseTo(10.47, 2)
    for (const [radius, half, mass] of [
      [0.05, 0.2, 3.67],
      [0.05, 0.225, 4.06],
      [0.04, 0.25, 2.78],
      [0.06, 0.195, 5.32],
    ] as const) {
      const { mass: found, inertia } = massOf(body([{ type: 'capsule', from: [-half, 1], to: [half, 1], radius }]))
      expect(found).toBeCloseTo(mass, 2)
      expect(inertia).toBeCloseTo(capsule(radius, 2 * half).inertia, 12)
    }
  })

  it('are the same for a box drawn as a box, as a polygon of either sense, and as two halves', () => {
    const depth = 0.3
    const corners: [number, number][] = [
      [1, 1],
      [3, 1],
      [3, 2],
      [1, 2],
    ]
    const box = massOf(body([{ type: 'box', center: [2, 1.5], width: 2, height: 1, depth }]))
    expect(box.mass).toBeCloseTo(600, 9)
    expect(box.inertia).toBeCloseTo((600 * 5) / 12, 9)
    const half = (x: number): SolidShape => ({ type: 'box', center: [x, 1.5], width: 1, height: 1, depth })
    const polygon = (points: [number, number][]): SolidShape => ({ type: 'polygon', points, depth })
    for (const shapes of [[polygon(corners)], [polygon(corners.toReversed())], [half(1.5), half(2.5)]]) {
      const found = massOf(body(shapes))
      expect(found.mass).toBeCloseTo(box.mass, 9)
      expect(found.inertia).toBeCloseTo(box.inertia, 9)
      expect(found.centre[0]).toBeCloseTo(2, 12)
      expect(found.centre[1]).toBeCloseTo(1.5, 12)
    }
  })
})

describe('MuJoCo', () => {
  // The same start under the same actions gave these numbers in Gymnasium 1.4's Hopper-v5 with MuJoCo 3.14.
  it('plays the hopper of the models', async () => {
    const simulation = await Simulation.load(hopper)
    expect(simulation.timestep).toBe(0.002)
    expect(simulation.qpos).toEqual([0, 1.25, 0, 0, 0, 0])
    simulation.reset([0, 1.25, 0.02, -0.1, -0.2, 0.1], [0.1, 0, 0, 0, 0, 0])
    for (let step = 0; step < 50; step++) {
      simulation.step([0.5 * Math.sin(0.2 * step), -0.3, 0.4 * Math.cos(0.1 * step)], 4)
    }
    const positions = [-0.18148728162868, 0.47859973316664, -1.74559474274705]
    const angles = [-0.40731089580209, -2.63005114506864, 0.0676520245441]
    for (const [index, value] of [...positions, ...angles].entries()) {
      expect(simulation.qpos[index]).toBeCloseTo(value, 7)
    }
    expect(simulation.qvel[0]).toBeCloseTo(-0.20496066987, 6)
    // It has fallen and lies on the ground.
    expect(simulation.contacts).toBeGreaterThan(0)
    simulation.free()
  })

  it('says what is wrong with a model, and with a start', async () => {
    await expect(Simulation.load('<mujoco><robot/></mujoco>')).rejects.toThrow(/robot/)
    const simulation = await Simulation.load(hopper)
    expect(() => simulation.reset([0, 1])).toThrow(/6 positions and 6 velocities, not 2 and 2/)
    simulation.free()
  })
})
