/** Ghosts and onion-skin: which steps are drawn beside the one on show. */
import { describe, expect, it } from 'vitest'
import type { RolloutEntry } from '../../src/host/rpc/contract.ts'
import type { Scene } from '../../src/scene/schema.ts'
import { ghostChoices, ghostEndIn, ghostStepAt, overlayProblem } from '../../src/ui/replay/overlay/ghost-alignment.ts'
import { MOST_POSES, type OnionSkin, onionPoses } from '../../src/ui/replay/overlay/onion-skin.ts'
import { fc } from '../properties.ts'

const skin: OnionSkin = { isOn: true, count: 3, spacing: 10, past: true, future: true }
const stepsOf = (step: number, steps: number, change: Partial<OnionSkin> = {}) =>
  onionPoses(step, steps, { ...skin, ...change }).map((pose) => pose.step)

describe('onionPoses', () => {
  it('are at even distances on both sides, the nearest first', () => {
    expect(stepsOf(50, 200)).toEqual([40, 60, 30, 70, 20, 80])
  })

  it('leave out what lies before the reset or beyond the end, and never move to fit', () => {
    expect(stepsOf(15, 200)).toEqual([5, 25, 35, 45])
    expect(stepsOf(200, 200)).toEqual([190, 180, 170])
    expect(stepsOf(10, 20)).toEqual([0, 20])
    expect(stepsOf(0, 0)).toEqual([])
  })

  it('are of the side that is wanted, and none when off', () => {
    expect(stepsOf(50, 200, { future: false })).toEqual([40, 30, 20])
    expect(stepsOf(50, 200, { past: false })).toEqual([60, 70, 80])
    expect(stepsOf(50, 200, { isOn: false })).toEqual([])
  })

  it('are within the rollout, each once, and fainter the further away', () => {
    const settings = fc.record({
      isOn: fc.constant(true),
      count: fc.integer({ min: 1, max: MOST_POSES }),
      spacing: fc.integer({ min: 1, max: 500 }),
      past: fc.boolean(),
      future: fc.boolean(),
    })
    const place = fc
      .integer({ min: 0, max: 2000 })
      .chain((steps) => fc.tuple(fc.nat({ max: steps }), fc.constant(steps)))
    fc.assert(
      fc.property(place, settings, ([step, steps], chosen) => {
        const poses = onionPoses(step, steps, chosen)
        expect(poses.every((pose) => pose.step >= 0 && pose.step <= steps && pose.step !== step)).toBe(true)
        expect(new Set(poses.map((pose) => pose.step)).size).toBe(poses.length)
        poses.forEach((pose, index) => {
          expect(pose.kind).toBe(pose.step < step ? 'past' : 'future')
          expect(pose.alpha).toBeGreaterThan(0)
          const next = poses[index + 1]
          if (next) expect(next.alpha).toBeLessThanOrEqual(pose.alpha)
        })
      }),
    )
  })
})

describe('the ghost', () => {
  it('is at the same time, whatever its control step', () => {
    expect(ghostStepAt(30, 0.05, { steps: 200, controlStep: 0.05 })).toEqual({ step: 30, hasEnded: false })
    expect(ghostStepAt(30, 0.05, { steps: 200, controlStep: 0.1 })).toEqual({ step: 15, hasEnded: false })
    expect(ghostStepAt(31, 0.05, { steps: 200, controlStep: 0.1 })).toEqual({ step: 15, hasEnded: false })
    expect(ghostStepAt(3, 0.1, { steps: 200, controlStep: 0.05 })).toEqual({ step: 6, hasEnded: false })
  })

  it('stays at its last step once it has ended', () => {
    const short = { steps: 20, controlStep: 0.05 }
    expect(ghostStepAt(20, 0.05, short)).toEqual({ step: 20, hasEnded: false })
    expect(ghostStepAt(21, 0.05, short)).toEqual({ step: 20, hasEnded: true })
    expect(ghostEndIn(0.05, short)).toBe(20)
    expect(ghostEndIn(0.1, short)).toBe(10)
  })

  it('of the same control step is at the same step, whatever the rounding', () => {
    const controlStep = fc.constantFrom(0.001, 0.008, 0.01, 0.02, 0.05, 0.1, 1 / 60, 1 / 3)
    fc.assert(
      fc.property(controlStep, fc.nat({ max: 100_000 }), (pace, step) => {
        const ghost = { steps: 100_000, controlStep: pace }
        expect(ghostStepAt(step, pace, ghost).step).toBe(step)
        expect(ghostEndIn(pace, { steps: step, controlStep: pace })).toBe(step)
      }),
    )
  })

  it('is of the same scene and not the open rollout itself', () => {
    const entry = (id: string, scene: string) => ({ id, scene }) as RolloutEntry
    const list = [entry('a', 'hopper'), entry('b', 'pendulum'), entry('c', 'hopper')]
    expect(ghostChoices(list, entry('a', 'hopper')).map(({ id }) => id)).toEqual(['c'])
    expect(ghostChoices(list, entry('b', 'pendulum'))).toEqual([])
  })

  it('is refused in words where the scene was given other bodies meanwhile', () => {
    const scene = (...names: string[]) => ({ name: 'arm', bodies: names.map((name) => ({ name })) }) as Scene
    expect(overlayProblem(scene('a', 'b'), scene('a', 'b'))).toBeUndefined()
    for (const other of [scene('a'), scene('b', 'a'), scene('a', 'b', 'c')])
      expect(overlayProblem(scene('a', 'b'), other)).toMatch(/another version of "arm".*here they are a, b\.$/)
  })
})
