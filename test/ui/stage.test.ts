// The stage's geometry: where things are on the screen, which lines the grid has, and what a torque looks like.
import { describe, expect, it } from 'vitest'
import { openScene } from '../../src/host/scenes.ts'
import type { Scene } from '../../src/scene/schema.ts'
import { commandedEfforts, largestEfforts } from '../../src/sim/efforts.ts'
import { sceneBounds } from '../../src/ui/stage/bounds.ts'
import { followedBody, followTo } from '../../src/ui/stage/follow.ts'
import { drawnPoses, partsOf, placeOf } from '../../src/ui/stage/geometry.ts'
import { gridLabel, gridLines, gridSpacing, lengthLabel } from '../../src/ui/stage/grid.ts'
import { boxOutline, capsuleOutline, forceArrow, torqueArc } from '../../src/ui/stage/outlines.ts'
import { fitView, panBy, screenToWorld, worldToScreen, zoomAt } from '../../src/ui/stage/view.ts'
import { fc } from '../properties.ts'

const SIZE = { width: 800, height: 600 }
const NO_INSETS = { left: 0, right: 0, top: 0, bottom: 0 }
const pendulum = openScene('pendulum').scene
const anyView = fc.record({
  x: fc.double({ min: -100, max: 100, noNaN: true }),
  y: fc.double({ min: -100, max: 100, noNaN: true }),
  scale: fc.double({ min: 0.1, max: 10_000, noNaN: true }),
})
const anyPixel = fc.record({
  x: fc.double({ min: 0, max: 800, noNaN: true }),
  y: fc.double({ min: 0, max: 600, noNaN: true }),
})

describe('the view', () => {
  it('has y up: a metre above the middle is drawn above it', () => {
    expect(worldToScreen({ x: 2, y: 1, scale: 100 }, SIZE, 3, 2)).toEqual({ x: 500, y: 200 })
  })

  it('goes from screen to world and back', () => {
    fc.assert(
      fc.property(anyView, anyPixel, (view, pixel) => {
        const world = screenToWorld(view, SIZE, pixel.x, pixel.y)
        const back = worldToScreen(view, SIZE, world.x, world.y)
        expect(back.x).toBeCloseTo(pixel.x, 5)
        expect(back.y).toBeCloseTo(pixel.y, 5)
      }),
    )
  })

  it('keeps the point under the pointer when zooming', () => {
    fc.assert(
      fc.property(anyView, anyPixel, fc.double({ min: 0.2, max: 5, noNaN: true }), (view, pixel, factor) => {
        const before = screenToWorld(view, SIZE, pixel.x, pixel.y)
        const at = worldToScreen(zoomAt(view, SIZE, pixel, factor), SIZE, before.x, before.y)
        expect(at.x).toBeCloseTo(pixel.x, 4)
        expect(at.y).toBeCloseTo(pixel.y, 4)
      }),
    )
  })

  it('moves what is drawn with the pointer', () => {
    const view = { x: 0, y: 0, scale: 50 }
    const before = worldToScreen(view, SIZE, 1, 1)
    expect(worldToScreen(panBy(view, 30, -20), SIZE, 1, 1)).toEqual({ x: before.x + 30, y: before.y - 20 })
  })

  it('fits a box within the insets, touching them in one direction', () => {
    const insets = { left: 100, right: 20, top: 10, bottom: 50 }
    const view = fitView({ minX: -1, minY: -1, maxX: 1, maxY: 3 }, SIZE, insets)
    const corner = worldToScreen(view, SIZE, -1, -1)
    const opposite = worldToScreen(view, SIZE, 1, 3)
    expect(corner.y).toBeCloseTo(550)
    expect(opposite.y).toBeCloseTo(10)
    expect((corner.x + opposite.x) / 2).toBeCloseTo((100 + 780) / 2)
    expect(corner.x).toBeGreaterThan(100)
  })

  it('stays finite for a scene of one point and a window without room', () => {
    const view = fitView({ minX: 1, minY: 1, maxX: 1, maxY: 1 }, { width: 0, height: 0 }, NO_INSETS)
    expect(Object.values(view).every(Number.isFinite)).toBe(true)
  })
})

