/** Medians and ratios of interleaved rounds, and the arithmetic that one update takes. */
import { criticActionLayer, type ProblemSize } from '../../src/agent/engine.ts'
import type { AgentSettings } from '../../src/agent/settings.ts'
import { layerShapes } from './start-state.ts'

export interface Spread {
  median: number
  min: number
  max: number
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

export function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) }
}

/**
 * Floating-point operations of the matrix products of one update, as if every unit were active: targets, the critic's
 * step, the actor's step with dQ/da alone from the critic. Adam, the soft update and activations are not counted.
 */
export function flopPerUpdate(size: ProblemSize, settings: AgentSettings): number {
  const products = (shapes: readonly (readonly [number, number])[]) =>
    shapes.reduce((sum, [inputs, outputs]) => sum + inputs * outputs, 0)
  const [actor, critic] = [layerShapes(size, settings, false), layerShapes(size, settings, true)]
  const actionLayer = criticActionLayer(settings)
  const [, actionLayerOutputs] = critic[actionLayer]!
  const forward = 2 * products(actor) + 3 * products(critic)
  const weightGradients = products(actor) + products(critic)
  // What reaches the hidden layers: not the observation, and in the actor's step nothing below the action.
  const inputGradients =
    products(actor.slice(1)) +
    products(critic.slice(1)) +
    products(critic.slice(actionLayer + 1)) +
    size.action * actionLayerOutputs
  return 2 * settings.batchSize * (forward + weightGradients + inputGradients)
}
