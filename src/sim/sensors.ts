/**
 * Every sensor of a scene as a closure that writes its value: names and kinds are looked up once, not in each step, and a
 * number that is written into an array needs no place on the heap, where one that is returned may.
 */
import * as exact from '../common/exact-math/exact-math.ts'
import { BODY_UNITS, type MarkerQuantity, type Sensor } from '../scene/sensors.ts'
import type { ScenePlan } from './plan.ts'
import { STATE_STRIDE } from './state.ts'

/** What the readers ask a world beside the state of its bodies: a PhysicsWorld, or what is known of one. */
export interface SensedWorld {
  /** By the scene's joints; undefined for a weld. */
  readonly joints: readonly (
    | { readonly coordinate: number; readonly rate: number; actuatorForce(steps: number): number }
    | undefined
  )[]
  /** By the scene's `sensors`; undefined for one of another type. */
  readonly contactSensors: readonly ({ readonly touches: boolean; force(controlStep: number): number } | undefined)[]
  readonly raySensors: readonly ({ distance(state: Float64Array): number } | undefined)[]
  limitForce(joint: number): number
  load(joint: number): number
}

/** What the readers read. `world` changes at each reset; the arrays stay and are refilled. */
export interface SensorSources {
  plan: ScenePlan
  world: () => SensedWorld
  state: Float64Array
  actions: Float64Array
  /** Control steps since the reset. */
  steps: () => number
}

const BODY_OFFSETS = Object.keys(BODY_UNITS)

/** Writes the sensor's value, as the world is now, into `values` at `to`. */
export function sensorWriter(sensor: Sensor, to: number, values: Float64Array, sources: SensorSources): () => void {
  const { plan, world, state, actions } = sources
  switch (sensor.kind) {
    case 'jointPosition': {
      const { joint } = sensor
      return () => {
        values[to] = world().joints[joint]!.coordinate
      }
    }
    case 'jointVelocity': {
      const { joint } = sensor
      return () => {
        values[to] = world().joints[joint]!.rate
      }
    }
    case 'jointForce': {
      const { joint } = sensor
      return () => {
        values[to] = world().joints[joint]!.actuatorForce(plan.stepsPerControlStep)
      }
    }
    case 'jointLimitForce': {
      const { joint } = sensor
      return () => {
        values[to] = world().limitForce(joint)
      }
    }
    case 'jointLoad': {
      const { joint } = sensor
      return () => {
        values[to] = world().load(joint)
      }
    }
    case 'marker': {
      const marker = plan.scene.markers![sensor.marker]!
      const at = plan.bodyIndex.get(marker.body)! * STATE_STRIDE
      return markerWriter(sensor.quantity, marker.position, state, at, to, values)
    }
    case 'contact': {
      const { sensor: index } = sensor
      return () => {
        values[to] = world().contactSensors[index]!.touches ? 1 : 0
      }
    }
    case 'contactForce': {
      const { sensor: index } = sensor
      return () => {
        values[to] = world().contactSensors[index]!.force(plan.scene.world.controlStep)
      }
    }
    case 'rayDistance': {
      const { sensor: index } = sensor
      return () => {
        values[to] = world().raySensors[index]!.distance(state)
      }
    }
    case 'action': {
      const { actuator } = sensor
      return () => {
        values[to] = actions[actuator]!
      }
    }
    case 'time':
      return () => {
        values[to] = sources.steps() * plan.scene.world.controlStep
      }
    default: {
      const at = sensor.body * STATE_STRIDE + BODY_OFFSETS.indexOf(sensor.kind)
      return () => {
        values[to] = state[at]!
      }
    }
  }
}

function markerWriter(
  quantity: MarkerQuantity,
  [x, y]: readonly [number, number],
  state: Float64Array,
  at: number,
  to: number,
  values: Float64Array,
): () => void {
  // From the origin of the body's frame to the marker, in the world.
  const armX = (angle: number) => exact.cos(angle) * x - exact.sin(angle) * y
  const armY = (angle: number) => exact.sin(angle) * x + exact.cos(angle) * y
  switch (quantity) {
    case 'x':
      return () => {
        values[to] = state[at]! + armX(state[at + 2]!)
      }
    case 'y':
      return () => {
        values[to] = state[at + 1]! + armY(state[at + 2]!)
      }
    case 'vx':
      return () => {
        values[to] = state[at + 3]! - state[at + 5]! * armY(state[at + 2]!)
      }
    case 'vy':
      return () => {
        values[to] = state[at + 4]! + state[at + 5]! * armX(state[at + 2]!)
      }
  }
}
