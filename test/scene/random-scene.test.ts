// Random scene files are refused with located problems, or are valid; and nothing else ever happens.
import { expect, it } from 'vitest'
import { validateScene } from '../../src/scene/load.ts'
import { massPropertiesOf } from '../../src/scene/mass-properties.ts'
import { compileMotions } from '../../src/scene/motion.ts'
import { compileTask } from '../../src/scene/task.ts'
import { fc } from '../properties.ts'
import { randomScene } from './random-scene.ts'

it('a random scene is valid, with all that a simulation asks of it, or refused at places in its text', () => {
  let [valid, refused, brokenRefused] = [0, 0, 0]
  fc.assert(
    fc.property(randomScene(), ({ text, isBroken }) => {
      const { scene, problems } = validateScene(text)
      expect(scene === undefined).toBe(problems.length > 0)
      const lines = text.split('\n')
      for (const { line, column, message } of problems) {
        expect(line).toBeGreaterThanOrEqual(1)
        expect(line).toBeLessThanOrEqual(lines.length)
        expect(column).toBeGreaterThanOrEqual(1)
        expect(column).toBeLessThanOrEqual(lines[line - 1]!.length + 2)
        expect(message).toMatch(/^\S.*\S$/)
        expect(message).not.toMatch(/undefined|NaN|\[object/)
      }
      if (!scene) {
        refused++
        if (isBroken) brokenRefused++
        return
      }
      valid++
      expect(compileTask(scene).problems).toEqual([])
      const pose = { x: Number.NaN, y: Number.NaN, angle: Number.NaN }
      for (const { poseAt } of compileMotions(scene).motions) {
        poseAt(0.5, pose)
        expect(Object.values(pose).every(Number.isFinite)).toBe(true)
      }
      for (const body of scene.bodies) {
        if (body.kind !== 'dynamic') continue
        const { mass, centerOfMass, inertia } = massPropertiesOf(body)
        expect(mass).toBeGreaterThan(0)
        expect(inertia).toBeGreaterThan(0)
        expect([mass, inertia, ...centerOfMass].every(Number.isFinite)).toBe(true)
      }
    }),
    { numRuns: 700, endOnFailure: true },
  )
  // All kinds must occur, or the property says little.
  expect(valid).toBeGreaterThan(150)
  expect(refused).toBeGreaterThan(150)
  expect(brokenRefused).toBeGreaterThan(150)
})
