/** Which body travels and which is pushed: of the built-in scenes, of scenes with ground that gives way, and of all others. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { isGround } from '../../src/scene/ground.ts'
import { loadScene, validateScene } from '../../src/scene/load.ts'
import { pushedBody, travellingBody } from '../../src/scene/robot.ts'
import { fc } from '../properties.ts'
import { buildScene, fixed, mass } from '../sim/build-scene.ts'
import { randomScene } from './random-scene.ts'

describe('the body that stands for the robot', () => {
  it.each([
    ['pendulum', undefined, 'rod'],
    ['acrobot', undefined, 'upper'],
    ['double-inverted-pendulum', undefined, 'cart'],
    ['hopper', 'torso', 'torso'],
    ['hopper-light', 'torso', 'torso'],
  ])('of %s: %s travels, and %s is pushed', (name, travelling, pushed) => {
    const scene = loadScene(readFileSync(`scenes/${name}.json`, 'utf8'), name)
    expect(scene.bodies[travellingBody(scene)]?.name).toBe(travelling)
    expect(scene.bodies[pushedBody(scene)]?.name).toBe(pushed)
  })

  it('is the one that no joint carries, wherever it stands in the file', () => {
    const ball = (name: string) => mass(name, [0, 1], 1, 0.1, { shapes: [] })
    const scene = buildScene({
      bodies: [fixed('ground', [0, 0]), ball('leg'), ball('torso')],
      joints: [{ name: 'hip', type: 'hinge', parent: 'torso', child: 'leg', anchor: [0, 1] }],
    })
    expect([travellingBody(scene), pushedBody(scene)]).toEqual([2, 2])
  })

  it('is no ground, also where the ground gives way and lies before it', () => {
    const floor = { ...mass('slab', [0, -1], 1, 1, { shapes: [] }), ground: true }
    const scene = buildScene({ bodies: [floor, mass('ball', [0, 1], 1, 0.1, { shapes: [] })] })
    expect([travellingBody(scene), pushedBody(scene)]).toEqual([1, 1])
  })

  it('of any scene is free, and is the travelling one where there is one', () => {
    fc.assert(
      fc.property(randomScene({ broken: 0 }), ({ text }) => {
        const { scene } = validateScene(text)
        fc.pre(scene !== undefined)
        const [travelling, pushed] = [travellingBody(scene!), pushedBody(scene!)]
        const free = scene!.bodies.filter((body) => body.kind === 'dynamic' && !isGround(body))
        if (free.length === 0) expect([travelling, pushed]).toEqual([-1, -1])
        else expect(free).toContain(scene!.bodies[pushed])
        if (travelling >= 0) expect(pushed).toBe(travelling)
      }),
      { endOnFailure: true },
    )
  })
})
