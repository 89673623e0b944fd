/** The settings form as data: texts as typed, what they mean, and what is wrong with them in words.
 * Pure: settings-panel.tsx shows it. Limits and presets come from the host's description of each setting. */
import type { Setting } from '../../host/rpc/contract.ts'

export type SettingValue = number | number[]
export type Preset = keyof Setting['presets']

/** Typed texts by setting; a setting that is absent has its preset's value. */
export type Changes = Readonly<Record<string, string>>

export type Parsed = { value: SettingValue } | { problem: string }

/** `actorLearningRate` as people read it: `Actor learning rate`; `criticL2` stays `Critic L2`. */
export function settingLabel(name: string): string {
  const words = name.replace(
    /([a-z])([A-Z])/g,
    (_, before: string, after: string) => `${before} ${after.toLowerCase()}`,
  )
  return words.charAt(0).toUpperCase() + words.slice(1).replace(/\bl2\b/, 'L2')
}

export function presetValue({ presets }: Setting, preset: string): SettingValue {
  return presets[preset as Preset] ?? 0
}

/** A value as it is typed: `400, 300`. */
export function settingText(value: SettingValue): string {
  return Array.isArray(value) ? value.join(', ') : String(value)
}

/** Reads what was typed for a setting. */
export function parseSetting({ kind, minimum, maximum }: Setting, text: string): Parsed {
  if (kind !== 'integers') return parseNumber(text, { minimum, maximum, integer: kind === 'integer' })
  const parts = text.split(',').map((part) => parseNumber(part, { minimum, maximum, integer: true }))
  const wrong = parts.find((part) => 'problem' in part)
  if (wrong) return { problem: 'Enter whole numbers with commas between them, such as 400, 300.' }
  return { value: parts.map((part) => ('value' in part ? (part.value as number) : 0)) }
}

export function parseNumber(
  text: string,
  { minimum, maximum, integer }: { minimum?: number | undefined; maximum?: number | undefined; integer: boolean },
): { value: number } | { problem: string } {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) {
    return { problem: integer ? 'Enter a whole number.' : 'Enter a number, such as 0.5 or 1e-3.' }
  }
  if (integer && !Number.isInteger(value)) return { problem: 'Enter a whole number.' }
  if (minimum !== undefined && value < minimum) return { problem: `The least is ${minimum}.` }
  if (maximum !== undefined && value > maximum) return { problem: `The most is ${maximum}.` }
  return { value }
}

/** Whether the typed text means something else than the preset. */
export function isChanged(setting: Setting, preset: string, changes: Changes): boolean {
  const text = changes[setting.name]
  if (text === undefined) return false
  const parsed = parseSetting(setting, text)
  return 'problem' in parsed || settingText(parsed.value) !== settingText(presetValue(setting, preset))
}

/** The settings to send: those that differ from the preset; undefined while one of them cannot be read. */
export function changedSettings(
  settings: readonly Setting[],
  preset: string,
  changes: Changes,
): Record<string, SettingValue> | undefined {
  const changed: Record<string, SettingValue> = {}
  for (const setting of settings) {
    if (!isChanged(setting, preset, changes)) continue
    const parsed = parseSetting(setting, changes[setting.name]!)
    if ('problem' in parsed) return undefined
    changed[setting.name] = parsed.value
  }
  return changed
}
