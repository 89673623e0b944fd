/** The training settings as a form: names, groups, help, bounds and the presets' values, all from the one schema. */
import * as z from 'zod'
import { algorithmNames, presetNames } from '../agent/presets.ts'
import type { SceneTraining } from '../training/scene-training.ts'
import {
  groupOfSetting,
  settingGroups,
  settingsOf,
  type TrainingSettings,
  trainingSettingsSchema,
} from '../training/settings.ts'
import type { Setting } from './rpc/contract.ts'

/** A setting in JSON Schema. */
interface Property {
  type: 'number' | 'integer' | 'array' | 'boolean' | 'string'
  description?: string
  enum?: string[]
  /** Of an array. */
  items?: Property
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  exclusiveMaximum?: number
}

const kinds = { number: 'number', integer: 'integer', array: 'integers', boolean: 'boolean', string: 'choice' } as const

/** All settings, group by group; `training` is what the chosen scene's training file says, for the preset `scene`. */
export function describeSettings(training?: SceneTraining): Setting[] {
  const { properties } = z.toJSONSchema(trainingSettingsSchema) as unknown as {
    properties: Record<keyof TrainingSettings, Property>
  }
  const presets = each(algorithmNames, (algorithm) =>
    each(presetNames, (preset) => settingsOf(algorithm, preset, {}, training?.settings[algorithm])),
  )
  const names = Object.keys(properties) as (keyof TrainingSettings)[]
  const settings = names.map((name): Setting => {
    const property = properties[name]
    const { minimum, exclusiveMinimum, maximum, exclusiveMaximum } = property.items ?? property
    return {
      name,
      group: groupOfSetting[name],
      help: property.description ?? '',
      kind: kinds[property.type],
      ...(property.enum && { choices: property.enum }),
      ...(minimum !== undefined && { minimum }),
      ...(exclusiveMinimum !== undefined && { above: exclusiveMinimum }),
      ...(maximum !== undefined && { maximum }),
      ...(exclusiveMaximum !== undefined && { below: exclusiveMaximum }),
      presets: each(algorithmNames, (algorithm) => each(presetNames, (preset) => presets[algorithm][preset][name])),
    }
  })
  return settingGroups.flatMap((group) => settings.filter((setting) => setting.group === group))
}

/** An object with a value for each key. */
function each<Key extends string, Value>(keys: readonly Key[], value: (key: Key) => Value): Record<Key, Value> {
  return Object.fromEntries(keys.map((key) => [key, value(key)])) as Record<Key, Value>
}
