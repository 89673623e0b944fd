/** What the library shows: search, order, pictures by rollout, and what was deleted last. */
import { computed, signal } from '@preact/signals'
import type { Answer, RolloutEntry } from '../../../host/rpc/contract.ts'
import { notifyError } from '../../app/state.ts'
import { host } from '../../host.ts'
import { closeRollout, player, refreshLists, rollouts } from '../state.ts'
import { filterRollouts, type Sorting, sortRollouts } from './listing.ts'

export const search = signal('')
export const sorting = signal<Sorting>('newest')

export const listed = computed(() => sortRollouts(filterRollouts(rollouts.value ?? [], search.value), sorting.value))

/** What was deleted last, as long as it can be taken back with one click. */
export const deleted = signal<{ deletion: string; entry: RolloutEntry } | undefined>(undefined)

export async function deleteRollout(entry: RolloutEntry): Promise<void> {
  try {
    const { deletion } = await host.request('rollouts.delete', { id: entry.id })
    deleted.value = deletion === undefined ? undefined : { deletion, entry }
    const state = player.peek()
    if ('id' in state && state.id === entry.id) closeRollout()
    await refreshLists()
  } catch (error) {
    notifyError(error)
  }
}

export async function undoDelete(): Promise<void> {
  const { deletion } = deleted.peek() ?? {}
  deleted.value = undefined
  try {
    if (deletion !== undefined) await host.request('rollouts.restore', { deletion })
    await refreshLists()
  } catch (error) {
    notifyError(error)
  }
}

export type Preview = Answer<'rollouts.preview'>

/** By id and moment, so that a file that is recorded anew has another; the ones that were asked for longest ago are forgotten. */
const previews = new Map<string, Promise<Preview>>()
const KEPT_PREVIEWS = 400

/** Some poses of a rollout for its picture, read once. */
export function previewOf({ id, recordedAt }: RolloutEntry): Promise<Preview> {
  const key = `${id} ${recordedAt}`
  const known = previews.get(key)
  if (known) return known
  const preview = host.request('rollouts.preview', { id })
  // One that failed may be asked for again.
  preview.catch(() => previews.delete(key))
  previews.set(key, preview)
  if (previews.size > KEPT_PREVIEWS) previews.delete(previews.keys().next().value!)
  return preview
}
