/** A scene played by a policy that TorqueLab ships: what a new person sees first. It ends with the first thing that is done to the scene. */
import { effect, signal } from '@preact/signals'
import type { Scene } from '../../scene/schema.ts'
import type { Action } from '../app/actions/action.ts'
import { notifyError } from '../app/state.ts'
import { wantedDemonstration } from '../app/welcome/welcome-state.ts'
import { host } from '../host.ts'
import type { LivePlay } from '../play/live-play.ts'
import { lastValid } from './document.ts'
import { entry } from './files.ts'

/** Whether the policy acts now. */
export const isDemonstrating = signal(false)

/** Scenes with a policy of ours, by id. */
const SHIPPED = ['hopper']

let shown: Scene | undefined

async function start(play: LivePlay, id: string): Promise<void> {
  const answer = await host.request('scenes.policy', { id })
  if (!answer) return
  shown = lastValid.peek()?.scene
  isDemonstrating.value = true
  play.setLoop(true)
  play.setPolicies(Uint8Array.from(atob(answer.file), (letter) => letter.charCodeAt(0)))
  play.play()
}

function end(play: LivePlay): void {
  if (!isDemonstrating.peek()) return
  isDemonstrating.value = false
  play.setLoop(false)
  play.setPolicies(undefined)
  play.clearActions()
  play.pause()
  play.reset()
}

/** Begins a demonstration that is wanted once its scene can be played, and ends it with the scene. */
export function followDemonstrations(play: LivePlay): void {
  effect(() => {
    const wanted = wantedDemonstration.value
    if (wanted === undefined || entry.value?.id !== wanted || !play.ready.value) return
    wantedDemonstration.value = undefined
    start(play, wanted).catch(notifyError)
  })
  effect(() => {
    // Another scene, or this one edited.
    if (lastValid.value?.scene !== shown && isDemonstrating.peek()) end(play)
  })
}

export function demonstrationActions(play: LivePlay): readonly Action[] {
  const hasPolicy = () => entry.value !== undefined && SHIPPED.includes(entry.value.id)
  return [
    {
      name: 'play.demonstrate',
      label: 'Let the trained policy play',
      group: 'Simulate',
      section: 'policy',
      workspace: 'design',
      isEnabled: () => isDemonstrating.value || (hasPolicy() && play.ready.value),
      isChecked: () => isDemonstrating.value,
      perform: () => (isDemonstrating.peek() ? end(play) : start(play, entry.peek()!.id)),
    },
    {
      name: 'play.endDemonstration',
      label: 'End the demonstration',
      group: 'Simulate',
      section: 'policy',
      workspace: 'design',
      isEnabled: () => isDemonstrating.value,
      perform: () => end(play),
    },
  ]
}
