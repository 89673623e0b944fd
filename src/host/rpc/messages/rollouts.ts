/** Requests about rollouts: what was recorded of an episode, step by step. */
import * as z from 'zod'
import { sceneSchema } from '../../../scene/schema.ts'
import { define, done, finite, nothing, plainName, seed } from './parts.ts'
import { policyChoice } from './runs.ts'

export const rolloutEntry = z.object({
  id: z.string(),
  /** Empty of a file that was opened from elsewhere. */
  run: z.string(),
  file: z.string(),
  scene: z.string(),
  seed: z.int(),
  steps: z.int(),
  /** s */
  duration: finite,
  return: finite,
  terminated: z.boolean(),
  truncated: z.boolean(),
  /**
   * Of a file that is cut off or damaged: how many steps were recorded, but are lost. 0 where the damage is behind the last, null where
   * that cannot be told.
   */
  missing: z.int().nullable().optional(),
  recordedAt: z.string(),
})
export const rolloutId = z
  .string()
  .max(260)
  .regex(/^(@\d+|[A-Za-z0-9][A-Za-z0-9_.-]*)\/[A-Za-z0-9][A-Za-z0-9_.-]*$/, 'a rollout is run/file, or @1/file')

/** Names a rollout among all that were deleted. */
export const rolloutDeletion = z.string().max(20).regex(/^\d+$/, 'a deleted rollout')

/** Columns of a rollout over control steps [from, to): row-major, one row a step; row 0 of the rollout is the reset. */
export const rolloutColumns = z.object({
  from: z.int(),
  to: z.int(),
  /** s */
  time: z.array(finite),
  /** bodies × 3: x, y (m), angle (rad) */
  poses: z.array(finite),
  /** bodies × 3: vx, vy (m/s), angular velocity (rad/s) */
  velocities: z.array(finite),
  /** observation size */
  observation: z.array(finite),
  /** action size; 0 in the row of the reset */
  action: z.array(finite),
  /** joints + thrusters: N·m or N (src/sim/efforts.ts); 0 in the row of the reset */
  efforts: z.array(finite),
  /** reward terms; 0 in the row of the reset */
  terms: z.array(finite),
  reward: z.array(finite),
})

export const verification = z.object({
  /** Steps that were simulated again. */
  steps: z.int(),
  /** The first place where the re-simulation differs; absent where every value is the same. */
  difference: z
    .object({
      /** 0 is the reset. */
      step: z.int(),
      words: z.string(),
      /** Which value differs; absent where the two end differently. */
      value: z.object({ name: z.string(), recorded: finite, simulated: finite }).optional(),
    })
    .optional(),
})

/** Characters of a piece of a file. */
export const MAX_PIECE = 16_000_000

export const rolloutRequests = {
  'rollouts.list': define(nothing, z.array(rolloutEntry)),
  /** What a rollout is; its columns come by `rollouts.read`. */
  'rollouts.open': define(z.strictObject({ id: rolloutId }), z.object({ entry: rolloutEntry, scene: sceneSchema })),
  'rollouts.read': define(z.strictObject({ id: rolloutId, from: z.int().min(0), to: z.int().min(0) }), rolloutColumns),
  /** Records one episode of a run's policy, the best where none is named, into the run's rollouts. */
  'rollouts.record': define(z.strictObject({ run: plainName, seed, policy: policyChoice.optional() }), rolloutEntry),
  /**
   * Simulates a rollout's actions again and compares every value, bit for bit; the event `rollouts.verifying` tells how far it is.
   * null where it was stopped.
   */
  'rollouts.verify': define(z.strictObject({ id: rolloutId }), verification.nullable()),
  /** The scene of a rollout and some of its poses in order, for a picture: the last is from its middle, the others shortly before. */
  'rollouts.preview': define(
    z.strictObject({ id: rolloutId }),
    z.object({
      scene: sceneSchema,
      /** Each bodies × 3: x, y (m), angle (rad) */
      poses: z.array(z.array(finite)),
    }),
  ),
  /**
   * Moves a rollout into the trash, from where `rollouts.restore` takes it back. Of a file that was opened from elsewhere there is no
   * deletion: it is closed, and stays where it is.
   */
  'rollouts.delete': define(z.strictObject({ id: rolloutId }), z.object({ deletion: rolloutDeletion.optional() })),
  'rollouts.restore': define(z.strictObject({ deletion: rolloutDeletion }), rolloutEntry),
  /** A piece of a rollout file that the person gave to the window; the last one is answered with the rollout's id. */
  'rollouts.upload': define(
    z.strictObject({
      /** Names the file among those that come in at the same time. */
      upload: plainName,
      name: z.string().min(1).max(1000),
      /** When it was changed last, ms since 1970. */
      modified: z.number().min(0),
      /** Offset of the piece, bytes: pieces come in order. */
      from: z.int().min(0),
      content: z.base64().max(MAX_PIECE),
      isLast: z.boolean(),
    }),
    z.object({ id: rolloutId.optional() }),
  ),
  'rollouts.stopVerifying': define(z.strictObject({ id: rolloutId }), done),
} as const
