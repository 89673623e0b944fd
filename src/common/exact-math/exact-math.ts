/**
 * sin, cos and their like with the same bits everywhere. JavaScript leaves their last bits to the engine: V8's sin and cos
 * differ between Node and Chromium, and its power between versions. One such bit, and a robot that falls falls otherwise.
 * These are WebAssembly, which leaves nothing open. Arithmetic, sqrt, abs, min and max are exact in JavaScript itself.
 */
import { MATH } from './math-binary.ts'

export interface ExactMath {
  sin(x: number): number
  cos(x: number): number
  tan(x: number): number
  atan2(y: number, x: number): number
  exp(x: number): number
  log(x: number): number
  pow(x: number, y: number): number
  tanh(x: number): number
}

export const { sin, cos, tan, atan2, exp, log, pow, tanh } = load()

function load(): ExactMath {
  const bytes = Uint8Array.from(atob(MATH), (character) => character.charCodeAt(0))
  try {
    return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as unknown as ExactMath
  } catch (error) {
    // Older Chromes compile no module of this size on a window's main thread. Nothing is simulated there: episodes of
    // the window run in its worker.
    if (typeof document !== 'undefined') return Math
    throw error
  }
}
