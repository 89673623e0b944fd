/** A policy in live play: it acts where no hand does, on a scene of other masses too, and steps back to the bit. */
import { afterEach, describe, expect, it } from 'vitest'
import { policyController } from '../../src/episode/controllers.ts'
import { runEpisode } from '../../src/episode/episode.ts'
import { openScene } from '../../src/host/scenes.ts'
import { Policy } from '../../src/policy/policy.ts'
import { scaleMass } from '../../src/scene/scale.ts'
import { createEnvironment } from '../../src/sim/environment.ts'
import { PlaySession } from '../../src/ui/play/session.ts'

const { scene } = openScene('pendulum')
const sessions: PlaySession[] = []
afterEach(() => {
  for (const session of sessions.splice(0)) session.close()
})

/** tanh of a sum of the three observations: cos, sin and speed. */
function policyOf(weights: number[]): Policy {
  return new Policy(
    {
      scene: 'pendulum',
      algorithm: 'ddpg',
      observation: scene.task.observation.map(({ name, unit = '1' }) => ({ name, unit })),
      action: scene.actuators.map(({ name }) => ({ name, unit: 'N·m' })),
      controlStep: scene.world.controlStep,
      trainedSteps: 0,
    },
    {
      layers: [{ inputs: 3, outputs: 1, weights: Float32Array.from(weights), bias: new Float32Array(1) }],
    },
  )
}

async function sessionOf(policy: Policy | undefined, played = scene): Promise<PlaySession> {
  const session = new PlaySession(await createEnvironment(played), 1, 7)
  sessions.push(session)
  session.setAction([null])
  session.setPolicy(policy)
  return session
}

describe('Given a policy in live play', () => {
  it('When nobody interferes, Then the episode is the one of an evaluation, to the bit', async () => {
    const policy = policyOf([0.5, -1, 0.25])
    const environment = await createEnvironment(scene)
    const { return: expected } = runEpisode(environment, policyController(policy, environment.spec), { seed: 7 })
    const state = [...environment.state]
    environment.close()
    const session = await sessionOf(policy)
    for (let step = 0; step < 200; step++) session.step()
    const frame = session.frame()
    expect(frame).toMatchObject({ return: expected, truncated: true })
    expect([...frame.poses]).toEqual([...Float32Array.from(state.filter((_, index) => index % 6 < 3))])
  })

  it('When a hand takes over and gives back, Then the hand acts in between and the policy after it', async () => {
    const session = await sessionOf(policyOf([1, 1, 1]))
    const acted = () => {
      session.step()
      return session.frame().action[0]!
    }
    const before = acted()
    session.setAction([-0.5])
    expect(acted()).toBe(-0.5)
    session.setAction([null])
    const after = acted()
    expect([before, after].every((value) => value !== -0.5 && Math.abs(value) <= 1)).toBe(true)
  })

  it('When there is no policy, Then nobody acts', async () => {
    const session = await sessionOf(undefined)
    session.step()
    expect([...session.frame().action]).toEqual([0])
  })

  it('When it goes steps back over what a hand did, Then every state is the same again', async () => {
    const session = await sessionOf(policyOf([1, -1, 0.5]))
    const seen: number[][] = []
    for (let step = 0; step < 12; step++) {
      session.setAction([step % 4 === 2 ? 0.7 : null])
      seen.push([...session.frame().sensors])
      session.step()
    }
    for (const sensors of seen.reverse()) {
      session.stepBack()
      expect([...session.frame().sensors]).toEqual(sensors)
    }
  })

  it('When the robot is heavier, Then the policy still plays it, and it moves otherwise', async () => {
    const policy = policyOf([0.5, -1, 0.25])
    const [light, heavy] = [await sessionOf(policy), await sessionOf(policy, scaleMass(scene, 2))]
    for (const session of [light, heavy]) for (let step = 0; step < 20; step++) session.step()
    expect(heavy.frame().return).not.toBe(light.frame().return)
  })

  it('When it is of another scene, Then that is said in words', async () => {
    const hopper = await createEnvironment(openScene('hopper').scene)
    const session = new PlaySession(hopper, 1, 1)
    sessions.push(session)
    expect(() => session.setPolicy(policyOf([1, 1, 1]))).toThrow(/does not fit the scene "hopper"/)
  })
})
