/** The stage's colours, taken from the theme's custom properties. */
import { themeColor } from '../theme/theme.ts'

const NAMES = [
  'background',
  'grid',
  'grid-major',
  'axis',
  'label',
  'ruler',
  'body',
  'body-line',
  'fixed',
  'fixed-line',
  'kinematic',
  'kinematic-line',
  'joint',
  'torque',
  'contact',
  'velocity',
  'pull',
  'ghost',
  'past',
  'future',
] as const

export type StageColors = Record<(typeof NAMES)[number], string>

export function readStageColors(): StageColors {
  return Object.fromEntries(NAMES.map((name) => [name, themeColor(`--stage-${name}`)])) as StageColors
}
