/** What Train knows: the runs, the one on show with its curves, and the robot as it moves in training.
 * Events keep it up to date; a window that opens late catches up with runs.metrics. */
import { batch, computed, effect, signal } from '@preact/signals'
import type { RunEntry } from '../../host/rpc/contract.ts'
import type { Scene } from '../../scene/schema.ts'
import { host, reconnections } from '../host.ts'
import { throttleFrames } from '../plots/throttle.ts'
import { RunMetrics } from './metrics.ts'
import { defaultRun } from './progress.ts'
import type { XAxis } from './quantities.ts'

export const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

/** Undefined until the host has answered. */
export const runs = signal<readonly RunEntry[] | undefined>(undefined)
export const listProblem = signal<string | undefined>(undefined)

const chosenName = signal<string | undefined>(undefined)

/** What Train shows beside the form: one run, its policy live, or all runs. */
export const view = signal<'run' | 'watch' | 'runs'>('run')

/** A run whose settings the form takes over; the form sets it back to undefined when it has them. */
export const template = signal<string | undefined>(undefined)

/** Counts how often Design has sent its scene to be trained: the form then takes that one. */
export const sentScenes = signal(0)

/** Episodes over which noisy curves are smoothed, and what they are drawn against. */
export const smoothing = signal(10)
export const xAxis = signal<XAxis>('steps')

/** The run on show: the chosen one, otherwise one that trains, otherwise the newest. */
export const shownRun = computed(() => {
  const list = runs.value ?? []
  return list.find(({ name }) => name === chosenName.value) ?? defaultRun(list.filter(({ archived }) => !archived))
})
export const shownName = computed(() => shownRun.value?.name)

/** Curves of the run on show. They grow in place; `revision` changes when they did, once a second at most. */
export const metrics = signal(new RunMetrics())
export const revision = signal(0)
/** Why the curves of the run on show could not be read. */
export const metricsProblem = signal<string | undefined>(undefined)

/** The scene of the run on show; undefined where this window cannot have it. */
export const shownScene = signal<Scene | undefined>(undefined)
export const poses = signal<Float32Array | undefined>(undefined)
/** N·m or N: one a joint, then one a thruster. */
export const efforts = signal<Float32Array | undefined>(undefined)
/** Environment step of the robot on show. It is looked at with the curves. */
let frameStep = 0

/** Environment steps of the run on show so far. */
export const shownStep = computed(() => {
  void revision.value
  return Math.max(metrics.value.step, frameStep, shownRun.value?.steps ?? 0)
})

/** What went wrong with Pause, Resume or Stop of a run. */
export const commandProblem = signal<string | undefined>(undefined)

export function chooseRun(name: string): void {
  chosenName.value = name
}

export async function refreshRuns(): Promise<void> {
  try {
    const list = await host.request('runs.list', {})
    batch(() => {
      runs.value = list
      listProblem.value = undefined
    })
  } catch (error) {
    listProblem.value = messageOf(error)
  }
}

/** Pauses, resumes or stops a run. The host answers with runs.changed too. */
export async function command(
  action: 'pause' | 'resume' | 'stop',
  run: string,
  budget: { steps?: number; episodes?: number } = {},
): Promise<void> {
  commandProblem.value = undefined
  try {
    await host.request(`training.${action}`, { run, ...budget })
  } catch (error) {
    commandProblem.value = messageOf(error)
    void refreshRuns()
  }
}

/** Takes a warning of the run on show away, until the run comes on show again. */
export function dismissWarning(message: string): void {
  metrics.peek().dismissWarning(message)
  revision.value++
}

/** Reads what a run has done so far. Its events that come meanwhile wait in `curves`. */
async function readPast(run: string, curves: RunMetrics): Promise<void> {
  try {
    curves.catchUp(await host.request('runs.metrics', { run }))
  } catch (error) {
    curves.catchUp()
    if (metrics.peek() === curves) metricsProblem.value = messageOf(error)
  }
  revision.value++
}

/** Reads the scene that a run trains on. */
async function readScene(run: string): Promise<void> {
  try {
    const scene = await host.request('runs.scene', { run })
    if (shownName.peek() === run) shownScene.value = scene
  } catch (error) {
    console.warn(error)
  }
}

