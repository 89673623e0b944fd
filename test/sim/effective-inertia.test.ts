// The inertia that a joint feels, against the acceleration that a unit force gives it in the engine's world and by hand.
import { describe, expect, it } from 'vitest'
import { planScene } from '../../src/sim/plan.ts'
import { begin, buildScene, fixed, hinge, mass, type Parts, read, run, slider } from './build-scene.ts'

describe('the effective inertia of a joint', () => {
  const inertiasOf = (parts: Parts) => planScene(buildScene(parts)).joints.map(({ inertia }) => inertia)

  it('of one body on a fixed one is its own about the anchor, and the armature', () => {
    const bodies = [fixed('base'), mass('body', [0.3, 0.4], 2, 0.1)]
    expect(inertiasOf({ bodies, joints: [hinge('joint', 'base', 'body', [0, 0])] })[0]).toBeCloseTo(0.6, 12)
    expect(inertiasOf({ bodies, joints: [hinge('joint', 'base', 'body', [0, 0], { armature: 3 })] })[0]).toBeCloseTo(
      3.6,
      12,
    )
    expect(inertiasOf({ bodies, joints: [slider('joint', 'base', 'body', [3, 1])] })[0]).toBeCloseTo(2, 12)
  })

  it('between two free bodies is that of both in series', () => {
    const bodies = [mass('a', [0, 0], 2, 0.5), mass('b', [0, 0], 6, 0.25)]
    expect(inertiasOf({ bodies, joints: [hinge('joint', 'a', 'b', [0, 0])] })[0]).toBeCloseTo(1 / (2 + 4), 12)
    expect(inertiasOf({ bodies, joints: [slider('joint', 'a', 'b', [0, 1])] })[0]).toBeCloseTo(1 / (1 / 2 + 1 / 6), 12)
  })

  it('of a cart under a pole lets the pole stay behind', () => {
    // 1 / (M⁻¹)₁₁ of M = [[m1 + m2, m2 l], [m2 l, I + m2 l²]].
    const inertias = inertiasOf({
      bodies: [fixed('base'), mass('cart', [0, 0], 3, 1), mass('pole', [0, 0.5], 2, 0.1)],
      joints: [slider('rail', 'base', 'cart', [1, 0]), hinge('pivot', 'cart', 'pole', [0, 0])],
    })
    expect(inertias[0]).toBeCloseTo(5 - 1 / 0.6, 12)
    expect(inertias[1]).toBeCloseTo(0.6 - 1 / 5, 12)
  })

  it('passes through welds, branches and sliders: a force of 1 gives an acceleration of 1 / inertia', async () => {
    const parts = (joint: string) => ({
      world: {
        gravity: [0, 0] as [number, number],
        controlStep: 1e-3,
        physicsStep: 1e-4,
        solverIterations: 8,
        internalIterations: 50,
      },
      bodies: [
        mass('trunk', [0.1, 0.2], 4, 0.3, { angle: 0.3 }),
        mass('arm', [0.9, 0.4], 1.5, 0.1, { centerOfMass: [0.1, -0.05], angle: -0.4 }),
        mass('hand', [1.4, 0.7], 0.7, 0.05),
        mass('leg', [0, -0.6], 2, 0.2),
        mass('shoe', [0.2, -1.1], 1, 0.04),
      ],
      joints: [
        hinge('shoulder', 'trunk', 'arm', [0.5, 0.3]),
        slider('wrist', 'arm', 'hand', [1, 0.5], { anchor: [1.2, 0.6] }),
        hinge('hip', 'trunk', 'leg', [0, -0.2]),
        { name: 'ankle', type: 'weld', parent: 'leg', child: 'shoe', anchor: [0, -1] },
      ],
      actuators: [{ type: joint === 'wrist' ? 'force' : 'torque', name: 'push', joint, gear: 1 }],
    })
    for (const [index, joint] of ['shoulder', 'wrist', 'hip'].entries()) {
      const environment = await begin(parts(joint))
      run(environment, 0.01, [1])
      const inertia = inertiasOf(parts(joint))[index]!
      expect((read(environment, `${joint}.velocity`) / 0.01) * inertia).toBeCloseTo(1, 1)
      environment.close()
    }
  })
})
