// Every kind of joint and all that acts along its free axis, against closed forms.
import { describe, expect, it } from 'vitest'
import { begin, fixed, hinge, mass, read, run, slider, start } from './build-scene.ts'

/** Enough sweeps for a motor and its joint to agree: with one, a torque on a heavy rotor moves the body 30 % too little. */
const CONVERGED = { internalIterations: 16 }
const NO_GRAVITY = { gravity: [0, 0] as [number, number], ...CONVERGED }
const torque = (joint: string, gear = 1) => ({ type: 'torque', name: 'motor', joint, gear })
const force = (joint: string, gear = 1) => ({ type: 'force', name: 'motor', joint, gear })

/** Times at which a sampled signal goes up through 0, interpolated. */
function risingZeros(values: readonly number[], step: number): number[] {
  return values.flatMap((value, index) => {
    const before = values[index - 1]
    return before !== undefined && before < 0 && value >= 0 ? [(index - value / (value - before)) * step] : []
  })
}

describe('a spring', () => {
  const cases = [
    ['a hinge', 0],
    ['a hinge with armature', 0.4],
    ['a slider', 0],
    ['a slider with armature', 3],
  ] as const
  it.each(cases)(
    'in %s (armature %d) swings with the period of its stiffness and inertia, and keeps its amplitude',
    async (kind, armature) => {
      // Given a mass on a spring of 1 Hz or so, drawn out by 0.3 and let go
      const turning = kind.startsWith('a hinge')
      const own = turning ? 0.1 + 2 * 0.5 ** 2 : 2
      const stiffness = 30
      const joint = turning
        ? hinge('joint', 'base', 'body', [0, 0], { stiffness, armature })
        : slider('joint', 'base', 'body', [1, 0], { stiffness, armature })
      const environment = await begin({
        world: { ...NO_GRAVITY, controlStep: 0.01 },
        bodies: [fixed('base'), mass('body', turning ? [0.5, 0] : [0, 0], 2)],
        joints: [joint],
        task: start(turning ? { 'joint.angle': 0.3 } : { 'joint.position': 0.3 }),
      })
      // When it swings for ten seconds
      const values: number[] = []
      for (let step = 0; step < 1000; step++) {
        run(environment, 0.01)
        values.push(read(environment, turning ? 'joint.angle' : 'joint.position'))
      }
      // Then its period is 2 pi sqrt(I / k), and the last swing is as wide as the first
      const zeros = risingZeros(values, 0.01)
      const period = (zeros.at(-1)! - zeros[0]!) / (zeros.length - 1)
      const exact = 2 * Math.PI * Math.sqrt((own + armature) / stiffness)
      expect(period / exact).toBeGreaterThan(0.997)
      expect(period / exact).toBeLessThan(1.003)
      const last = Math.max(...values.slice(-Math.ceil(exact / 0.01)).map(Math.abs))
      expect(last).toBeGreaterThan(0.95 * 0.3)
      expect(last).toBeLessThan(1.02 * 0.3)
      environment.close()
    },
  )

  it('pulls towards its rest, and holds there against a torque by torque / stiffness', async () => {
    const environment = await begin({
      world: NO_GRAVITY,
      bodies: [fixed('base'), mass('body', [0, 0])],
      joints: [hinge('joint', 'base', 'body', [0, 0], { stiffness: 20, rest: 0.5, damping: 2 })],
      actuators: [torque('joint', 4)],
    })
    run(environment, 5)
    expect(read(environment, 'joint.angle')).toBeCloseTo(0.5, 3)
    run(environment, 5, [1])
    expect(read(environment, 'joint.angle')).toBeCloseTo(0.5 + 4 / 20, 3)
    expect(read(environment, 'torque.joint')).toBeCloseTo(4, 10)
    environment.close()
  })

  it('far stiffer than the physics step resolves stays still', async () => {
    const environment = await begin({
      bodies: [fixed('base'), mass('body', [1, 0])],
      joints: [hinge('joint', 'base', 'body', [0, 0], { stiffness: 1e6 })],
    })
    run(environment, 2)
    expect(Math.abs(read(environment, 'joint.angle'))).toBeLessThan(1e-3)
    expect(Math.abs(read(environment, 'joint.velocity'))).toBeLessThan(1e-2)
    environment.close()
  })
})

