// Mass, centre of mass and inertia against closed forms, the published masses of the hopper and numeric integration.
import { describe, expect, it } from 'vitest'
import { massPropertiesOf, shapeMassProperties } from '../../src/scene/mass-properties.ts'
import type { DynamicBody, SolidShape } from '../../src/scene/schema.ts'
import { fc } from '../properties.ts'

/** How far the volume of a shape reaches out of the plane on either side at a point; 0 outside. */
function halfDepthAt(shape: SolidShape, x: number, y: number): number {
  switch (shape.type) {
    case 'circle':
    case 'capsule': {
      const [from, to] = shape.type === 'circle' ? [shape.center!, shape.center!] : [shape.from, shape.to]
      const [dx, dy] = [to[0] - from[0], to[1] - from[1]]
      const squared = dx * dx + dy * dy
      const along = squared === 0 ? 0 : ((x - from[0]) * dx + (y - from[1]) * dy) / squared
      const t = Math.min(1, Math.max(0, along))
      const distance = Math.hypot(x - from[0] - t * dx, y - from[1] - t * dy)
      return Math.sqrt(Math.max(0, shape.radius ** 2 - distance ** 2))
    }
    case 'box': {
      const [cos, sin] = [Math.cos(shape.angle!), Math.sin(shape.angle!)]
      const [dx, dy] = [x - shape.center![0], y - shape.center![1]]
      const isInside =
        Math.abs(cos * dx + sin * dy) < shape.width / 2 && Math.abs(cos * dy - sin * dx) < shape.height / 2
      return isInside ? shape.depth! / 2 : 0
    }
    case 'polygon': {
      const sides = shape.points.map(([ax, ay], index) => {
        const [bx, by] = shape.points[(index + 1) % shape.points.length]!
        return (bx - ax) * (y - ay) - (by - ay) * (x - ax)
      })
      return sides.every((side) => side > 0) || sides.every((side) => side < 0) ? shape.depth! / 2 : 0
    }
  }
}

/** Mass properties by the midpoint rule over the plane. */
function integrate(shape: SolidShape, density: number, reach: number, cells: number) {
  const step = (2 * reach) / cells
  let [mass, momentX, momentY, polar] = [0, 0, 0, 0]
  for (let row = 0; row < cells; row++) {
    for (let column = 0; column < cells; column++) {
      const [x, y] = [-reach + (column + 0.5) * step, -reach + (row + 0.5) * step]
      const part = density * 2 * halfDepthAt(shape, x, y) * step * step
      mass += part
      momentX += part * x
      momentY += part * y
      polar += part * (x * x + y * y)
    }
  }
  const [x, y] = [momentX / mass, momentY / mass]
  return { mass, centerOfMass: [x, y] as [number, number], inertia: polar - mass * (x * x + y * y) }
}

const coordinate = fc.double({ min: -0.4, max: 0.4, noNaN: true })
const point = fc.tuple(coordinate, coordinate)
const size = fc.double({ min: 0.2, max: 0.4, noNaN: true })
const angle = fc.double({ min: -3, max: 3, noNaN: true })
const shape: fc.Arbitrary<SolidShape> = fc.oneof(
  fc.record({ type: fc.constant('circle' as const), center: point, radius: size }),
  fc.record({ type: fc.constant('capsule' as const), from: point, to: point, radius: size }),
  fc.record({ type: fc.constant('box' as const), center: point, width: size, height: size, angle, depth: size }),
  fc
    .record({
      corners: fc.integer({ min: 3, max: 8 }),
      center: point,
      a: size,
      b: size,
      start: angle,
      sense: fc.constantFrom(1, -1),
    })
    .map(({ corners, center, a, b, start, sense }): SolidShape => {
      const points = Array.from({ length: corners }, (_, index): [number, number] => {
        const at = start + (sense * 2 * Math.PI * index) / corners
        return [center[0] + a * Math.cos(at), center[1] + b * Math.sin(at)]
      })
      return { type: 'polygon', points, depth: 0.3 }
    }),
)

