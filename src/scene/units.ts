/** Physical units as exponents of base units: enough to tell m/s from rad. */

/** Exponents of the base units. The radian is 1 in the SI: it is kept to name units, and does not tell them apart. */
export interface Unit {
  m: number
  kg: number
  s: number
  rad: number
}

export const ONE: Unit = { m: 0, kg: 0, s: 0, rad: 0 }
export const RADIAN: Unit = { ...ONE, rad: 1 }

const NAMED: Readonly<Record<string, Unit>> = {
  '1': ONE,
  rad: RADIAN,
  m: { ...ONE, m: 1 },
  s: { ...ONE, s: 1 },
  kg: { ...ONE, kg: 1 },
  Hz: { ...ONE, s: -1 },
  N: { m: 1, kg: 1, s: -2, rad: 0 },
  J: { m: 2, kg: 1, s: -2, rad: 0 },
  W: { m: 2, kg: 1, s: -3, rad: 0 },
}

/** How units are written where one of these fits; base units elsewhere. */
const FORMATTED: readonly [string, Unit][] = ['N', 'N·m', 'W', 'N·s', 'N/m', 'N·m·rad', 'N·m/rad'].map((text) => [
  text,
  parseUnit(text)!,
])

const SUPERSCRIPTS: Record<string, string> = {
  '⁻': '-',
  '⁰': '0',
  '¹': '1',
  '²': '2',
  '³': '3',
  '⁴': '4',
  '⁵': '5',
  '⁶': '6',
  '⁷': '7',
  '⁸': '8',
  '⁹': '9',
}

/** A unit such as `N·m`, `rad/s`, `m/s²` or `kg*m^2`; undefined where it is none of these. What follows a / is divided by. */
export function parseUnit(text: string): Unit | undefined {
  let unit = ONE
  let sign = 1
  for (const part of text.split(/([·*/])/)) {
    if (part === '/') sign = -1
    if (part === '·' || part === '*' || part === '/') continue
    const plain = part.trim().replace(/[⁻⁰-⁹¹²³]/g, (character) => SUPERSCRIPTS[character]!)
    const [, name, exponent] = /^(1|[A-Za-z]+)\^?(-?\d+)?$/.exec(plain) ?? []
    const base = name !== undefined && Object.hasOwn(NAMED, name) ? NAMED[name] : undefined
    if (!base) return undefined
    unit = multiplyUnits(unit, powerUnit(base, sign * Number(exponent ?? 1)))
  }
  return unit
}

export function multiplyUnits(a: Unit, b: Unit): Unit {
  return { m: a.m + b.m, kg: a.kg + b.kg, s: a.s + b.s, rad: a.rad + b.rad }
}

export function divideUnits(a: Unit, b: Unit): Unit {
  return multiplyUnits(a, powerUnit(b, -1))
}

export function powerUnit(unit: Unit, exponent: number): Unit {
  return { m: unit.m * exponent, kg: unit.kg * exponent, s: unit.s * exponent, rad: unit.rad * exponent }
}

/** Whether two units measure the same thing; radians do not count. */
export function sameUnit(a: Unit, b: Unit): boolean {
  const near = (x: number, y: number): boolean => Math.abs(x - y) < 1e-9
  return near(a.m, b.m) && near(a.kg, b.kg) && near(a.s, b.s)
}

/** `m/s²`, `N·m`; `1` where there is none. */
export function formatUnit(unit: Unit): string {
  const named = FORMATTED.find(([, candidate]) => sameUnit(candidate, unit) && candidate.rad === unit.rad)
  if (named) return named[0]
  const bases = (['kg', 'm', 'rad', 's'] as const).filter((base) => Math.abs(unit[base]) > 1e-9)
  const write = (base: keyof Unit): string => base + superscript(Math.abs(unit[base]))
  const above = bases.filter((base) => unit[base] > 0).map(write)
  const below = bases.filter((base) => unit[base] < 0).map((base) => `/${write(base)}`)
  return (above.length > 0 ? above.join('·') : '1') + below.join('')
}

function superscript(exponent: number): string {
  if (exponent === 1) return ''
  if (exponent === 2) return '²'
  return exponent === 3 ? '³' : `^${Number(exponent.toPrecision(3))}`
}
