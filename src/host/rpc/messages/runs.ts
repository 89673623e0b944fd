/** Requests about runs: what there are, what they measured, and what becomes of them. */
import * as z from 'zod'
import { algorithmNames, presetNames } from '../../../agent/presets.ts'
import { sceneSchema } from '../../../scene/schema.ts'
import { define, done, finite, nothing, plainName } from './parts.ts'
import { settingValue } from './training.ts'

export const trashId = z
  .string()
  .max(160)
  .regex(/^[0-9]+-[A-Za-z0-9][A-Za-z0-9_.-]*$/, 'a deleted run')

export const evaluationPoint = z.object({
  step: z.int(),
  episode: z.int(),
  meanReturn: finite,
  stdReturn: finite,
  /** Mean over the episodes of Σ γ^t · reward from the reset on, scaled as the critic learns it: what mean Q should come near to. */
  discountedReturn: finite.optional(),
  isBest: z.boolean(),
})
export const episodePoint = z.object({
  step: z.int(),
  episode: z.int(),
  return: finite,
  length: z.int(),
  epsilon: finite,
  policyLoss: finite.optional(),
  criticLoss: finite.optional(),
  meanQ: finite.optional(),
  /** Share of the actor's actions, 0 to 1, that its tanh has pushed to -1 or 1. */
  saturation: finite.optional(),
})
/** The run goes on, but probably not well: what it is and what to try. */
export const warningPoint = z.object({ step: z.int(), episode: z.int(), message: z.string() })
export const progressPoint = z.object({ step: z.int(), episode: z.int(), seconds: finite, stepsPerSecond: finite })

export const runStatus = z.enum([
  'queued',
  'running',
  'paused',
  'stopping',
  'finished',
  'stopped',
  'failed',
  'interrupted',
  'unreadable',
])

/** A policy of a run: of its best evaluation, of its latest, or the snapshot of a step. */
export const policyChoice = z.union([z.enum(['best', 'last']), z.int().min(0)])

export const tag = z.string().trim().min(1).max(40)

export const runEntry = z.object({
  name: z.string(),
  scene: z.string(),
  algorithm: z.string(),
  engine: z.string(),
  /** Absent where the engine chooses them itself. */
  threads: z.int().optional(),
  seed: z.int(),
  preset: z.string(),
  status: runStatus,
  startedAt: z.string(),
  steps: z.int().optional(),
  budget: z.object({ steps: z.int().optional(), episodes: z.int().optional() }),
  /** Of the best evaluation so far: it means the same while the run trains and when it has ended. */
  meanReturn: finite.optional(),
  /** Of that policy over fresh episodes, once the run has ended: what was best is so in part by luck. */
  reportReturn: finite.optional(),
  /** Its standard deviation over those episodes, and how many they are. */
  reportDeviation: finite.optional(),
  reportEpisodes: z.int().optional(),
  /** Training time, s. */
  seconds: finite.optional(),
  /** While it waits for its turn: since when. */
  queuedAt: z.string().optional(),
  tags: z.array(tag).optional(),
  notes: z.string().optional(),
  archived: z.boolean().optional(),
  problem: z.string().optional(),
  /** Step of the newest checkpoint. */
  checkpointStep: z.int().optional(),
  /** Whether the run can be resumed (a finished one: trained further); `obstacle` says why not. */
  resumable: z.boolean(),
  obstacle: z.string().optional(),
})

/** What a run was started with. */
export const runDetails = z.object({
  run: z.string(),
  algorithm: z.enum(algorithmNames),
  preset: z.enum(presetNames),
  /** Whose preset it is. */
  presetAlgorithm: z.enum(algorithmNames),
  engine: z.string(),
  seed: z.int(),
  budget: z.object({ steps: z.int().optional(), episodes: z.int().optional() }),
  /** All of them, by name. */
  settings: z.record(z.string(), settingValue),
  /** Id of the scene to train the same again: a built-in or opened one that is still equal, otherwise the run's own copy. */
  scene: z.string(),
  sceneName: z.string(),
  /** SHA-256 of the scene. */
  sceneHash: z.string().optional(),
})

export const trashEntry = z.object({
  /** Names it among all that was deleted. */
  id: trashId,
  name: z.string(),
  deletedAt: z.string(),
})

export const runRequests = {
  'runs.list': define(nothing, z.array(runEntry)),
  /** What metrics.ndjson holds of a run so far: a window that opens late catches up with this. */
  'runs.metrics': define(
    z.strictObject({ run: plainName }),
    z.object({
      episodes: z.array(episodePoint),
      evaluations: z.array(evaluationPoint),
      warnings: z.array(warningPoint),
      /** At each evaluation, and the newest of a run that trains. */
      progress: z.array(progressPoint),
    }),
  ),
  /** The scene that the run trains on, as it was at the start. */
  'runs.scene': define(z.strictObject({ run: plainName }), sceneSchema),
  /** What each run was started with. */
  'runs.details': define(z.strictObject({ runs: z.array(plainName).min(1).max(100) }), z.array(runDetails)),
  /** A run's policy as its file has it (.safetensors), in base64. */
  'runs.policy': define(
    z.strictObject({ run: plainName, policy: policyChoice }),
    z.object({ trainedSteps: z.int(), file: z.base64() }),
  ),
  /** Snapshots of the run's policy that there are, the earliest first, and what their evaluations returned. */
  'runs.snapshots': define(
    z.strictObject({ run: plainName }),
    z.array(z.object({ step: z.int(), meanReturn: finite.optional() })),
  ),
  'runs.annotate': define(
    z.strictObject({
      run: plainName,
      tags: z.array(tag).max(20).optional(),
      notes: z.string().max(10_000).optional(),
      archived: z.boolean().optional(),
    }),
    runEntry,
  ),
  'runs.rename': define(z.strictObject({ run: plainName, name: plainName }), runEntry),
  /** Moves runs into the trash, from where `trash.restore` takes them back. */
  'runs.delete': define(z.strictObject({ runs: z.array(plainName).min(1).max(1000) }), z.array(trashEntry)),
  /** Newest first. */
  'trash.list': define(nothing, z.array(trashEntry)),
  'trash.restore': define(z.strictObject({ ids: z.array(trashId).min(1).max(1000) }), z.array(runEntry)),
  /** Deletes for good. */
  'trash.empty': define(nothing, done),
} as const
