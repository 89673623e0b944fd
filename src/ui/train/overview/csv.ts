/** Curves as a table of text (CSV, RFC 4180): one row a point, in the long form that every tool reads. */

export interface NamedCurve {
  run: string
  quantity: string
  x: ArrayLike<number>
  y: ArrayLike<number>
  /** The edges of a band, where it has one. */
  low?: ArrayLike<number>
  high?: ArrayLike<number>
}

/** `xName` is the name of the column of x. Numbers are written so that they are read back the same. */
export function curvesToCsv(curves: readonly NamedCurve[], xName: string): string {
  const hasBand = curves.some(({ low }) => low)
  const rows = curves.flatMap(({ run, quantity, x, y, low, high }) =>
    Array.from(x, (place, index) => [
      run,
      quantity,
      place,
      y[index]!,
      ...(hasBand ? [low?.[index] ?? '', high?.[index] ?? ''] : []),
    ]),
  )
  const head = ['run', 'quantity', xName, 'value', ...(hasBand ? ['low', 'high'] : [])]
  return [head, ...rows].map(csvLine).join('')
}

/** One line of a table, with its end. */
export function csvLine(row: readonly (string | number)[]): string {
  return `${row.map(cell).join(',')}\r\n`
}

function cell(value: string | number): string {
  const text = String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