describe('the grid', () => {
  it('has 1-2-5 spacing, never closer than asked and less than 2.5 times as far', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.05, max: 20_000, noNaN: true }), (scale) => {
        const { major, minor, decimals } = gridSpacing(scale, 70)
        expect(major * scale).toBeGreaterThan(70 * (1 - 1e-6))
        expect(major * scale).toBeLessThan(70 * 2.5 * (1 + 1e-6))
        expect(['1', '2', '5']).toContain(major.toExponential(6).replace(/\.?0*e.*/, ''))
        expect(Math.abs(major / minor - Math.round(major / minor))).toBeLessThan(1e-9)
        // The labels of neighbouring lines are different and exact.
        expect(Number(gridLabel(major, decimals))).toBeCloseTo(major, 9)
      }),
    )
  })

  it.each([
    [100, { major: 1, minor: 0.2, decimals: 0 }],
    [50, { major: 2, minor: 0.5, decimals: 0 }],
    [1000, { major: 0.1, minor: 0.02, decimals: 1 }],
    [250, { major: 0.5, minor: 0.1, decimals: 1 }],
    [11, { major: 10, minor: 2, decimals: 0 }],
  ])('at %d px/m has %o', (scale, expected) => {
    const spacing = gridSpacing(scale, 100)
    expect(spacing.major).toBeCloseTo(expected.major)
    expect(spacing.minor).toBeCloseTo(expected.minor)
    expect(spacing.decimals).toBe(expected.decimals)
  })

  it('has every line of a range, its ends too', () => {
    expect(gridLines(-0.3, 0.3, 0.1)).toEqual([-3, -2, -1, 0, 1, 2, 3].map((index) => index + 0))
  })

  it('labels without a negative zero and with a true minus', () => {
    expect(gridLabel(-1e-12, 1)).toBe('0.0')
    expect(gridLabel(-0.5, 1)).toBe('−0.5')
    expect([0.002, 0.05, 20, 5000].map(lengthLabel)).toEqual(['2 mm', '0.05 m', '20 m', '5 km'])
  })
})

describe('outlines', () => {
  it('a capsule is a radius away from its axis everywhere', () => {
    const outline = capsuleOutline({ x: 0, y: 0 }, { x: 3, y: 4 }, 0.5, 8)
    for (let index = 0; index < outline.length; index += 2) {
      const [x, y] = [outline[index]!, outline[index + 1]!]
      const along = Math.min(1, Math.max(0, (x * 3 + y * 4) / 25))
      expect(Math.hypot(x - 3 * along, y - 4 * along)).toBeCloseTo(0.5)
    }
  })

  it('a box turns about its own centre', () => {
    const corners = boxOutline({ x: 1, y: 2 }, 4, 2, Math.PI / 2)
    for (const [index, value] of [2, 0, 2, 4, 0, 4, 0, 0].entries()) expect(corners[index]).toBeCloseTo(value)
  })
})

describe('a torque', () => {
  const sweepOf = (torque: number) => {
    const { head } = torqueArc(torque, 2, 30, 12)!
    // From the top, counter-clockwise positive, in (-2π, 2π).
    const angle = Math.atan2(head[1]!, head[0]!) - Math.PI / 2
    return torque > 0 ? (angle + 4 * Math.PI) % (2 * Math.PI) : -((4 * Math.PI - angle) % (2 * Math.PI))
  }

  it('turns counter-clockwise where it is positive, and as far as its share of the range', () => {
    expect(sweepOf(2)).toBeCloseTo(1.5 * Math.PI)
    expect(sweepOf(1)).toBeCloseTo(0.75 * Math.PI)
    expect(sweepOf(-1)).toBeCloseTo(-0.75 * Math.PI)
  })

  it('never shows more than its range, and nothing where there is nothing', () => {
    expect(sweepOf(20)).toBeCloseTo(1.5 * Math.PI)
    expect(torqueArc(0, 2, 30, 12)).toBeUndefined()
    expect(torqueArc(1, 0, 30, 12)).toBeUndefined()
    expect(torqueArc(Number.NaN, 2, 30, 12)).toBeUndefined()
  })

  it('ends its line where the head begins, however small it is', () => {
    for (const torque of [0.01, 0.1, 1, 2, -0.05, -2]) {
      const { line, head } = torqueArc(torque, 2, 30, 12)!
      expect(line.at(-2)).toBeCloseTo((head[2]! + head[4]!) / 2)
      expect(line.at(-1)).toBeCloseTo((head[3]! + head[5]!) / 2)
    }
  })

  it('is measured against the gears of all actuators of its joint', () => {
    const scene: Scene = {
      ...pendulum,
      actuators: [
        { type: 'torque', name: 'a', joint: 'hinge', gear: 2 },
        { type: 'torque', name: 'b', joint: 'hinge', gear: -3 },
      ],
    }
    expect(largestEfforts(scene)).toEqual([5])
  })
})

