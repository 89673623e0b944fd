/** The training settings as a form: names, help, bounds and the presets' values, all from the one schema. */
import * as z from 'zod'
import { presetNames } from '../agent/settings.ts'
import { settingsOf, trainingSettingsSchema } from '../training/settings.ts'
import type { Setting } from './rpc/contract.ts'

interface Property {
  type: 'number' | 'integer' | 'array'
  description?: string
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  exclusiveMaximum?: number
}

export function describeSettings(): Setting[] {
  const { properties } = z.toJSONSchema(trainingSettingsSchema) as unknown as { properties: Record<string, Property> }
  const settings = presetNames.map((preset) => [preset, settingsOf(preset)] as const)
  return Object.entries(properties).map(([name, property]) => {
    const minimum = property.minimum ?? property.exclusiveMinimum
    const maximum = property.maximum ?? property.exclusiveMaximum
    const values = settings.map(([preset, values]) => [preset, values[name as keyof typeof values]])
    return {
      name,
      help: property.description ?? '',
      kind: property.type === 'array' ? 'integers' : property.type,
      ...(minimum !== undefined && { minimum }),
      ...(maximum !== undefined && { maximum }),
      presets: Object.fromEntries(values),
    }
  })
}
