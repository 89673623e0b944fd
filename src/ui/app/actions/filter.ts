/** Finds actions by what people type of their names. */
import { type Action, labelOf } from './action.ts'

/** Actions whose group and label hold every typed word, those where a word begins with it first; all where nothing is typed. */
export function filterActions(actions: readonly Action[], query: string): readonly Action[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  const ranked = actions.flatMap((action, order) => {
    const text = `${action.group} ${labelOf(action)}`.toLowerCase()
    const ranks = words.map((word) => rankOf(text, word))
    return ranks.some((rank) => rank === undefined)
      ? []
      : [{ action, order, rank: Math.max(0, ...(ranks as number[])) }]
  })
  return ranked.sort((a, b) => a.rank - b.rank || a.order - b.order).map(({ action }) => action)
}

/** 0 where a word of the text begins so, 1 where it is inside one, 2 where its letters come in this order; else undefined. */
function rankOf(text: string, word: string): number | undefined {
  if (text.split(/[\s-]+/).some((each) => each.startsWith(word))) return 0
  if (text.includes(word)) return 1
  let at = -1
  for (const letter of word) {
    at = text.indexOf(letter, at + 1)
    if (at < 0) return undefined
  }
  return 2
}
