// Chains of several links: forward kinematics against their definition, and the physics against the double pendulum's
// Lagrangian and against the laws of conservation.
import { describe, expect, it } from 'vitest'
import type { Scene } from '../../src/scene/schema.ts'
import { createEnvironment, type Environment } from '../../src/sim/environment.ts'
import { placeBodies } from '../../src/sim/kinematics.ts'
import { fc } from '../properties.ts'
import { buildScene } from './build-scene.ts'

type Parts = Pick<Scene, 'bodies' | 'joints'> & { world?: Partial<Scene['world']>; task?: Partial<Scene['task']> }

/** A valid scene of these parts, with a motor of gear 1 on every joint. */
function sceneOf({ world, joints, task, ...parts }: Parts): Scene {
  return buildScene({
    ...parts,
    world: { controlStep: 0.05, physicsStep: 0.00025, ...world },
    joints,
    actuators: joints.map(({ name }) => ({ type: 'torque', name: `${name}_motor`, joint: name, gear: 1 })),
    task: { maxSteps: 1000, ...task },
  })
}

const dynamic = (name: string, position: [number, number], mass: number, inertia: number, angle = 0) => ({
  ...{ name, kind: 'dynamic' as const, position, angle, mass, inertia, shapes: [] },
})
const fixed = (name: string, position: [number, number], angle = 0) => ({
  ...{ name, kind: 'fixed' as const, position, angle, shapes: [] },
})
const hinge = (name: string, parent: string, child: string, anchor: [number, number]) => ({
  ...{ name, type: 'hinge' as const, parent, child, anchor },
})

function sensor(environment: Environment, name: string): number {
  return environment.sensorValues[environment.sensors.findIndex((one) => one.name === name)]!
}

/** x, y, angle, vx, vy, angular velocity of a body. */
function stateOf(environment: Environment, name: string): [number, number, number, number, number, number] {
  const at = 6 * environment.scene.bodies.findIndex((body) => body.name === name)
  return [...environment.state.subarray(at, at + 6)] as [number, number, number, number, number, number]
}

describe('placeBodies', () => {
  const COUNT = 6
  const coordinate = fc.double({ min: -3, max: 3, noNaN: true })
  const pointOf = fc.tuple(coordinate, coordinate)

  /** A tree of COUNT bodies, some of them without a joint, listed in any order. */
  const trees = fc
    .record({
      places: fc.array(fc.record({ position: pointOf, angle: coordinate }), { minLength: COUNT, maxLength: COUNT }),
      parents: fc.tuple(...Array.from({ length: COUNT - 1 }, (_, index) => fc.integer({ min: -1, max: index }))),
      anchors: fc.array(pointOf, { minLength: COUNT, maxLength: COUNT }),
      order: fc.shuffledSubarray([...Array(COUNT).keys()], { minLength: COUNT, maxLength: COUNT }),
      angles: fc.array(coordinate, { minLength: COUNT, maxLength: COUNT }),
      velocities: fc.array(coordinate, { minLength: COUNT, maxLength: COUNT }),
    })
    .map(({ places, parents, anchors, order, angles, velocities }) => {
      const bodies = order.map((index) => {
        const { position, angle } = places[index]!
        return index === 0 ? fixed('b0', position, angle) : dynamic(`b${index}`, position, 1, 1, angle)
      })
      const joints = parents.flatMap((parent, index) =>
        parent < 0 ? [] : [hinge(`j${index + 1}`, `b${parent}`, `b${index + 1}`, anchors[index]!)],
      )
      const scene = { bodies, joints: joints.reverse() } as unknown as Scene
      return { scene, angles, velocities }
    })

  const coordinatesAt = (angles: number[], velocities: number[]) =>
    new Map(
      angles.flatMap((angle, index) => [
        [`j${index}.angle`, angle] as const,
        [`j${index}.velocity`, velocities[index]!] as const,
      ]),
    )

  /** Where a point of the scene as drawn is once its body has moved to `pose`. */
  function carried(
    body: Scene['bodies'][number],
    [x, y]: readonly [number, number],
    pose: { x: number; y: number; angle: number },
  ) {
    const turn = pose.angle - (body.angle ?? 0)
    const [dx, dy] = [x - body.position[0], y - body.position[1]]
    return [pose.x + Math.cos(turn) * dx - Math.sin(turn) * dy, pose.y + Math.sin(turn) * dx + Math.cos(turn) * dy]
  }

  it('leaves everything as drawn, at rest, when no coordinate is given', () => {
    fc.assert(
      fc.property(trees, ({ scene }) => {
        const { poses, velocities } = placeBodies(scene, new Map())
        for (const [index, { position, angle }] of scene.bodies.entries()) {
          expect(poses[index]!.x).toBeCloseTo(position[0], 10)
          expect(poses[index]!.y).toBeCloseTo(position[1], 10)
          expect(poses[index]!.angle).toBeCloseTo(angle!, 10)
          expect(Math.hypot(...Object.values(velocities[index]!))).toBe(0)
        }
      }),
    )
  })

  it('keeps every anchor together and turns every child by its coordinate', () => {
    fc.assert(
      fc.property(trees, ({ scene, angles, velocities }) => {
        const { poses } = placeBodies(scene, coordinatesAt(angles, velocities))
        for (const { name, parent, child, anchor } of scene.joints) {
          const [from, to] = [parent, child].map((end) => scene.bodies.findIndex((body) => body.name === end)) as [
            number,
            number,
          ]
          const onParent = carried(scene.bodies[from]!, anchor, poses[from]!)
          const onChild = carried(scene.bodies[to]!, anchor, poses[to]!)
          expect(onChild[0]).toBeCloseTo(onParent[0]!, 9)
          expect(onChild[1]).toBeCloseTo(onParent[1]!, 9)
          const turned = (index: number) => poses[index]!.angle - scene.bodies[index]!.angle!
          expect(turned(to) - turned(from)).toBeCloseTo(angles[Number(name.slice(1))]!, 9)
        }
        const children = new Set(scene.joints.map(({ child }) => child))
        for (const [index, { name, position }] of scene.bodies.entries()) {
          if (!children.has(name)) expect([poses[index]!.x, poses[index]!.y]).toEqual(position)
        }
      }),
    )
  })

  it('gives velocities that are the rates of the poses', () => {
    fc.assert(
      fc.property(trees, ({ scene, angles, velocities }) => {
        const h = 1e-5
        const at = (time: number) => {
          const moved = angles.map((angle, index) => angle + time * velocities[index]!)
          return placeBodies(scene, coordinatesAt(moved, velocities))
        }
        const [before, now, after] = [at(-h), at(0), at(h)]
        for (const [index, { vx, vy, angular }] of now.velocities.entries()) {
          const [one, other] = [before.poses[index]!, after.poses[index]!]
          expect(vx).toBeCloseTo((other.x - one.x) / (2 * h), 4)
          expect(vy).toBeCloseTo((other.y - one.y) / (2 * h), 4)
          expect(angular).toBeCloseTo((other.angle - one.angle) / (2 * h), 4)
        }
      }),
    )
  })
})

