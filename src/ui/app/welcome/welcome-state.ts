/** The first run: a greeting with three ways in, and a tour. Both are for those who have not ended them; Help brings them back. */
import { signal } from '@preact/signals'
import { host } from '../../host.ts'
import type { Action } from '../actions/action.ts'
import { performNamed } from '../actions/registry.ts'
import { chosenScene, notifyError, refreshScenes, type Workspace, workspace } from '../state.ts'

export const isWelcomeShown = signal(false)
/** Number of the step of the tour on show, from 0. */
export const tourStep = signal<number | undefined>(undefined)
/** A scene that a shipped policy is to play as soon as it is there (its id). */
export const wantedDemonstration = signal<string | undefined>(undefined)

/** What a new person sees first. */
const DEMONSTRATED = 'hopper'

/** Chooses the first scene, and greets who is new. */
export async function begin(): Promise<void> {
  const { tourEnded } = await host.request('user.read', {}).catch(() => ({ tourEnded: true }))
  await refreshScenes(tourEnded ? undefined : DEMONSTRATED)
  if (tourEnded) return
  isWelcomeShown.value = true
  demonstrate()
}

/** Shown for good: what is not chosen now is in the menus. */
export function endWelcome(): void {
  isWelcomeShown.value = false
  tourStep.value = undefined
  host.request('user.write', { tourEnded: true }).catch(notifyError)
}

/** Escape ends both, wherever the focus is, but in a dialog that has the keyboard to itself. Returns how to stop listening. */
export function endWithEscape(): () => void {
  const listener = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || event.defaultPrevented || document.querySelector('dialog:modal')) return
    event.preventDefault()
    endWelcome()
  }
  window.addEventListener('keydown', listener, { capture: true })
  return () => window.removeEventListener('keydown', listener, { capture: true })
}

export function goTo(id: Workspace): void {
  endWelcome()
  performNamed('play.endDemonstration')
  workspace.value = id
}

export function startTour(): void {
  isWelcomeShown.value = false
  tourStep.value = 0
}

function demonstrate(): void {
  const isStill = window.matchMedia('(prefers-reduced-motion: reduce)').matches
  if (chosenScene.peek()?.entry.id === DEMONSTRATED && !isStill) wantedDemonstration.value = DEMONSTRATED
}

export const welcomeActions: readonly Action[] = [
  {
    name: 'help.tour',
    label: 'Take the tour',
    group: 'Help',
    section: 'welcome',
    perform: startTour,
  },
  {
    name: 'help.welcome',
    label: 'Welcome',
    group: 'Help',
    section: 'welcome',
    perform: () => {
      tourStep.value = undefined
      isWelcomeShown.value = true
    },
  },
]
