/** What the library's tests share. */
import type { Environment, StepResult } from '../../src/library/environment.ts'

/** Actions that have all their bits in use: [steps][size]. */
export function wavering(steps: number, size: number, phase = 0): number[][] {
  return Array.from({ length: steps }, (_, step) =>
    Array.from({ length: size }, (_, entry) => 0.9 * Math.sin(1 + phase + 2.7 * step + entry)),
  )
}

export function play(env: Environment, actions: readonly number[][]): StepResult[] {
  return actions.map((action) => env.step(action))
}
