/** The grid's distances and labels: 1-2-5 spacing that keeps its lines readable at any zoom. */

export interface GridSpacing {
  /** Between labelled lines, m: 1, 2 or 5 times a power of ten. */
  major: number
  /** Between all lines, m; divides `major`. */
  minor: number
  /** Digits after the point that labels need. */
  decimals: number
}

/** The smallest 1-2-5 spacing whose labelled lines are at least `minimumPixels` apart at `scale` pixels a metre. */
export function gridSpacing(scale: number, minimumPixels: number): GridSpacing {
  const least = minimumPixels / scale
  // A hair below the power of ten, so that 1 / 0.001 and its like do not land on the next power by rounding.
  const exponent = Math.floor(Math.log10(least) + 1e-9)
  const base = 10 ** exponent
  const [factor, parts] =
    least <= base * (1 + 1e-9) ? [1, 5] : least <= 2 * base ? [2, 4] : least <= 5 * base ? [5, 5] : [10, 5]
  const major = factor * base
  const decimals = Math.max(0, -(factor === 10 ? exponent + 1 : exponent))
  return { major, minor: major / parts, decimals }
}

/** The indices k of the lines k × spacing that lie within [from, to]. */
export function gridLines(from: number, to: number, spacing: number): number[] {
  const lines: number[] = []
  for (let index = Math.ceil(from / spacing - 1e-9); index * spacing <= to + spacing * 1e-9; index++) lines.push(index)
  return lines
}

/** A coordinate as a label: with a true minus sign, and 0 never negative. */
export function gridLabel(value: number, decimals: number): string {
  const text = Math.abs(value).toFixed(decimals)
  return value < 0 && Number(text) !== 0 ? `−${text}` : text
}

/** A length as people write it: `50 cm` is `0.5 m`, but `5 mm` is not `0.005 m`. */
export function lengthLabel(metres: number): string {
  if (metres >= 1000) return `${Number((metres / 1000).toPrecision(6))} km`
  if (metres < 0.01) return `${Number((metres * 1000).toPrecision(6))} mm`
  return `${Number(metres.toPrecision(6))} m`
}
