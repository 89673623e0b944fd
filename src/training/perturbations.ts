/**
 * Ways to make a task harder than a policy knows it: other masses, other friction, pushes, noise on what it observes.
 * What is drawn comes from the seed of the episode alone, so that levels of one perturbation differ by its size and by nothing else.
 */
import { RandomStream } from '../common/random.ts'
import type { Controller, Observer } from '../episode/episode.ts'
import { pushedBody } from '../scene/robot.ts'
import type { Environment } from '../sim/environment.ts'
import type { Perturb } from './evaluate.ts'

export { scaleFriction, scaleMass } from '../scene/scale.ts'

/** One push in each span of this long, at a time of its own, s. */
const PUSH_INTERVAL = 1

/** Once a second, at a random time within it, a horizontal impulse of `size` (N·s) to one side or the other on the pushed body. */
export function pushes(size: number): Perturb {
  return (controller, environment) => new Pushes(controller, environment, size)
}

class Pushes implements Controller, Observer {
  private readonly inner: Controller
  private readonly environment: Environment
  private readonly size: number
  private readonly body: number
  private readonly span: number
  private random = RandomStream.derive(0, 'pushes')
  private step = 0
  private at = 0
  private sign = 1

  constructor(inner: Controller, environment: Environment, size: number) {
    this.inner = inner
    this.environment = environment
    this.size = size
    this.body = pushedBody(environment.scene)
    this.span = Math.max(1, Math.round(PUSH_INTERVAL / environment.spec.controlStep))
  }

  reset(): void {
    this.inner.reset?.()
  }

  onReset(_environment: Environment, _observation: Float32Array, seed: number): void {
    this.random = RandomStream.derive(seed, 'pushes')
    this.step = 0
  }

  act(observation: Float32Array, action: Float32Array): void {
    const within = this.step % this.span
    if (within === 0) {
      this.at = this.random.integer(this.span)
      this.sign = this.random.integer(2) === 0 ? -1 : 1
    }
    if (within === this.at) this.environment.applyImpulse(this.body, [this.sign * this.size, 0])
    this.step++
    this.inner.act(observation, action)
  }
}

/** Normal noise on what the policy observes, anew in each step, with these standard deviations, one for each entry. */
export function sensorNoise(deviations: readonly number[]): Perturb {
  return (controller) => new SensorNoise(controller, deviations)
}

class SensorNoise implements Controller, Observer {
  private readonly inner: Controller
  private readonly deviations: readonly number[]
  private readonly noisy: Float32Array
  private random = RandomStream.derive(0, 'sensor noise')

  constructor(inner: Controller, deviations: readonly number[]) {
    this.inner = inner
    this.deviations = deviations
    this.noisy = new Float32Array(deviations.length)
  }

  reset(): void {
    this.inner.reset?.()
  }

  onReset(_environment: Environment, _observation: Float32Array, seed: number): void {
    this.random = RandomStream.derive(seed, 'sensor noise')
  }

  act(observation: Float32Array, action: Float32Array): void {
    const { noisy, deviations } = this
    for (let index = 0; index < noisy.length; index++) {
      noisy[index] = observation[index]! + deviations[index]! * this.random.normal()
    }
    this.inner.act(noisy, action)
  }
}

/** Standard deviation of each entry of the observation over all steps that it watches. */
export class ObservationScale implements Observer {
  private count = 0
  private readonly means: Float64Array
  private readonly squares: Float64Array

  constructor(size: number) {
    this.means = new Float64Array(size)
    this.squares = new Float64Array(size)
  }

  onStep(_environment: Environment, _action: Float32Array, { observation }: { observation: Float32Array }): void {
    this.count++
    for (let index = 0; index < observation.length; index++) {
      // Welford's recurrence.
      const difference = observation[index]! - this.means[index]!
      this.means[index]! += difference / this.count
      this.squares[index]! += difference * (observation[index]! - this.means[index]!)
    }
  }

  /** In the units of the entries. */
  deviations(): number[] {
    return Array.from(this.squares, (square) => Math.sqrt(square / this.count))
  }
}
