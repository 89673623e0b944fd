/**
 * exp, log, tanh and pow with the same bits on every JavaScript engine, where those of `Math` differ in the last ones:
 * the algorithms of fdlibm (Sun Microsystems 1993, freely usable with this notice; after the versions of FreeBSD's msun and of musl),
 * in plain additions and multiplications, whose bits the language defines. Within 1 unit in the last place.
 */
import { highWord, lowWord, scaled, truncated, withHighWord } from './words.ts'

const LN2_HIGH = 0.6931471803691238
const LN2_LOW = 1.9082149292705877e-10
const INVERSE_LN2 = Math.LOG2E
const OVERFLOW = 709.782712893384
const UNDERFLOW = -745.1332191019411

const P1 = 0.16666666666666602
const P2 = -0.0027777777777015593
const P3 = 6.613756321437934e-5
const P4 = -1.6533902205465252e-6
const P5 = 4.1381367970572385e-8

/** e to the power of x. */
export function exp(x: number): number {
  if (Number.isNaN(x)) return x
  if (x > OVERFLOW) return Number.POSITIVE_INFINITY
  if (x < UNDERFLOW) return 0
  const size = highWord(x) & 0x7fffffff
  let [high, low, power] = [x, 0, 0]
  if (size > 0x3fd62e42) {
    power = size >= 0x3ff0a2b2 ? Math.trunc(INVERSE_LN2 * x + (x < 0 ? -0.5 : 0.5)) : x < 0 ? -1 : 1
    high = x - power * LN2_HIGH
    low = power * LN2_LOW
  } else if (size <= 0x3e300000) return 1 + x
  const r = high - low
  const z = r * r
  const c = r - z * (P1 + z * (P2 + z * (P3 + z * (P4 + z * P5))))
  const y = 1 + ((r * c) / (2 - c) - low + high)
  return power === 0 ? y : scaled(y, power)
}

const LG = [
  0.6666666666666735, 0.3999999999940942, 0.2857142874366239, 0.22222198432149784, 0.1818357216161805,
  0.15313837699209373, 0.14798198605116586,
] as const

/** The natural logarithm; -∞ of 0, NaN of what is below. */
export function log(value: number): number {
  if (value === 0) return Number.NEGATIVE_INFINITY
  if (Number.isNaN(value) || value < 0) return Number.NaN
  if (value === Number.POSITIVE_INFINITY) return value
  if (value === 1) return 0
  let [x, power] = [value, 0]
  if (highWord(x) < 0x00100000) {
    // Subnormal.
    power = -54
    x *= 2 ** 54
  }
  const high = highWord(x) + (0x3ff00000 - 0x3fe6a09e)
  power += (high >> 20) - 0x3ff
  const f = withHighWord(x, (high & 0x000fffff) + 0x3fe6a09e) - 1
  const half = 0.5 * f * f
  const s = f / (2 + f)
  const z = s * s
  const w = z * z
  const even = w * (LG[1] + w * (LG[3] + w * LG[5]))
  const odd = z * (LG[0] + w * (LG[2] + w * (LG[4] + w * LG[6])))
  return s * (half + (odd + even)) + power * LN2_LOW - half + f + power * LN2_HIGH
}

const Q1 = -0.03333333333333313
const Q2 = 0.0015873015872548146
const Q3 = -7.93650757867488e-5
const Q4 = 4.008217827329362e-6
const Q5 = -2.0109921818362437e-7

/** exp(x) - 1 for |x| up to 45, exactly also near 0. */
function expm1(value: number): number {
  let x = value
  const size = highWord(x) & 0x7fffffff
  let [power, c] = [0, 0]
  if (size > 0x3fd62e42) {
    power = size < 0x3ff0a2b2 ? (x < 0 ? -1 : 1) : Math.trunc(INVERSE_LN2 * x + (x < 0 ? -0.5 : 0.5))
    const high = x - power * LN2_HIGH
    const low = power * LN2_LOW
    x = high - low
    c = high - x - low
  } else if (size < 0x3c900000) return x
  const half = 0.5 * x
  const z = x * half
  const r = 1 + z * (Q1 + z * (Q2 + z * (Q3 + z * (Q4 + z * Q5))))
  const t = 3 - r * half
  let e = z * ((r - t) / (6 - x * t))
  if (power === 0) return x - (x * e - z)
  e = x * (e - c) - c - z
  if (power === -1) return 0.5 * (x - e) - 0.5
  if (power === 1) return x < -0.25 ? -2 * (e - (x + 0.5)) : 1 + 2 * (x - e)
  if (power < 0 || power > 56) return scaled(x - e + 1, power) - 1
  const inverse = scaled(1, -power)
  const y = power < 20 ? 1 - inverse - e + x : x - (e + inverse) + 1
  return scaled(y, power)
}

/** The hyperbolic tangent. */
export function tanh(x: number): number {
  if (Number.isNaN(x)) return x
  const size = Math.abs(x)
  const high = highWord(size)
  let t: number
  if (high > 0x40340000) t = 1
  else if (high > 0x3fe193ea) t = 1 - 2 / (expm1(2 * size) + 2)
  else if (high > 0x3fd058ae) {
    const e = expm1(2 * size)
    t = e / (e + 2)
  } else if (high >= 0x00100000) {
    const e = expm1(-2 * size)
    t = -e / (e + 2)
  } else t = size
  return highWord(x) < 0 ? -t : t
}

