/** The settings form as data: texts as typed, what they mean, and what is wrong with them in words.
 * Pure: settings-panel.tsx shows it. Groups, limits and presets come from the host's description of each setting. */
import type { Params, RunDetails, Setting, SettingValue } from '../../host/rpc/contract.ts'

export type Algorithm = NonNullable<Params<'training.start'>['algorithm']>
export type Preset = Params<'training.start'>['preset']

/** What the values start from. */
export interface Base {
  algorithm: Algorithm
  preset: Preset
}

/** Typed texts by setting (`true` and `false` for a tick); a setting that is absent has its preset's value. */
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

/** A sentence about settings, such as the help of one or a warning, as the form says it: it names them by their labels. Names in paths stay. */
export function settingHelp(help: string): string {
  const text = help.replace(/(?<![\w/\\."-])[a-z]+[A-Z]\w*(?![\w/\\"-]|\.\w)/g, (name) => `“${settingLabel(name)}”`)
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** `td3` as people write it: `TD3`. */
export function algorithmLabel(name: string): string {
  return name.toUpperCase()
}

/** The settings by group, in the order in which they come. */
export function groupSettings(settings: readonly Setting[]): { title: string; settings: Setting[] }[] {
  const titles = [...new Set(settings.map(({ group }) => group))]
  return titles.map((title) => ({ title, settings: settings.filter(({ group }) => group === title) }))
}

export function presetValue({ presets }: Setting, { algorithm, preset }: Base): SettingValue {
  return presets[algorithm][preset]
}

/** A value as it is typed: `400, 300`. */
export function settingText(value: SettingValue): string {
  return Array.isArray(value) ? value.join(', ') : String(value)
}

/** The text of a setting as it stands in the form. */
export function textOf(setting: Setting, base: Base, changes: Changes): string {
  return changes[setting.name] ?? settingText(presetValue(setting, base))
}

/** Reads what was typed or chosen for a setting. */
export function parseSetting(setting: Setting, text: string): Parsed {
  const { kind, choices = [] } = setting
  switch (kind) {
    case 'boolean':
      return text === 'true' || text === 'false' ? { value: text === 'true' } : { problem: 'It is true or false.' }
    case 'choice':
      return choices.includes(text) ? { value: text } : { problem: `Choose one of ${choices.join(', ')}.` }
    case 'integers': {
      const parts = text.split(',').map((part) => parseNumber(part, { ...setting, integer: true }))
      const values = parts.flatMap((part) => ('value' in part ? [part.value] : []))
      if (values.length === parts.length) return { value: values }
      const range = rangeWords({ ...setting, integer: true })
      return { problem: `Enter whole numbers${range} with commas between them, such as 400, 300.` }
    }
    default:
      return parseNumber(text, { ...setting, integer: kind === 'integer' })
  }
}

interface NumberLimits {
  minimum?: number | undefined
  maximum?: number | undefined
  /** Greater and less than these. */
  above?: number | undefined
  below?: number | undefined
  integer: boolean
}

export function parseNumber(text: string, limits: NumberLimits): { value: number } | { problem: string } {
  const { minimum, above, maximum, below, integer } = limits
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) {
    return { problem: integer ? 'Enter a whole number.' : 'Enter a number, such as 0.5 or 1e-3.' }
  }
  if (integer && !Number.isInteger(value)) return { problem: 'Enter a whole number.' }
  const isLow = (minimum !== undefined && value < minimum) || (above !== undefined && value <= above)
  const isHigh = (maximum !== undefined && value > maximum) || (below !== undefined && value >= below)
  return isLow || isHigh
    ? { problem: `Enter ${integer ? 'a whole number' : 'a number'}${rangeWords(limits)}.` }
    : { value }
}

/** What a number may be, behind the word for it: " of 1 or more", " from 0 to 1", " above 0, at most 1". */
function rangeWords({ minimum, above, maximum, below }: NumberLimits): string {
  const text = (value: number) => value.toLocaleString('en')
  if (minimum !== undefined && maximum !== undefined) return ` from ${text(minimum)} to ${text(maximum)}`
  const low = minimum === undefined ? above !== undefined && `above ${text(above)}` : `of ${text(minimum)} or more`
  const high = maximum === undefined ? below !== undefined && `below ${text(below)}` : `at most ${text(maximum)}`
  const words = [low, high].filter(Boolean).join(', ')
  return words && ` ${words}`
}

const MAX_SEED = 4_294_967_295
const MOST_SEEDS = 100

/** Seeds as typed: `1`, `1-5`, `1, 3, 8-10`; each once, in the order in which they are named. */
export function parseSeeds(text: string): { value: number[] } | { problem: string } {
  const seeds = new Set<number>()
  for (const part of text.split(',')) {
    const [, first, last = first] = /^\s*(\d+)\s*(?:[-–]\s*(\d+)\s*)?$/.exec(part) ?? []
    if (first === undefined) return { problem: 'Enter one seed, a range or a list: 1, 1-5 or 1, 3, 8.' }
    const [from, to] = [Number(first), Number(last)]
    if (to > MAX_SEED) return { problem: `The largest seed is ${MAX_SEED}.` }
    if (to < from) return { problem: `A range goes upwards: ${to}-${from}.` }
    if (seeds.size + (to - from) >= MOST_SEEDS) return { problem: `The most seeds at once are ${MOST_SEEDS}.` }
    for (let seed = from; seed <= to; seed++) seeds.add(seed)
  }
  return { value: [...seeds] }
}

/** Whether the typed text means something else than the preset. */
export function isChanged(setting: Setting, base: Base, changes: Changes): boolean {
  const text = changes[setting.name]
  if (text === undefined) return false
  const parsed = parseSetting(setting, text)
  return 'problem' in parsed || settingText(parsed.value) !== settingText(presetValue(setting, base))
}

/** What the form is to hold to train a run again: its preset, and what was changed on top. */
export function formOf(run: RunDetails, settings: readonly Setting[]): { base: Base; changes: Changes } {
  const base = { algorithm: run.presetAlgorithm, preset: run.preset }
  const changes: Record<string, string> = {}
  for (const setting of settings) {
    const value = run.settings[setting.name]
    if (value === undefined) continue
    const text = settingText(value)
    if (text !== settingText(presetValue(setting, base))) changes[setting.name] = text
  }
  return { base, changes }
}

/** The settings whose texts cannot be read. */
export function unreadableSettings(settings: readonly Setting[], base: Base, changes: Changes): Setting[] {
  return settings.filter((setting) => 'problem' in parseSetting(setting, textOf(setting, base, changes)))
}

/** The settings to send: those that differ from the preset; undefined while one of them cannot be read. */
export function changedSettings(
  settings: readonly Setting[],
  base: Base,
  changes: Changes,
): Record<string, SettingValue> | undefined {
  const changed: Record<string, SettingValue> = {}
  for (const setting of settings) {
    if (!isChanged(setting, base, changes)) continue
    const parsed = parseSetting(setting, changes[setting.name]!)
    if ('problem' in parsed) return undefined
    changed[setting.name] = parsed.value
  }
  return changed
}
