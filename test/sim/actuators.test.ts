// Every actuator against a closed form.
import { describe, expect, it } from 'vitest'
import { begin, fixed, hinge, mass, read, run, slider, start } from './build-scene.ts'

const FREE = { gravity: [0, 0] as [number, number], internalIterations: 16 }

describe('a velocity servo', () => {
  const motor = (rest: object = {}) => ({
    ...{ type: 'velocity', name: 'motor', joint: 'joint', gear: 4, gain: 2, maxForce: 100 },
    ...rest,
  })

  it('approaches its target speed with the time constant inertia / gain', async () => {
    const environment = await begin({
      world: FREE,
      bodies: [fixed('base'), mass('body', [0, 0], 1, 0.5)],
      joints: [hinge('joint', 'base', 'body', [0, 0])],
      actuators: [motor()],
    })
    run(environment, 0.24, [0.5])
    expect(read(environment, 'joint.velocity') / (2 * (1 - Math.exp((-0.24 * 2) / 0.5)))).toBeCloseTo(1, 2)
    expect(read(environment, 'torque.joint')).toBeGreaterThan(1.5)
    run(environment, 4, [0.5])
    expect(read(environment, 'joint.velocity')).toBeCloseTo(2, 3)
    expect(Math.abs(read(environment, 'torque.joint'))).toBeLessThan(0.01)
    environment.close()
  })

  it.each([
    [20, 'starts', 1],
    [1e5, 'starts, however high its gain', 1],
    [1e5, 'starts backwards', -1],
  ])(
    'of gain %d %s with no more than its largest force, and then holds its speed without swinging',
    async (gain, _, sign) => {
      const environment = await begin({
        world: FREE,
        bodies: [fixed('base'), mass('body', [0, 0], 2)],
        joints: [slider('joint', 'base', 'body', [1, 0])],
        actuators: [motor({ gain, maxForce: 6 })],
      })
      // 6 N on 2 kg: 3 m/s² up to 4 m/s.
      run(environment, 0.5, [sign])
      expect(read(environment, 'force.joint') / (6 * sign)).toBeCloseTo(1, 3)
      expect(read(environment, 'joint.velocity') / (1.5 * sign)).toBeCloseTo(1, 2)
      run(environment, 3, [sign])
      for (let step = 0; step < 20; step++) {
        run(environment, 0.02, [sign])
        // Going to and fro between its largest forces would be 0.006 m/s.
        expect(Math.abs(read(environment, 'joint.velocity') - 4 * sign)).toBeLessThan(gain > 100 ? 0.003 : 0.04)
        expect(Math.abs(read(environment, 'force.joint'))).toBeLessThan(6 * 1.001)
      }
      environment.close()
    },
  )

  it('against a load lags by load / gain, and its force is the load', async () => {
    const environment = await begin({
      bodies: [fixed('base'), mass('body', [0, 0], 2)],
      joints: [slider('joint', 'base', 'body', [0, 1])],
      actuators: [motor({ gain: 50 })],
    })
    run(environment, 2, [0.25])
    expect(read(environment, 'joint.velocity')).toBeCloseTo(1 - 20 / 50, 2)
    expect(read(environment, 'force.joint')).toBeCloseTo(20, 1)
    environment.close()
  })
})

