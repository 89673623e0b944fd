/** What the statistics of locomotion say of motions whose answer is known. */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { loadScene } from '../../src/scene/load.ts'
import type { Scene } from '../../src/scene/schema.ts'
import { createEnvironment } from '../../src/sim/environment.ts'
import { LocomotionWatch } from '../../src/training/locomotion.ts'
import { buildScene, fixed, mass, type Parts, start } from '../sim/build-scene.ts'

const ground = fixed('ground', [0, -0.5], { friction: 0, shapes: [{ type: 'box', width: 400, height: 1 }] })
const ball = (rest: object = {}) => ({ shapes: [{ type: 'circle', radius: 0.1 }], friction: 0, ...rest })

async function watch(parts: Parts, seconds: number) {
  const scene = buildScene(parts)
  const environment = await createEnvironment(scene, { measureContacts: true })
  const watching = new LocomotionWatch(scene)
  environment.reset({ seed: 1 })
  watching.onReset(environment)
  for (let step = 0; step < seconds / environment.spec.controlStep; step++) {
    environment.step(scene.actuators.map(() => 0))
    watching.onStep(environment)
  }
  environment.close()
  return watching.result()
}

it('a ball that slides on ice goes at its speed, is never in the air and sinks in by little', async () => {
  const found = await watch(
    { bodies: [ground, mass('ball', [0, 0.1], 1, 0.01, ball())], task: start({ 'ball.vx': 2 }) },
    2,
  )
  expect(found).toMatchObject({ body: 'ball', flights: 0, flightTime: 0 })
  expect(found.forwardSpeed).toBeCloseTo(2, 2)
  expect(found.distance).toBeCloseTo(4, 1)
  expect(found.flightShare).toBeLessThan(0.05)
  expect(found.onGround.ball).toBeGreaterThan(0.95)
  expect(found.largestPenetration).toBeLessThan(0.01)
})

it('ground that gives way is ground: what lies on it touches it, and it is no part of the robot itself', async () => {
  const parts = {
    bodies: [
      fixed('bedrock', [0, -0.5], { shapes: [] }),
      { ...mass('ground', [0, -0.5], 1, 100, { shapes: ground.shapes }), ground: true } as Parts['bodies'][number],
      mass('ball', [0, 0.1], 1, 0.01, ball()),
    ],
    joints: [
      {
        name: 'give',
        type: 'slider' as const,
        parent: 'bedrock',
        child: 'ground',
        anchor: [0, -0.5] as [number, number],
        axis: [0, 1] as [number, number],
        stiffness: 2000,
        damping: 100,
      },
    ],
  }
  const found = await watch(parts, 1)
  expect(found).toMatchObject({ body: 'ball', flights: 0 })
  expect(Object.keys(found.onGround)).toEqual(['ball'])
  expect(found.onGround.ball).toBeGreaterThan(0.95)
})

it('a ball that bounces without loss flies for twice the time of its fall', async () => {
  // Dropped from 0.45 m: a fall of 0.3 s at 10 m/s².
  const parts = { bodies: [ground, mass('ball', [0, 0.55], 1, 0.01, ball({ restitution: 1 }))] }
  const found = await watch({ world: { controlStep: 0.01, physicsStep: 0.001 }, ...parts }, 3)
  expect(found.flights).toBeGreaterThanOrEqual(4)
  expect(found.flights).toBeLessThanOrEqual(5)
  expect(found.flightTime).toBeGreaterThan(0.55)
  expect(found.flightTime).toBeLessThan(0.61)
  expect(found.flightShare).toBeGreaterThan(0.9)
})

it('a penetration at the start is told in full', async () => {
  const parts = { bodies: [ground, mass('ball', [0, 0.07], 1, 0.01, ball())] }
  const found = await watch(parts, 0.04)
  expect(found.largestPenetration).toBeGreaterThan(0.029)
  expect(found.largestPenetration).toBeLessThan(0.032)
})

it('only what travels is measured, and measuring it changes no bit of the motion', async () => {
  const read = (name: string): Scene => loadScene(readFileSync(`scenes/${name}.json`, 'utf8'), name)
  const hopper = read('hopper')
  expect(() => new LocomotionWatch(read('pendulum'))).toThrow(/travels/)
  const [plain, measured] = [
    await createEnvironment(hopper),
    await createEnvironment(hopper, { measureContacts: true }),
  ]
  expect(plain.contacts).toBe(undefined)
  plain.reset({ seed: 2 })
  measured.reset({ seed: 2 })
  for (let step = 0; step < 300; step++) {
    const action = [Math.sin(step), Math.cos(3 * step), Math.sin(0.2 * step)]
    plain.step(action)
    measured.step(action)
    expect([...measured.state]).toEqual([...plain.state])
  }
  plain.close()
  measured.close()
})
