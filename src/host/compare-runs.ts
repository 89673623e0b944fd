/** Runs beside each other: those that differ by their seed alone form a group, with statistics over the seeds. */

import { bootstrapInterval, type Interval, interquartileMean, mean, standardDeviation } from '../common/statistics.ts'
import { UserError } from '../common/user-error.ts'
import { type RunDescription, RunFolder } from '../training/run-folder.ts'
import { statusOf } from '../training/run-status.ts'

export interface Statistics {
  /** Runs that have the number. */
  runs: number
  mean: number
  /** Of the sample: over n - 1. */
  deviation: number
  interquartileMean: number
  /** 95 %, by bootstrap; absent for a single run, which says nothing of others. */
  interval?: Interval
  values: number[]
}

export interface ComparedGroup {
  scene: string
  algorithm: string
  /**
   * This group's values of the settings (and the engine and the scene's hash) that are not the same in all groups of its scene
   * and algorithm: what two algorithms differ in is theirs.
   */
  differences: Record<string, unknown>
  runs: { name: string; seed: number; status: string }[]
  /** Mean return of the evaluations at each step asked for, of the policy as it was. */
  atSteps: { step: number; return: Statistics | null }[]
  /** Best and last policy on the report episodes, of the runs that have ended. */
  best: Statistics | null
  last: Statistics | null
}

export interface CompareAnswer {
  groups: ComparedGroup[]
}

export interface CompareOptions {
  runsFolder: string
  /** Names, or patterns in which * stands for anything. */
  runs: readonly string[]
  /** Where there are none: five, evenly over the longest common length. */
  steps?: readonly number[] | undefined
}

interface Run {
  folder: RunFolder
  description: RunDescription
  evaluations: Map<number, number>
}

/** Columns of the table where no steps are asked for. */
const COLUMNS = 5

/** Throws a UserError where a name or pattern finds no run, or no run has an evaluation at a step that was asked for. */
export function compareRuns({ runsFolder, runs: patterns, steps }: CompareOptions): CompareAnswer {
  const runs = findRuns(runsFolder, patterns)
  const groups = groupRuns(runs)
  const columns = steps ?? commonSteps(runs)
  for (const step of columns) requireStep(runs, step)
  return {
    groups: groups.map((group) => {
      const { scene, algorithm } = group[0]!.description
      const all = variantOf(group[0]!.description)
      const alike = groups
        .map(([first]) => first!.description)
        .filter((one) => one.scene === scene && one.algorithm === algorithm)
      const differing = differingNames(alike)
      const results = group.flatMap(({ description: { result } }) => result ?? [])
      return {
        scene,
        algorithm,
        differences: Object.fromEntries(differing.map((name) => [name, all[name]])),
        runs: group.map(({ folder, description }) => ({
          name: folder.name,
          seed: description.seed,
          status: statusOf(description),
        })),
        atSteps: columns.map((step) => ({
          step,
          return: statisticsOf(group.flatMap(({ evaluations }) => evaluations.get(step) ?? [])),
        })),
        best: statisticsOf(results.map(({ evaluation }) => evaluation.meanReturn)),
        last: statisticsOf(results.map(({ finalEvaluation }) => finalEvaluation.meanReturn)),
      }
    }),
  }
}

function findRuns(runsFolder: string, patterns: readonly string[]): Run[] {
  const names = RunFolder.names(runsFolder)
  const folders = new Map<string, RunFolder>()
  for (const pattern of patterns) {
    const found = pattern.includes('*') ? names.filter((name) => matches(name, pattern)) : [pattern]
    if (found.length === 0)
      throw new UserError(`No run in ${runsFolder} matches "${pattern}"; torquelab list shows all.`)
    for (const name of found) {
      const folder = RunFolder.open(runsFolder, name)
      folders.set(folder.folder, folder)
    }
  }
  return [...folders.values()].map((folder) => {
    const rows = folder.readRows('metrics').filter(({ type }) => type === 'evaluation')
    const evaluations = rows.map((row): [number, number] => [row.step as number, row.meanReturn as number])
    return { folder, description: folder.readDescription(), evaluations: new Map(evaluations) }
  })
}

function matches(name: string, pattern: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`).test(name)
}

function groupRuns(runs: readonly Run[]): Run[][] {
  const groups = new Map<string, Run[]>()
  for (const run of runs) {
    const key = groupKey(run.description)
    groups.set(key, [...(groups.get(key) ?? []), run])
  }
  return [...groups.values()]
}

/** What makes runs alike, their seeds apart. How long they train and how often they are checkpointed changes no bit before that. */
function variantOf(description: RunDescription): Record<string, unknown> {
  const { checkpointInterval: _, ...settings } = description.settings
  const { sceneHash, relaxedSimd = false, engine } = description
  return { ...settings, engine, relaxedSimd, ...(sceneHash && { sceneHash }) }
}

function groupKey(description: RunDescription): string {
  const { scene, algorithm } = description
  return JSON.stringify([scene, algorithm, Object.entries(variantOf(description)).sort(([a], [b]) => (a < b ? -1 : 1))])
}

/** Names of what is not the same everywhere. */
function differingNames(descriptions: readonly RunDescription[]): string[] {
  const variants = descriptions.map(variantOf)
  const names = [...new Set(variants.flatMap((variant) => Object.keys(variant)))]
  return names.filter((name) => new Set(variants.map((variant) => JSON.stringify(variant[name]))).size > 1)
}

/** Steps at which every run has an evaluation, thinned out. */
function commonSteps(runs: readonly Run[]): number[] {
  const common = [...runs[0]!.evaluations.keys()].filter(
    (step) => step > 0 && runs.every(({ evaluations }) => evaluations.has(step)),
  )
  if (common.length <= COLUMNS) return common
  return Array.from({ length: COLUMNS }, (_, index) => common[Math.ceil(((index + 1) * common.length) / COLUMNS) - 1]!)
}

function requireStep(runs: readonly Run[], step: number): void {
  if (runs.some(({ evaluations }) => evaluations.has(step))) return
  const all = [...new Set(runs.flatMap(({ evaluations }) => [...evaluations.keys()]))].sort((a, b) => a - b)
  const nearest = all.toSorted((a, b) => Math.abs(a - step) - Math.abs(b - step)).slice(0, 2)
  throw new UserError(
    `No run has an evaluation at step ${step}.${nearest.length > 0 ? ` The nearest are at ${nearest.join(' and ')}.` : ''}`,
  )
}

function statisticsOf(values: number[]): Statistics | null {
  if (values.length === 0) return null
  return {
    runs: values.length,
    mean: mean(values),
    deviation: standardDeviation(values),
    interquartileMean: interquartileMean(values),
    ...(values.length > 1 && { interval: bootstrapInterval([values]) }),
    values,
  }
}