describe('a scene on the stage', () => {
  it('is fitted with room for every angle of a pendulum', () => {
    const { minX, minY, maxX, maxY } = sceneBounds(pendulum)
    // A rod of 1 m with a round end of 0.06 m, seen as a box when it is measured.
    for (const reach of [-minX, -minY, maxX, maxY]) expect(reach).toBeGreaterThanOrEqual(1.06)
    expect(maxX).toBeLessThan(1.1)
  })

  it('is not shown to the ends of a long ground', () => {
    const ground: Scene['bodies'][number] = {
      name: 'ground',
      kind: 'fixed',
      position: [0, -2],
      shapes: [{ type: 'box', width: 1000, height: 1 }],
    }
    expect(sceneBounds({ ...pendulum, bodies: [...pendulum.bodies, ground] })).toEqual(sceneBounds(pendulum))
  })

  it('is not shown to the ends of a ground that gives way, nor to what holds that', () => {
    const { minX, minY, maxX } = sceneBounds(openScene('hopper').scene)
    expect(maxX - minX).toBeLessThan(1)
    expect(minY).toBeCloseTo(0.04, 6)
  })

  it('has its joints where the bodies are', () => {
    // Given a rod that hangs down: its centre of mass is half a metre below the hinge.
    const poses = drawnPoses(pendulum)
    const [hinge] = partsOf(pendulum).joints
    expect(placeOf(hinge!, poses)).toEqual({ x: 0, y: 0 })
    poses.set([0, -0.5, Math.PI], 3)
    const { x, y } = placeOf(hinge!, poses)
    expect(x).toBeCloseTo(0)
    expect(y).toBeCloseTo(0)
  })
})

/** A cart on a rail of ±2 m that stands at 45°, with a pole of 1 m on it. */
const cart: Scene = {
  ...pendulum,
  bodies: [
    { name: 'rail', kind: 'fixed', position: [0, 0], shapes: [] },
    { name: 'cart', kind: 'dynamic', position: [0, 0], mass: 1, inertia: 1, shapes: [{ type: 'circle', radius: 0.1 }] },
    {
      name: 'pole',
      kind: 'dynamic',
      position: [0, 0.5],
      mass: 1,
      inertia: 1,
      shapes: [{ type: 'circle', radius: 0.5 }],
    },
  ],
  joints: [
    { type: 'slider', name: 'slide', parent: 'rail', child: 'cart', anchor: [0, 0], axis: [3, 3], range: [-2, 2] },
    { type: 'hinge', name: 'hinge', parent: 'cart', child: 'pole', anchor: [0, 0] },
  ],
  actuators: [
    { type: 'force', name: 'push', joint: 'slide', gear: 10 },
    { type: 'velocity', name: 'turn', joint: 'hinge', gear: 4, gain: 100, maxForce: 80 },
    { type: 'thruster', name: 'jet', body: 'pole', point: [0, 0.5], direction: [0, 2], gear: -7 },
  ],
  markers: [{ name: 'tip', body: 'pole', position: [0, 0.5] }],
}

