/** What is shown over the robot in play: switches, and the signal that the stage follows. */
import { computed, type ReadonlySignal, signal } from '@preact/signals'
import type { Action } from '../app/actions/action.ts'
import type { LivePlay } from '../play/live-play.ts'
import type { StageOverlays } from '../stage/overlay-painter.ts'

const SWITCHES = [
  { name: 'contacts', label: 'Contact points and forces', shortcut: 'Shift+C' },
  { name: 'jointAxes', label: 'Joint axes and ranges', shortcut: 'Shift+J' },
  { name: 'centresOfMass', label: 'Centres of mass', shortcut: 'Shift+M' },
  { name: 'velocities', label: 'Velocities', shortcut: 'Shift+V' },
] as const
type SwitchName = (typeof SWITCHES)[number]['name']

const shown = signal<ReadonlySet<SwitchName>>(new Set())

/** `workspace`: where the robot plays, Design's scene or the policy that Train watches. The switches are the same for both. */
export const overlayActionsOf = (workspace: 'design' | 'train'): readonly Action[] =>
  SWITCHES.map(({ name, label, shortcut }) => ({
    name: workspace === 'design' ? `overlay.${name}` : `watch.overlay.${name}`,
    label,
    group: 'View',
    section: 'overlays',
    workspace,
    shortcuts: [shortcut],
    isChecked: () => shown.value.has(name),
    perform: () => {
      const next = new Set(shown.peek())
      if (!next.delete(name)) next.add(name)
      shown.value = next
    },
  }))

/** What a stage shows over a scene in play. */
export function overlaysOf(play: LivePlay): ReadonlySignal<StageOverlays | undefined> {
  return computed(() => {
    const names = shown.value
    const pull = play.pulling.value
    const push = play.pushed.value
    if (names.size === 0 && !pull && !push) return undefined
    const frame = play.frame.value
    return {
      contacts: names.has('contacts') ? frame?.contacts : undefined,
      velocities: names.has('velocities') ? frame?.velocities : undefined,
      jointAxes: names.has('jointAxes'),
      centresOfMass: names.has('centresOfMass'),
      pull,
      push,
    }
  })
}