describe('a slider', () => {
  it.each([
    ['down a slope', [fixed('base')], [1, -1] as [number, number], -10 / Math.SQRT2 / -1],
    ['up and down', [fixed('base')], [0, 2] as [number, number], -10],
    [
      'drawn askew on a turned base',
      [fixed('base', [0, 0], { angle: 2 })],
      [1, -1] as [number, number],
      10 / Math.SQRT2,
    ],
  ])('%s falls with the part of gravity along its axis', async (_, bodies, axis, acceleration) => {
    const environment = await begin({
      bodies: [...bodies, mass('body', [0.3, 0.2], 3, 0.2, { angle: -0.7 })],
      joints: [slider('joint', 'base', 'body', axis)],
    })
    run(environment, 1)
    expect(read(environment, 'joint.velocity')).toBeCloseTo(acceleration, 2)
    // Semi-implicit steps of h are ahead by g h t / 2.
    expect(read(environment, 'joint.position')).toBeCloseTo(acceleration / 2, 1)
    expect(read(environment, 'body.angle')).toBeCloseTo(-0.7, 5)
    const [x, y] = [read(environment, 'body.x') - 0.3, read(environment, 'body.y') - 0.2]
    const length = Math.hypot(...axis)
    expect(x).toBeCloseTo((axis[0] / length) * read(environment, 'joint.position'), 4)
    expect(y).toBeCloseTo((axis[1] / length) * read(environment, 'joint.position'), 4)
    environment.close()
  })

  it.each([0, 5])('with armature %d accelerates by force / (mass + armature)', async (armature) => {
    const environment = await begin({
      bodies: [fixed('base'), mass('body', [0, 0], 3)],
      joints: [slider('joint', 'base', 'body', [1, 0], { armature })],
      actuators: [force('joint', 24)],
    })
    run(environment, 1, [0.5])
    expect(read(environment, 'joint.velocity')).toBeCloseTo(12 / (3 + armature), 2)
    expect(read(environment, 'force.joint')).toBe(12)
    environment.close()
  })

  it('on a free body pushes both, equally and oppositely, along an axis that turns with the parent', async () => {
    const environment = await begin({
      world: NO_GRAVITY,
      bodies: [mass('body', [0, 0], 2, 1), mass('arm', [1, 0.5], 1, 0.5)],
      joints: [slider('joint', 'body', 'arm', [0, 1], { anchor: [1, 0] })],
      actuators: [force('joint', 3)],
      task: start({ 'body.angularVelocity': 1.5 }),
    })
    const total = () => {
      const of = (name: string, kg: number) => [
        kg * read(environment, `${name}.vx`),
        kg * read(environment, `${name}.vy`),
      ]
      const [a, b] = [of('body', 2), of('arm', 1)]
      return [a[0]! + b[0]!, a[1]! + b[1]!]
    }
    const [x, y] = total()
    run(environment, 0.6, [1])
    expect(total()[0]).toBeCloseTo(x!, 2)
    expect(total()[1]).toBeCloseTo(y!, 2)
    expect(read(environment, 'joint.position')).toBeGreaterThan(0.3)
    // Its rate is that of its position, though the axis turns.
    const before = read(environment, 'joint.position')
    const rate = read(environment, 'joint.velocity')
    run(environment, 0.02, [1])
    const mean = (rate + read(environment, 'joint.velocity')) / 2
    expect((read(environment, 'joint.position') - before) / 0.02).toBeCloseTo(mean, 1)
    environment.close()
  })
})

describe('damping', () => {
  it.each([
    ['alone', {}],
    ['beside armature', { armature: 0.5 }],
  ])('%s slows a hinge down exponentially, and lets a torque reach torque / damping', async (_, rest) => {
    const inertia = 0.5 + ('armature' in rest ? 0.5 : 0)
    const environment = await begin({
      world: NO_GRAVITY,
      bodies: [fixed('base'), mass('body', [0, 0], 1, 0.5)],
      joints: [hinge('joint', 'base', 'body', [0, 0], { damping: 0.8, ...rest })],
      actuators: [torque('joint', 2)],
      task: start({ 'joint.velocity': 3 }),
    })
    run(environment, 1)
    expect(read(environment, 'joint.velocity')).toBeCloseTo(3 * Math.exp(-0.8 / inertia), 2)
    run(environment, 20, [1])
    expect(read(environment, 'joint.velocity')).toBeCloseTo(2 / 0.8, 2)
    environment.close()
  })
})

