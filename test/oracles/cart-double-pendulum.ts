/**
 * A cart on a rail with two poles one upon the other, and the same without the cart (a double pendulum on a fixed pivot): their
 * equations of motion from the Lagrangian, in absolute angles, integrated by Runge and Kutta's fourth-order method. Independent
 * of any physics engine; its own energy tells whether the steps are fine enough.
 */

/** Lengths m, masses kg, inertias kg·m² about the centres of mass, damping N·s/m and N·m·s/rad. */
export interface Parameters {
  /** undefined: the first pivot is fixed. */
  cartMass: number | undefined
  poles: readonly [Pole, Pole]
  /** m/s², downwards */
  gravity: number
  cartDamping: number
  /** of either hinge, on its own angle's speed */
  hingeDamping: number
}

export interface Pole {
  mass: number
  length: number
  /** from its lower hinge to its centre of mass */
  centre: number
  inertia: number
}

/** x (m), first pole's angle from upright, second pole's angle relative to the first (rad, counter-clockwise), and their speeds. */
export interface Motion {
  positions: readonly [x: number, first: number, second: number]
  velocities: readonly [x: number, first: number, second: number]
}

/** Gymnasium's InvertedDoublePendulum: capsules of 1000 kg/m³, damping 0.05 everywhere. */
export function gymnasiumDoublePendulum(): Parameters {
  const pole = { length: 0.6, centre: 0.3, ...capsule(0.045, 0.6) }
  return {
    cartMass: capsule(0.1, 0.2).mass,
    poles: [pole, pole],
    gravity: 9.81,
    cartDamping: 0.05,
    hingeDamping: 0.05,
  }
}

/** A solid capsule of 1000 kg/m³ whose axis (between the centres of its caps) is `length` m long: mass and inertia across its axis. */
export function capsule(radius: number, length: number): { mass: number; inertia: number } {
  const cylinder = 1000 * Math.PI * radius ** 2 * length
  const hemisphere = (1000 * 2 * Math.PI * radius ** 3) / 3
  // A hemisphere's centre of mass is 3/8 of its radius beyond its flat face.
  const beyond = length / 2 + (3 / 8) * radius
  const ownInertia = (2 / 5 - 9 / 64) * hemisphere * radius ** 2
  return {
    mass: cylinder + 2 * hemisphere,
    inertia: cylinder * (radius ** 2 / 4 + length ** 2 / 12) + 2 * (ownInertia + hemisphere * beyond ** 2),
  }
}

/** The motion after `duration` s in `steps` equal steps, under a constant force on the cart, N. */
export function integrate(
  of: Parameters,
  { positions, velocities }: Motion,
  duration: number,
  steps: number,
  force = 0,
): Motion {
  const h = duration / steps
  // Absolute angles make the equations short; the second pole's is the sum of both.
  const [x, first, second] = positions
  const [vx, v1, v2] = velocities
  let state: readonly number[] = [x, first, first + second, vx, v1, v1 + v2]
  const advanced = (by: readonly number[], time: number) => state.map((value, index) => value + time * by[index]!)
  for (let step = 0; step < steps; step++) {
    const k1 = derivative(of, state, force)
    const k2 = derivative(of, advanced(k1, h / 2), force)
    const k3 = derivative(of, advanced(k2, h / 2), force)
    const k4 = derivative(of, advanced(k3, h), force)
    state = state.map((value, i) => value + (h / 6) * (k1[i]! + 2 * k2[i]! + 2 * k3[i]! + k4[i]!))
  }
  const [newX, a, b, newVx, va, vb] = state as [number, number, number, number, number, number]
  return { positions: [newX, a, b - a], velocities: [newVx, va, vb - va] }
}

/** Kinetic and potential energy, J; 0 of the latter is at the height of the first pivot. */
export function energy({ cartMass = 0, poles, gravity }: Parameters, { positions, velocities }: Motion): number {
  const [, a, second] = positions
  const [vx, va, v2] = velocities
  let [pivotVx, pivotVy, pivotY] = [vx, 0, 0]
  let total = (cartMass * vx ** 2) / 2
  for (const [pole, angle, spin] of [
    [poles[0], a, va],
    [poles[1], a + second, va + v2],
  ] as const) {
    const [sin, cos] = [Math.sin(angle), Math.cos(angle)]
    const speedSquared = (pivotVx - pole.centre * cos * spin) ** 2 + (pivotVy - pole.centre * sin * spin) ** 2
    total +=
      (pole.mass * speedSquared + pole.inertia * spin ** 2) / 2 + pole.mass * gravity * (pivotY + pole.centre * cos)
    pivotVx -= pole.length * cos * spin
    pivotVy -= pole.length * sin * spin
    pivotY += pole.length * cos
  }
  return total
}

/** Of [x, a, b, vx, va, vb], a and b from upright in the world. */
function derivative(of: Parameters, state: readonly number[], force: number): number[] {
  const [, a, b, vx, va, vb] = state as [number, number, number, number, number, number]
  const [lower, upper] = of.poles
  // Moments of mass about the pivots, and inertias about them; coupling of the two poles.
  const momentA = lower.mass * lower.centre + upper.mass * lower.length
  const momentB = upper.mass * upper.centre
  const inertiaA = lower.inertia + lower.mass * lower.centre ** 2 + upper.mass * lower.length ** 2
  const inertiaB = upper.inertia + upper.mass * upper.centre ** 2
  const coupling = upper.mass * lower.length * upper.centre
  const [sin, cos] = [Math.sin(a - b), Math.cos(a - b)]
  const upperDamping = of.hingeDamping * (vb - va)
  const torqueA = -coupling * sin * vb ** 2 + of.gravity * momentA * Math.sin(a) - of.hingeDamping * va + upperDamping
  const torqueB = coupling * sin * va ** 2 + of.gravity * momentB * Math.sin(b) - upperDamping
  const c = coupling * cos
  if (of.cartMass === undefined) {
    const determinant = inertiaA * inertiaB - c * c
    return [
      0,
      va,
      vb,
      0,
      (inertiaB * torqueA - c * torqueB) / determinant,
      (inertiaA * torqueB - c * torqueA) / determinant,
    ]
  }
  const pushX = force - of.cartDamping * vx - momentA * Math.sin(a) * va ** 2 - momentB * Math.sin(b) * vb ** 2
  const mass = of.cartMass + lower.mass + upper.mass
  const [xa, xb] = [-momentA * Math.cos(a), -momentB * Math.cos(b)]
  const accelerations = solve3(
    [
      [mass, xa, xb],
      [xa, inertiaA, c],
      [xb, c, inertiaB],
    ],
    [pushX, torqueA, torqueB],
  )
  return [vx, va, vb, ...accelerations]
}

/** Cramer's rule. */
function solve3(m: readonly [Row, Row, Row], right: Row): Row {
  const column = (index: number): [Row, Row, Row] =>
    m.map((row, at) => row.map((value, i) => (i === index ? right[at]! : value)) as unknown as Row) as [Row, Row, Row]
  const determinant = det3(m)
  return [det3(column(0)) / determinant, det3(column(1)) / determinant, det3(column(2)) / determinant]
}

type Row = readonly [number, number, number]

function det3([[a, b, c], [d, e, f], [g, h, i]]: readonly [Row, Row, Row]): number {
  return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
}
