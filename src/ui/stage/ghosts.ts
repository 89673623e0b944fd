/** The same robot elsewhere, faint and behind the one on show: what it is tells its colour. */
import type { StageColors } from './colors.ts'

export interface StageGhost {
  /** [bodies × 3] x, y (m), angle (rad) in the scene's order. */
  poses: Float32Array
  /** `robot` in the robot's own colours; another one beside it; where it was, and where it will be. */
  kind: 'robot' | 'other' | 'past' | 'future'
  /** Opacity, 0 to 1. */
  alpha: number
}

/** What a ghost of the robot's own colours has by default. */
export const GHOST_ALPHA = 0.35

/** Two more hexadecimal digits: the opacity of a coloured ghost's inside. */
const FILL = '59'

const known = new WeakMap<StageColors, Map<StageGhost['kind'], StageColors>>()

/** The same object for the same theme and kind: painters build anew where it changes. */
export function ghostColors(colors: StageColors, kind: StageGhost['kind']): StageColors {
  if (kind === 'robot') return colors
  const ofTheme = known.get(colors) ?? new Map<StageGhost['kind'], StageColors>()
  known.set(colors, ofTheme)
  const before = ofTheme.get(kind)
  if (before) return before
  const line = colors[kind === 'other' ? 'ghost' : kind]
  const fill = `${line}${FILL}`
  const made = { ...colors, body: fill, 'body-line': line, kinematic: fill, 'kinematic-line': line }
  ofTheme.set(kind, made)
  return made
}
