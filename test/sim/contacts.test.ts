// Contacts, surfaces, shapes as ground, given motions and the sensors of contact and distance, against closed forms.
import { describe, expect, it } from 'vitest'
import { begin, fixed, mass, read, run, slider, start } from './build-scene.ts'

const ball = (radius = 0.1, rest: object = {}) => ({ shapes: [{ type: 'circle', radius }], ...rest })
const block = (width = 0.4, height = 0.2, rest: object = {}) => ({ shapes: [{ type: 'box', width, height }], ...rest })
const ground = (rest: object = {}) => fixed('ground', [0, -0.5], { ...block(40, 1), ...rest })

describe('restitution', () => {
  it.each([
    ["the ball's", 0.8, undefined],
    ["the ground's", 0, 0.8],
  ])('is the larger of two: a ball rises to its square of the height with %s', async (_, own, other) => {
    const environment = await begin({
      world: { controlStep: 0.002, physicsStep: 0.001 },
      bodies: [ground({ restitution: other }), mass('ball', [0, 1.1], 1, 0.01, ball(0.1, { restitution: own }))],
    })
    let bounced = false
    let highest = 0
    for (let step = 0; step < 600; step++) {
      run(environment, 0.002)
      bounced ||= read(environment, 'ball.vy') > 0
      if (bounced) highest = Math.max(highest, read(environment, 'ball.y') - 0.1)
    }
    expect(highest).toBeGreaterThan(0.62)
    expect(highest).toBeLessThan(0.66)
    environment.close()
  })

  it('of a shape stands before that of its body', async () => {
    const shapes = [{ type: 'circle', radius: 0.1, restitution: 0 }]
    const environment = await begin({
      bodies: [ground(), mass('ball', [0, 0.6], 1, 0.01, { shapes, restitution: 1 })],
    })
    run(environment, 1)
    expect(read(environment, 'ball.y')).toBeCloseTo(0.1, 2)
    environment.close()
  })
})

describe('friction', () => {
  it.each([
    [0.4, 0.1],
    [0.1, 0.4],
  ])('of %d and %d stops a sliding block within v² / 2μg by the larger', async (own, other) => {
    const environment = await begin({
      bodies: [ground({ friction: other }), mass('block', [0, 0.1], 2, 0.1, block(0.4, 0.2, { friction: own }))],
      task: start({ 'block.vx': 2 }),
    })
    run(environment, 1.5)
    expect(read(environment, 'block.vx')).toBeCloseTo(0, 3)
    expect(read(environment, 'block.x') / (4 / (2 * 0.4 * 10))).toBeCloseTo(1, 1)
    environment.close()
  })

  it('of a shape stands before that of its body', async () => {
    const shapes = [{ type: 'box', width: 0.4, height: 0.2, friction: 0 }]
    const environment = await begin({
      bodies: [ground({ friction: 0 }), mass('block', [0, 0.1], 2, 0.1, { shapes, friction: 1 })],
      task: start({ 'block.vx': 2 }),
    })
    run(environment, 1)
    expect(read(environment, 'block.vx')).toBeCloseTo(2, 3)
    environment.close()
  })

  it('on a moving belt carries a block along with it', async () => {
    const belt = { name: 'belt', kind: 'kinematic', position: [0, -0.5], ...block(40, 1), motion: { x: '0.8 * time' } }
    const environment = await begin({
      bodies: [belt, mass('block', [0, 0.1], 2, 0.1, block())],
    })
    run(environment, 0.1)
    // 0.5 x 10 m/s² until it goes along.
    expect(read(environment, 'block.vx')).toBeCloseTo(0.5, 1)
    run(environment, 1)
    expect(read(environment, 'block.vx')).toBeCloseTo(0.8, 2)
    expect(read(environment, 'belt.x')).toBeCloseTo(0.88, 4)
    expect(read(environment, 'belt.vx')).toBeCloseTo(0.8, 2)
    environment.close()
  })
})