// Another run comes on show, or this one went on while the host was out of reach: its curves are read from the beginning.
effect(() => {
  const run = shownName.value
  void reconnections.value
  const curves = new RunMetrics()
  batch(() => {
    metrics.value = curves
    metricsProblem.value = undefined
    commandProblem.value = undefined
    shownScene.value = undefined
    poses.value = undefined
    efforts.value = undefined
    frameStep = 0
  })
  if (run !== undefined) void readPast(run, curves)
})

const shownSceneName = computed(() => shownRun.value?.scene)
effect(() => {
  const run = shownName.value
  const scene = shownSceneName.value
  void reconnections.value
  if (run !== undefined && scene !== undefined) void readScene(run)
})

/** ms between two looks at what trains: each draws curves, numbers and lists, with processor time that the training has not. */
export const LOOK_INTERVAL = 1000

/** What became of runs since the last look, and whether the curves of the one on show have grown. */
const news = new Map<string, Partial<RunEntry>>()
let hasGrown = false
const look = throttleFrames(() => {
  batch(() => {
    showGrowth()
    if (news.size > 0) runs.value = runs.peek()?.map((run) => ({ ...run, ...news.get(run.name) }))
    news.clear()
  })
}, LOOK_INTERVAL)

function showGrowth(): void {
  if (hasGrown) revision.value++
  hasGrown = false
}

/** The run on show went on: seen at the next look, or at once where it comes to a halt and nothing may follow. */
function grow(): void {
  hasGrown = true
  if (shownRun.peek()?.status === 'running') look.request()
  else showGrowth()
}

/** Hands an event to the curves of the run on show. */
function follow(run: string, add: (curves: RunMetrics) => void): void {
  if (run !== shownName.peek()) return
  metrics.peek().follow(add)
  grow()
}

function tell(run: string, change: Partial<RunEntry>): void {
  news.set(run, { ...news.get(run), ...change })
  look.request()
}

host.on('training.episode', ({ run, ...point }) => follow(run, (curves) => curves.addEpisode(point)))
host.on('training.evaluation', ({ run, ...point }) => {
  follow(run, (curves) => curves.addEvaluation(point))
  if (point.isBest) tell(run, { meanReturn: point.meanReturn })
})
host.on('training.warning', ({ run, ...point }) => follow(run, (curves) => curves.addWarning(point)))
host.on('training.progress', ({ run, ...point }) => {
  follow(run, (curves) => curves.addProgress(point))
  tell(run, { steps: point.step, seconds: point.seconds })
})
host.on('training.frame', (frame) => {
  if (frame.run !== shownName.peek()) return
  batch(() => {
    poses.value = Float32Array.from(frame.poses)
    efforts.value = Float32Array.from(frame.efforts)
    frameStep = frame.step
    hasGrown = true
    // While it trains, its progress asks for the next look: a picture of the robot alone takes less.
    if (shownRun.peek()?.status !== 'running') showGrowth()
  })
})

/** The run whose robot this window has asked to see. */
let watched: string | undefined
/** Asks for the robot of a run, or for none: nothing is sent that nobody sees. */
export function watchRobot(run: string | undefined): void {
  if (run === watched) return
  watched = run
  askForRobot()
}

function askForRobot(): void {
  host.request('training.watch', watched === undefined ? {} : { run: watched }).catch((error) => console.warn(error))
}

// A new connection knows of nothing that was asked of the old one.
effect(() => {
  if (reconnections.value === 0) return
  askForRobot()
  void refreshRuns()
})
host.on('runs.changed', (entry) => {
  news.delete(entry.name)
  const known = runs.peek() ?? []
  batch(() => {
    // In its place: lists keep their order.
    runs.value = known.some(({ name }) => name === entry.name)
      ? known.map((run) => (run.name === entry.name ? entry : run))
      : [...known, entry]
    // A run that pauses or ends is shown as it is now.
    showGrowth()
  })
})
host.on('runs.removed', ({ run }) => {
  news.delete(run)
  runs.value = (runs.peek() ?? []).filter(({ name }) => name !== run)
})
