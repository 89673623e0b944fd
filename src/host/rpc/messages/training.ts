/** Requests about training: the settings there are, and runs that begin, wait, pause and stop. */
import * as z from 'zod'
import { engineNames } from '../../../agent/engine.ts'
import { algorithmNames, presetNames } from '../../../agent/presets.ts'
import { define, done, finite, plainName, sceneId, sceneText, seed } from './parts.ts'

export const settingValue = z.union([finite, z.boolean(), z.string().max(100), z.array(finite)])

export const setting = z.object({
  name: z.string(),
  /** Title of the part of the form that it belongs to; settings come in the order of their groups. */
  group: z.string(),
  /** One line of help with the source. */
  help: z.string(),
  kind: z.enum(['number', 'integer', 'integers', 'boolean', 'choice']),
  /** What a `choice` may be. */
  choices: z.array(z.string()).optional(),
  minimum: finite.optional(),
  /** Greater than this, where there is no least value. */
  above: finite.optional(),
  maximum: finite.optional(),
  below: finite.optional(),
  /** The value that each preset of each algorithm gives it. */
  presets: z.record(z.enum(algorithmNames), z.record(z.enum(presetNames), settingValue)),
})

export const trainingRequests = {
  /** With a scene, the preset `scene` has what its training file changes. */
  'settings.describe': define(z.strictObject({ scene: sceneId.optional() }), z.array(setting)),
  'training.start': define(
    z.strictObject({
      /** By its id; or as it is edited, by its text, and the id of the scene that it was, whose training file goes for it. */
      scene: z.union([sceneId, z.strictObject({ text: sceneText, of: sceneId.optional() })]),
      steps: z.int().min(1).max(1e9).optional(),
      episodes: z.int().min(1).max(1e7).optional(),
      /** One run for each. */
      seeds: z.array(seed).min(1).max(100),
      algorithm: z.enum(algorithmNames).optional(),
      preset: z.enum(presetNames),
      settings: z.record(z.string(), settingValue),
      engine: z.enum(engineNames).optional(),
      run: plainName.optional(),
    }),
    /** In the order of the seeds. As many begin at once as there are free cores; the rest wait for their turn. */
    z.object({ runs: z.array(z.string()) }),
  ),
  'training.pause': define(z.strictObject({ run: plainName }), done),
  /** A paused run goes on; one that has ended waits for its turn to go on from its newest checkpoint, to a new end where one is given. */
  'training.resume': define(
    z.strictObject({
      run: plainName,
      steps: z.int().min(1).max(1e9).optional(),
      episodes: z.int().min(1).max(1e7).optional(),
    }),
    done,
  ),
  /** Ends a run after its step, or takes a waiting one out of the queue. */
  'training.stop': define(z.strictObject({ run: plainName }), done),
  /** The run whose robot this window shows: its frames come from now on, and those of no other run. Without a run, none. */
  'training.watch': define(z.strictObject({ run: plainName.optional() }), done),
} as const