describe('a given motion', () => {
  it('is followed in place and angle, and its velocity is known from the reset on', async () => {
    const motion = { x: '0.5 + 0.3 * sin(2 * time)', angle: '0.2 + 3 * time' }
    const environment = await begin({
      bodies: [{ name: 'arm', kind: 'kinematic', position: [0.5, 0.7], angle: 0.2, shapes: [], motion }],
    })
    expect(read(environment, 'arm.vx')).toBeCloseTo(0.6, 3)
    expect(read(environment, 'arm.angularVelocity')).toBeCloseTo(3, 5)
    for (let step = 1; step <= 100; step++) {
      run(environment, 0.02)
      const time = step * 0.02
      expect(read(environment, 'arm.x')).toBeCloseTo(0.5 + 0.3 * Math.sin(2 * time), 5)
      expect(read(environment, 'arm.y')).toBeCloseTo(0.7, 6)
      const angle = 0.2 + 3 * time
      expect(read(environment, 'arm.angle')).toBeCloseTo(Math.atan2(Math.sin(angle), Math.cos(angle)), 4)
      expect(read(environment, 'arm.angularVelocity')).toBeCloseTo(3, 2)
    }
    environment.close()
  })

  it('carries what hangs on it from the start', async () => {
    const environment = await begin({
      world: { gravity: [0, 0] },
      bodies: [
        { name: 'cart', kind: 'kinematic', position: [5, 5], shapes: [], motion: { x: '1 + 0.5 * time' } },
        mass('load', [5, 4.5]),
      ],
      joints: [slider('joint', 'cart', 'load', [0, 1], { anchor: [5, 4.5] })],
    })
    expect(read(environment, 'load.x')).toBeCloseTo(1, 6)
    expect(read(environment, 'load.vx')).toBeCloseTo(0.5, 6)
    run(environment, 1)
    expect(read(environment, 'load.x')).toBeCloseTo(1.5, 4)
    expect(read(environment, 'load.y')).toBeCloseTo(4.5, 4)
    environment.close()
  })
})

describe('ground', () => {
  const bodies = (shapes: object[]) => [fixed('ground', [0, 0], { shapes }), mass('ball', [0.3, 0.5], 1, 0.01, ball())]
  it.each([
    ['a segment', [{ type: 'segment', from: [-2, 0], to: [2, 0] }]],
    [
      'a polyline',
      [
        {
          type: 'polyline',
          points: [
            [-2, 0],
            [0, 0],
            [0.5, 0],
            [2, 0],
          ],
        },
      ],
    ],
    [
      'a polygon',
      [
        {
          type: 'polygon',
          points: [
            [-2, 0],
            [0, -1],
            [2, 0],
          ],
        },
      ],
    ],
    ['a box turned and moved', [{ type: 'box', center: [0, -1], width: 2, height: 4, angle: Math.PI / 2 }]],
    ['a capsule', [{ type: 'capsule', from: [-2, -0.25], to: [2, -0.25], radius: 0.25 }]],
  ])('may be %s', async (_, shapes) => {
    const environment = await begin({ bodies: bodies(shapes) })
    run(environment, 2)
    expect(read(environment, 'ball.y')).toBeCloseTo(0.1, 2)
    environment.close()
  })

  it('is not there where groups say so', async () => {
    const fall = async (groundGroups: object, ballGroups: object) => {
      const environment = await begin({
        bodies: [ground(groundGroups), mass('ball', [0, 0.5], 1, 0.01, ball(0.1, ballGroups))],
      })
      run(environment, 1)
      const y = read(environment, 'ball.y')
      environment.close()
      return y < 0 ? 'falls' : 'lies'
    }
    expect(await fall({}, {})).toBe('lies')
    expect(await fall({ groups: [3] }, { collidesWith: [3] })).toBe('lies')
    expect(await fall({ groups: [3, 15] }, { groups: [15], collidesWith: [15] })).toBe('lies')
    expect(await fall({ groups: [3] }, { collidesWith: [2] })).toBe('falls')
    expect(await fall({ collidesWith: [] }, {})).toBe('falls')
    expect(await fall({ collidesWith: [1] }, { collidesWith: [0] })).toBe('falls')
  })
})