const DP_HIGH = 0.5849624872207642
const DP_LOW = 1.350039202129749e-8
const L = [
  0.5999999999999946, 0.4285714285785502, 0.33333332981837743, 0.272728123808534, 0.23066074577556175,
  0.20697501780033842,
] as const
const LG2 = Math.LN2
const LG2_HIGH = 0.6931471824645996
const LG2_LOW = -1.904654299957768e-9
const OVERFLOW_TAIL = 8.008566259537294e-17
const CP = 0.9617966939259756
const CP_HIGH = 0.9617967009544373
const CP_LOW = -7.028461650952758e-9
const INVERSE_LN2_HIGH = 1.4426950216293335
const INVERSE_LN2_LOW = 1.9259629911266175e-8

/** x to the power of y, with the special cases of `Math.pow`. */
export function pow(x: number, y: number): number {
  if (y === 0) return 1
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.NaN
  if (y === 1) return x
  if (y === 2) return x * x
  if (y === -1) return 1 / x
  const size = Math.abs(x)
  if (Math.abs(y) === Number.POSITIVE_INFINITY) {
    if (size === 1) return Number.NaN
    return size > 1 === y > 0 ? Number.POSITIVE_INFINITY : 0
  }
  if (y === 0.5 && highWord(x) >= 0) return Math.sqrt(x)
  const isNegative = highWord(x) < 0
  const isWhole = Number.isInteger(y)
  const sign = isNegative && isWhole && y % 2 !== 0 ? -1 : 1
  if (size === 0 || size === Number.POSITIVE_INFINITY) {
    return (size === 0) === y > 0 ? sign * 0 : sign * Number.POSITIVE_INFINITY
  }
  if (isNegative && !isWhole) return Number.NaN
  if (size === 1) return sign
  return sign * power(size, y)
}

/** log2 of a number in two parts, y times it, and 2 to that: for finite x > 0 and finite y. */
function power(x: number, y: number): number {
  const ix = highWord(x)
  const iy = highWord(y) & 0x7fffffff
  let logHigh: number
  let logLow: number
  if (iy > 0x41e00000) {
    // |y| > 2^31: x must be very near 1, or the result overflows.
    if (iy > 0x43f00000 || ix < 0x3fefffff || ix > 0x3ff00000) return x > 1 === y > 0 ? Number.POSITIVE_INFINITY : 0
    const t = x - 1
    const w = t * t * (0.5 - t * (0.3333333333333333 - t * 0.25))
    const u = INVERSE_LN2_HIGH * t
    const v = t * INVERSE_LN2_LOW - w * INVERSE_LN2
    logHigh = truncated(u + v)
    logLow = v - (logHigh - u)
  } else {
    let [n, ax, high] = [0, x, ix]
    if (high < 0x00100000) {
      ax *= 2 ** 53
      n = -53
      high = highWord(ax)
    }
    n += (high >> 20) - 0x3ff
    const j = high & 0x000fffff
    high = j | 0x3ff00000
    let isUpper = false
    if (j > 0x3988e) {
      if (j < 0xbb67a) isUpper = true
      else {
        n++
        high -= 0x00100000
      }
    }
    ax = withHighWord(ax, high)
    const bp = isUpper ? 1.5 : 1
    const u = ax - bp
    const v = 1 / (ax + bp)
    const ss = u * v
    const sHigh = truncated(ss)
    let tHigh = withHighWord(0, ((high >> 1) | 0x20000000) + 0x00080000 + (isUpper ? 1 << 18 : 0))
    let tLow = ax - (tHigh - bp)
    const sLow = v * (u - sHigh * tHigh - sHigh * tLow)
    const s2 = ss * ss
    const r = s2 * s2 * (L[0] + s2 * (L[1] + s2 * (L[2] + s2 * (L[3] + s2 * (L[4] + s2 * L[5]))))) + sLow * (sHigh + ss)
    const square = sHigh * sHigh
    tHigh = truncated(3 + square + r)
    tLow = r - (tHigh - 3 - square)
    const main = sHigh * tHigh
    const minor = sLow * tHigh + tLow * ss
    const pHigh = truncated(main + minor)
    const pLow = minor - (pHigh - main)
    const zHigh = CP_HIGH * pHigh
    const zLow = CP_LOW * pHigh + pLow * CP + (isUpper ? DP_LOW : 0)
    const dp = isUpper ? DP_HIGH : 0
    logHigh = truncated(zHigh + zLow + dp + n)
    logLow = zLow - (logHigh - n - dp - zHigh)
  }
  const yHigh = truncated(y)
  const low = (y - yHigh) * logHigh + y * logLow
  let high = yHigh * logHigh
  const sum = low + high
  const j = highWord(sum)
  const i = lowWord(sum)
  if (j >= 0x40900000) {
    if (((j - 0x40900000) | i) !== 0 || low + OVERFLOW_TAIL > sum - high) return Number.POSITIVE_INFINITY
  } else if ((j & 0x7fffffff) >= 0x4090cc00) {
    if (((j - (0xc090cc00 | 0)) | i) !== 0 || low <= sum - high) return 0
  }
  let n = 0
  if ((j & 0x7fffffff) > 0x3fe00000) {
    // The nearest whole number, which becomes the exponent.
    n = Math.floor(sum + 0.5)
    high -= n
  }
  const t = truncated(low + high)
  const u = t * LG2_HIGH
  const v = (low - (t - high)) * LG2 + t * LG2_LOW
  const z = u + v
  const w = v - (z - u)
  const square = z * z
  const c = z - square * (P1 + square * (P2 + square * (P3 + square * (P4 + square * P5))))
  const r = (z * c) / (c - 2) - (w + z * w)
  return scaled(1 - (r - z), n)
}