describe('a double pendulum', () => {
  const GRAVITY = 10
  const UPPER = { mass: 1, inertia: 1 / 12, length: 1, centre: 0.5 }
  const LOWER = { mass: 0.7, inertia: 0.05, centre: 0.4 }

  const coordinates = ['shoulder.angle', 'elbow.angle', 'shoulder.velocity', 'elbow.velocity']
  const scene = sceneOf({
    // The lower link is listed before the link that carries it.
    bodies: [
      dynamic('lower', [0, -UPPER.length - LOWER.centre], LOWER.mass, LOWER.inertia),
      fixed('base', [0.3, 0.2]),
      dynamic('upper', [0, -UPPER.centre], UPPER.mass, UPPER.inertia),
    ],
    joints: [hinge('elbow', 'upper', 'lower', [0, -UPPER.length]), hinge('shoulder', 'base', 'upper', [0, 0])],
    task: { reset: coordinates.map((name) => ({ coordinate: name, formula: 'uniform(-2, 2)' })) },
  })

  type Motion = [angle1: number, angle2: number, velocity1: number, velocity2: number]

  /** The motion of the links' angles from hanging down, under a torque on each of them (Lagrange's equations). */
  function rate([angle1, angle2, velocity1, velocity2]: Motion, torque1: number, torque2: number): Motion {
    const coupling = LOWER.mass * UPPER.length * LOWER.centre
    const inertia1 = UPPER.inertia + UPPER.mass * UPPER.centre ** 2 + LOWER.mass * UPPER.length ** 2
    const inertia2 = LOWER.inertia + LOWER.mass * LOWER.centre ** 2
    const inertia12 = coupling * Math.cos(angle1 - angle2)
    const spin = coupling * Math.sin(angle1 - angle2)
    const weight1 = (UPPER.mass * UPPER.centre + LOWER.mass * UPPER.length) * GRAVITY
    const force1 = torque1 - spin * velocity2 ** 2 - weight1 * Math.sin(angle1)
    const force2 = torque2 + spin * velocity1 ** 2 - LOWER.mass * LOWER.centre * GRAVITY * Math.sin(angle2)
    const determinant = inertia1 * inertia2 - inertia12 ** 2
    return [
      velocity1,
      velocity2,
      (inertia2 * force1 - inertia12 * force2) / determinant,
      (inertia1 * force2 - inertia12 * force1) / determinant,
    ]
  }

  function trueStep(motion: Motion, torque1: number, torque2: number): Motion {
    const parts = 50
    const h = 0.05 / parts
    const moved = (from: Motion, by: Motion, time: number) =>
      from.map((value, index) => value + time * by[index]!) as Motion
    let now = motion
    for (let part = 0; part < parts; part++) {
      const k1 = rate(now, torque1, torque2)
      const k2 = rate(moved(now, k1, h / 2), torque1, torque2)
      const k3 = rate(moved(now, k2, h / 2), torque1, torque2)
      const k4 = rate(moved(now, k3, h), torque1, torque2)
      now = now.map(
        (value, index) => value + (h / 6) * (k1[index]! + 2 * k2[index]! + 2 * k3[index]! + k4[index]!),
      ) as Motion
    }
    return now
  }

  function motionOf(environment: Environment): Motion {
    const [shoulder, elbow, shoulderRate, elbowRate] = coordinates.map((name) => sensor(environment, name)) as Motion
    return [shoulder, shoulder + elbow, shoulderRate, shoulderRate + elbowRate]
  }

  // Measured at physics steps of 0.25 ms: 0.0023 rad when free, 0.0018 rad with torques.
  it.each([
    ['moving freely', 0],
    ['with torques on both of its joints, that of the elbow acting on both links', 1],
  ])('%s stays within 0.02 rad of the exact motion for a second', async (_, most) => {
    const environment = await createEnvironment(scene)
    let farthest = 0
    let travelled = 0
    for (let seed = 0; seed < 8; seed++) {
      environment.reset({ seed })
      let exact = motionOf(environment)
      const start = exact
      for (let step = 0; step < 20; step++) {
        const [elbow, shoulder] = [Math.fround(most * Math.sin(7 * step + seed)), Math.fround(most * Math.cos(step))]
        environment.step([elbow, shoulder])
        exact = trueStep(exact, shoulder - elbow, elbow)
        const now = motionOf(environment)
        farthest = Math.max(farthest, Math.abs(now[0] - exact[0]), Math.abs(now[1] - exact[1]))
      }
      travelled = Math.max(travelled, Math.abs(exact[1] - start[1]))
    }
    environment.close()
    expect(farthest).toBeLessThan(0.02)
    expect(travelled).toBeGreaterThan(1)
  })

  // Measured: 1.4e-6 m.
  it('keeps both joints together', async () => {
    const environment = await createEnvironment(scene)
    let widest = 0
    for (let seed = 0; seed < 4; seed++) {
      environment.reset({ seed })
      for (let step = 0; step < 20; step++) {
        environment.step([1, -1])
        const [upperX, upperY, upper] = stateOf(environment, 'upper')
        const [lowerX, lowerY, lower] = stateOf(environment, 'lower')
        // From the centre of a link down its axis by `length` (up when negative).
        const along = (x: number, y: number, angle: number, length: number) =>
          [x + length * Math.sin(angle), y - length * Math.cos(angle)] as const
        const shoulder = along(upperX, upperY, upper, -UPPER.centre)
        const elbow = along(upperX, upperY, upper, UPPER.length - UPPER.centre)
        const elbowOfLower = along(lowerX, lowerY, lower, -LOWER.centre)
        widest = Math.max(
          widest,
          Math.hypot(...shoulder),
          Math.hypot(elbow[0] - elbowOfLower[0], elbow[1] - elbowOfLower[1]),
        )
      }
    }
    environment.close()
    expect(widest).toBeLessThan(1e-5)
  })
})