describe('a polygon of a density', () => {
  it('weighs area x depth x density, and turns about its own centre of mass', async () => {
    // A triangle of area 0.5, 0.2 deep, 1000 kg/m³: 100 kg; its centre is at (1/3, 1/3).
    const shapes = [
      {
        type: 'polygon',
        points: [
          [0, 0],
          [1, 0],
          [0, 1],
        ],
        depth: 0.2,
      },
    ]
    const environment = await begin({
      world: { gravity: [0, 0] },
      bodies: [{ name: 'body', kind: 'dynamic', position: [2, 1], density: 1000, shapes }],
      actuators: [{ type: 'thruster', name: 'jet', body: 'body', point: [1 / 3, 1 / 3], direction: [1, 0], gear: 200 }],
      markers: [{ name: 'centre', body: 'body', position: [1 / 3, 1 / 3] }],
      task: start({ 'body.angularVelocity': 2, 'body.vx': 2 / 3, 'body.vy': -2 / 3 }),
    })
    // The frame's origin starts so that the centre is at rest.
    expect(read(environment, 'centre.vx')).toBeCloseTo(0, 6)
    expect(read(environment, 'centre.vy')).toBeCloseTo(0, 6)
    expect(read(environment, 'body.vx')).toBeCloseTo(2 / 3, 6)
    run(environment, 0.5)
    expect(read(environment, 'centre.x')).toBeCloseTo(2 + 1 / 3, 5)
    expect(read(environment, 'centre.y')).toBeCloseTo(1 + 1 / 3, 5)
    expect(read(environment, 'body.angle')).toBeCloseTo(1, 4)
    expect(read(environment, 'body.vx')).toBeCloseTo((2 / 3) * (Math.cos(1) + Math.sin(1)), 4)
    environment.close()
    const still = await begin({
      world: { gravity: [0, 0] },
      bodies: [{ name: 'body', kind: 'dynamic', position: [2, 1], density: 1000, shapes }],
      actuators: [{ type: 'thruster', name: 'jet', body: 'body', point: [1 / 3, 1 / 3], direction: [1, 0], gear: 200 }],
    })
    run(still, 1, [1])
    expect(read(still, 'body.vx')).toBeCloseTo(2, 3)
    expect(read(still, 'body.angularVelocity')).toBeCloseTo(0, 4)
    still.close()
  })
})

describe('a contact sensor', () => {
  it.each([1, 4, 16])('of a body at rest shows its weight, with %d solver iterations', async (solverIterations) => {
    const environment = await begin({
      world: { solverIterations },
      bodies: [ground(), mass('block', [0, 0.1], 3, 0.1, block()), mass('flying', [5, 5], 1, 1, ball())],
      sensors: [
        { name: 'touch', type: 'contact', body: 'block' },
        { name: 'touch_ground', type: 'contact', body: 'block', with: 'ground' },
        { name: 'touch_flying', type: 'contact', body: 'block', with: 'flying' },
      ],
    })
    expect(read(environment, 'touch')).toBe(0)
    run(environment, 1)
    expect(read(environment, 'touch')).toBe(1)
    expect(read(environment, 'touch.force')).toBeCloseTo(30, 1)
    expect(read(environment, 'touch_ground')).toBe(1)
    expect(read(environment, 'touch_ground.force')).toBeCloseTo(30, 1)
    expect(read(environment, 'touch_flying')).toBe(0)
    expect(read(environment, 'touch_flying.force')).toBe(0)
    environment.close()
  })

  it('counts the impulse of a landing: averaged force x time is momentum lost and weight', async () => {
    const environment = await begin({
      bodies: [ground(), mass('ball', [0, 0.35], 2, 0.1, ball())],
      sensors: [{ name: 'touch', type: 'contact', body: 'ball' }],
    })
    let impulse = 0
    let touched = 0
    for (let step = 0; step < 25; step++) {
      run(environment, 0.02)
      impulse += read(environment, 'touch.force') * 0.02
      touched += read(environment, 'touch')
    }
    // 0.5 s of weight: all of its momentum came from there.
    expect(Math.abs(impulse / (2 * 10 * 0.5) - 1)).toBeLessThan(0.08)
    expect(touched).toBeGreaterThan(10)
    expect(touched).toBeLessThan(16)
    environment.close()
  })
})

