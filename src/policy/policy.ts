/** A trained policy: observation in, action out, in plain TypeScript, wherever JavaScript runs. */
import { type Network, runLayer } from './network.ts'

/** One observation or action entry, as the environment that the policy was trained in named it. */
export interface PolicyChannel {
  name: string
  unit: string
}

/** What a policy expects and gives, and where it comes from. */
export interface PolicySpecification {
  scene: string
  algorithm: string
  observation: PolicyChannel[]
  action: PolicyChannel[]
  /** Time between two actions, s. */
  controlStep: number
  /** Environment steps that it had been trained for. */
  trainedSteps: number
}

export class Policy {
  readonly specification: PolicySpecification
  readonly network: Network
  private readonly activations: Float32Array[]
  private readonly sums: Float64Array

  constructor(specification: PolicySpecification, network: Network) {
    this.specification = specification
    this.network = network
    this.activations = network.layers.map(({ outputs }) => new Float32Array(outputs))
    this.sums = new Float64Array(Math.max(...network.layers.map(({ outputs }) => outputs)))
  }

  /** Writes the action for an observation: [observation size] in, [action size] out, each in [-1, 1]. */
  act(observation: ArrayLike<number>, action: Float32Array): void {
    const { layers } = this.network
    let input: ArrayLike<number> = observation
    for (const [index, layer] of layers.entries()) {
      const isLast = index === layers.length - 1
      const output = this.activations[index]!
      runLayer(layer, input, output, isLast ? 'tanh' : 'relu', this.sums)
      input = output
    }
    action.set(this.activations[layers.length - 1]!)
  }
}