describe('a shape', () => {
  it('of any kind weighs what integration over its volume says', () => {
    fc.assert(
      fc.property(shape, (given) => {
        const [exact, numeric] = [shapeMassProperties(given, 700), integrate(given, 700, 0.9, 800)]
        // The edges of prisms fall between the cells; round shapes thin out towards theirs.
        const tolerance = 'depth' in given ? 0.025 : 0.001
        expect(Math.abs(exact.mass / numeric.mass - 1)).toBeLessThan(tolerance)
        expect(Math.abs(exact.inertia / numeric.inertia - 1)).toBeLessThan(2 * tolerance)
        expect(exact.centerOfMass[0]).toBeCloseTo(numeric.centerOfMass[0], 2)
        expect(exact.centerOfMass[1]).toBeCloseTo(numeric.centerOfMass[1], 2)
      }),
      { numRuns: 40, endOnFailure: true },
    )
  })

  it.each([
    // Hopper-v5: density 1000, radius and half-length of each part.
    ['torso', 0.05, 0.2, 3.67],
    ['thigh', 0.05, 0.225, 4.06],
    ['leg', 0.04, 0.25, 2.78],
    ['foot', 0.06, 0.195, 5.32],
  ])('a capsule such as the %s of the hopper has its published mass', (_, radius, half, mass) => {
    const capsule: SolidShape = { type: 'capsule', from: [0, -half], to: [0, half], radius }
    expect(shapeMassProperties(capsule, 1000).mass).toBeCloseTo(mass, 2)
  })

  it('a ball is 2/5 m r², and a capsule without length is one', () => {
    const { mass, inertia } = shapeMassProperties({ type: 'circle', radius: 0.3 }, 500)
    expect(mass).toBeCloseTo((500 * 4 * Math.PI * 0.027) / 3, 12)
    expect(inertia).toBeCloseTo(0.4 * mass * 0.09, 12)
    const short = shapeMassProperties({ type: 'capsule', from: [1, 2], to: [1, 2], radius: 0.3 }, 500)
    expect(short).toEqual({ mass, inertia: expect.closeTo(inertia, 12), centerOfMass: [1, 2] })
  })

  it('a long thin capsule is a rod: m l²/12', () => {
    const { mass, inertia } = shapeMassProperties({ type: 'capsule', from: [0, 0], to: [0, 2], radius: 1e-4 }, 1000)
    expect(inertia / ((mass * 4) / 12)).toBeCloseTo(1, 3)
  })

  it('a box and the polygon of its corners are the same', () => {
    const box = shapeMassProperties({ type: 'box', center: [1, 2], width: 0.4, height: 0.6, depth: 0.5 }, 100)
    const points: [number, number][] = [
      [0.8, 1.7],
      [1.2, 1.7],
      [1.2, 2.3],
      [0.8, 2.3],
    ]
    expect(box.mass).toBeCloseTo(12, 12)
    expect(box.inertia).toBeCloseTo((12 * (0.16 + 0.36)) / 12, 12)
    for (const corners of [points, points.toReversed()]) {
      const polygon = shapeMassProperties({ type: 'polygon', points: corners, depth: 0.5 }, 100)
      expect(polygon.mass).toBeCloseTo(box.mass, 12)
      expect(polygon.inertia).toBeCloseTo(box.inertia, 12)
      expect(polygon.centerOfMass[0]).toBeCloseTo(1, 12)
      expect(polygon.centerOfMass[1]).toBeCloseTo(2, 12)
    }
  })
})

describe('a body', () => {
  const balls: SolidShape[] = [
    { type: 'circle', center: [0, 0], radius: 0.1 },
    { type: 'circle', center: [1, 0], radius: 0.1 },
  ]
  const body = (weight: Partial<DynamicBody>): DynamicBody => {
    return { name: 'b', kind: 'dynamic', position: [0, 0], shapes: balls, ...weight }
  }
  const ball = shapeMassProperties(balls[0]!, 1000)
  const pair = 2 * ball.inertia + 2 * ball.mass * 0.25

  it('of a density has the sum of its shapes, about their common centre', () => {
    const { mass, centerOfMass, inertia } = massPropertiesOf(body({ density: 1000 }))
    expect(mass).toBeCloseTo(2 * ball.mass, 12)
    expect(centerOfMass).toEqual([0.5, 0])
    expect(inertia).toBeCloseTo(pair, 12)
  })

  it('of a mass alone is one of the density that gives it', () => {
    const { mass, centerOfMass, inertia } = massPropertiesOf(body({ mass: 3 }))
    expect([mass, centerOfMass]).toEqual([3, [0.5, 0]])
    expect(inertia).toBeCloseTo((pair * 3) / (2 * ball.mass), 12)
  })

  it('of a mass and a centre keeps the inertia of its shapes about it', () => {
    const { centerOfMass, inertia } = massPropertiesOf(body({ mass: 2 * ball.mass, centerOfMass: [0.2, 0.1] }))
    expect(centerOfMass).toEqual([0.2, 0.1])
    expect(inertia).toBeCloseTo(pair, 12)
  })

  it('of a mass and an inertia is as given, about its frame or the centre given', () => {
    expect(massPropertiesOf(body({ mass: 3, inertia: 2 }))).toEqual({ mass: 3, inertia: 2, centerOfMass: [0, 0] })
    expect(massPropertiesOf(body({ mass: 3, inertia: 2, centerOfMass: [1, 0] })).centerOfMass).toEqual([1, 0])
  })
})
