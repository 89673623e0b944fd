/** How far a run is, and what its status means, in words.
 * Pure: what the run's header shows is computed here. */
import type { ProgressPoint, RunEntry, RunStatus } from '../../host/rpc/contract.ts'
import { formatValue } from '../plots/format.ts'

/** Share of the budget that is used, 0 to 1; undefined where the budget is not known. */
export function shareOf({ budget }: RunEntry, step: number, episodes: number): number | undefined {
  if (budget.steps !== undefined) return Math.min(1, step / budget.steps)
  if (budget.episodes !== undefined) return Math.min(1, episodes / budget.episodes)
  return undefined
}

/** s until the budget is used up, at the present speed; undefined where that cannot be told. */
export function secondsLeft(run: RunEntry, progress: ProgressPoint | undefined): number | undefined {
  if (run.status !== 'running' || !progress) return undefined
  const { steps, episodes } = run.budget
  if (steps !== undefined) {
    return progress.stepsPerSecond > 0 ? Math.max(0, steps - progress.step) / progress.stepsPerSecond : undefined
  }
  if (episodes === undefined || progress.episode === 0) return undefined
  return (Math.max(0, episodes - progress.episode) / progress.episode) * progress.seconds
}

/** A duration of s for reading: `8 s`, `2 min 5 s`, `1 h 20 min`. */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}

/** The engine that a run learns with: `fused, 3 threads`. */
export function engineText({ engine, threads }: RunEntry): string {
  if (threads === undefined) return engine
  return `${engine}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`
}

/** What a run's best policy is worth on fresh episodes: `-146.1 ± 80.2 over 20 episodes`; undefined before its end. */
export function reportText({ reportReturn, reportDeviation, reportEpisodes }: RunEntry): string | undefined {
  if (reportReturn === undefined) return undefined
  const spread = reportDeviation === undefined ? '' : ` ± ${formatValue(reportDeviation)}`
  const episodes = reportEpisodes === 1 ? '1 episode' : `${reportEpisodes} episodes`
  return `${formatValue(reportReturn)}${spread}${reportEpisodes === undefined ? '' : ` over ${episodes}`}`
}

export type Tone = 'neutral' | 'accent' | 'positive' | 'warning' | 'danger'

/** One word for lists and the sentence behind it. */
export const statusWords: Record<RunStatus, { word: string; sentence: string; tone: Tone }> = {
  queued: {
    word: 'queued',
    sentence: 'The run waits until a core is free; one that is paused keeps its own.',
    tone: 'neutral',
  },
  running: { word: 'running', sentence: 'The controller is learning.', tone: 'accent' },
  paused: { word: 'paused', sentence: 'Training waits; resume it to go on.', tone: 'warning' },
  stopping: { word: 'stopping', sentence: 'The last evaluation is played, then the run ends.', tone: 'warning' },
  finished: { word: 'finished', sentence: 'The run came to the end of its budget.', tone: 'positive' },
  stopped: { word: 'stopped', sentence: 'The run was ended early; what it learnt is kept.', tone: 'neutral' },
  failed: { word: 'failed', sentence: 'The run ended with a problem.', tone: 'danger' },
  interrupted: {
    word: 'interrupted',
    sentence: 'The process that trained is gone; everything up to its last save is kept.',
    tone: 'danger',
  },
  unreadable: { word: 'unreadable', sentence: 'The files of this run cannot be read.', tone: 'danger' },
}

/** Whether a worker trains this run now. */
export function isLive(status: RunStatus): boolean {
  return status === 'running' || status === 'paused' || status === 'stopping'
}

/** The run to show where nobody chose one: a live one, otherwise the newest. */
export function defaultRun(runs: readonly RunEntry[]): RunEntry | undefined {
  const newestFirst = newestRunsFirst(runs)
  return newestFirst.find(({ status }) => isLive(status)) ?? newestFirst[0]
}

export function newestRunsFirst(runs: readonly RunEntry[]): RunEntry[] {
  return [...runs].sort((a, b) => b.startedAt.localeCompare(a.startedAt) || b.name.localeCompare(a.name))
}
