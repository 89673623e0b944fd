/** A policy of the run on show, played in this window in real time: which one, with which masses and friction, beside which ghost. */
import { batch, computed, effect, signal, untracked } from '@preact/signals'
import { scaleFriction, scaleMass } from '../../../scene/scale.ts'
import { workspace } from '../../app/state.ts'
import { host } from '../../host.ts'
import { LivePlay } from '../../play/live-play.ts'
import { GHOST_ALPHA, type StageGhost } from '../../stage/ghosts.ts'
import { messageOf, runs, shownName, shownRun, shownScene, view } from '../state.ts'

export type PolicyChoice = 'best' | 'last'

/** One for the window: it outlives every change of view. */
export const play = new LivePlay()
play.setLoop(true)

/** What the small stage beside the curves shows. */
export const stageShows = signal<'training' | 'policy'>('training')
export const choice = signal<PolicyChoice>('best')
/** Factors of all masses and of all friction. */
export const mass = signal(1)
export const friction = signal(1)
/** `run/best` or `run/last`; empty for none. */
export const ghostId = signal('')
export const ghosts = computed<readonly StageGhost[]>(() => {
  const poses = play.frame.value?.ghost
  return poses ? [{ poses, kind: 'robot', alpha: GHOST_ALPHA }] : []
})
/** Steps for which the policy on show had been trained. */
export const trainedSteps = signal<number | undefined>(undefined)
export const watchProblem = signal<string | undefined>(undefined)

/** Policies that can stand beside the one on show: of all runs of the same scene. */
export const ghostChoices = computed(() => {
  const scene = shownRun.value?.scene
  const others = (runs.value ?? []).filter((run) => run.scene === scene && run.status !== 'unreadable')
  return others.flatMap(({ name }) => [
    { value: `${name}/best`, label: `${name}, best` },
    { value: `${name}/last`, label: `${name}, latest` },
  ])
})

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
const chosenGhost = computed(() => (view.value === 'watch' ? ghostId.value : ''))

async function fetchPolicy(run: string, policy: PolicyChoice): Promise<{ steps: number; file: Uint8Array }> {
  const answer = await host.request('runs.policy', { run, policy })
  return { steps: answer.trainedSteps, file: Uint8Array.from(atob(answer.file), (letter) => letter.charCodeAt(0)) }
}

let latestFetch = 0

/** Brings the chosen policies to the worker; what they are by then, where another choice was made meanwhile, is left out. */
async function bringPolicies(): Promise<void> {
  const run = shownName.peek()
  if (run === undefined) return
  const fetch = ++latestFetch
  const [ghostRun, ghostPolicy] = chosenGhost.peek().split('/')
  try {
    const [own, ghost] = await Promise.all([
      fetchPolicy(run, chosen.peek()),
      ghostRun ? fetchPolicy(ghostRun, ghostPolicy as PolicyChoice) : undefined,
    ])
    if (fetch !== latestFetch) return
    batch(() => {
      watchProblem.value = undefined
      trainedSteps.value = own.steps
    })
    play.setPolicies(own.file, ghost?.file)
  } catch (error) {
    if (fetch === latestFetch) watchProblem.value = messageOf(error)
  }
}

// Another scene, or the same with other masses: a new episode. The policies of another run do not fit it.
let loadedRun: string | undefined
effect(() => {
  const scene = playedScene.value
  const run = shownName.value
  if (!isWatching.value || !scene) return
  untracked(() => {
    if (run === loadedRun) {
      play.load(scene)
      play.play()
      return
    }
    play.setPolicies(undefined)
    trainedSteps.value = undefined
    loadedRun = run
    play.load(scene)
    void bringPolicies().then(() => play.play())
  })
})

effect(() => {
  void chosen.value
  void chosenGhost.value
  if (isWatching.value) void bringPolicies()
})

effect(() => {
  const isHidden = !isWatching.value
  untracked(() => play.hold(isHidden))
})

// A run that trains has a newer policy after each evaluation: it takes over in the middle of the episode.
host.on('training.evaluation', ({ run, isBest }) => {
  const isNews = run === shownName.peek() && (chosen.peek() === 'last' || isBest)
  const isGhostNews = chosenGhost.peek().startsWith(`${run}/`)
  if (isWatching.peek() && (isNews || isGhostNews)) void bringPolicies()
})