describe('armature', () => {
  it('adds to the inertia that a torque turns', async () => {
    const environment = await begin({
      world: NO_GRAVITY,
      bodies: [fixed('base'), mass('body', [0.5, 0], 2, 0.1)],
      joints: [hinge('joint', 'base', 'body', [0, 0], { armature: 1.4 })],
      actuators: [torque('joint', 2)],
    })
    run(environment, 0.5, [1])
    expect(read(environment, 'joint.velocity')).toBeCloseTo((2 / (0.1 + 2 * 0.25 + 1.4)) * 0.5, 2)
    environment.close()
  })

  it('starts with the speed of the reset: rotor and body share its momentum', async () => {
    const environment = await begin({
      world: NO_GRAVITY,
      bodies: [fixed('base'), mass('body', [0, 0], 1, 0.5)],
      joints: [hinge('joint', 'base', 'body', [0, 0], { armature: 4 })],
      task: start({ 'joint.velocity': 2 }),
    })
    run(environment, 1)
    expect(read(environment, 'joint.velocity')).toBeCloseTo(2, 3)
    expect(read(environment, 'joint.angle')).toBeCloseTo(2, 2)
    environment.close()
  })
})

describe('a range', () => {
  const cases = [
    ['the engine', {}, 5e-3],
    ['the implicit motor', { armature: 0.2 }, 5e-3],
    ['the implicit motor of a light joint', { armature: 1e-4 }, 5e-3],
  ] as const
  it.each(cases)(
    'held by %s stops a hinge that falls into it, and its limitForce bears the weight',
    async (_, rest, tolerance) => {
      // A 2 kg rod whose centre is 0.5 m out falls from level to its stop 30 degrees down.
      const environment = await begin({
        world: CONVERGED,
        bodies: [fixed('base'), mass('body', [0.5, 0], 2, 0.05)],
        joints: [hinge('joint', 'base', 'body', [0, 0], { range: [-Math.PI / 6, 1], damping: 0.05, ...rest })],
      })
      expect(read(environment, 'joint.limitForce')).toBe(0)
      let lowest = 0
      for (let step = 0; step < 150; step++) {
        run(environment, 0.02)
        lowest = Math.min(lowest, read(environment, 'joint.angle'))
      }
      expect(lowest).toBeGreaterThan(-Math.PI / 6 - 0.1)
      expect(Math.abs(read(environment, 'joint.angle') + Math.PI / 6)).toBeLessThan(tolerance)
      expect(Math.abs(read(environment, 'joint.velocity'))).toBeLessThan(1e-3)
      const weight = 2 * 10 * 0.5 * Math.cos(Math.PI / 6)
      expect(Math.abs(read(environment, 'joint.limitForce') / weight - 1)).toBeLessThan(0.02)
      environment.close()
    },
  )

  it.each([
    ['the engine', {}],
    ['the implicit motor', { armature: 0.2 }],
  ])('held by %s bears what a motor adds to the weight, too', async (_, rest) => {
    const environment = await begin({
      world: CONVERGED,
      bodies: [fixed('base'), mass('body', [0.5, 0], 2, 0.05)],
      joints: [hinge('joint', 'base', 'body', [0, 0], { range: [-0.1, 1], damping: 0.5, ...rest })],
      actuators: [torque('joint', 6)],
    })
    run(environment, 2, [-1])
    expect(Math.abs(read(environment, 'joint.limitForce') / (10 * Math.cos(0.1) + 6) - 1)).toBeLessThan(0.02)
    environment.close()
  })

  it.each([
    ['the engine', {}],
    ['the implicit motor', { armature: 1 }],
  ])(
    'held by %s bears the force that pushes a slider against its upper end, with a negative limitForce',
    async (_, rest) => {
      const environment = await begin({
        bodies: [fixed('base'), mass('body', [0, 0], 2)],
        joints: [slider('joint', 'base', 'body', [1, 0], { range: [-1, 0.5], damping: 0.5, ...rest })],
        actuators: [force('joint', 20)],
      })
      let largest = 0
      for (let step = 0; step < 100; step++) {
        run(environment, 0.02, [1])
        largest = Math.max(largest, -read(environment, 'joint.limitForce'))
      }
      expect(read(environment, 'joint.position')).toBeCloseTo(0.5, 2)
      expect(read(environment, 'joint.limitForce')).toBeCloseTo(-20, 1)
      // The stop took the momentum of the arrival, too.
      expect(largest).toBeGreaterThan(60)
      run(environment, 0.4, [-0.5])
      expect(read(environment, 'joint.limitForce')).toBe(0)
      environment.close()
    },
  )
})

