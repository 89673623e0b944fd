/** Actions of the task editor and the plots of play. */
import { signal } from '@preact/signals'
import { sensorsOf } from '../../../scene/sensors.ts'
import type { Action } from '../../app/actions/action.ts'
import type { LivePlay } from '../../play/live-play.ts'
import { editor } from '../document.ts'
import { arePlotsShown } from './shown-plots.ts'
import { useAsInitialPose } from './task-edits.ts'

export type InspectorTab = 'properties' | 'play' | 'task'

/** What the inspector shows. */
export const inspectorTab = signal<InspectorTab>('play')

export function taskActions(play: LivePlay): readonly Action[] {
  const show = (tab: InspectorTab) => () => {
    inspectorTab.value = tab
    if (tab === 'task') arePlotsShown.value = true
  }
  const common = { group: 'View', section: 'inspector', workspace: 'design' } as const
  return [
    {
      ...common,
      name: 'inspector.properties',
      label: 'Show the properties of the selection',
      shortcuts: ['Alt+I'],
      isChecked: () => inspectorTab.value === 'properties',
      perform: show('properties'),
    },
    {
      ...common,
      name: 'inspector.play',
      label: 'Show play and sensors',
      shortcuts: ['Alt+P'],
      isChecked: () => inspectorTab.value === 'play',
      perform: show('play'),
    },
    {
      ...common,
      name: 'inspector.task',
      label: 'Show the task',
      shortcuts: ['Alt+T'],
      isChecked: () => inspectorTab.value === 'task',
      perform: show('task'),
    },
    {
      ...common,
      name: 'plots.toggle',
      label: 'Plots',
      shortcuts: ['Shift+P'],
      isChecked: () => arePlotsShown.value,
      perform: () => {
        arePlotsShown.value = !arePlotsShown.value
      },
    },
    {
      name: 'play.useAsInitialPose',
      label: 'Use as initial pose',
      group: 'Simulate',
      section: 'pose',
      workspace: 'design',
      contexts: ['stage'],
      isEnabled: () => !play.atStart.value && editor.scene.value !== undefined,
      perform: () => {
        const [scene, frame] = [editor.scene.peek(), play.frame.peek()]
        if (!scene || !frame) return
        useAsInitialPose(
          editor,
          scene,
          sensorsOf(scene).map(({ name }) => name),
          frame.sensors,
        )
        play.reset()
      },
    },
  ]
}
