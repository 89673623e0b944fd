/** The largest scene: counts and sizes that no sensible scene reaches, so that a typing error is named and does not hang the app. */

/** Longest scene file read, in characters. */
export const MAX_SCENE_LENGTH = 4_000_000

/** Longest formula accepted, in characters: enough for any task, and too short to overflow the parser's stack. */
export const MAX_FORMULA_LENGTH = 1000

/** Deepest nesting of parentheses, calls, signs, powers and choices in a formula. */
export const MAX_FORMULA_NESTING = 64

/** Physics steps in one control step at most. */
export const MAX_PHYSICS_STEPS = 1000

/** Solver iterations (internal ones included) in one control step at most. */
export const MAX_ITERATIONS = 20_000

/** Largest number in a scene, in SI units. */
export const MAX_NUMBER = 1e6
/** Smallest length of a shape, m: the engine's numbers are of single precision. */
export const MIN_LENGTH = 1e-6
/** Smallest mass, kg. */
export const MIN_MASS = 1e-9
/** Smallest moment of inertia, kg·m². */
export const MIN_INERTIA = 1e-15

/** Entries of the scene's lists, and lengths of its texts in characters. */
export const LIMIT = {
  bodies: 1000,
  joints: 1000,
  actuators: 100,
  shapes: 100,
  markers: 200,
  sensors: 200,
  formulas: 200,
  constants: 200,
  polygonPoints: 32,
  polylinePoints: 1000,
  name: 64,
  description: 2000,
  /** Control steps of an episode. */
  steps: 1_000_000,
} as const