describe('a ray sensor', () => {
  it('sees how far the next other body is, along its own body, and its length where there is none', async () => {
    const environment = await begin({
      world: { gravity: [0, 0] },
      bodies: [
        fixed('floor_1', [0, 0], {
          shapes: [
            {
              type: 'polyline',
              points: [
                [-5, 0],
                [5, 0],
              ],
            },
          ],
        }),
        fixed('wall', [3, 2], { shapes: [{ type: 'box', width: 0.5, height: 4 }] }),
        mass('eye', [0, 1], 1, 1, { ...block(0.4, 0.4), angle: 0.1 }),
      ],
      sensors: [
        { name: 'down', type: 'ray', body: 'eye', position: [0, 0.5], angle: -Math.PI / 2 - 0.1, length: 8 },
        { name: 'ahead', type: 'ray', body: 'eye', position: [0, 0], angle: -0.1, length: 8 },
        { name: 'short', type: 'ray', body: 'eye', position: [0, 0], angle: -0.1, length: 2 },
        { name: 'up', type: 'ray', body: 'eye', position: [0, 0], angle: Math.PI / 2, length: 8 },
        { name: 'high', type: 'ray', body: 'eye', position: [0, 2], angle: -0.1, length: 8 },
        { name: 'slanted', type: 'ray', body: 'eye', position: [0, 0], angle: -Math.PI / 4 - 0.1, length: 8 },
      ],
      task: start({ 'eye.angle': '0.1', 'eye.vy': 0.5 }),
    })
    const check = (y: number) => {
      expect(read(environment, 'down.distance')).toBeCloseTo(y + 0.5 * Math.cos(0.1), 4)
      expect(read(environment, 'ahead.distance')).toBeCloseTo(2.75 + 0, 4)
      // Near the upper end of the wall, which ends at 4 m.
      expect(read(environment, 'high.distance')).toBeCloseTo(2.75 + 2 * Math.sin(0.1), 4)
      expect(read(environment, 'short.distance')).toBe(2)
      expect(read(environment, 'up.distance')).toBe(8)
      expect(read(environment, 'slanted.distance')).toBeCloseTo(y * Math.SQRT2, 3)
    }
    check(1)
    run(environment, 1)
    check(1.5)
    environment.close()
  })
})

describe('a marker', () => {
  it('moves with its body: its velocity is the rate of its place', async () => {
    const environment = await begin({
      world: { controlStep: 0.002 },
      bodies: [mass('body', [1, 2], 2, 0.3, { centerOfMass: [0.2, -0.1], angle: 0.5 })],
      markers: [{ name: 'tip', body: 'body', position: [0.4, 0.3] }],
      task: start({ 'body.angularVelocity': 4, 'body.vx': 1 }),
    })
    for (let step = 0; step < 50; step++) {
      const [x, y] = [read(environment, 'tip.x'), read(environment, 'tip.y')]
      const [vx, vy] = [read(environment, 'tip.vx'), read(environment, 'tip.vy')]
      run(environment, 0.002)
      expect(Math.abs((read(environment, 'tip.x') - x) / 0.002 - (vx + read(environment, 'tip.vx')) / 2)).toBeLessThan(
        0.02,
      )
      expect(Math.abs((read(environment, 'tip.y') - y) / 0.002 - (vy + read(environment, 'tip.vy')) / 2)).toBeLessThan(
        0.02,
      )
    }
    environment.close()
  })
})
