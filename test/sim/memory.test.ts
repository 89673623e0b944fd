// Steps leave nothing behind: neither in JavaScript's heap nor in the engine's.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { createEnvironment } from '../../src/sim/environment.ts'
import { begin, buildScene, fixed, hinge, mass, run, slider } from './build-scene.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** One of everything: joints of every kind, driven or not, servos, thrusters, contacts, rays, stops, a given motion. */
const EVERYTHING = {
  world: { controlStep: 0.004, physicsStep: 0.004 },
  bodies: [
    fixed('ground', [0, -0.5], { shapes: [{ type: 'box', width: 40, height: 1 }] }),
    { name: 'belt', kind: 'kinematic', position: [3, 0], shapes: [], motion: { angle: 'time' } },
    mass('a', [0, 0.1], 1, 0.1, { shapes: [{ type: 'circle', radius: 0.1 }] }),
    mass('b', [0.5, 0.5]),
    mass('c', [1, 0.5]),
    mass('d', [3, 0.5]),
    mass('e', [3, 1]),
  ],
  joints: [
    hinge('driven', 'a', 'b', [0.2, 0.3], { armature: 0.1, range: [-1, 1], stiffness: 10 }),
    slider('engine', 'b', 'c', [1, 0], { anchor: [0.8, 0.5], range: [-0.2, 0.2], damping: 1, maxVelocity: 1 }),
    hinge('swing', 'belt', 'd', [3, 0], {}),
    { name: 'weld', type: 'weld', parent: 'd', child: 'e', anchor: [3, 0.8] },
  ],
  actuators: [
    { type: 'position', name: 'servo', joint: 'driven', low: -1, high: 1, stiffness: 20, damping: 1, maxForce: 5 },
    { type: 'force', name: 'push', joint: 'engine', gear: 5 },
    { type: 'torque', name: 'turn', joint: 'swing', gear: 1 },
    { type: 'thruster', name: 'jet', body: 'a', point: [0, 0], direction: [0, 1], gear: 1 },
  ],
  markers: [{ name: 'tip', body: 'c', position: [0.1, 0] }],
  sensors: [
    { name: 'touch', type: 'contact', body: 'a' },
    { name: 'eye', type: 'ray', body: 'b', position: [0, 0], angle: -1.5, length: 3 },
  ],
}

it('a hundred thousand steps do not grow the heap', async () => {
  const environment = await begin(EVERYTHING)
  const action = [0.3, -0.2, 0.1, 0.5]
  run(environment, 40, action)
  collect()
  const before = process.memoryUsage().heapUsed
  run(environment, 400, action)
  collect()
  // Measured: some 20 kB either way, of a few hundred bytes a step that came and went (boxed numbers, the contacts' handles).
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(300e3)
  environment.close()
}, 120_000)

it('the engine gets all of its memory back at a reset', async () => {
  const environment = await createEnvironment(buildScene(EVERYTHING), { measureForces: true })
  const round = (count: number) => {
    for (let seed = 0; seed < count; seed++) {
      environment.reset({ seed })
      for (let step = 0; step < 5; step++) environment.step([0.1, 0.1, 0.1, 0.1])
    }
  }
  round(100)
  const before = process.memoryUsage().rss
  round(1500)
  // A leak of one world a reset would be some 100 MB.
  expect(process.memoryUsage().rss - before).toBeLessThan(60e6)
  environment.close()
}, 120_000)
