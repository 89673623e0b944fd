/** Exports of a rollout, as far as they need no window: which step each frame shows, and the table. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { RolloutColumns } from '../../src/host/rpc/contract.ts'
import { loadScene } from '../../src/scene/load.ts'
import { frameCount, gifDelay, stepOfFrame } from '../../src/ui/replay/export/frame-times.ts'
import { csvHeader, csvLines } from '../../src/ui/replay/export/rollout-csv.ts'
import { fc } from '../properties.ts'

const film = fc
  .record({
    from: fc.nat(5000),
    length: fc.nat(5000),
    controlStep: fc.constantFrom(0.002, 0.008, 0.02, 0.05),
    framesPerSecond: fc.constantFrom(10, 20, 25, 30, 50, 60),
    speed: fc.constantFrom(0.1, 0.25, 0.5, 1, 2, 4, 10),
  })
  .map(({ length, ...rest }) => ({ ...rest, to: rest.from + length }))

describe('the frames of a film', () => {
  it('begin at the first step, end at the last and never go back', () => {
    fc.assert(
      fc.property(film, (range) => {
        const steps = Array.from({ length: frameCount(range) }, (_, frame) => stepOfFrame(frame, range))
        expect(steps[0]).toBe(range.from)
        expect(steps.at(-1)).toBe(range.to)
        expect(steps.every((step, frame) => frame === 0 || step >= steps[frame - 1]!)).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  it('show the step of their time: a control step of 0.05 s at 20 frames per second is a step a frame', () => {
    const range = { from: 3, to: 43, controlStep: 0.05, framesPerSecond: 20, speed: 1 }
    expect(frameCount(range)).toBe(41)
    expect(Array.from({ length: 41 }, (_, frame) => stepOfFrame(frame, range))).toEqual(
      Array.from({ length: 41 }, (_, frame) => frame + 3),
    )
    expect(frameCount({ ...range, speed: 2 })).toBe(21)
    expect(stepOfFrame(5, { ...range, speed: 2 })).toBe(13)
    expect(stepOfFrame(5, { ...range, speed: 0.5 })).toBe(5)
  })

  it('of a GIF last as long as those of a video, to a hundredth of a second in all', () => {
    for (const rate of [10, 20, 25, 30, 50, 60]) {
      for (const frames of [1, 7, 100, 1001]) {
        let sum = 0
        for (let frame = 0; frame < frames; frame++) sum += gifDelay(frame, rate)
        expect(Math.abs(sum - (100 * frames) / rate)).toBeLessThanOrEqual(0.5)
      }
    }
  })
})

describe('the table of a rollout', () => {
  const scene = loadScene(readFileSync(new URL('../../scenes/pendulum.json', import.meta.url), 'utf8'), 'pendulum.json')
  const { bodies, task, actuators } = scene
  const rows = 3
  const numbers = (size: number, first: number) => Array.from({ length: rows * size }, (_, at) => first + at / 7)
  const columns: RolloutColumns = {
    from: 0,
    to: rows,
    time: [0, 0.05, 0.1],
    poses: numbers(3 * bodies.length, 1),
    velocities: numbers(3 * bodies.length, -2),
    observation: numbers(task.observation.length, 100).map(Math.fround),
    action: numbers(actuators.length, 0.1),
    efforts: numbers(1, 0),
    terms: numbers(task.reward.length, -9),
    reward: [0, -1 / 3, -0.25],
  }

  it('has units in its header', () => {
    const header = csvHeader(scene)
    expect(header.split(',').slice(0, 5)).toEqual([
      'step',
      'time (s)',
      `${bodies[0]!.name} x (m)`,
      `${bodies[0]!.name} y (m)`,
      `${bodies[0]!.name} angle (rad)`,
    ])
    for (const { name } of bodies)
      expect(header).toContain(`${name} vx (m/s),${name} vy (m/s),${name} angular velocity (rad/s)`)
    for (const { name, unit } of task.observation)
      expect(header).toContain(`observation ${name}${unit ? ` (${unit})` : ''}`)
    expect(header.endsWith('\r\n')).toBe(true)
  })

  it('gives every number back to the bit, and leaves action and reward of the reset empty', () => {
    const lines = csvLines(scene, columns).split('\r\n')
    expect(lines).toHaveLength(rows + 1)
    const width = csvHeader(scene).trim().split(',').length
    const came = actuators.length + 1 + task.reward.length
    lines.slice(0, rows).forEach((line, row) => {
      const cells = line.split(',')
      expect(cells).toHaveLength(width)
      const of = (values: number[], size: number) => values.slice(row * size, (row + 1) * size)
      const expected = [
        row,
        columns.time[row]!,
        ...of(columns.poses, 3 * bodies.length),
        ...of(columns.velocities, 3 * bodies.length),
        ...of(columns.observation, task.observation.length),
      ]
      expect(cells.slice(0, -came).map(Number)).toEqual(expected)
      if (row === 0) expect(cells.slice(-came).every((cell) => cell === '')).toBe(true)
      else {
        const rest = [
          ...of(columns.action, actuators.length),
          columns.reward[row]!,
          ...of(columns.terms, task.reward.length),
        ]
        expect(cells.slice(-came).map(Number)).toEqual(rest)
      }
    })
  })
})
