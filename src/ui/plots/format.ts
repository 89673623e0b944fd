/** Numbers in plots: short on the ticks, four significant digits in the hover values. */

const SUFFIXES = [
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
] as const

/** Labels of an axis's ticks, all in the same unit: 0, 2,000, 4,000; 0, 50k, 100k; 1e-5. */
export function formatTicks(ticks: readonly (number | null)[]): string[] {
  const numbers = ticks.filter((tick): tick is number => tick !== null)
  const greatest = Math.max(...numbers.map(Math.abs), 0)
  const [divisor, suffix] = (greatest >= 1e4 && SUFFIXES.find(([size]) => greatest >= size)) || [1, '']
  return ticks.map((tick) => {
    if (tick === null) return ''
    if (tick === 0) return '0'
    const scaled = tick / divisor
    const size = Math.abs(scaled)
    if (size < 1e-3 || size >= 1e6) return scaled.toExponential().replace('e+', 'e') + suffix
    return scaled.toLocaleString('en', { maximumFractionDigits: 6 }) + suffix
  })
}

/** A value for reading, with four significant digits; an en dash where there is none. */
export function formatValue(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return '–'
  const size = Math.abs(value)
  if (size !== 0 && (size < 1e-3 || size >= 1e7)) return value.toExponential(2).replace('e+', 'e')
  if (size >= 1000) return value.toLocaleString('en', { maximumFractionDigits: 0 })
  return value
    .toPrecision(4)
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '')
}
