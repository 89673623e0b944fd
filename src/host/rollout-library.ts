/** The rollouts of all runs: their list, and their steps by range. */
import { existsSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../common/user-error.ts'
import { isBeingRecorded } from '../rollout/partial-file.ts'
import { type OpenedRollout, openDamagedRollout, openRollout, readRolloutSummary } from '../rollout/read-rollout.ts'
import type { Frame, Step } from '../rollout/rollout.ts'
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

/** Open rollouts that are kept: their scenes and indexes, not their steps. */
const KEPT_OPEN = 8

/** Something read of a file, good as long as the file is the same. */
interface Kept<Value> {
  size: number
  modified: number
  value: Value
}

export function createRolloutLibrary(runsFolder: string): RolloutLibrary {
  const trash = new RolloutTrash(runsFolder)
  const uploads = new OpenedRollouts()
  const keptOpen = new Map<string, Kept<OpenedRollout>>()
  /** By id; undefined of a file that cannot be read. */
  const keptEntries = new Map<string, Kept<RolloutEntry | undefined>>()

  const fileOf = (id: string): string => {
    if (uploads.owns(id)) return uploads.get(id).file
    const [run = '', name = ''] = id.split('/')
    return RunFolder.open(runsFolder, run).path('rollouts', name)
  }

  const stateOf = (file: string) => {
    const found = statSync(file, { throwIfNoEntry: false })
    return { size: found?.size ?? -1, modified: found?.mtimeMs ?? -1 }
  }
  const isSame = (kept: Kept<unknown>, { size, modified }: Omit<Kept<unknown>, 'value'>) =>
    kept.size === size && kept.modified === modified

  const keepOpen = (id: string, kept: Kept<OpenedRollout>): OpenedRollout => {
    keptOpen.delete(id)
    keptOpen.set(id, kept)
    if (keptOpen.size > KEPT_OPEN) keptOpen.delete(keptOpen.keys().next().value!)
    return kept.value
  }

  const openedOf = async (id: string): Promise<OpenedRollout> => {
    const file = fileOf(id)
    const state = stateOf(file)
    const kept = keptOpen.get(id)
    return keepOpen(id, kept && isSame(kept, state) ? kept : { ...state, value: await openRollout(file) })
  }

  /** Steps [from, to); of a file that is damaged among them, those in front of the damage, and its entry says so from then on. */
  const readFrames = async (id: string, from: number, to: number): Promise<(Frame | Step)[]> => {
    const opened = await openedOf(id)
    try {
      return await opened.read(from, to)
    } catch (reason) {
      const file = fileOf(id)
      const state = stateOf(file)
      const damaged = await openDamagedRollout(file).catch(() => {
        throw reason
      })
      keptEntries.delete(id)
      return await keepOpen(id, { ...state, value: damaged }).read(from, to)
    }
  }

  const summaryOf = async (id: string) => {
    const file = fileOf(id)
    const kept = keptOpen.get(id)
    if (!kept || !isSame(kept, stateOf(file))) {
      // Without the scene, which most rows of a list need not.
      const summary = await readRolloutSummary(file).catch(() => undefined)
      if (summary) return summary
    }
    const { head, missing } = await openedOf(id)
    const { content: _, ...summary } = head
    return { ...summary, ...(missing !== undefined && { missing }) }
  }

  const entryOf = async (id: string): Promise<RolloutEntry> => {
    const file = fileOf(id)
    const state = stateOf(file)
    const kept = keptEntries.get(id)
    if (kept?.value && isSame(kept, state)) return kept.value
    const [run = '', name = ''] = id.split('/')
    const own = uploads.owns(id) ? { run: '', file: uploads.get(id).name } : { run, file: name }
    const summary = await summaryOf(id)
    const value = { id, ...own, ...summary, recordedAt: statSync(file).mtime.toISOString() }
    keptEntries.set(id, { ...state, value })
    return value
  }

  /** The row of a list; undefined where the file cannot be read, which is not a reason to show none. */
  const rowOf = async (id: string): Promise<RolloutEntry | undefined> => {
    try {
      const state = stateOf(fileOf(id))
      const kept = keptEntries.get(id)
      if (kept && isSame(kept, state)) return kept.value
      return await entryOf(id).catch(() => {
        keptEntries.set(id, { ...state, value: undefined })
        return undefined
      })
    } catch {
      return undefined
    }
  }

  return {
    fileOf,
    async list() {
      const ids = RunFolder.names(runsFolder).flatMap((run) => {
        const folder = path.join(runsFolder, run, 'rollouts')
        const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.mcap')) : []
        // One that is being recorded is not to be opened yet; one that was killed plays as far as it goes.
        return names.filter((name) => !isBeingRecorded(path.join(folder, name))).map((name) => `${run}/${name}`)
      })
      const listed = [...uploads.ids, ...ids]
      const entries = await Promise.all(listed.map(rowOf))
      const present = new Set(listed)
      for (const id of keptEntries.keys()) if (!present.has(id)) keptEntries.delete(id)
      return entries.filter((entry) => entry !== undefined)
    },
    open: async (id) => ({ entry: await entryOf(id), scene: (await openedOf(id)).head.content }),
    async read(id, from, to) {
      if (to <= from) throw new UserError(`Steps ${from} to ${to} are none: the first must come before the last.`)
      const frames = await readFrames(id, from, to)
      return columnsOf((await openedOf(id)).head.content, frames, from)
    },
    async preview(id) {
      const { scene, entry } = await this.open(id)
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
      if (!uploads.owns(id)) return { deletion: trash.put(id, fileOf(id)) }
      uploads.remove(id)
      return {}
    },
    async upload(piece) {
      const id = uploads.add(piece)
      if (id === undefined) return {}
      try {
        await this.open(id)
        return { id }
      } catch (error) {
        const { file, name } = uploads.get(id)
        uploads.remove(id)
        // The person knows its own name, and not that of our copy.
        if (error instanceof UserError) throw new UserError(error.message.replaceAll(file, name), error.kind)
        throw error
      }
    },
    close: () => uploads.close(),
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
    velocities: rows.flatMap(({ state }) => [...state].filter((_, index) => index % 6 >= 3)),
    observation: rows.flatMap(({ observation }) => [...observation]),
    action: rows.flatMap(({ action }) => [...action]),
    efforts: rows.flatMap(({ efforts, action }) => [...(efforts ?? commandedEfforts(scene, action))]),
    terms: rows.flatMap(({ terms }) => [...terms]),
    reward: rows.map(({ reward }) => reward),
  }
}
