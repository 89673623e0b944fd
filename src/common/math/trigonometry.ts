/**
 * sin, cos, tan and atan2 with the same bits on every JavaScript engine, where those of `Math` differ in the last ones:
 * the algorithms of fdlibm (Sun Microsystems 1993, freely usable with this notice; after the versions of FreeBSD's msun and of musl),
 * in plain additions and multiplications, whose bits the language defines. Within 1 unit in the last place.
 */
import { highWord, truncated } from './words.ts'

const PIO2_1 = 1.5707963267341256
const PIO2_1T = 6.077100506506192e-11
const PIO2_2 = 6.077100506303966e-11
const PIO2_2T = 2.0222662487959506e-21
const PIO2_3 = 2.0222662487111665e-21
const PIO2_3T = 8.4784276603689e-32
const INVERSE_PIO2 = 0.6366197723675814
/** High word of 2²⁰ π/2. */
const LARGE = 0x413921fb

/** What is left of the last angle after whole quarter turns, rad: `rest` and what it lacks. */
let rest = 0
let restTail = 0

/** Takes quarter turns from an angle; returns how many, modulo 4. Beyond 1.6 million rad it first takes off whole turns as exactly as a double holds one. */
function reduce(angle: number): number {
  let x = angle
  let ix = highWord(x) & 0x7fffffff
  if (ix >= LARGE) {
    x %= 2 * Math.PI
    ix = highWord(x) & 0x7fffffff
  }
  const turns = Math.round(x * INVERSE_PIO2)
  let r = x - turns * PIO2_1
  let w = turns * PIO2_1T
  rest = r - w
  const exponent = ix >> 20
  if (exponent - ((highWord(rest) >> 20) & 0x7ff) > 16) {
    let t = r
    w = turns * PIO2_2
    r = t - w
    w = turns * PIO2_2T - (t - r - w)
    rest = r - w
    if (exponent - ((highWord(rest) >> 20) & 0x7ff) > 49) {
      t = r
      w = turns * PIO2_3
      r = t - w
      w = turns * PIO2_3T - (t - r - w)
      rest = r - w
    }
  }
  restTail = r - rest - w
  return turns & 3
}

const S1 = -0.16666666666666632
const S2 = 0.00833333333332249
const S3 = -0.0001984126982985795
const S4 = 2.7557313707070068e-6
const S5 = -2.5050760253406863e-8
const S6 = 1.58969099521155e-10

/** sin(x + y) for |x| up to π/4. */
function sinKernel(x: number, y: number): number {
  const z = x * x
  const w = z * z
  const r = S2 + z * (S3 + z * S4) + z * w * (S5 + z * S6)
  const v = z * x
  return x - (z * (0.5 * y - v * r) - y - v * S1)
}

const C1 = 0.0416666666666666
const C2 = -0.001388888888887411
const C3 = 2.480158728947673e-5
const C4 = -2.7557314351390663e-7
const C5 = 2.087572321298175e-9
const C6 = -1.1359647557788195e-11

/** cos(x + y) for |x| up to π/4. */
function cosKernel(x: number, y: number): number {
  const z = x * x
  const w = z * z
  const r = z * (C1 + z * (C2 + z * C3)) + w * w * (C4 + z * (C5 + z * C6))
  const half = 0.5 * z
  const one = 1 - half
  return one + (1 - one - half + (z * r - x * y))
}

/** Of an angle in rad. */
export function sin(angle: number): number {
  const ix = highWord(angle) & 0x7fffffff
  if (ix <= 0x3fe921fb) {
    if (ix < 0x3e500000) return angle
    return sinKernel(angle, 0)
  }
  if (ix >= 0x7ff00000) return Number.NaN
  switch (reduce(angle)) {
    case 0:
      return sinKernel(rest, restTail)
    case 1:
      return cosKernel(rest, restTail)
    case 2:
      return -sinKernel(rest, restTail)
    default:
      return -cosKernel(rest, restTail)
  }
}

/** Of an angle in rad. */
export function cos(angle: number): number {
  const ix = highWord(angle) & 0x7fffffff
  if (ix <= 0x3fe921fb) {
    if (ix < 0x3e46a09e) return 1
    return cosKernel(angle, 0)
  }
  if (ix >= 0x7ff00000) return Number.NaN
  switch (reduce(angle)) {
    case 0:
      return cosKernel(rest, restTail)
    case 1:
      return -sinKernel(rest, restTail)
    case 2:
      return -cosKernel(rest, restTail)
    default:
      return sinKernel(rest, restTail)
  }
}

const PIO4 = Math.PI / 4
const PIO4_TAIL = 3.061616997868383e-17
const T = [
  0.3333333333333341, 0.13333333333320124, 0.05396825397622605, 0.021869488294859542, 0.0088632398235993,
  0.0035920791075913124, 0.0014562094543252903, 0.0005880412408202641, 0.0002464631348184699, 7.817944429395571e-5,
  7.140724913826082e-5, -1.8558637485527546e-5, 2.590730518636337e-5,
] as const

