/** Requests about scenes: built-ins, and files that the person opened. */
import * as z from 'zod'
import { algorithmNames } from '../../../agent/presets.ts'
import { sceneSchema } from '../../../scene/schema.ts'
import { define, nothing, plainName, sceneId, sceneText } from './parts.ts'

/** A scene that the host knows: a built-in, or a file that the person opened. */
export const sceneEntry = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  /** `built-in`, or `file` for one opened by its owner in a dialog or named on the command line. */
  source: z.enum(['built-in', 'file']),
  /** Of a file: its name without its folder, and when it was written last (ISO 8601). */
  file: z.string().optional(),
  changedAt: z.string().optional(),
})

export const sceneRequests = {
  /** Built-ins by name, then files, the ones written last first. */
  'scenes.list': define(nothing, z.array(sceneEntry)),
  'scenes.read': define(z.strictObject({ id: sceneId }), sceneSchema),
  /** The text of a scene's file, for editing: it may have problems. */
  'scenes.text': define(z.strictObject({ id: sceneId }), z.object({ text: z.string() })),
  /** Writes a scene whole or not at all: to the file of an id, or as a new file by name, which must be free. */
  'scenes.save': define(
    z.strictObject({
      target: z.union([z.strictObject({ id: sceneId }), z.strictObject({ name: plainName })]),
      text: sceneText,
    }),
    sceneEntry,
  ),
  /** The policy that TorqueLab ships for a built-in scene, as its file has it (.safetensors), in base64; null where there is none. */
  'scenes.policy': define(z.strictObject({ id: sceneId }), z.object({ file: z.base64() }).nullable()),
  /** Asks for a scene file in the system's dialog; null where it was cancelled or there is no dialog (browser mode). */
  'scenes.openDialog': define(nothing, sceneEntry.nullable()),
  /** What a scene's training file proposes; null where it has none. */
  'scenes.training': define(
    z.strictObject({ id: sceneId }),
    z.object({ algorithm: z.enum(algorithmNames), steps: z.int() }).nullable(),
  ),
} as const