describe('a weld', () => {
  it('keeps two bodies together as drawn, whatever turns them', async () => {
    const environment = await begin({
      bodies: [mass('a', [0, 0], 2, 0.2, { angle: 0.4 }), mass('b', [0.6, 0.3], 1, 0.1, { angle: -1.2 })],
      joints: [{ name: 'joint', type: 'weld', parent: 'a', child: 'b', anchor: [0.3, 0.1] }],
      actuators: [{ type: 'thruster', name: 'jet', body: 'b', point: [0.2, 0], direction: [0, 1], gear: 20 }],
    })
    let worst = 0
    for (let step = 0; step < 50; step++) {
      run(environment, 0.02, [1])
      const angle = read(environment, 'a.angle') - 0.4
      const [dx, dy] = [
        read(environment, 'b.x') - read(environment, 'a.x'),
        read(environment, 'b.y') - read(environment, 'a.y'),
      ]
      const along = Math.cos(angle) * dx + Math.sin(angle) * dy
      const across = -Math.sin(angle) * dx + Math.cos(angle) * dy
      const twist = read(environment, 'b.angle') - read(environment, 'a.angle') + 1.6
      worst = Math.max(worst, Math.hypot(along - 0.6, across - 0.3), Math.abs(Math.sin(twist)))
    }
    expect(worst).toBeLessThan(2e-3)
    environment.close()
  })
})

describe('the load of a joint', () => {
  it('that hangs still is the weight of all that it carries', async () => {
    const environment = await begin({
      bodies: [fixed('base'), mass('upper', [0, -0.5], 2), mass('lower', [0, -1.5], 3), mass('end', [0, -2], 1)],
      joints: [
        hinge('top', 'base', 'upper', [0, 0]),
        slider('middle', 'upper', 'lower', [1, 0], { anchor: [0, -1], damping: 1 }),
        { name: 'bottom', type: 'weld', parent: 'lower', child: 'end', anchor: [0, -2] },
      ],
    })
    run(environment, 1)
    expect(read(environment, 'top.load')).toBeCloseTo(60, 1)
    expect(read(environment, 'middle.load')).toBeCloseTo(40, 1)
    expect(read(environment, 'bottom.load')).toBeCloseTo(10, 1)
    environment.close()
  })

  it('is less, and aslant, by what a thruster gives', async () => {
    const environment = await begin({
      bodies: [fixed('base'), mass('body', [0, -1], 3)],
      joints: [{ name: 'joint', type: 'weld', parent: 'base', child: 'body', anchor: [0, 0] }],
      actuators: [{ type: 'thruster', name: 'jet', body: 'body', point: [0, 0], direction: [3, 4], gear: 20 }],
    })
    run(environment, 1, [1])
    expect(read(environment, 'joint.load')).toBeCloseTo(Math.hypot(12, 30 - 16), 1)
    environment.close()
  })

  it('of a pendulum at its lowest point is weight and centripetal force', async () => {
    const environment = await begin({
      world: { controlStep: 0.001, physicsStep: 0.001 },
      bodies: [fixed('base'), mass('body', [0, -0.8], 2, 1e-6)],
      joints: [hinge('joint', 'base', 'body', [0, 0])],
      task: start({ 'joint.velocity': 3 }),
    })
    run(environment, 0.002)
    expect(Math.abs(read(environment, 'joint.load') - 2 * (10 + 9 * 0.8))).toBeLessThan(0.1)
    environment.close()
  })

  it('is less by what the ground bears', async () => {
    // A bar, hinged at its left end, whose right end lies on a post: each bears half.
    const environment = await begin({
      bodies: [
        fixed('base'),
        fixed('post', [1, -0.55], { shapes: [{ type: 'box', width: 0.2, height: 1 }] }),
        mass('bar', [0.5, 0], 4, 0.4, { shapes: [{ type: 'capsule', from: [-0.5, 0], to: [0.5, 0], radius: 0.05 }] }),
      ],
      joints: [hinge('joint', 'base', 'bar', [0, 0])],
    })
    run(environment, 2)
    expect(Math.abs(read(environment, 'joint.load') - 20)).toBeLessThan(1.5)
    environment.close()
  })
})

describe('maxVelocity', () => {
  it.each([
    ['', {}],
    [' with armature', { armature: 1 }],
  ])('clips the speed of a slider%s after every control step', async (_, rest) => {
    const environment = await begin({
      bodies: [fixed('base'), mass('body', [0, 0])],
      joints: [slider('joint', 'base', 'body', [1, 0], { maxVelocity: 0.5, ...rest })],
      actuators: [force('joint', 10)],
    })
    run(environment, 1, [1])
    expect(read(environment, 'joint.velocity')).toBeCloseTo(0.5, 6)
    expect(read(environment, 'joint.position')).toBeGreaterThan(0.4)
    expect(read(environment, 'joint.position')).toBeLessThan(0.75)
    environment.close()
  })
})
