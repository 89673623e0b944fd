/** What is marked on the timeline of a rollout, and its rewards in as many columns as the timeline has pixels. Pure. */
import type { RolloutEntry } from '../../../host/rpc/contract.ts'

export interface TimelineMark {
  step: number
  kind: 'termination' | 'truncation' | 'cut' | 'difference' | 'ghost'
  /** For the tooltip, and for those who cannot see it. */
  words: string
}

export interface MarkSources {
  entry: Pick<RolloutEntry, 'steps' | 'terminated' | 'truncated' | 'missing'>
  /** Step at which a verification found the first difference. */
  difference?: number | undefined
  /** The last step of this rollout's time that the ghost reaches. */
  ghostEnd?: number | undefined
}

/** In the order of their steps. */
export function timelineMarks({ entry, difference, ghostEnd }: MarkSources): TimelineMark[] {
  const { steps, terminated, truncated, missing } = entry
  const marks: TimelineMark[] = []
  const mark = (kind: TimelineMark['kind'], step: number, what: string) =>
    marks.push({ kind, step, words: `${what} at step ${step.toLocaleString('en')}` })
  if (difference !== undefined) mark('difference', difference, 'first difference from the re-simulation')
  if (ghostEnd !== undefined && ghostEnd < steps) mark('ghost', ghostEnd, 'the ghost ends')
  if (terminated) mark('termination', steps, 'terminated')
  else if (truncated) mark('truncation', steps, 'truncated by the time limit')
  else if (missing !== undefined && missing !== 0) mark('cut', steps, 'the file is cut off')
  return marks.sort((a, b) => a.step - b.step)
}

/** The step of the nearest mark after `step` (direction 1) or before it. */
export function markBeside(marks: readonly TimelineMark[], step: number, direction: 1 | -1): number | undefined {
  const beyond = marks.filter((mark) => (mark.step - step) * direction > 0).map((mark) => mark.step)
  return beyond.length === 0 ? undefined : direction > 0 ? Math.min(...beyond) : Math.max(...beyond)
}

/** The range of the rewards within each pixel column of the timeline; NaN in a column without any. */
export interface RewardColumns {
  low: Float64Array
  high: Float64Array
  /** Of all: 0 is always within. */
  least: number
  greatest: number
}

/**
 * `time` (s, ascending) and `reward` side by side; `pixels` columns span the times from 0 to `duration` (s). Where there are
 * more columns than rewards, a reward fills the columns up to the next.
 */
export function rewardColumns(
  time: ArrayLike<number>,
  reward: ArrayLike<number>,
  duration: number,
  pixels: number,
): RewardColumns {
  const low = new Float64Array(pixels).fill(Number.NaN)
  const high = new Float64Array(pixels).fill(Number.NaN)
  let [least, greatest] = [0, 0]
  let previous = -1
  const widen = (column: number, value: number) => {
    low[column] = Number.isNaN(low[column]!) ? value : Math.min(low[column]!, value)
    high[column] = Number.isNaN(high[column]!) ? value : Math.max(high[column]!, value)
  }
  for (let index = 0; index < time.length && pixels > 0; index++) {
    const value = reward[index]!
    if (!Number.isFinite(value)) continue
    const share = duration > 0 ? time[index]! / duration : 0
    const column = Math.min(pixels - 1, Math.max(0, Math.round(share * (pixels - 1))))
    // A reward is what the step up to its time earned: it fills the way there.
    for (let between = previous + 1; between < column; between++) widen(between, value)
    widen(column, value)
    previous = column
    least = Math.min(least, value)
    greatest = Math.max(greatest, value)
  }
  // A reward of -0 (the negative of a cost of 0) is no other range than 0: adding 0 takes its sign.
  return { low, high, least: least + 0, greatest: greatest + 0 }
}
