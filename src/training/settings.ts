/** All settings of a training run: the learner's and those of the evaluations beside it. */
import * as z from 'zod'
import { checkCombination } from '../agent/combinations.ts'
import { type AlgorithmName, type PresetName, presets } from '../agent/presets.ts'
import { agentSettingsSchema } from '../agent/settings.ts'
import { suggestion } from '../common/nearest.ts'
import { UserError } from '../common/user-error.ts'

export const trainingSettingsSchema = agentSettingsSchema.extend({
  evaluationInterval: z.int().min(1).max(10_000_000).describe('steps between two evaluations without noise (ours)'),
  evaluationEpisodes: z
    .int()
    .min(1)
    .max(1000)
    .describe(
      'episodes of each evaluation; the best policy is chosen by their mean return (Stable-Baselines3: EvalCallback)',
    ),
  reportEpisodes: z
    .int()
    .min(1)
    .max(1000)
    .describe('episodes of the evaluation at the end, on seeds that chose nothing (ours)'),
  checkpointInterval: z
    .int()
    .min(1)
    .max(10_000_000)
    .describe('steps between two checkpoints, from which a run that was killed goes on; half a minute at most (ours)'),
})

export type TrainingSettings = z.infer<typeof trainingSettingsSchema>

/** In the order in which a form shows them. */
export const settingGroups = ['Learning', 'Exploration', 'TD3', 'Replay', 'Normalisation', 'Evaluation'] as const
export type SettingGroup = (typeof settingGroups)[number]

export const groupOfSetting: Record<keyof TrainingSettings, SettingGroup> = {
  actorLearningRate: 'Learning',
  criticLearningRate: 'Learning',
  learningRateDecay: 'Learning',
  learningRateEnd: 'Learning',
  criticL2: 'Learning',
  discount: 'Learning',
  softUpdateRate: 'Learning',
  batchSize: 'Learning',
  hiddenSizes: 'Learning',
  criticActionInput: 'Learning',
  learningStarts: 'Learning',
  nStep: 'Learning',
  gradientClip: 'Learning',
  preactivationPenalty: 'Learning',
  rewardScale: 'Learning',
  policyAveraging: 'Evaluation',
  randomSteps: 'Exploration',
  noise: 'Exploration',
  noiseTheta: 'Exploration',
  noiseSigma: 'Exploration',
  noiseTimeStep: 'Exploration',
  explorationStart: 'Exploration',
  explorationDecay: 'Exploration',
  twinCritics: 'TD3',
  policyDelay: 'TD3',
  targetNoise: 'TD3',
  targetNoiseClip: 'TD3',
  replayCapacity: 'Replay',
  prioritisedReplay: 'Replay',
  priorityExponent: 'Replay',
  importanceExponent: 'Replay',
  importanceUpdates: 'Replay',
  observationNormalisation: 'Normalisation',
  layerNormalisation: 'Normalisation',
  batchNormalisation: 'Normalisation',
  evaluationInterval: 'Evaluation',
  evaluationEpisodes: 'Evaluation',
  reportEpisodes: 'Evaluation',
  checkpointInterval: 'Evaluation',
}

const trainingDefaults = {
  evaluationInterval: 500,
  evaluationEpisodes: 10,
  reportEpisodes: 20,
  checkpointInterval: 5000,
}

/**
 * The settings of an algorithm's preset with `changes` (by name) on top. The preset `scene` is `default` with `sceneChanges`,
 * those of the scene's training file, which the other presets leave out.
 * Throws a UserError that names the setting and what it may be, or the settings that do not go together.
 */
export function settingsOf(
  algorithm: AlgorithmName,
  preset: PresetName,
  asked: Record<string, unknown> = {},
  sceneChanges: Record<string, unknown> = {},
): TrainingSettings {
  const isForScene = preset === 'scene'
  const changes = isForScene ? { ...sceneChanges, ...asked } : asked
  const known = Object.keys(trainingSettingsSchema.shape)
  for (const name of Object.keys(changes)) {
    if (!known.includes(name))
      throw new UserError(
        `There is no setting called "${name}".${suggestion(name, known)} docs/algorithms.md lists them all.`,
      )
  }
  const parsed = trainingSettingsSchema.safeParse({
    ...presets[algorithm][isForScene ? 'default' : preset],
    ...trainingDefaults,
    ...changes,
  })
  if (parsed.success) {
    checkCombination(parsed.data)
    return parsed.data
  }
  const issue = parsed.error.issues[0]!
  const name = String(issue.path[0])
  const schema = trainingSettingsSchema.shape[name as keyof TrainingSettings]
  throw new UserError(
    `The setting "${name}" cannot be ${JSON.stringify(changes[name])}: ${expectation(schema, issue.message)}. Its meaning: ${schema.description}.`,
  )
}

/** What a setting may be, in words; the schema's own message where it says it best. */
function expectation(schema: z.ZodType, message: string): string {
  if (schema instanceof z.ZodBoolean) return 'it must be true or false'
  if (schema instanceof z.ZodEnum) return `it must be ${schema.options.map((option) => `"${option}"`).join(' or ')}`
  if (schema instanceof z.ZodArray) return `it must be a list such as 400,300 or [64], and is not: ${message}`
  return message
}

/**
 * Settings as an older version of TorqueLab wrote them, made whole: what it did not know yet was as in the preset
 * `paper` of DDPG, where all of it is off. Values that are no settings come back as they are.
 */
export function completeSettings(settings: unknown): unknown {
  if (typeof settings !== 'object' || settings === null) return settings
  const { checkpointInterval } = trainingDefaults
  return { ...presets.ddpg.paper, checkpointInterval, ...settings }
}
