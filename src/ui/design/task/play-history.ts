/** What was seen of an episode in play, for plots: reward terms and sensors at each frame that the window showed. */
import type { PlayFrame } from '../../play/messages.ts'
import type { PlotSeries } from '../../plots/series.ts'

/** Frames kept: at 60 a second, five minutes. */
const LONGEST = 18_000

export class PlayHistory {
  private rows: { load: number; time: number; terms: Float64Array; sensors: Float64Array }[] = []

  /** Takes a frame; what was after it (a reset, a step back) or of another scene is forgotten. */
  add({ load, step, time, terms, sensors }: PlayFrame): void {
    if (this.rows.at(-1)?.load !== load) this.rows = []
    while (this.rows.length > 0 && this.rows.at(-1)!.time >= time) this.rows.pop()
    // Before the first step there is no reward.
    if (step > 0) this.rows.push({ load, time, terms, sensors })
    if (this.rows.length > LONGEST) this.rows.splice(0, this.rows.length - LONGEST)
  }

  /** A sensor over time. */
  sensor(index: number): { x: Float64Array; y: Float64Array } {
    return { x: this.times(), y: Float64Array.from(this.rows, ({ sensors }) => sensors[index] ?? Number.NaN) }
  }

  /**
   * Reward terms stacked: each as a band that is as high as its value, positive ones upwards from 0, negative ones downwards.
   * The legend shows the terms themselves.
   */
  stackedTerms(names: readonly string[]): PlotSeries[] {
    const x = this.times()
    const [above, below] = [new Float64Array(x.length), new Float64Array(x.length)]
    return names.map((name, term): PlotSeries => {
      const values = Float64Array.from(this.rows, ({ terms }) => terms[term] ?? Number.NaN)
      const [low, high, edge] = [0, 0, 0].map(() => new Float64Array(x.length)) as [
        Float64Array,
        Float64Array,
        Float64Array,
      ]
      values.forEach((value, row) => {
        const stack = value >= 0 ? above : below
        const from = stack[row]!
        const to = from + (Number.isNaN(value) ? 0 : value)
        stack[row] = to
        low[row] = Math.min(from, to)
        high[row] = Math.max(from, to)
        edge[row] = to
      })
      return { name, colour: term, style: 'line', x, y: edge, band: { low, high }, values }
    })
  }

  private times(): Float64Array {
    return Float64Array.from(this.rows, ({ time }) => time)
  }
}
