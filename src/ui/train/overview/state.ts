/** What the view of all runs knows: search, sorting, the runs that are ticked, and the curves and settings of those. */
import { batch, computed, effect, signal } from '@preact/signals'
import type { RunDetails } from '../../../host/rpc/contract.ts'
import { notify, notifyError } from '../../app/state.ts'
import { host, reconnections } from '../../host.ts'
import { throttleFrames } from '../../plots/throttle.ts'
import { RunMetrics } from '../metrics.ts'
import { LOOK_INTERVAL, runs } from '../state.ts'
import { filterRuns, type Sorting, sortRuns } from './columns.ts'

export const search = signal('')
export const withArchived = signal(false)
export const sorting = signal<Sorting>({ column: 'started', isDescending: true })

/** The runs that the table shows, in its order. */
export const listed = computed(() =>
  sortRuns(filterRuns(runs.value ?? [], search.value, withArchived.value), sorting.value),
)

/** Names of the ticked runs, in the order in which they were ticked: they are compared, deleted and put away together. */
export const ticked = signal<readonly string[]>([])

export function tick(name: string, isTicked: boolean): void {
  const others = ticked.peek().filter((each) => each !== name)
  ticked.value = isTicked ? [...others, name] : others
}

/** Curves of the ticked runs. They grow in place; `comparedRevision` changes when they did, once a second at most. */
export const compared = signal<ReadonlyMap<string, RunMetrics>>(new Map())
export const comparedRevision = signal(0)
/** What the ticked runs were started with, in their order; those that are known yet. */
const detailsByRun = signal<ReadonlyMap<string, RunDetails>>(new Map())
export const details = computed(() => ticked.value.flatMap((name) => detailsByRun.value.get(name) ?? []))

const grown = throttleFrames(() => {
  comparedRevision.value++
}, LOOK_INTERVAL)

async function load(name: string, curves: RunMetrics): Promise<void> {
  try {
    const [past, [found]] = await Promise.all([
      host.request('runs.metrics', { run: name }),
      host.request('runs.details', { runs: [name] }),
    ])
    batch(() => {
      curves.catchUp(past)
      if (found) detailsByRun.value = new Map([...detailsByRun.peek(), [name, found]])
      comparedRevision.value++
    })
  } catch (error) {
    curves.catchUp()
    notifyError(error)
  }
}

// Ticked runs are read from the beginning, again where the host was out of reach; those that are no longer ticked are forgotten.
let readAfter = 0
effect(() => {
  const before = reconnections.value === readAfter ? compared.peek() : new Map<string, RunMetrics>()
  readAfter = reconnections.peek()
  const after = new Map<string, RunMetrics>()
  for (const name of ticked.value) {
    const known = before.get(name)
    after.set(name, known ?? new RunMetrics())
    if (!known) void load(name, after.get(name)!)
  }
  compared.value = after
})

// A run that is gone is not ticked.
effect(() => {
  const names = new Set(runs.value?.map(({ name }) => name))
  if (!runs.value || ticked.peek().every((name) => names.has(name))) return
  ticked.value = ticked.peek().filter((name) => names.has(name))
})

function follow(run: string, add: (curves: RunMetrics) => void): void {
  const curves = compared.peek().get(run)
  if (!curves) return
  curves.follow(add)
  grown.request()
}
host.on('training.episode', ({ run, ...point }) => follow(run, (curves) => curves.addEpisode(point)))
host.on('training.evaluation', ({ run, ...point }) => follow(run, (curves) => curves.addEvaluation(point)))
host.on('training.progress', ({ run, ...point }) => follow(run, (curves) => curves.addProgress(point)))

/** What was deleted last, as long as it can be taken back with one click. */
export const deleted = signal<readonly { id: string; name: string }[]>([])

export async function deleteRuns(names: readonly string[]): Promise<void> {
  try {
    deleted.value = await host.request('runs.delete', { runs: [...names] })
  } catch (error) {
    notifyError(error)
  }
}

export async function undoDelete(): Promise<void> {
  const ids = deleted.peek().map(({ id }) => id)
  deleted.value = []
  try {
    if (ids.length > 0) await host.request('trash.restore', { ids })
  } catch (error) {
    notifyError(error)
  }
}

export async function emptyTrash(): Promise<void> {
  deleted.value = []
  try {
    await host.request('trash.empty', {})
    notify('info', 'The trash is empty.')
  } catch (error) {
    notifyError(error)
  }
}

export async function annotate(
  names: readonly string[],
  change: { tags?: string[]; notes?: string; archived?: boolean },
): Promise<void> {
  try {
    for (const run of names) await host.request('runs.annotate', { run, ...change })
  } catch (error) {
    notifyError(error)
  }
}

/** Returns whether it has the new name. */
export async function renameRun(run: string, name: string): Promise<boolean> {
  try {
    await host.request('runs.rename', { run, name })
    return true
  } catch (error) {
    notifyError(error)
    return false
  }
}
