/**
 * How a scene is trained: a file beside the scene's (`hopper.json` has `hopper.training.json`) with the algorithm to take, how
 * long to train, and for each algorithm what its settings change of the preset `default`, every change with its reason.
 */
import * as z from 'zod'
import { type AlgorithmName, algorithmNames } from '../agent/presets.ts'
import { formatProblem, messageOf, UserError } from '../common/user-error.ts'
import { formatPath, type JsonPath, parseJson } from '../scene/json-document.ts'
import { settingsOf } from './settings.ts'

const changeSchema = z.strictObject({
  setting: z.string().describe("the setting's name; docs/algorithms.md lists them"),
  value: z.unknown().describe('what it is instead of the value of the preset default'),
  reason: z.string().min(1).describe('why, in a sentence'),
})

const sceneTrainingSchema = z.strictObject({
  format: z.literal('torquelab-training').describe('says that this is a training file'),
  version: z.literal(1).describe('version of the format'),
  algorithm: z.enum(algorithmNames).describe('the algorithm that is taken where none is named'),
  steps: z.int().min(1).max(1e9).describe('environment steps to train for where no number is named'),
  settings: z
    .partialRecord(z.enum(algorithmNames), z.array(changeSchema))
    .describe('for each algorithm its changes from the preset default'),
})

export interface SceneTraining {
  algorithm: AlgorithmName
  steps: number
  /** For each algorithm that the file has settings for, the changes by the setting's name. */
  settings: Partial<Record<AlgorithmName, Record<string, unknown>>>
}

/** The training file's path for a scene file's. */
export function trainingFileOf(sceneFile: string): string {
  return sceneFile.replace(/(\.json)?$/i, '.training.json')
}

/** Reads the text of a training file; throws a UserError that names the file, the place, what is wrong and how to mend it. */
export function loadSceneTraining(text: string, file: string): SceneTraining {
  const { document, problems } = parseJson(text)
  if (!document || problems.length > 0) throw new UserError(formatProblem(file, problems[0]!))
  const fail = (path: JsonPath, message: string): never => {
    throw new UserError(formatProblem(file, { path: formatPath(path), ...document.locate(path), message }))
  }
  const parsed = sceneTrainingSchema.safeParse(document.value)
  if (!parsed.success) {
    const { issue, path, missing } = firstIssue(parsed.error, document.value)
    if (issue.code === 'unrecognized_keys')
      return fail([...path, issue.keys[0]!], `The key ${JSON.stringify(issue.keys[0])} is not known here.`)
    if (missing === undefined) return fail(path, issue.message)
    return fail(path, `"${missing}" is missing (${DESCRIPTIONS[missing] ?? 'see docs/files.md'}).`)
  }
  const { algorithm, steps, settings: lists } = parsed.data
  const settings: SceneTraining['settings'] = {}
  for (const name of algorithmNames) {
    const list = lists[name]
    if (!list) continue
    const changes: Record<string, unknown> = {}
    for (const [index, { setting, value }] of list.entries()) {
      const path = ['settings', name, index, 'setting']
      if (setting in changes) fail(path, `The setting "${setting}" is changed twice; keep one.`)
      changes[setting] = value
      try {
        // One after the other, so that the place of a wrong one is known.
        settingsOf(name, 'scene', {}, changes)
      } catch (error) {
        fail(path, messageOf(error))
      }
    }
    settings[name] = changes
  }
  return { algorithm, steps, settings }
}

const DESCRIPTIONS: Record<string, string | undefined> = Object.fromEntries(
  [sceneTrainingSchema, changeSchema].flatMap(({ shape }) =>
    Object.entries(shape).map(([name, schema]) => [name, (schema as z.ZodType).description]),
  ),
)

/** The first thing that does not fit, with the place to show; where a key is missing, its name and the place of its object. */
function firstIssue(error: z.ZodError, value: unknown): { issue: z.core.$ZodIssue; path: JsonPath; missing?: string } {
  const issue = error.issues[0]!
  const key = issue.path.at(-1)
  const parent = issue.path.slice(0, -1)
  const object = parent.reduce<unknown>((at, part) => (at as Record<PropertyKey, unknown> | undefined)?.[part], value)
  const isMissing = typeof key === 'string' && typeof object === 'object' && object !== null && !(key in object)
  return isMissing ? { issue, path: parent, missing: key } : { issue, path: issue.path }
}
