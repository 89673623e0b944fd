/** Finds the name that a mistyped one was probably meant to be. */
import leven from 'leven'

/** The candidate nearest to `name`, or undefined when none is near enough to be a likely typing error. */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined
  // Two wrong letters, or half of a longer word.
  let bestDistance = 1 + Math.max(2, Math.floor(name.length / 2))
  for (const candidate of candidates) {
    const distance = leven(name.toLowerCase(), candidate.toLowerCase())
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** ` Did you mean "x"?`, or the whole list when nothing is near and the list is short; empty otherwise. */
export function suggestion(name: string, candidates: readonly string[]): string {
  const near = nearest(name, candidates)
  if (near !== undefined) return ` Did you mean "${near}"?`
  if (candidates.length > 0 && candidates.length <= 12) return ` Known: ${candidates.join(', ')}.`
  return ''
}
