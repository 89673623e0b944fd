/** Variables and Adam's state as plain arrays, and back to the bit. */
import type * as TensorFlow from '@tensorflow/tfjs'
import { arrayOf, type StateArrays } from '../state.ts'
import { allOf, type NetworkVariables, type Tf, trainableOf } from './variables.ts'

/**
 * What TensorFlow.js's Adam keeps to itself. Its own `setWeights` computes the powers of β anew from the count of updates,
 * which gives other bits than the product that training has made.
 */
interface AdamInternals {
  learningRate: number
  accBeta1: TensorFlow.Variable
  accBeta2: TensorFlow.Variable
  /** In the order in which the first gradients came. */
  accumulatedFirstMoment: Moment[]
  accumulatedSecondMoment: Moment[]
}
interface Moment {
  /** The variable's name, `/m` or `/v` behind it. */
  originalName: string
  variable: TensorFlow.Variable
}

/** All variables of a network, by their place in `allOf`. */
export function variablesState(network: NetworkVariables): StateArrays {
  return Object.fromEntries(allOf(network).map((variable, index) => [`variable${index}`, numbersOf(variable)]))
}

export function restoreVariables(tf: Tf, network: NetworkVariables, state: StateArrays): void {
  for (const [index, variable] of allOf(network).entries()) {
    assign(tf, variable, arrayOf(state, `variable${index}`, Float32Array, variable.size))
  }
}

/** For the updates to come. */
export function setLearningRate(optimizer: TensorFlow.AdamOptimizer, rate: number): void {
  ;(optimizer as unknown as AdamInternals).learningRate = rate
}

/** Moments in the optimiser's order, and which of the network's trainable variables each belongs to. */
export function optimizerState(optimizer: TensorFlow.AdamOptimizer, network: NetworkVariables): StateArrays {
  const adam = optimizer as unknown as AdamInternals
  const names = trainableOf(network).map(({ name }) => name)
  const places = adam.accumulatedFirstMoment.map(({ originalName }) => names.indexOf(originalName.slice(0, -2)))
  const state: StateArrays = {
    powers: Float32Array.of(numbersOf(adam.accBeta1)[0]!, numbersOf(adam.accBeta2)[0]!),
    places: Int32Array.from(places),
  }
  places.forEach((_, index) => {
    state[`firstMoment${index}`] = numbersOf(adam.accumulatedFirstMoment[index]!.variable)
    state[`secondMoment${index}`] = numbersOf(adam.accumulatedSecondMoment[index]!.variable)
  })
  return state
}

/** Number (from 1) of the first layer with a moment that is not finite. */
export function firstNonFiniteMoment(
  optimizer: TensorFlow.AdamOptimizer,
  { inputNormalisation, layers }: NetworkVariables,
): number | undefined {
  const { accumulatedFirstMoment, accumulatedSecondMoment } = optimizer as unknown as AdamInternals
  const spoilt = new Set(
    [...accumulatedFirstMoment, ...accumulatedSecondMoment]
      .filter(({ variable }) => !numbersOf(variable).every(Number.isFinite))
      .map(({ originalName }) => originalName.slice(0, -2)),
  )
  const index = layers.findIndex((layer, number) =>
    trainableOf({ ...(number === 0 && inputNormalisation && { inputNormalisation }), layers: [layer] }).some(
      ({ name }) => spoilt.has(name),
    ),
  )
  return index < 0 ? undefined : index + 1
}

export function restoreOptimizer(
  tf: Tf,
  optimizer: TensorFlow.AdamOptimizer,
  network: NetworkVariables,
  state: StateArrays,
): void {
  const adam = optimizer as unknown as AdamInternals
  const variables = trainableOf(network)
  const [beta1Power, beta2Power] = arrayOf(state, 'powers', Float32Array, 2)
  assign(tf, adam.accBeta1, Float32Array.of(beta1Power!))
  assign(tf, adam.accBeta2, Float32Array.of(beta2Power!))
  for (const { variable } of [...adam.accumulatedFirstMoment, ...adam.accumulatedSecondMoment]) variable.dispose()
  const places = [...arrayOf(state, 'places', Int32Array)]
  const moments = (kind: string, suffix: string): Moment[] =>
    places.map((place, index) => {
      const variable = variables[place]
      if (!variable)
        throw new Error(`The state's moments belong to a variable ${place} that the network does not have.`)
      const numbers = arrayOf(state, `${kind}${index}`, Float32Array, variable.size)
      const start = tf.tensor(numbers, variable.shape)
      const moment = tf.variable(start, false)
      start.dispose()
      return { originalName: `${variable.name}/${suffix}`, variable: moment }
    })
  adam.accumulatedFirstMoment = moments('firstMoment', 'm')
  adam.accumulatedSecondMoment = moments('secondMoment', 'v')
}

function assign(tf: Tf, variable: TensorFlow.Variable, numbers: Float32Array): void {
  tf.tidy(() => variable.assign(tf.tensor(numbers, variable.shape)))
}

/** A copy. */
function numbersOf(variable: TensorFlow.Tensor): Float32Array {
  return Float32Array.from(variable.dataSync())
}