describe('two free bodies with a motor between them', () => {
  const scene = sceneOf({
    world: { gravity: [0, 0], physicsStep: 0.0025 },
    bodies: [dynamic('heavy', [0, 0], 3, 0.4), dynamic('light', [0.8, 0.1], 0.5, 0.02)],
    joints: [hinge('middle', 'heavy', 'light', [0.4, 0])],
  })

  it('get no momentum and no spin from it as a whole: torques are equal and opposite', async () => {
    const environment = await createEnvironment(scene)
    environment.reset({ seed: 1 })
    let turned = 0
    for (let step = 0; step < 60; step++) {
      environment.step([Math.cos(0.3 * step)])
      turned = Math.max(turned, Math.abs(sensor(environment, 'middle.velocity')))
      const parts = [
        [...stateOf(environment, 'heavy'), 3, 0.4],
        [...stateOf(environment, 'light'), 0.5, 0.02],
      ] as [number, number, number, number, number, number, number, number][]
      const sum = (of: (part: (typeof parts)[number]) => number) => of(parts[0]!) + of(parts[1]!)
      // Measured: 1.5e-6 kg·m/s and 0.00026 kg·m²/s.
      expect(Math.abs(sum(([, , , vx, , , mass]) => mass * vx))).toBeLessThan(1e-4)
      expect(Math.abs(sum(([, , , , vy, , mass]) => mass * vy))).toBeLessThan(1e-4)
      const spin = sum(([x, y, , vx, vy, angular, mass, inertia]) => mass * (x * vy - y * vx) + inertia * angular)
      expect(Math.abs(spin)).toBeLessThan(1e-3)
    }
    environment.close()
    expect(turned).toBeGreaterThan(1)
  })
})

