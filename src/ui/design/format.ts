/** Numbers as the inspector shows them: three digits after the point where that says something, else in powers of ten. */

/** A value with a fixed number of digits, so that a column of live numbers stands still. */
export function formatValue(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'no number' : value > 0 ? '∞' : '−∞'
  const size = Math.abs(value)
  const text = size >= 1e5 || (size > 0 && size < 5e-4 && size > 1e-12) ? size.toExponential(2) : size.toFixed(3)
  return value < 0 && Number(text) !== 0 ? `−${text}` : text
}

/** A value with a sign where it is not 0, for actions. */
export function formatSigned(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits)
  if (Number(text) === 0) return text
  return value < 0 ? `−${text}` : `+${text}`
}
