/** Where a card of the tour stands: beside what it speaks of where there is room, else in its corner; always inside the window. */
export interface Rectangle {
  x: number
  y: number
  width: number
  height: number
}

export interface Place {
  /** Around what is spoken of, px. */
  ring: Rectangle
  /** The card's upper left corner, px. */
  at: { x: number; y: number }
}

/** px */
const GAP = 12

export function cardPlace(
  target: Rectangle,
  card: { width: number; height: number },
  window: { width: number; height: number },
): Place {
  const within = (value: number, size: number, whole: number): number =>
    Math.max(GAP, Math.min(value, whole - size - GAP))
  const right = target.x + target.width
  const bottom = target.y + target.height
  const candidates = [
    { x: right + GAP, y: target.y },
    { x: target.x - card.width - GAP, y: target.y },
    { x: target.x, y: bottom + GAP },
    { x: target.x, y: target.y - card.height - GAP },
  ]
  const fits = ({ x, y }: { x: number; y: number }): boolean =>
    x >= GAP && y >= GAP && x + card.width <= window.width - GAP && y + card.height <= window.height - GAP
  // Something as large as the window has no beside.
  const inCorner = { x: right - card.width - 2 * GAP, y: bottom - card.height - 4 * GAP }
  const found = candidates.find(fits) ?? inCorner
  return {
    ring: { x: target.x, y: target.y, width: target.width, height: target.height },
    at: { x: within(found.x, card.width, window.width), y: within(found.y, card.height, window.height) },
  }
}