describe('a joint', () => {
  const spinner = (angle: number, velocity: string, extra: Partial<Scene['bodies'][number]> = {}) =>
    sceneOf({
      world: { gravity: [0, 0], physicsStep: 0.0025 },
      bodies: [
        { ...fixed('base', [0, 0]), ...extra } as Scene['bodies'][number],
        dynamic('wheel', [0, 0], 2, 0.5, angle),
      ],
      joints: [hinge('axle', 'base', 'wheel', [0, 0])],
      task: { reset: [{ coordinate: 'axle.velocity', formula: velocity }] },
    })

  it('turns its child by torque / inertia', async () => {
    const environment = await createEnvironment(spinner(0, '0'))
    environment.reset({ seed: 1 })
    for (let step = 0; step < 20; step++) environment.step([0.5])
    // 0.5 N·m on 0.5 kg·m² for a second.
    expect(sensor(environment, 'axle.velocity')).toBeCloseTo(1, 4)
    expect(sensor(environment, 'axle.angle')).toBeCloseTo(0.5, 2)
    environment.close()
  })

  it.each(['9', '-9'])('that spins at %s rad/s has its angle counted through full turns', async (velocity) => {
    const environment = await createEnvironment(spinner(0, velocity))
    environment.reset({ seed: 1 })
    for (let step = 0; step < 100; step++) environment.step([0])
    expect(sensor(environment, 'axle.angle')).toBeCloseTo(5 * Number(velocity), 2)
    expect(Math.abs(stateOf(environment, 'wheel')[2])).toBeLessThanOrEqual(Math.PI)
    environment.close()
  })

  it('adds the torques of several motors', async () => {
    const scene = spinner(0, '0')
    const two = {
      ...scene,
      actuators: [...scene.actuators, { type: 'torque' as const, name: 'second', joint: 'axle', gear: -3 }],
    }
    const environment = await createEnvironment(two)
    environment.reset({ seed: 1 })
    environment.step([1, 1])
    expect(sensor(environment, 'torque.axle')).toBe(-2)
    expect(sensor(environment, 'axle.velocity')).toBeCloseTo((-2 * 0.05) / 0.5, 5)
    expect([sensor(environment, 'action.axle_motor'), sensor(environment, 'action.second')]).toEqual([1, 1])
    environment.close()
  })

  it.each([
    [0.5, 0],
    [0, -0.7],
    [2, 1],
    [-3, 3],
  ])('is at angle 0 as drawn, with its child drawn at %d rad and its parent at %d rad', async (child, parent) => {
    const environment = await createEnvironment(spinner(child, '0', { angle: parent }))
    environment.reset({ seed: 1 })
    expect(sensor(environment, 'axle.angle')).toBe(0)
    environment.step([0])
    expect(sensor(environment, 'axle.angle')).toBeCloseTo(0, 5)
    environment.close()
  })

  it('has its angle as the reset says after the first step, too, with its child drawn askew', async () => {
    const scene = spinner(0.4, '0')
    const task = { ...scene.task, reset: [{ coordinate: 'axle.angle', formula: '7' }] }
    const environment = await createEnvironment({ ...scene, task })
    environment.reset({ seed: 1 })
    expect(sensor(environment, 'axle.angle')).toBe(7)
    environment.step([0])
    expect(sensor(environment, 'axle.angle')).toBeCloseTo(7, 5)
    environment.close()
  })

  it('with its velocity clipped swings its child about the anchor still', async () => {
    const scene = sceneOf({
      world: { gravity: [0, 0], physicsStep: 0.0025 },
      bodies: [fixed('base', [1, 1], 0.3), dynamic('bob', [1.6, 1.8], 1, 0.01, 0.3)],
      joints: [{ ...hinge('pivot', 'base', 'bob', [1, 1]), maxVelocity: 2 }],
    })
    const environment = await createEnvironment(scene)
    environment.reset({ seed: 1 })
    for (let step = 0; step < 100; step++) environment.step([1])
    const [x, y, , vx, vy, spin] = stateOf(environment, 'bob')
    expect(spin).toBeCloseTo(2, 4)
    expect(Math.hypot(x - 1, y - 1)).toBeCloseTo(1, 3)
    expect(vx).toBeCloseTo(-spin * (y - 1), 2)
    expect(vy).toBeCloseTo(spin * (x - 1), 2)
    environment.close()
  })
})
