/** The table of runs as data: what each column holds, how it sorts, which runs a search leaves.
 * Pure: runs-table.tsx shows it. */
import type { RunEntry } from '../../../host/rpc/contract.ts'
import { algorithmLabel } from '../settings-form.ts'

export type ColumnId =
  | 'name'
  | 'scene'
  | 'algorithm'
  | 'seed'
  | 'status'
  | 'return'
  | 'report'
  | 'steps'
  | 'duration'
  | 'started'
  | 'tags'
  | 'notes'

export interface Sorting {
  column: ColumnId
  isDescending: boolean
}

interface Column {
  id: ColumnId
  title: string
  isNumber: boolean
  /** What the title leaves open. */
  help?: string
  /** Whether the greatest, or the newest, is what most people want first. */
  startsDescending?: boolean
  /** What it sorts by; undefined (nothing known) always comes last. */
  value: (run: RunEntry) => string | number | undefined
}

/** What the two returns of a run are, and how they differ. */
export const returnHelp = {
  best: 'Mean return of the best evaluation. It chose the policy, so it is in part luck: better than the policy on average.',
  report:
    'Mean return of that best policy over fresh episodes at the end of the run. They chose nothing, so this is the value to compare and to report.',
}

export const columns: readonly Column[] = [
  { id: 'name', title: 'Run', isNumber: false, value: ({ name }) => name },
  { id: 'scene', title: 'Scene', isNumber: false, value: ({ scene }) => scene },
  { id: 'algorithm', title: 'Algorithm', isNumber: false, value: ({ algorithm }) => algorithmLabel(algorithm) },
  {
    id: 'seed',
    title: 'Seed',
    isNumber: true,
    value: ({ seed, status }) => (status === 'unreadable' ? undefined : seed),
  },
  { id: 'status', title: 'Status', isNumber: false, value: ({ status }) => status },
  {
    id: 'return',
    title: 'Best return',
    isNumber: true,
    help: returnHelp.best,
    startsDescending: true,
    value: ({ meanReturn }) => meanReturn,
  },
  {
    id: 'report',
    title: 'Report return',
    isNumber: true,
    help: returnHelp.report,
    startsDescending: true,
    value: ({ reportReturn }) => reportReturn,
  },
  { id: 'steps', title: 'Steps', isNumber: true, startsDescending: true, value: ({ steps }) => steps },
  { id: 'duration', title: 'Duration', isNumber: true, startsDescending: true, value: ({ seconds }) => seconds },
  {
    id: 'started',
    title: 'Started',
    isNumber: false,
    startsDescending: true,
    value: ({ startedAt }) => startedAt || undefined,
  },
  { id: 'tags', title: 'Tags', isNumber: false, value: ({ tags }) => tags?.join(', ') },
  { id: 'notes', title: 'Notes', isNumber: false, value: ({ notes }) => notes },
]

/** Sorted by a column; runs that are equal in it by their names. */
export function sortRuns(runs: readonly RunEntry[], { column, isDescending }: Sorting): RunEntry[] {
  const { value } = columns.find(({ id }) => id === column)!
  const sign = isDescending ? -1 : 1
  return [...runs].sort((a, b) => {
    const [left, right] = [value(a), value(b)]
    if (left === undefined || right === undefined) {
      if (left !== right) return left === undefined ? 1 : -1
    } else {
      const order =
        typeof left === 'number' && typeof right === 'number' ? left - right : compareTexts(String(left), String(right))
      if (order !== 0) return sign * order
    }
    return compareTexts(a.name, b.name)
  })
}

/** The runs in which every word is found: in name, scene, algorithm, status, tags, notes, or as `seed 3`. */
export function filterRuns(runs: readonly RunEntry[], search: string, withArchived: boolean): RunEntry[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  return runs.filter((run) => {
    if (run.archived && !withArchived) return false
    const { name, scene, algorithm, status, seed, preset, tags = [], notes = '' } = run
    const text = [name, scene, algorithm, status, `seed ${seed}`, preset, ...tags, notes].join('\n').toLowerCase()
    return words.every((word) => text.includes(word))
  })
}

/** `baseline, paper` as tags: each once, without empty ones. */
export function parseTags(text: string): string[] {
  const tags = text.split(',').map((tag) => tag.trim().slice(0, 40))
  return [...new Set(tags.filter(Boolean))].slice(0, 20)
}

function compareTexts(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true })
}
