/** What can be drawn of a run against its steps or its time, with units and smoothing.
 * Pure: the plots of one run and of several take their curves from here. */
import type { Column } from '../plots/column.ts'
import { runningMean } from '../plots/running-mean.ts'
import type { RunMetrics, StepCurve } from './metrics.ts'

export type XAxis = 'steps' | 'time'

export interface Quantity {
  id: string
  title: string
  /** Label of the y axis, with its unit. */
  unit: string
  pick: (curves: RunMetrics) => StepCurve
  /** Values that are never 0 or less. */
  isPositive: boolean
  /** One point an episode, which is noisy: it is smoothed. */
  isNoisy: boolean
}

export const quantities: readonly Quantity[] = [
  {
    id: 'evaluation',
    title: 'Evaluation return',
    unit: 'sum of rewards',
    pick: ({ evaluation }) => evaluation,
    isPositive: false,
    isNoisy: false,
  },
  {
    id: 'episode-return',
    title: 'Episode return',
    unit: 'sum of rewards',
    pick: (curves) => curves.return,
    isPositive: false,
    isNoisy: true,
  },
  {
    id: 'policy-loss',
    title: 'Policy loss',
    unit: '-mean Q (reward)',
    pick: ({ policyLoss }) => policyLoss,
    isPositive: false,
    isNoisy: true,
  },
  {
    id: 'critic-loss',
    title: 'Critic loss',
    unit: 'loss (reward²)',
    pick: ({ criticLoss }) => criticLoss,
    isPositive: true,
    isNoisy: true,
  },
  {
    id: 'mean-q',
    title: 'Mean Q',
    unit: 'Q (reward)',
    pick: ({ meanQ }) => meanQ,
    isPositive: false,
    isNoisy: true,
  },
  {
    id: 'discounted-return',
    title: 'Discounted return of evaluations',
    unit: 'discounted return (reward)',
    pick: ({ discountedReturn }) => discountedReturn,
    isPositive: false,
    isNoisy: false,
  },
  {
    id: 'episode-length',
    title: 'Steps per episode',
    unit: 'length (steps)',
    pick: ({ length }) => length,
    isPositive: true,
    isNoisy: true,
  },
  {
    id: 'epsilon',
    title: 'Exploration ε',
    unit: 'share (1)',
    pick: ({ epsilon }) => epsilon,
    isPositive: false,
    isNoisy: false,
  },
  {
    id: 'saturation',
    title: 'Saturation',
    unit: 'share (1)',
    pick: ({ saturation }) => saturation,
    isPositive: false,
    isNoisy: true,
  },
  {
    id: 'steps-per-second',
    title: 'Speed',
    unit: 'speed (steps/s)',
    pick: ({ speed }) => speed,
    isPositive: true,
    isNoisy: false,
  },
]

export const xLabels: Record<XAxis, string> = { steps: 'environment steps', time: 'training time (s)' }

export function formatX(axis: XAxis): (x: number) => string {
  if (axis === 'steps') return (x) => `step ${Math.round(x).toLocaleString('en')}`
  return (x) => `${x.toLocaleString('en', { maximumFractionDigits: 1 })} s`
}

/** Where points of a curve are on the x axis: their steps, or the training time (s) at them, between two looks at the clock on a straight line. */
export function xOf(curves: RunMetrics, step: Column, axis: XAxis): Float64Array {
  return axis === 'steps' ? step.values : secondsAt(curves.clock, step.values)
}

/** The training time at ascending steps; from 0 at step 0 on, and beyond the last look as fast as before it. */
export function secondsAt({ step: known, value: seconds }: StepCurve, steps: ArrayLike<number>): Float64Array {
  const times = new Float64Array(steps.length)
  const [k, s] = [known.values, seconds.values]
  let after = 0
  for (let index = 0; index < steps.length; index++) {
    const step = steps[index]!
    while (after < k.length - 1 && k[after]! < step) after++
    if (k.length === 0) {
      times[index] = Number.NaN
      continue
    }
    const before = after - 1
    const [k0, s0] = before < 0 ? [0, 0] : [k[before]!, s[before]!]
    const run = k[after]! - k0
    times[index] = run > 0 ? s0 + ((step - k0) / run) * (s[after]! - s0) : s[after]!
  }
  return times
}

/** The values of a quantity, smoothed over so many episodes where it is a noisy one. */
export function valuesOf(curves: RunMetrics, { pick, isNoisy }: Quantity, smoothing: number): Float64Array {
  const { values } = pick(curves).value
  return isNoisy && smoothing > 1 ? runningMean(values, smoothing) : values
}
