// A hand that pulls at a body, and the contact points that pictures show, against closed forms.
import { describe, expect, it } from 'vitest'
import { begin, fixed, hinge, mass, read, run } from './build-scene.ts'

const block = (width: number, height: number) => ({ shapes: [{ type: 'box', width, height }] })

describe('a pull', () => {
  const at = { x: 0, y: 0 }

  it('brings a body to the hand, and less its weight over the stiffness below it', async () => {
    const environment = await begin({ bodies: [mass('ball', [0, 0], 3)] })
    environment.pull({ body: 0, point: at, target: { x: 1, y: 2 } })
    run(environment, 3)
    expect(read(environment, 'ball.x')).toBeCloseTo(1, 3)
    // g / ω² with ω = 10 rad/s
    expect(read(environment, 'ball.y')).toBeCloseTo(2 - 10 / 100, 2)
    environment.close()
  })

  it('is as strong for a heavy robot as for a light one, wherever it is held', async () => {
    const heights: number[] = []
    for (const scale of [1e-3, 1, 1e3]) {
      const environment = await begin({
        bodies: [mass('torso', [0, 0], 10 * scale, scale), mass('hand', [0, 1], 0.1 * scale, 0.001 * scale)],
        joints: [hinge('arm', 'torso', 'hand', [0, 0.5])],
      })
      environment.pull({ body: 1, point: at, target: { x: 0, y: 1 } })
      run(environment, 3)
      heights.push(read(environment, 'hand.y'))
      environment.close()
    }
    for (const height of heights) expect(height).toBeCloseTo(0.9, 1)
    expect(Math.max(...heights) - Math.min(...heights)).toBeLessThan(0.01)
  })

  it.each([0.0005, 0.01, 0.1])(
    'at the end of a long rod gives it no energy, with steps of %d s',
    async (physicsStep) => {
      const environment = await begin({
        world: { gravity: [0, 0], controlStep: 0.1, physicsStep },
        bodies: [mass('rod', [0, 0], 1, 1e-3)],
      })
      environment.pull({ body: 0, point: { x: 0.5, y: 0 }, target: { x: 1, y: 0.5 } })
      // m ω² · distance² / 2
      const given = (100 * (0.5 ** 2 + 0.5 ** 2)) / 2
      for (let step = 0; step < 100; step++) {
        run(environment, 0.1)
        const [vx, vy, spin] = ['vx', 'vy', 'angularVelocity'].map((name) => read(environment, `rod.${name}`))
        expect((vx! ** 2 + vy! ** 2) / 2 + (1e-3 * spin! ** 2) / 2).toBeLessThan(given)
      }
      const [x, y, angle] = ['x', 'y', 'angle'].map((name) => read(environment, `rod.${name}`))
      expect(Math.hypot(x! + 0.5 * Math.cos(angle!) - 1, y! + 0.5 * Math.sin(angle!) - 0.5)).toBeLessThan(0.5)
      environment.close()
    },
  )

  it('that lets go leaves nothing behind: the next episode is the same to the bit', async () => {
    const environment = await begin({ bodies: [mass('ball', [0, 0], 3)] })
    run(environment, 0.5)
    const untouched = [...environment.state]
    environment.reset({ seed: 1 })
    environment.pull({ body: 0, point: at, target: { x: 1, y: 2 } })
    run(environment, 0.5)
    expect([...environment.state]).not.toEqual(untouched)
    environment.reset({ seed: 1 })
    run(environment, 0.5)
    expect([...environment.state]).toEqual(untouched)
    environment.close()
  })
})

describe('contact points', () => {
  it('carry the weight of what lies on them', async () => {
    const environment = await begin({
      bodies: [
        fixed('ground', [0, -0.5], block(10, 1)),
        mass('lower', [0, 0.1], 2, 0.1, block(0.4, 0.2)),
        mass('upper', [0, 0.3], 1, 0.1, block(0.4, 0.2)),
      ],
    })
    expect(environment.contactPoints()).toEqual([])
    run(environment, 2)
    const points = environment.contactPoints()
    let [ground, between] = [0, 0]
    for (let index = 0; index < points.length; index += 4) {
      const [x, y, , force] = points.slice(index) as [number, number, number, number]
      expect(Math.abs(x)).toBeCloseTo(0.2, 2)
      if (y < 0.1) ground += force
      else between += force
    }
    expect(points).toHaveLength(16)
    expect(ground).toBeCloseTo(30, 1)
    expect(Math.abs(between)).toBeCloseTo(10, 1)
    environment.close()
  })
})
