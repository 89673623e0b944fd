/** The rollouts of all runs: their list, and their steps by range. */
import { existsSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../common/user-error.ts'
import { readRollout, readRolloutSummary } from '../rollout/read-rollout.ts'
import type { Rollout, Step } from '../rollout/rollout.ts'
import { commandedEfforts, effortCount } from '../sim/efforts.ts'
import { RunFolder } from '../training/run-folder.ts'
import { record } from './host.ts'
import type { Answer, RolloutColumns, RolloutEntry } from './rpc/contract.ts'

export interface RolloutLibrary {
  list(): Promise<RolloutEntry[]>
  open(id: string): Promise<Answer<'rollouts.open'>>
  read(id: string, from: number, to: number): Promise<RolloutColumns>
  record(run: string, seed: number): Promise<RolloutEntry>
}

/** Rollouts kept in memory. */
const CACHED = 2

export function createRolloutLibrary(runsFolder: string): RolloutLibrary {
  const cache = new Map<string, { modified: number; rollout: Rollout }>()

  const fileOf = (id: string): string => {
    const [run = '', name = ''] = id.split('/')
    return RunFolder.open(runsFolder, run).path('rollouts', name)
  }

  const entryOf = async (id: string): Promise<RolloutEntry> => {
    const file = fileOf(id)
    const summary = await readRolloutSummary(file)
    const [run = '', name = ''] = id.split('/')
    return { id, run, file: name, ...summary, recordedAt: statSync(file).mtime.toISOString() }
  }

  const load = async (id: string): Promise<Rollout> => {
    const file = fileOf(id)
    const modified = existsSync(file) ? statSync(file).mtimeMs : 0
    const known = cache.get(id)
    if (known?.modified === modified) return known.rollout
    const rollout = await readRollout(file)
    cache.delete(id)
    cache.set(id, { modified, rollout })
    if (cache.size > CACHED) cache.delete(cache.keys().next().value!)
    return rollout
  }

  return {
    async list() {
      const ids = RunFolder.names(runsFolder).flatMap((run) => {
        const folder = path.join(runsFolder, run, 'rollouts')
        const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.mcap')) : []
        return names.map((name) => `${run}/${name}`)
      })
      // A file that cannot be read is not a reason to show none.
      const entries = await Promise.all(ids.map((id) => entryOf(id).catch(() => undefined)))
      return entries.filter((entry) => entry !== undefined)
    },
    open: async (id) => ({ entry: await entryOf(id), scene: (await load(id)).scene }),
    async read(id, from, to) {
      if (to <= from) throw new UserError(`Steps ${from} to ${to} are none: the first must come before the last.`)
      return columnsOf(await load(id), from, to)
    },
    async record(run, seed) {
      const folder = RunFolder.open(runsFolder, run)
      const name = `seed-${seed}.mcap`
      await record({ run, runsFolder, seed, out: path.join(folder.ensureFolder('rollouts'), name) })
      return entryOf(`${run}/${name}`)
    },
  }
}

function columnsOf(rollout: Rollout, from: number, to: number): RolloutColumns {
  const { scene, start, steps } = rollout
  const rest: Step = {
    ...start,
    action: new Float32Array(scene.actuators.length),
    efforts: new Float64Array(effortCount(scene)),
    terms: new Float64Array(scene.task.reward.length),
    reward: 0,
  }
  const end = Math.min(to, steps.length + 1)
  const rows = Array.from({ length: Math.max(0, end - from) }, (_, index) => steps[from + index - 1] ?? rest)
  return {
    from,
    to: Math.max(from, end),
    time: rows.map((_, index) => (from + index) * scene.world.controlStep),
    poses: rows.flatMap(({ state }) => [...state].filter((_, index) => index % 6 < 3)),
    observation: rows.flatMap(({ observation }) => [...observation]),
    action: rows.flatMap(({ action }) => [...action]),
    efforts: rows.flatMap(({ efforts, action }) => [...(efforts ?? commandedEfforts(scene, action))]),
    terms: rows.flatMap(({ terms }) => [...terms]),
    reward: rows.map(({ reward }) => reward),
  }
}
