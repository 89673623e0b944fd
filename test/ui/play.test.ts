// Live play without a window: real time becomes whole control steps, and an episode ends only once.
import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { openScene } from '../../src/host/scenes.ts'
import { readPolicy } from '../../src/policy/policy-file.ts'
import type { Scene } from '../../src/scene/schema.ts'
import { createEnvironment } from '../../src/sim/environment.ts'
import { ghostSession, PlaySession } from '../../src/ui/play/session.ts'

const pendulum = openScene('pendulum').scene
const sessions: PlaySession[] = []

async function sessionOf(changes: Partial<Scene['task']> = {}): Promise<PlaySession> {
  const environment = await createEnvironment({ ...pendulum, task: { ...pendulum.task, ...changes } })
  const session = new PlaySession(environment, 1, 7)
  sessions.push(session)
  return session
}

/** Plays `seconds` in pictures of a 60 Hz screen. */
function playFor(session: PlaySession, seconds: number): void {
  for (let picture = 0; picture < Math.round(seconds * 60); picture++) session.advance(1 / 60)
}

afterEach(() => {
  for (const session of sessions.splice(0)) session.close()
})

describe('live play', () => {
  it('stands still until it is told to play', async () => {
    const session = await sessionOf()
    playFor(session, 1)
    expect(session.frame()).toMatchObject({ step: 0, time: 0, playing: false, seed: 7 })
  })

  it.each([0.1, 1, 10])('plays at %d times the wall clock', async (speed) => {
    const session = await sessionOf({ maxSteps: 1000 })
    session.setSpeed(speed)
    session.play()
    playFor(session, 2)
    expect(session.frame().time).toBeCloseTo(2 * speed, 1)
  })

  it('does the same as the environment under the same actions', async () => {
    // Given an environment stepped by hand
    const environment = await createEnvironment(pendulum)
    environment.reset({ seed: 7 })
    let sum = 0
    for (let step = 0; step < 20; step++) sum += environment.step([0.5]).reward
    // When live play does as many steps, played or single
    const session = await sessionOf()
    session.setAction([0.5])
    session.play()
    playFor(session, 0.75)
    session.pause()
    expect(session.frame().step).toBe(15)
    for (let step = 0; step < 5; step++) session.step()
    // Then every number is the same, to the bit
    const frame = session.frame()
    expect([...frame.sensors]).toEqual([...environment.sensorValues])
    expect(frame.return).toBe(sum)
    expect([...frame.efforts]).toEqual([1])
    environment.close()
  })

  it('does not race after the window stood still', async () => {
    const session = await sessionOf()
    session.play()
    session.advance(10)
    expect(session.frame().step).toBeLessThanOrEqual(4)
  })

  it('shows poses between two steps while it plays, and the true ones when it pauses', async () => {
    const session = await sessionOf()
    session.play()
    session.advance(0.05)
    const start = session.frame().poses[5]!
    session.advance(0.025)
    const between = session.frame().poses[5]!
    session.pause()
    const end = session.frame().poses[5]!
    expect(between).not.toBe(start)
    expect(between).toBeCloseTo((start + end) / 2, 5)
  })

  it('stops where the episode is truncated, until a reset', async () => {
    const session = await sessionOf({ maxSteps: 5 })
    session.play()
    playFor(session, 2)
    expect(session.frame()).toMatchObject({ step: 5, truncated: true, terminated: false, playing: false })
    session.play()
    session.step()
    expect(session.frame()).toMatchObject({ step: 5, playing: false })
    session.reset(8)
    expect(session.frame()).toMatchObject({ step: 0, truncated: false, return: 0, seed: 8 })
    session.step()
    expect(session.frame().step).toBe(1)
  })

  it('says which condition terminated it', async () => {
    const session = await sessionOf({ terminate: [{ name: 'soon', formula: 'time > 0.12' }] })
    session.play()
    playFor(session, 1)
    expect(session.frame()).toMatchObject({ step: 3, terminated: true, conditions: ['soon'], playing: false })
  })

  it('starts the same episode again for the same seed', async () => {
    const session = await sessionOf()
    const first = session.frame()
    session.step()
    session.reset(7)
    expect(session.frame()).toEqual(first)
  })

  it('steps back to the very state that it had, whatever was done', async () => {
    const session = await sessionOf()
    const frames = [session.frame()]
    for (let step = 0; step < 12; step++) {
      session.setAction([Math.sin(step)])
      session.setPull(step > 4 && step < 9 ? { body: 1, point: { x: 0, y: 0.4 }, target: { x: 1, y: 1 } } : undefined)
      if (step === 3 || step === 7) session.push({ body: 1, impulse: [0.5, 0] })
      session.step()
      frames.push(session.frame())
    }
    for (let step = 11; step >= 0; step--) {
      session.stepBack()
      expect(session.frame()).toEqual(frames[step])
    }
    session.stepBack()
    expect(session.frame()).toEqual(frames[0])
  })

  it('pushes a body once, with the next step, as the environment does', async () => {
    // Given an environment whose pole is pushed after two steps
    const environment = await createEnvironment(pendulum)
    environment.reset({ seed: 7 })
    const expected = [1, 2, 3, 4].map((step) => {
      if (step === 3) environment.applyImpulse(1, [0.5, 0])
      environment.step([0])
      return [...environment.sensorValues]
    })
    // When live play is pushed at the same time
    const session = await sessionOf()
    const plain = await sessionOf()
    const shown = [1, 2, 3, 4].map((step) => {
      if (step === 3) session.push({ body: 1, impulse: [0.5, 0] })
      session.step()
      plain.step()
      return [...session.frame().sensors]
    })
    // Then it does the same, which is not what it does by itself
    expect(shown).toEqual(expected)
    expect(shown[3]).not.toEqual([...plain.frame().sensors])
    // And a push that has not come yet ends with the episode.
    session.push({ body: 1, impulse: [5, 0] })
    session.reset(7)
    plain.reset(7)
    session.step()
    plain.step()
    expect([...session.frame().sensors]).toEqual([...plain.frame().sensors])
    environment.close()
  })

  it('goes on from where it stepped back with the action of the hand', async () => {
    const session = await sessionOf()
    session.setAction([1])
    session.step()
    const pushed = session.frame()
    session.setAction([-1])
    session.step()
    session.stepBack()
    session.stepBack()
    session.step()
    expect([...session.frame().efforts]).toEqual([-2])
    session.stepBack()
    session.setAction([1])
    session.step()
    expect(session.frame()).toEqual(pushed)
  })

  it('steps back from the end of an episode', async () => {
    const session = await sessionOf({ maxSteps: 3 })
    for (let step = 0; step < 3; step++) session.step()
    session.stepBack()
    expect(session.frame()).toMatchObject({ step: 2, truncated: false })
    session.step()
    expect(session.frame()).toMatchObject({ step: 3, truncated: true })
  })
})

describe('a ghost', () => {
  it('acts by its policy, as a robot that no hand holds', async () => {
    const { scene } = openScene('hopper')
    const policy = readPolicy(readFileSync('assets/policies/hopper.safetensors'), 'the policy')
    const ghost = ghostSession(await createEnvironment(scene), 1, 3, policy)
    const robot = new PlaySession(await createEnvironment(scene), 1, 3)
    const held = new PlaySession(await createEnvironment(scene), 1, 3)
    sessions.push(ghost, robot, held)
    for (const session of [robot, held]) session.setPolicy(policy)
    robot.setAction(scene.actuators.map(() => null))
    for (let step = 0; step < 60; step++) for (const session of [ghost, robot, held]) session.step()
    expect(ghost.frame().step).toBe(60)
    expect([...ghost.frame().poses]).toEqual([...robot.frame().poses])
    expect([...ghost.frame().poses]).not.toEqual([...held.frame().poses])
  })
})
