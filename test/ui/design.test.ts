// The design workspace's words: sensors by what they are on, and what an action means to an actuator.
import { describe, expect, it } from 'vitest'
import { builtInNames, openScene } from '../../src/host/scenes.ts'
import type { Actuator, Scene } from '../../src/scene/schema.ts'
import { sensorsOf } from '../../src/scene/sensors.ts'
import { commandText } from '../../src/ui/design/actuators.ts'
import { groupSensors } from '../../src/ui/design/sensor-groups.ts'

describe('sensors in groups', () => {
  it.each(builtInNames())('are all there, once each, with their own indices: %s', (name) => {
    const sensors = sensorsOf(openScene(name).scene)
    const grouped = groupSensors(sensors).flatMap((group) => group.sensors)
    expect(grouped.map(({ index }) => index).sort((a, b) => a - b)).toEqual([...sensors.keys()])
    for (const { index, name: own } of grouped) expect(own).toBe(sensors[index]!.name)
  })

  it('are named by what they are on, and a group without any is left out', () => {
    const groups = groupSensors(sensorsOf(openScene('pendulum').scene))
    expect(groups.map(({ title }) => title)).toEqual(['Joints', 'Bodies', 'Actions and time'])
    expect(groups[0]!.sensors.map(({ name }) => name)).toContain('torque.hinge')
    expect(groups[2]!.sensors.map(({ name }) => name)).toEqual(['action.motor', 'time'])
  })
})

describe('what an action asks of an actuator', () => {
  const { scene } = openScene('pendulum')
  const slide: Scene['joints'][number] = {
    type: 'slider',
    name: 'slide',
    parent: 'mount',
    child: 'rod',
    anchor: [0, 0],
    axis: [1, 0],
  }
  const both: Scene = { ...scene, joints: [...scene.joints, slide] }
  const servo = { stiffness: 1, damping: 1, maxForce: 1 }
  const thruster = { type: 'thruster', name: 'jet', body: 'rod', point: [0, 0], direction: [0, 1], gear: 8 } as const
  it.each<[string, Actuator, number, string]>([
    ['a torque', { type: 'torque', name: 'a', joint: 'hinge', gear: 2 }, -0.5, '−1.00 N·m'],
    ['a force', { type: 'force', name: 'a', joint: 'slide', gear: 20 }, 0.5, '+10.00 N'],
    [
      'a speed of turning',
      { type: 'velocity', name: 'a', joint: 'hinge', gear: 4, gain: 1, maxForce: 1 },
      1,
      '+4.00 rad/s',
    ],
    [
      'a speed of sliding',
      { type: 'velocity', name: 'a', joint: 'slide', gear: 4, gain: 1, maxForce: 1 },
      0,
      '0.00 m/s',
    ],
    ['an angle', { type: 'position', name: 'a', joint: 'hinge', low: -1, high: 3, ...servo }, 0, '+1.00 rad'],
    ['a position', { type: 'position', name: 'a', joint: 'slide', low: -1, high: 3, ...servo }, -1, '−1.00 m'],
    ['a thrust', { ...thruster, point: [0, 0], direction: [0, 1] }, -1, '−8.00 N'],
    [
      'none of a thruster that works one way',
      { ...thruster, point: [0, 0], direction: [0, 1], oneWay: true },
      -1,
      '0.00 N',
    ],
  ])('is %s', (_, actuator, action, text) => {
    expect(commandText(both, actuator, action)).toBe(text)
  })
})