describe('a position servo', () => {
  const motor = (rest: object = {}) => ({
    ...{
      type: 'position',
      name: 'motor',
      joint: 'joint',
      low: -1,
      high: 2,
      stiffness: 200,
      damping: 20,
      maxForce: 1e4,
    },
    ...rest,
  })

  it.each([
    [-1, -1],
    [0, 0.5],
    [1, 2],
    [0.5, 1.25],
  ])('at action %d comes to rest at %d', async (action, target) => {
    const environment = await begin({
      world: FREE,
      bodies: [fixed('base'), mass('body', [0, 0], 1, 0.5)],
      joints: [hinge('joint', 'base', 'body', [0, 0])],
      actuators: [motor()],
    })
    run(environment, 3, [action])
    expect(read(environment, 'joint.angle')).toBeCloseTo(target, 3)
    expect(read(environment, 'joint.velocity')).toBeCloseTo(0, 3)
    environment.close()
  })

  it('sags under a load by load / stiffness, and its force is the load', async () => {
    const environment = await begin({
      bodies: [fixed('base'), mass('body', [0, 0], 2)],
      joints: [slider('joint', 'base', 'body', [0, 1])],
      actuators: [motor({ stiffness: 400, damping: 60 })],
    })
    run(environment, 3, [-1 / 3])
    expect(read(environment, 'joint.position')).toBeCloseTo(-20 / 400, 3)
    expect(read(environment, 'force.joint')).toBeCloseTo(20, 1)
    environment.close()
  })

  it('weaker than its load lets go, giving its largest force', async () => {
    const environment = await begin({
      bodies: [fixed('base'), mass('body', [0, 0], 2)],
      joints: [slider('joint', 'base', 'body', [0, 1])],
      actuators: [motor({ maxForce: 12 })],
    })
    run(environment, 1, [1])
    expect(read(environment, 'joint.velocity')).toBeCloseTo(-4, 1)
    expect(read(environment, 'force.joint')).toBeCloseTo(12, 3)
    environment.close()
  })

  it('works together with a torque on the same joint', async () => {
    const environment = await begin({
      world: FREE,
      bodies: [fixed('base'), mass('body', [0, 0], 1, 0.5)],
      joints: [hinge('joint', 'base', 'body', [0, 0])],
      actuators: [motor({ low: -1, high: 1 }), { type: 'torque', name: 'push', joint: 'joint', gear: 10 }],
    })
    run(environment, 3, [0, 1])
    expect(read(environment, 'joint.angle')).toBeCloseTo(10 / 200, 3)
    expect(read(environment, 'torque.joint')).toBeCloseTo(0, 1)
    environment.close()
  })
})

describe('a thruster', () => {
  const jet = (rest: object = {}) => ({
    ...{ type: 'thruster', name: 'jet', body: 'body', point: [0, 0], direction: [0, 2], gear: 30 },
    ...rest,
  })

  it('accelerates its body by force / mass, gravity counted', async () => {
    const environment = await begin({ bodies: [mass('body', [0, 0], 2)], actuators: [jet()] })
    run(environment, 1, [0.8])
    expect(read(environment, 'body.vy')).toBeCloseTo(24 / 2 - 10, 3)
    expect(read(environment, 'body.vx')).toBeCloseTo(0, 5)
    run(environment, 1, [-0.2])
    expect(read(environment, 'body.vy')).toBeCloseTo(2 - 13, 2)
    environment.close()
  })

  it('with oneWay gives nothing at negative actions', async () => {
    const environment = await begin({
      world: FREE,
      bodies: [mass('body', [0, 0], 2)],
      actuators: [jet({ oneWay: true })],
    })
    run(environment, 1, [-1])
    expect(read(environment, 'body.vy')).toBe(0)
    run(environment, 1, [1])
    expect(read(environment, 'body.vy')).toBeCloseTo(15, 3)
    environment.close()
  })

  it('beside the centre of mass turns the body by force x arm / inertia', async () => {
    const environment = await begin({
      world: FREE,
      bodies: [mass('body', [1, 1], 2, 0.5, { centerOfMass: [0.1, 0], angle: 0.3 })],
      actuators: [jet({ point: [0.6, 0.2], gear: 0.2 })],
    })
    run(environment, 0.5, [1])
    expect(read(environment, 'body.angularVelocity')).toBeCloseTo((0.2 * 0.5 * 0.5) / 0.5, 3)
    environment.close()
  })

  it('turns with its body', async () => {
    // Turning once around, the force averages out.
    const environment = await begin({
      world: { ...FREE, controlStep: 0.01, physicsStep: 0.001 },
      bodies: [mass('body', [0, 0], 2)],
      actuators: [jet()],
      task: start({ 'body.angularVelocity': 2 * Math.PI, 'body.angle': 0.4 }),
    })
    run(environment, 0.25, [1])
    // A quarter turn of a unit vector that starts at angle 0.4 + 90 degrees.
    const factor = 15 / (2 * Math.PI)
    const from = 0.4 + Math.PI / 2
    expect(read(environment, 'body.vx')).toBeCloseTo(factor * (Math.sin(from + Math.PI / 2) - Math.sin(from)), 1)
    expect(read(environment, 'body.vy')).toBeCloseTo(factor * (Math.cos(from) - Math.cos(from + Math.PI / 2)), 1)
    run(environment, 0.75, [1])
    expect(Math.abs(read(environment, 'body.vx'))).toBeLessThan(0.05)
    expect(Math.abs(read(environment, 'body.vy'))).toBeLessThan(0.05)
    environment.close()
  })
})
