/** Which rollouts the library shows, and in which order. Pure: rollout-list.tsx shows them. */
import type { RolloutEntry } from '../../../host/rpc/contract.ts'

export const SORTINGS = [
  { value: 'newest', label: 'Newest first' },
  { value: 'oldest', label: 'Oldest first' },
  { value: 'best', label: 'Highest return' },
  { value: 'worst', label: 'Lowest return' },
  { value: 'longest', label: 'Longest' },
  { value: 'shortest', label: 'Shortest' },
  { value: 'run', label: 'By run' },
  { value: 'scene', label: 'By scene' },
] as const
export type Sorting = (typeof SORTINGS)[number]['value']

const texts = (a: string, b: string) => a.localeCompare(b, 'en', { numeric: true })
const newest = (a: RolloutEntry, b: RolloutEntry) => b.recordedAt.localeCompare(a.recordedAt)

const orders: Record<Sorting, (a: RolloutEntry, b: RolloutEntry) => number> = {
  newest,
  oldest: (a, b) => -newest(a, b),
  best: (a, b) => b.return - a.return,
  worst: (a, b) => a.return - b.return,
  longest: (a, b) => b.duration - a.duration,
  shortest: (a, b) => a.duration - b.duration,
  run: (a, b) => texts(a.run, b.run),
  scene: (a, b) => texts(a.scene, b.scene),
}

/** Those that are equal come newest first. */
export function sortRollouts(list: readonly RolloutEntry[], sorting: Sorting): RolloutEntry[] {
  return list.toSorted((a, b) => orders[sorting](a, b) || newest(a, b) || texts(a.id, b.id))
}

/** The rollout `by` places further down the list than the one of this id; the first where that is not in the list. Undefined beyond an end. */
export function neighbourOf(
  list: readonly RolloutEntry[],
  id: string | undefined,
  by: 1 | -1,
): RolloutEntry | undefined {
  const index = list.findIndex((entry) => entry.id === id)
  return index < 0 ? list[0] : list[index + by]
}

/** Those in which every word is found: in run, file, scene, how it ended, or as `seed 3`. */
export function filterRollouts(list: readonly RolloutEntry[], search: string): RolloutEntry[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  return list.filter(({ run, file, scene, seed, terminated, truncated, missing }) => {
    const end = terminated ? 'terminated' : truncated ? 'truncated' : missing !== undefined ? 'cut off' : ''
    const text = [run, file, scene, `seed ${seed}`, end].join('\n').toLowerCase()
    return words.every((word) => text.includes(word))
  })
}