describe('a slider on the stage', () => {
  it('has room for its whole way with all that it carries', () => {
    const { minX, minY, maxX, maxY } = sceneBounds(cart)
    const way = 2 * Math.SQRT1_2
    for (const reach of [-minX, -minY, maxX, maxY]) {
      expect(reach).toBeGreaterThanOrEqual(way + 1)
      expect(reach).toBeLessThan(way + 1.2)
    }
  })

  it('is no part of the robot where it carries ground that gives way', () => {
    const { rails } = partsOf(openScene('hopper').scene)
    expect(rails.length).toBeGreaterThan(0)
    expect(rails.every(({ carriesGround }) => carriesGround)).toBe(true)
  })

  it('has its rail on the parent and its carriage on the child', () => {
    const poses = drawnPoses(cart)
    poses.set([1, 1, 0], 3)
    const { rails, joints, markers } = partsOf(cart)
    expect(rails[0]).toMatchObject({ joint: 0, body: 0, point: { x: 0, y: 0 }, range: [-2, 2] })
    expect(rails[0]!.angle).toBeCloseTo(Math.PI / 4)
    expect(rails[0]!.carriesGround).toBe(false)
    expect(placeOf(joints[0]!, poses)).toEqual({ x: 1, y: 1 })
    // The named point turns with its body.
    poses.set([2, 0, Math.PI / 2], 6)
    expect(placeOf(markers[0]!, poses).x).toBeCloseTo(1.5)
    expect(placeOf(markers[0]!, poses).y).toBeCloseTo(0)
  })
})

describe('a force', () => {
  it('points along its axis, or against it, as long as its share of the range', () => {
    const tip = (force: number) => forceArrow(force, 10, Math.PI / 2, 60, 12)!.head.slice(0, 2)
    for (const [force, y] of [
      [10, 60],
      [5, 30],
      [-5, -30],
      [-50, -60],
    ] as const) {
      expect(tip(force)[0]).toBeCloseTo(0)
      expect(tip(force)[1]).toBeCloseTo(y)
    }
    expect(forceArrow(0, 10, 0, 60, 12)).toBeUndefined()
  })

  it('is measured against what its actuators can do, joint by joint and then by thruster', () => {
    expect(largestEfforts(cart)).toEqual([10, 80, 7])
  })

  it('of an old rollout is what its action commands, as far as that can be known', () => {
    expect([...commandedEfforts(cart, [0.5, 1, -1])]).toEqual([5, 0, 7])
  })
})

describe('the camera', () => {
  const runner: Scene = { ...cart, joints: cart.joints.slice(1), actuators: cart.actuators.slice(1) }

  it('follows the body at the root of what is driven, unless that is on the ground', () => {
    expect(followedBody(runner)).toBe(1)
    expect(followedBody(cart)).toBeUndefined()
    expect(followedBody(pendulum)).toBeUndefined()
  })

  it('does not follow a ball beside a robot that stands', () => {
    const ball: Scene['bodies'][number] = {
      name: 'ball',
      kind: 'dynamic',
      position: [3, 0],
      mass: 1,
      inertia: 1,
      shapes: [{ type: 'circle', radius: 0.1 }],
    }
    expect(followedBody({ ...pendulum, bodies: [...pendulum.bodies, ball] })).toBeUndefined()
  })

  it('goes along sideways, and keeps still for a hop', () => {
    const view = { x: 1, y: 1, scale: 100 }
    expect(followTo(view, SIZE, { x: 0, y: 1 }, { x: 5, y: 1.5 })).toEqual({ x: 6, y: 1, scale: 100 })
    expect(followTo(view, SIZE, { x: 0, y: 1 }, { x: 0, y: 1.5 })).toBe(view)
  })

  it('goes up and down with what would leave the stage', () => {
    fc.assert(
      fc.property(anyView, fc.double({ min: -1e4, max: 1e4, noNaN: true }), (view, y) => {
        const after = followTo(view, SIZE, { x: 0, y: 0 }, { x: 0, y })
        const at = worldToScreen(after, SIZE, 0, y).y
        expect(at).toBeGreaterThan(SIZE.height * 0.15)
        expect(at).toBeLessThan(SIZE.height * 0.85)
      }),
    )
  })
})