/** tan(x + y) for |x| up to π/4, or -1 / tan(x + y) after an odd number of quarter turns. */
function tanKernel(angle: number, tail: number, isOdd: boolean): number {
  let [x, y] = [angle, tail]
  const hx = highWord(x)
  const isBig = (hx & 0x7fffffff) >= 0x3fe59428
  if (isBig) {
    if (hx < 0) {
      x = -x
      y = -y
    }
    x = PIO4 - x + (PIO4_TAIL - y)
    y = 0
  }
  const z = x * x
  const w = z * z
  const odd = T[1] + w * (T[3] + w * (T[5] + w * (T[7] + w * (T[9] + w * T[11]))))
  const even = z * (T[2] + w * (T[4] + w * (T[6] + w * (T[8] + w * (T[10] + w * T[12])))))
  const s = z * x
  const r = y + z * (s * (odd + even) + y) + T[0] * s
  const sum = x + r
  if (isBig) {
    const one = isOdd ? -1 : 1
    return (hx < 0 ? -1 : 1) * (one - 2 * (x - ((sum * sum) / (sum + one) - r)))
  }
  if (!isOdd) return sum
  // -1 / (x + r), more exactly than by one division.
  const high = truncated(sum)
  const low = r - (high - x)
  const a = -1 / sum
  const t = truncated(a)
  return t + a * (1 + t * high + t * low)
}

/** Of an angle in rad. */
export function tan(angle: number): number {
  const ix = highWord(angle) & 0x7fffffff
  if (ix <= 0x3fe921fb) {
    if (ix < 0x3e400000) return angle
    return tanKernel(angle, 0, false)
  }
  if (ix >= 0x7ff00000) return Number.NaN
  const turns = reduce(angle)
  return tanKernel(rest, restTail, (turns & 1) === 1)
}

const ATAN_HIGH = [0.4636476090008061, Math.PI / 4, 0.982793723247329, Math.PI / 2] as const
const ATAN_LOW = [2.2698777452961687e-17, 3.061616997868383e-17, 1.3903311031230998e-17, 6.123233995736766e-17] as const
const A = [
  0.3333333333333293, -0.19999999999876483, 0.14285714272503466, -0.11111110405462356, 0.09090887133436507,
  -0.0769187620504483, 0.06661073137387531, -0.058335701337905735, 0.049768779946159324, -0.036531572744216916,
  0.016285820115365782,
] as const

/** Of a number that is not negative, rad. */
function atan(tangent: number): number {
  let x = tangent
  const ix = highWord(x)
  if (ix >= 0x44100000) return ATAN_HIGH[3] + ATAN_LOW[3]
  let part: 0 | 1 | 2 | 3 | undefined
  if (ix < 0x3fdc0000) {
    if (ix < 0x3e400000) return x
  } else if (ix < 0x3fe60000) {
    part = 0
    x = (2 * x - 1) / (2 + x)
  } else if (ix < 0x3ff30000) {
    part = 1
    x = (x - 1) / (x + 1)
  } else if (ix < 0x40038000) {
    part = 2
    x = (x - 1.5) / (1 + 1.5 * x)
  } else {
    part = 3
    x = -1 / x
  }
  const z = x * x
  const w = z * z
  const even = z * (A[0] + w * (A[2] + w * (A[4] + w * (A[6] + w * (A[8] + w * A[10])))))
  const odd = w * (A[1] + w * (A[3] + w * (A[5] + w * (A[7] + w * A[9]))))
  const sum = x * (even + odd)
  return part === undefined ? x - sum : ATAN_HIGH[part] - (sum - ATAN_LOW[part] - x)
}

const PI_TAIL = 1.2246467991473532e-16

/** The angle of the point (x, y), rad in [-π, π]; signs of zeros count, as for `Math.atan2`. */
export function atan2(y: number, x: number): number {
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.NaN
  const [hx, hy] = [highWord(x), highWord(y)]
  const sign = hy < 0 ? -1 : 1
  const [ax, ay] = [Math.abs(x), Math.abs(y)]
  const isLeft = hx < 0
  let angle: number
  if (ay === 0) angle = 0
  else if (ax === 0) return (sign * Math.PI) / 2
  else if (ax === Number.POSITIVE_INFINITY) angle = ay === Number.POSITIVE_INFINITY ? Math.PI / 4 : 0
  else {
    // Apart by 2^64 or more, the quotient says nothing more.
    const difference = (hy & 0x7fffffff) - (hx & 0x7fffffff)
    if (difference > 64 << 20 || ay === Number.POSITIVE_INFINITY) return (sign * Math.PI) / 2
    angle = isLeft && difference < -(64 << 20) ? 0 : atan(ay / ax)
  }
  if (!isLeft) return sign * angle
  // Exact quarters, and π itself, have no tail to take off.
  if (angle === 0) return sign * Math.PI
  if (ax === Number.POSITIVE_INFINITY) return (sign * 3 * Math.PI) / 4
  return sign * (Math.PI - (angle - PI_TAIL))
}
