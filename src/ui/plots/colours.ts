/** The theme's colours for plots, as canvas takes them.
 * They are read once per theme; a chart asks for them anew when the theme changes. */
import { themeColor } from '../theme/theme.ts'

/** --plot-1 to --plot-6 of the theme. */
const SERIES_COLOURS = 6
const FAINT_ALPHA = '66'
const BAND_ALPHA = '2e'

export interface PlotColours {
  text: string
  grid: string
  /** Of the series with this colour number, from 0. */
  series(number: number): string
  /** For raw data behind a smoothed line. */
  faint(number: number): string
  /** For the band around a line. */
  band(number: number): string
}

/** The custom property of a series's colour, for style sheets. */
export function colourProperty(number: number): string {
  return `--plot-${(number % SERIES_COLOURS) + 1}`
}

export function plotColours(): PlotColours {
  const series = Array.from({ length: SERIES_COLOURS }, (_, number) => themeColor(colourProperty(number)))
  const colour = (number: number) => series[number % SERIES_COLOURS]!
  return {
    text: themeColor('--plot-axis'),
    grid: themeColor('--plot-grid'),
    series: colour,
    // The theme gives hexadecimal colours: two more digits are their opacity.
    faint: (number) => colour(number) + FAINT_ALPHA,
    band: (number) => colour(number) + BAND_ALPHA,
  }
}
