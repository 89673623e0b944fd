/** All settings of a training run: the learner's and those of the evaluations beside it. */
import * as z from 'zod'
import { agentSettingsSchema, type PresetName, presets } from '../agent/settings.ts'
import { suggestion } from '../common/nearest.ts'
import { UserError } from '../common/user-error.ts'

export const trainingSettingsSchema = agentSettingsSchema.extend({
  evaluationInterval: z.int().min(1).max(10_000_000).describe('steps between two evaluations without noise'),
  evaluationEpisodes: z
    .int()
    .min(1)
    .max(1000)
    .describe('episodes of each evaluation; the best policy is chosen by their mean return'),
  reportEpisodes: z
    .int()
    .min(1)
    .max(1000)
    .describe('episodes of the evaluation at the end, on seeds that chose nothing'),
})

export type TrainingSettings = z.infer<typeof trainingSettingsSchema>

const evaluationDefaults = { evaluationInterval: 500, evaluationEpisodes: 10, reportEpisodes: 20 }

/** The preset's settings with `changes` (by name) on top. Throws a UserError that names the setting. */
export function settingsOf(preset: PresetName, changes: Record<string, unknown> = {}): TrainingSettings {
  const known = Object.keys(trainingSettingsSchema.shape)
  for (const name of Object.keys(changes)) {
    if (!known.includes(name))
      throw new UserError(
        `There is no setting called "${name}".${suggestion(name, known)} docs/algorithms.md lists them all.`,
      )
  }
  const parsed = trainingSettingsSchema.safeParse({ ...presets[preset], ...evaluationDefaults, ...changes })
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  const name = String(issue.path[0])
  const { description } = trainingSettingsSchema.shape[name as keyof TrainingSettings]
  throw new UserError(
    `The setting "${name}" cannot be ${JSON.stringify(changes[name])}: ${issue.message}. It is the ${description}.`,
  )
}
