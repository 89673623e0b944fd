/** A policy of the run on show, played in this window in real time: which one, with which masses and friction, beside which ghost. */
import { batch, computed, effect, signal, untracked } from '@preact/signals'
import type { PolicyChoice, RunEntry } from '../../../host/rpc/contract.ts'
import { scaleFriction, scaleMass } from '../../../scene/scale.ts'
import type { Scene } from '../../../scene/schema.ts'
import { workspace } from '../../app/state.ts'
import { host } from '../../host.ts'
import { LivePlay } from '../../play/live-play.ts'
import { GHOST_ALPHA, type StageGhost } from '../../stage/ghosts.ts'
import { messageOf, runs, shownName, shownRun, shownScene, view } from '../state.ts'

/** One for the window: it outlives every change of view. */
export const play = new LivePlay()
play.setLoop(true)

/** What the small stage beside the curves shows. */
export const stageShows = signal<'training' | 'policy'>('training')
export const choice = signal<PolicyChoice>('best')
/** Factors of all masses and of all friction. */
export const mass = signal(1)
export const friction = signal(1)
/** The run whose policy plays the ghost, empty for none; and which of its policies. */
export const ghostRun = signal('')
export const ghostChoice = signal<PolicyChoice>('best')
export const ghosts = computed<readonly StageGhost[]>(() => {
  const poses = play.frame.value?.ghost
  return poses ? [{ poses, kind: 'robot', alpha: GHOST_ALPHA }] : []
})
/** Steps for which the policy on show had been trained. */
export const trainedSteps = signal<number | undefined>(undefined)
export const watchProblem = signal<string | undefined>(undefined)

/** Whether a run has a policy: the first is that of its start. */
const hasBegun = ({ status, checkpointStep }: RunEntry) =>
  status !== 'unreadable' && (status !== 'queued' || checkpointStep !== undefined)

/** Runs whose policies can stand beside the one on show: those of the same scene, with the run itself in front. */
export const ghostRuns = computed(() => {
  const shown = shownRun.value
  const fitting = (runs.value ?? []).filter((run) => run.scene === shown?.scene && hasBegun(run))
  const names = fitting.map(({ name }) => name)
  return [...names.filter((name) => name === shown?.name), ...names.filter((name) => name !== shown?.name)]
})
/** The ghost's run, as long as there is one that fits. */
export const shownGhost = computed(() => (ghostRuns.value.includes(ghostRun.value) ? ghostRun.value : ''))

const isWatching = computed(
  () =>
    workspace.value === 'train' && (view.value === 'watch' || (view.value === 'run' && stageShows.value === 'policy')),
)

/** The scene as it is played. */
export const playedScene = computed(() => {
  const scene = shownScene.value
  return scene && scaleFriction(scaleMass(scene, mass.value), friction.value)
})

/** Which policy the small stage shows: the latest, because training goes on beside it. */
const chosen = computed<PolicyChoice>(() => (view.value === 'watch' ? choice.value : 'last'))
const chosenGhost = computed(() => (view.value === 'watch' ? shownGhost.value : ''))

interface Fetched {
  steps: number
  file: Uint8Array
}

/** The snapshots that were shown last: they stay as they are, also when a run that goes on keeps them no longer. */
const snapshots = new Map<string, Fetched>()
/** The one on show, its ghost, and what they were before. */
const KEPT_SNAPSHOTS = 4

async function fetchPolicy(run: string, policy: PolicyChoice): Promise<Fetched> {
  const key = `${run}/${policy}`
  const known = snapshots.get(key)
  if (known) return known
  const answer = await host.request('runs.policy', { run, policy })
  const file = Uint8Array.from(atob(answer.file), (letter) => letter.charCodeAt(0))
  const fetched = { steps: answer.trainedSteps, file }
  if (typeof policy === 'number') {
    snapshots.set(key, fetched)
    if (snapshots.size > KEPT_SNAPSHOTS) snapshots.delete(snapshots.keys().next().value!)
  }
  return fetched
}

let latestFetch = 0
/** It stands still because its policy could not be had, not because someone paused it. */
let standsWithout = false

/**
 * Brings the chosen policies to the worker; what they are by then, where another choice was made meanwhile, is left out. Where
 * the policy itself cannot be had, nothing moves: the one before is no longer the choice. A ghost is done without.
 */
async function bringPolicies(): Promise<void> {
  const run = shownName.peek()
  if (run === undefined) return
  const fetch = ++latestFetch
  const beside = chosenGhost.peek()
  const [own, ghost] = await Promise.allSettled([
    fetchPolicy(run, chosen.peek()),
    beside === '' ? undefined : fetchPolicy(beside, ghostChoice.peek()),
  ])
  if (fetch !== latestFetch) return
  batch(() => {
    watchProblem.value =
      own.status === 'rejected'
        ? messageOf(own.reason)
        : ghost.status === 'rejected'
          ? `No ghost: ${messageOf(ghost.reason)}`
          : undefined
    trainedSteps.value = own.status === 'fulfilled' ? own.value.steps : undefined
  })
  if (own.status === 'rejected') {
    standsWithout ||= play.playing.peek()
    play.pause()
    play.setPolicies(undefined)
    return
  }
  const goesOn = standsWithout || play.problem.peek() !== undefined
  standsWithout = false
  play.setPolicies(own.value.file, ghost.status === 'fulfilled' ? ghost.value?.file : undefined)
  if (goesOn) play.play()
}

// Another scene, or the same with other masses: a new episode. The policies of another run do not fit it.
let loadedRun: string | undefined
let loadedScene: Scene | undefined
effect(() => {
  const scene = playedScene.value
  const run = shownName.value
  if (!isWatching.value || !scene) return
  // It goes on where it was when somebody looks again.
  if (run === loadedRun && scene === loadedScene) return
  loadedScene = scene
  untracked(() => {
    if (run === loadedRun) {
      play.load(scene)
      if (!standsWithout) play.play()
      return
    }
    play.setPolicies(undefined)
    trainedSteps.value = undefined
    // Another run has other steps, and its policy begins with the robot that it knows.
    if (typeof choice.peek() === 'number') choice.value = 'best'
    mass.value = friction.value = 1
    loadedRun = run
    loadedScene = playedScene.peek()!
    play.load(loadedScene)
    // It begins to play with its policy.
    standsWithout = true
    void bringPolicies()
  })
})

effect(() => {
  void chosen.value
  void chosenGhost.value
  void ghostChoice.value
  if (isWatching.value) void bringPolicies()
})

effect(() => {
  const isHidden = !isWatching.value
  untracked(() => play.hold(isHidden))
})

// A run that trains has a newer policy after each evaluation: it takes over in the middle of the episode.
host.on('training.evaluation', ({ run, isBest }) => {
  const isNews = (policy: PolicyChoice) => policy === 'last' || (policy === 'best' && isBest)
  const concerns =
    (run === shownName.peek() && isNews(chosen.peek())) || (run === chosenGhost.peek() && isNews(ghostChoice.peek()))
  if (isWatching.peek() && concerns) void bringPolicies()
})
host.on('runs.removed', () => snapshots.clear())
