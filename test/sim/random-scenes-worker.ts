/** The thread of random-scenes.test.ts: simulates one scene after the other, so that a crash or a hang of one ends no test run. */
import { parentPort } from 'node:worker_threads'
import { RandomStream } from '../../src/common/random.ts'
import { UserError } from '../../src/common/user-error.ts'
import { validateScene } from '../../src/scene/load.ts'
import { Environment } from '../../src/sim/environment.ts'
import { loadPhysics } from '../../src/sim/physics.ts'

const STEPS = 100
/** Scenes at the limits of the format take half a second a step: playing them ends after this many ms. */
const LONGEST_PLAY = 3000

/** `refused`: at a place of the file; `stopped`: while it was played, in words; `fault`: what must not happen. */
export type Outcome =
  | { kind: 'refused' | 'stopped' | 'simulated' }
  | { kind: 'fault'; message: string; isPoisoned: boolean }

export interface Question {
  text: string
  seed: number
}

await loadPhysics()
const port = parentPort!
port.on('message', ({ text, seed }: Question) => port.postMessage(outcomeOf(text, seed)))
port.postMessage('ready')

function outcomeOf(text: string, seed: number): Outcome {
  try {
    const { scene, problems } = validateScene(text)
    if (!scene) {
      const isLocated = problems.length > 0 && problems.every(({ line, column }) => line >= 1 && column >= 1)
      if (isLocated) return { kind: 'refused' }
      return { kind: 'fault', message: 'refused without a place', isPoisoned: false }
    }
    const environment = new Environment(scene, { measureForces: true })
    try {
      return play(environment, seed)
    } finally {
      environment.close()
    }
  } catch (error) {
    if (error instanceof UserError) return { kind: 'stopped' }
    const { name, message, stack = '' } = error as Error
    const place = stack.split('\n').find((line) => line.includes('/src/')) ?? ''
    // A panic of the engine leaves its memory in any state.
    return { kind: 'fault', message: `${name}: ${message} ${place.trim()}`, isPoisoned: true }
  }
}

function play(environment: Environment, seed: number): Outcome {
  const random = RandomStream.derive(seed, 'random scenes')
  const end = performance.now() + LONGEST_PLAY
  environment.reset({ seed })
  const action = new Float32Array(environment.spec.action.length)
  for (let step = 0; step <= STEPS && performance.now() < end; step++) {
    const body = environment.state.findIndex((value) => !Number.isFinite(value))
    if (body >= 0) return fault(`number ${body % 6} of body ${Math.floor(body / 6)} is not finite at step ${step}`)
    const sensor = environment.sensorValues.findIndex((value) => !Number.isFinite(value))
    if (sensor >= 0) return fault(`the sensor ${environment.sensors[sensor]!.name} is not finite at step ${step}`)
    for (let index = 0; index < action.length; index++) action[index] = random.uniform(-1, 1)
    environment.step(action)
  }
  return { kind: 'simulated' }
}

function fault(message: string): Outcome {
  return { kind: 'fault', message, isPoisoned: false }
}
