/** Which observation entries share a plot: those of the same unit, because one axis has one unit.
 * Pure: replay-plots.tsx draws the groups. */
import type { Scene } from '../../scene/schema.ts'

export interface ObservationGroup {
  unit: string
  entries: { name: string; index: number }[]
  /** Around the ranges of its entries; undefined where none has one. */
  range: [least: number, greatest: number] | undefined
}

/** In the order of their first entries; entries without a unit are a group too. */
export function groupByUnit(observation: Scene['task']['observation']): ObservationGroup[] {
  const groups = new Map<string, ObservationGroup>()
  observation.forEach(({ name, unit = '', range }, index) => {
    const group = groups.get(unit) ?? { unit, entries: [], range }
    group.entries.push({ name, index })
    if (range) {
      const [least, greatest] = group.range ?? range
      group.range = [Math.min(range[0], least), Math.max(range[1], greatest)]
    }
    groups.set(unit, group)
  })
  return [...groups.values()]
}
