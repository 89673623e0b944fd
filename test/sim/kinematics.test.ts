// Forward kinematics with sliders, welds, free and moving roots: poses against joints as drawn, velocities as rates of poses.
import { describe, expect, it } from 'vitest'
import type { Scene } from '../../src/scene/schema.ts'
import { placeBodies } from '../../src/sim/kinematics.ts'
import { fc } from '../properties.ts'

const number = fc.double({ min: -2, max: 2, noNaN: true })
const place = fc.tuple(number, number)
const KINDS = ['hinge', 'slider', 'weld'] as const

/** A free trunk with four bodies on it in some tree, and a body of given motion with one on it. */
const worlds = fc
  .record({
    places: fc.array(fc.record({ position: place, angle: number }), { minLength: 7, maxLength: 7 }),
    parents: fc.tuple(
      fc.constant(0),
      fc.integer({ min: 0, max: 1 }),
      fc.integer({ min: 0, max: 2 }),
      fc.integer({ min: 0, max: 3 }),
    ),
    kinds: fc.array(fc.constantFrom(...KINDS), { minLength: 5, maxLength: 5 }),
    anchors: fc.array(place, { minLength: 5, maxLength: 5 }),
    turns: fc.array(number, { minLength: 5, maxLength: 5 }),
    values: fc.array(number, { minLength: 10, maxLength: 10 }),
    rates: fc.array(number, { minLength: 11, maxLength: 11 }),
  })
  .map(({ places, parents, kinds, anchors, turns, values, rates }) => {
    const bodies = places.map(({ position, angle }, index) => ({
      ...{ name: `b${index}`, kind: index === 5 ? 'kinematic' : 'dynamic', position, angle, shapes: [] },
    }))
    const joint = (index: number, parent: number, child: number) => ({
      ...{ name: `j${index}`, type: kinds[index], parent: `b${parent}`, child: `b${child}`, anchor: anchors[index] },
      axis: [3 * Math.cos(turns[index]!), 3 * Math.sin(turns[index]!)],
    })
    const joints = [...parents.map((parent, index) => joint(index, parent, index + 1)), joint(4, 5, 6)]
    return { scene: { bodies, joints } as unknown as Scene, values, rates }
  })

/** All coordinates `seconds` later, at constant rates. */
function placedAfter({ scene, values, rates }: { scene: Scene; values: number[]; rates: number[] }, seconds: number) {
  const coordinates = new Map<string, number>()
  for (const [index, { name, type }] of scene.joints.entries()) {
    if (type === 'weld') continue
    coordinates.set(`${name}.${type === 'hinge' ? 'angle' : 'position'}`, values[index]! + seconds * rates[index]!)
    coordinates.set(`${name}.velocity`, rates[index]!)
  }
  for (const [index, [value, rate]] of [
    ['x', 'vx'],
    ['y', 'vy'],
    ['angle', 'angularVelocity'],
  ].entries()) {
    coordinates.set(`b0.${value}`, values[5 + index]! + seconds * rates[5 + index]!)
    coordinates.set(`b0.${rate}`, rates[5 + index]!)
  }
  const [vx, vy, angular] = rates.slice(8) as [number, number, number]
  const pose = { x: 1 + seconds * vx, y: -1 + seconds * vy, angle: 0.5 + seconds * angular }
  return placeBodies(scene, coordinates, new Map([[5, { pose, velocity: { vx, vy, angular } }]]))
}

describe('placeBodies', () => {
  it('gives velocities that are the rates of the poses, through every kind of joint and root', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const h = 1e-5
        const { velocities } = placedAfter(world, 0)
        const [before, after] = [placedAfter(world, -h).poses, placedAfter(world, h).poses]
        for (const [index, { vx, vy, angular }] of velocities.entries()) {
          expect((after[index]!.x - before[index]!.x) / (2 * h)).toBeCloseTo(vx, 4)
          expect((after[index]!.y - before[index]!.y) / (2 * h)).toBeCloseTo(vy, 4)
          expect((after[index]!.angle - before[index]!.angle) / (2 * h)).toBeCloseTo(angular, 4)
        }
      }),
      { seed: 1 },
    )
  })

  it('slides a child along its axis, which turns with the parent, by its position, and turns no slider and no weld', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const { scene } = world
        const { poses } = placedAfter(world, 0)
        const indexOf = (name: string) => scene.bodies.findIndex((body) => body.name === name)
        const turned = (index: number) => poses[index]!.angle - (scene.bodies[index]!.angle ?? 0)
        for (const [index, joint] of scene.joints.entries()) {
          const [parent, child] = [indexOf(joint.parent), indexOf(joint.child)]
          const carried = (body: number) => {
            const [dx, dy] = [0, 1].map(
              (axis) => joint.anchor[axis as 0 | 1] - scene.bodies[body]!.position[axis as 0 | 1],
            )
            const [cos, sin] = [Math.cos(turned(body)), Math.sin(turned(body))]
            return [poses[body]!.x + cos * dx! - sin * dy!, poses[body]!.y + sin * dx! + cos * dy!] as const
          }
          const [from, to] = [carried(parent), carried(child)]
          const slide = joint.type === 'slider' ? world.values[index]! : 0
          const axis = joint.type === 'slider' ? Math.atan2(joint.axis[1], joint.axis[0]) + turned(parent) : 0
          expect(to[0] - from[0]).toBeCloseTo(slide * Math.cos(axis), 9)
          expect(to[1] - from[1]).toBeCloseTo(slide * Math.sin(axis), 9)
          expect(turned(child) - turned(parent)).toBeCloseTo(joint.type === 'hinge' ? world.values[index]! : 0, 9)
        }
      }),
      { seed: 1 },
    )
  })
})
