// Small scenes for the tests of the simulation, valid by the schema, and what their sensors say.
import { expect } from 'vitest'
import { validateScene } from '../../src/scene/load.ts'
import type { Scene } from '../../src/scene/schema.ts'
import { createEnvironment, type Environment } from '../../src/sim/environment.ts'

/** Parts of a scene file; whatever is missing does nothing. */
export interface Parts {
  world?: Partial<Scene['world']>
  bodies: unknown[]
  joints?: unknown[]
  actuators?: unknown[]
  markers?: unknown[]
  sensors?: unknown[]
  task?: Partial<Scene['task']>
}

/** A body that is out of the way, for the thruster of scenes without an actuator. */
const IDLE = { name: 'idle', kind: 'dynamic', position: [900, 900], mass: 1, inertia: 1, shapes: [] }
const IDLE_THRUSTER = {
  type: 'thruster',
  name: 'idle_thruster',
  body: 'idle',
  point: [0, 0],
  direction: [1, 0],
  gear: 0,
}

export function buildScene({ world, bodies, joints = [], actuators, markers, sensors, task }: Parts): Scene {
  const text = JSON.stringify({
    format: 'torquelab-scene',
    version: 2,
    name: 'test',
    world: { gravity: [0, -10], controlStep: 0.02, physicsStep: 0.002, solverIterations: 4, ...world },
    bodies: actuators ? bodies : [...bodies, IDLE],
    joints,
    actuators: actuators ?? [IDLE_THRUSTER],
    ...(markers && { markers }),
    ...(sensors && { sensors }),
    task: {
      maxSteps: 100_000,
      observation: [{ name: 'time', formula: 'time' }],
      reward: [{ name: 'none', formula: '0' }],
      terminate: [],
      reset: [],
      ...task,
    },
  })
  const { scene, problems } = validateScene(text)
  expect(problems).toEqual([])
  return scene!
}

/** An environment of these parts, after its reset, with all forces measured. */
export async function begin(parts: Parts): Promise<Environment> {
  const environment = await createEnvironment(buildScene(parts), { measureForces: true })
  environment.reset({ seed: 1 })
  return environment
}

/** The value of a sensor. */
export function read(environment: Environment, name: string): number {
  const index = environment.sensors.findIndex((sensor) => sensor.name === name)
  if (index < 0) throw new Error(`The scene has no sensor "${name}".`)
  return environment.sensorValues[index]!
}

/** Steps for `seconds` under one action (0 for every actuator if absent). */
export function run(environment: Environment, seconds: number, action?: readonly number[]): void {
  const actions = action ?? environment.spec.action.map(() => 0)
  const steps = Math.round(seconds / environment.spec.controlStep)
  for (let step = 0; step < steps; step++) environment.step(actions)
}

export const start = (values: Record<string, number | string>): Partial<Scene['task']> => ({
  reset: Object.entries(values).map(([coordinate, formula]) => ({ coordinate, formula: String(formula) })),
})

export const fixed = (name: string, position: [number, number] = [0, 0], rest: object = {}) => ({
  ...{ name, kind: 'fixed', position, shapes: [] },
  ...rest,
})

/** A dynamic body of given mass and inertia without shapes. */
export const mass = (name: string, position: [number, number], kg = 1, inertia = 0.1, rest: object = {}) => ({
  ...{ name, kind: 'dynamic', position, mass: kg, inertia, shapes: [] },
  ...rest,
})

export const hinge = (name: string, parent: string, child: string, anchor: [number, number], rest: object = {}) => ({
  ...{ name, type: 'hinge', parent, child, anchor },
  ...rest,
})

export const slider = (
  name: string,
  parent: string,
  child: string,
  axis: [number, number],
  rest: { anchor?: [number, number]; [key: string]: unknown } = {},
) => ({ ...{ name, type: 'slider', parent, child, anchor: [0, 0], axis }, ...rest })
