/** The 32-bit words of a double, for algorithms that look at its exponent. */

const double = new Float64Array(1)
const words = new Int32Array(double.buffer)
/** Of the sign and the exponent, on this machine. */
const HIGH = new Uint8Array(Float64Array.of(-2).buffer)[7] === 0xc0 ? 1 : 0
const LOW = 1 - HIGH

/** Sign, exponent and the first 20 bits of the fraction, as a signed integer. */
export function highWord(x: number): number {
  double[0] = x
  return words[HIGH]!
}

/** The last 32 bits of the fraction, as a signed integer. */
export function lowWord(x: number): number {
  double[0] = x
  return words[LOW]!
}

export function withHighWord(x: number, high: number): number {
  double[0] = x
  words[HIGH] = high
  return double[0]
}

/** x with the last 32 bits of its fraction 0. */
export function truncated(x: number): number {
  double[0] = x
  words[LOW] = 0
  return double[0]
}

/** x · 2ⁿ, rounded once; n from -2000 to 2000. */
export function scaled(x: number, n: number): number {
  let [value, power] = [x, n]
  if (power > 1023) {
    value *= 2 ** 1023
    power -= 1023
    if (power > 1023) return value * 2 ** 1023 * 2
  } else if (power < -1022) {
    // 2^-969 = 2^-1022 · 2^53: so a subnormal result is not rounded twice.
    value *= 2 ** -969
    power += 969
    if (power < -1022) {
      value *= 2 ** -969
      power = Math.max(-1022, power + 969)
    }
  }
  return value * withHighWord(1, (power + 1023) << 20)
}
