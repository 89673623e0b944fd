/** The sensors of a scene by what they are on, so that a robot with many joints can be read. */
import type { Sensor } from '../../scene/sensors.ts'

export interface SensorGroup {
  title: string
  /** `index` is that of the sensor in `sensorsOf(scene)`. */
  sensors: (Sensor & { index: number })[]
}

const TITLES = ['Joints', 'Bodies', 'Markers', 'Contacts and distances', 'Actions and time'] as const

/** In the order of the titles; a group without sensors is left out. Every sensor is in one group. */
export function groupSensors(sensors: readonly Sensor[]): SensorGroup[] {
  const indexed = sensors.map((sensor, index) => ({ ...sensor, index }))
  return TITLES.map((title) => ({ title, sensors: indexed.filter(({ kind }) => titleOf(kind) === title) })).filter(
    (group) => group.sensors.length > 0,
  )
}

function titleOf(kind: Sensor['kind']): (typeof TITLES)[number] {
  switch (kind) {
    case 'jointPosition':
    case 'jointVelocity':
    case 'jointForce':
    case 'jointLimitForce':
    case 'jointLoad':
      return 'Joints'
    case 'x':
    case 'y':
    case 'angle':
    case 'vx':
    case 'vy':
    case 'angularVelocity':
      return 'Bodies'
    case 'marker':
      return 'Markers'
    case 'contact':
    case 'contactForce':
    case 'rayDistance':
      return 'Contacts and distances'
    case 'action':
    case 'time':
      return 'Actions and time'
  }
}
