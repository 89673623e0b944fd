/** What the window and its live-play worker say to each other. */
import type { Scene } from '../../scene/schema.ts'
import type { Pull } from '../../sim/pull.ts'
import type { Push } from '../../sim/push.ts'

export type PlayRequest =
  /** `keep`: the same robot with another task; the episode in play goes on where it is. */
  | { type: 'load'; scene: Scene; seed: number; keep: boolean }
  | { type: 'reset'; seed: number }
  | { type: 'play' }
  | { type: 'pause' }
  /** One control step. */
  | { type: 'step' }
  /** One control step back. */
  | { type: 'stepBack' }
  /** Simulated seconds a second. */
  | { type: 'speed'; speed: number }
  /** One value in [-1, 1] for each actuator; null: what the policy says, 0 where there is none. */
  | { type: 'action'; action: (number | null)[] }
  /** Who plays from now on: a policy (its file) in place of a hand, and a ghost beside it that another one plays. */
  | { type: 'policy'; policy: Uint8Array | undefined; ghost: Uint8Array | undefined }
  /** Whether a new episode begins by itself, with the next seed, where one has ended. */
  | { type: 'loop'; loop: boolean }
  /** A hand pulls at a body from now on; undefined: it lets go. */
  | { type: 'pull'; pull: Pull | undefined }
  /** A push at a body, with the next step. */
  | { type: 'push'; push: Push }
  /** The last frame is on the screen: the next one may come. */
  | { type: 'shown' }

export type PlayEvent =
  | { type: 'frame'; frame: PlayFrame }
  /** Live play stopped for a reason that can be shown as it is. */
  | { type: 'problem'; message: string }

/** An episode in play as it is now. */
export interface PlayFrame {
  /** Counts up with each `load`: frames of an earlier scene are told apart by it. */
  load: number
  seed: number
  playing: boolean
  /** Control steps since the reset. */
  step: number
  /** s since the reset */
  time: number
  /** [bodies × 3] x, y (m), angle (rad); while it plays, between the last two steps so that motion is smooth */
  poses: Float32Array
  /** N·m or N: one a joint, then one a thruster (src/sim/efforts.ts) */
  efforts: Float32Array
  /** [bodies × 3] of the ghost; undefined where there is none */
  ghost: Float32Array | undefined
  /** The last action, one value in [-1, 1] for each actuator; 0 before the first step. */
  action: Float32Array
  /** [bodies × 3] vx, vy (m/s, of the frame's origin), angular velocity (rad/s) */
  velocities: Float32Array
  /** [contact points × 4] x, y (m), fx, fy (N) */
  contacts: Float32Array
  /** In the order of `sensorsOf(scene)`. */
  sensors: Float64Array
  observation: Float32Array
  /** In the scene's order; 0 before the first step. */
  terms: Float64Array
  /** The sum of the terms. */
  reward: number
  /** The sum of rewards since the reset. */
  return: number
  terminated: boolean
  truncated: boolean
  /** The conditions of `terminate` that hold. */
  conditions: string[]
}
