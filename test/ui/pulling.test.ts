// Which body is under the pointer, and what a press on it does.
import { describe, expect, it } from 'vitest'
import { openScene } from '../../src/host/scenes.ts'
import { bodyAt, pullByPointer } from '../../src/ui/design/pulling.ts'
import { LivePlay } from '../../src/ui/play/live-play.ts'
import type { PlayFrame } from '../../src/ui/play/messages.ts'
import { drawnPoses } from '../../src/ui/stage/geometry.ts'

const { scene } = openScene('hopper')
const poses = drawnPoses(scene)
const nameAt = (x: number, y: number) => {
  const body = bodyAt(scene, poses, { x, y })
  return body === undefined ? undefined : scene.bodies[body]!.name
}

describe('the body at a point', () => {
  it('is the uppermost of those that cover it, and none beside them', () => {
    expect(nameAt(0, 1.3)).toBe('torso')
    expect(nameAt(0, 0.75)).toBe('thigh')
    expect(nameAt(0.2, 0.05)).toBe('foot')
    expect(nameAt(0.3, 1.3)).toBeUndefined()
  })

  it('is never the ground', () => {
    expect(nameAt(3, -0.01)).toBeUndefined()
  })

  it('moves with it', () => {
    const moved = Float32Array.from(poses)
    const torso = scene.bodies.findIndex(({ name }) => name === 'torso')
    moved[torso * 3]! += 5
    expect(bodyAt(scene, moved, { x: 5, y: 1.3 })).toBe(torso)
    expect(bodyAt(scene, moved, { x: 0, y: 1.4 })).not.toBe(torso)
  })
})

describe('a press', () => {
  const play = new LivePlay()
  const show = (step: number) => {
    play.frame.value = { step, playing: step > 0, poses, terminated: false, truncated: false } as PlayFrame
  }
  const press = (x: number, y: number) => pullByPointer(play, scene)({ x, y }, {} as PointerEvent)

  it('is left to editing while the scene is as drawn', () => {
    show(0)
    expect(press(0, 1.3)).toBeUndefined()
  })

  it('holds the body in play where it was taken, until it lets go', () => {
    show(3)
    expect(press(0.3, 1.3)).toBeUndefined()
    const gesture = press(0.01, 1.3)!
    const torso = scene.bodies.findIndex(({ name }) => name === 'torso')
    gesture.move({ x: 2, y: 1 }, {} as PointerEvent)
    const { body, point, target } = play.pulling.value!
    expect(body).toBe(torso)
    expect(target).toEqual({ x: 2, y: 1 })
    expect(point.x).toBeCloseTo(0.01 - poses[torso * 3]!, 6)
    gesture.end()
    expect(play.pulling.value).toBeUndefined()
  })
})
