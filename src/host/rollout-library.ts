/** The rollouts of all runs: their list, and their steps by range. */
import { existsSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../common/user-error.ts'
import {
  readRolloutFrames,
  readRolloutHead,
  readRolloutSummary,
  salvageRollout,
  summarize,
} from '../rollout/read-rollout.ts'
import type { Frame, Rollout, Step } from '../rollout/rollout.ts'
import type { Scene } from '../scene/schema.ts'
import { commandedEfforts, effortCount } from '../sim/efforts.ts'
import { RunFolder } from '../training/run-folder.ts'
import { record } from './host.ts'
import { OpenedRollouts, type Piece } from './opened-rollouts.ts'
import { RolloutTrash } from './rollout-trash.ts'
import type { Answer, PolicyChoice, RolloutColumns, RolloutEntry } from './rpc/contract.ts'

export interface RolloutLibrary {
  list(): Promise<RolloutEntry[]>
  open(id: string): Promise<Answer<'rollouts.open'>>
  read(id: string, from: number, to: number): Promise<RolloutColumns>
  record(run: string, seed: number, policy?: PolicyChoice): Promise<RolloutEntry>
  /** Poses for a picture of a rollout (the contract's `rollouts.preview`). */
  preview(id: string): Promise<Answer<'rollouts.preview'>>
  delete(id: string): Answer<'rollouts.delete'>
  /** A piece of a file that the person opened from elsewhere; throws a UserError where it is no rollout. */
  upload(piece: Piece): Promise<Answer<'rollouts.upload'>>
  /** Forgets the files that were opened from elsewhere. */
  close(): void
  restore(deletion: string): Promise<RolloutEntry>
  /** Deletes for good what was deleted: all of it, or what is older than a month. */
  emptyTrash(which: 'all' | 'old'): void
  /** Where the file of a rollout lies. Throws a UserError where it has no run. */
  fileOf(id: string): string
}

/** Poses of a preview, and s between two of them. */
const PREVIEW_POSES = 4
const PREVIEW_INTERVAL = 0.12

/** Damaged rollouts kept in memory; whole ones are read by range. */
const CACHED = 2

interface Salvaged {
  modified: number
  rollout: Rollout
  missing: number
}

export function createRolloutLibrary(runsFolder: string): RolloutLibrary {
  const trash = new RolloutTrash(runsFolder)
  const opened = new OpenedRollouts()
  const cache = new Map<string, Salvaged>()

  const fileOf = (id: string): string => {
    if (opened.owns(id)) return opened.get(id).file
    const [run = '', name = ''] = id.split('/')
    return RunFolder.open(runsFolder, run).path('rollouts', name)
  }

  /** What is left of a rollout that cannot be read as a whole. Throws `reason` where nothing is. */
  const salvage = async (id: string, reason: unknown): Promise<Salvaged> => {
    const file = fileOf(id)
    if (!existsSync(file)) throw reason
    const modified = statSync(file).mtimeMs
    const known = cache.get(id)
    if (known?.modified === modified) return known
    const salvaged = await salvageRollout(file).catch(() => {
      throw reason
    })
    const kept = { modified, ...salvaged }
    cache.delete(id)
    cache.set(id, kept)
    if (cache.size > CACHED) cache.delete(cache.keys().next().value!)
    return kept
  }

  /** `use` the whole file, or `rescue` what is left of it. */
  const withFile = async <Value>(
    id: string,
    use: (file: string) => Promise<Value>,
    rescue: (salvaged: Salvaged) => Value,
  ): Promise<Value> => {
    try {
      return await use(fileOf(id))
    } catch (error) {
      return rescue(await salvage(id, error))
    }
  }

  const entryOf = async (id: string): Promise<RolloutEntry> => {
    const [run = '', name = ''] = id.split('/')
    const summary = await withFile<Omit<RolloutEntry, 'id' | 'run' | 'file' | 'recordedAt'>>(
      id,
      readRolloutSummary,
      ({ rollout, missing }) => ({ ...summarize(rollout), missing }),
    )
    const own = opened.owns(id) ? { run: '', file: opened.get(id).name } : { run, file: name }
    return { id, ...own, ...summary, recordedAt: statSync(fileOf(id)).mtime.toISOString() }
  }

  const sceneOf = (id: string): Promise<Scene> =>
    withFile(
      id,
      async (file) => (await readRolloutHead(file)).content,
      ({ rollout }) => rollout.scene,
    )

  return {
    fileOf,
    async list() {
      const ids = RunFolder.names(runsFolder).flatMap((run) => {
        const folder = path.join(runsFolder, run, 'rollouts')
        const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.mcap')) : []
        return names.map((name) => `${run}/${name}`)
      })
      // A file that cannot be read is not a reason to show none.
      const entries = await Promise.all([...opened.ids, ...ids].map((id) => entryOf(id).catch(() => undefined)))
      return entries.filter((entry) => entry !== undefined)
    },
    open: async (id) => ({ entry: await entryOf(id), scene: await sceneOf(id) }),
    async read(id, from, to) {
      if (to <= from) throw new UserError(`Steps ${from} to ${to} are none: the first must come before the last.`)
      const frames = await withFile(
        id,
        (file) => readRolloutFrames(file, from, to),
        ({ rollout }) => [rollout.start, ...rollout.steps].slice(from, to),
      )
      return columnsOf(await sceneOf(id), frames, from)
    },
    async preview(id) {
      const { scene, entry } = { scene: await sceneOf(id), entry: await entryOf(id) }
      const middle = Math.round(entry.steps / 2)
      const apart = Math.max(1, Math.round(PREVIEW_INTERVAL / scene.world.controlStep))
      const steps = Array.from({ length: PREVIEW_POSES }, (_, index) => Math.max(0, middle - index * apart)).reverse()
      const first = steps[0]!
      const columns = await this.read(id, first, middle + 1)
      const size = 3 * scene.bodies.length
      return {
        scene,
        poses: [...new Set(steps)].map((step) => columns.poses.slice((step - first) * size, (step - first + 1) * size)),
      }
    },
    delete(id) {
      if (!opened.owns(id)) return { deletion: trash.put(id, fileOf(id)) }
      opened.remove(id)
      return {}
    },
    async upload(piece) {
      const id = opened.add(piece)
      if (id === undefined) return {}
      try {
        await Promise.all([entryOf(id), sceneOf(id)])
        return { id }
      } catch (error) {
        const { file, name } = opened.get(id)
        opened.remove(id)
        // The person knows its own name, and not that of our copy.
        if (error instanceof UserError) throw new UserError(error.message.replaceAll(file, name), error.kind)
        throw error
      }
    },
    close: () => opened.close(),
    emptyTrash: (which) => trash.empty(which),
    restore: async (deletion) => entryOf(trash.restore(deletion)),
    async record(run, seed, policy = 'best') {
      const folder = RunFolder.open(runsFolder, run)
      const whose = typeof policy === 'number' ? `step-${policy}-` : policy === 'last' ? 'latest-' : ''
      const name = `${whose}seed-${seed}.mcap`
      await record({ run, runsFolder, seed, policy, out: path.join(folder.ensureFolder('rollouts'), name) })
      return entryOf(`${run}/${name}`)
    },
  }
}

function columnsOf(scene: Scene, frames: readonly (Frame | Step)[], from: number): RolloutColumns {
  const nothing = {
    action: new Float32Array(scene.actuators.length),
    efforts: new Float64Array(effortCount(scene)),
    terms: new Float64Array(scene.task.reward.length),
    reward: 0,
  }
  // The reset has no action, and nothing came of it.
  const rows: Step[] = frames.map((frame) => ('action' in frame ? frame : { ...nothing, ...frame }))
  return {
    from,
    to: from + rows.length,
    time: rows.map((_, index) => (from + index) * scene.world.controlStep),
    poses: rows.flatMap(({ state }) => [...state].filter((_, index) => index % 6 < 3)),
    observation: rows.flatMap(({ observation }) => [...observation]),
    action: rows.flatMap(({ action }) => [...action]),
    efforts: rows.flatMap(({ efforts, action }) => [...(efforts ?? commandedEfforts(scene, action))]),
    terms: rows.flatMap(({ terms }) => [...terms]),
    reward: rows.map(({ reward }) => reward),
  }
}
