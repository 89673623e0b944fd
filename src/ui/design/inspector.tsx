/** The inspector of the design workspace: the scene, its actuators by hand, and every number that the task is made of. */
import { useSignal, useSignalEffect } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import type { Scene } from '../../scene/schema.ts'
import { sensorsOf } from '../../scene/sensors.ts'
import { specOf } from '../../sim/environment.ts'
import { performNamed } from '../app/actions/registry.ts'
import { shortcutText } from '../app/actions/shortcuts.ts'
import { chooseScene, sceneEntries } from '../app/state.ts'
import { Button } from '../controls/button.tsx'
import { Select } from '../controls/field.tsx'
import { Badge, EmptyState, Panel } from '../controls/layout.tsx'
import { Slider } from '../controls/slider.tsx'
import type { LivePlay } from '../play/live-play.ts'
import { ACTUATOR_WORDS, commandText } from './actuators.ts'
import { isDemonstrating } from './demonstration.ts'
import { editor } from './document.ts'
import { entry } from './files.ts'
import { formatSigned } from './format.ts'
import { type LiveRow, LiveTable } from './live-table.tsx'
import { ProblemsPanel } from './problems.tsx'
import { Properties } from './properties/properties-panel.tsx'
import { groupSensors } from './sensor-groups.ts'
import { inspectorTab } from './task/actions.ts'
import { TaskEditor } from './task/task-editor.tsx'

export function Inspector({
  play,
  scene,
  isPlayable,
  isEditing,
}: {
  play: LivePlay
  scene: Scene
  /** Whether `scene` can be played; what can be drawn of the draft otherwise. */
  isPlayable: boolean
  /** Whether the robot can be changed: not in play. */
  isEditing: boolean
}) {
  // What is selected is there to be changed; who writes formulas is not disturbed.
  useSignalEffect(() => {
    if (editor.selection.value.length > 0 && inspectorTab.peek() === 'play') inspectorTab.value = 'properties'
  })
  return (
    <aside class="inspector" aria-label="Inspector">
      <ScenePanel />
      <ProblemsPanel />
      <InspectorTabs />
      {inspectorTab.value === 'properties' && <Properties isEditing={isEditing} />}
      {inspectorTab.value === 'task' && <TaskEditor play={play} scene={scene} />}
      {inspectorTab.value === 'play' &&
        (isPlayable ? (
          <PlayPanels play={play} scene={scene} />
        ) : (
          <EmptyState title="Nothing to play yet">
            Actuators, rewards and sensors are here once the scene has no problems. They are listed above.
          </EmptyState>
        ))}
    </aside>
  )
}

function InspectorTabs() {
  const tabs = [
    { id: 'properties', title: 'Properties', action: 'inspector.properties' },
    { id: 'play', title: 'Live', action: 'inspector.play' },
    { id: 'task', title: 'Task', action: 'inspector.task' },
  ] as const
  return (
    <div class="inspector-tabs" role="toolbar" aria-label="What the inspector shows">
      {tabs.map(({ id, title, action }) => (
        <button key={id} type="button" aria-pressed={inspectorTab.value === id} onClick={() => performNamed(action)}>
          {title}
        </button>
      ))}
    </div>
  )
}

function PlayPanels({ play, scene }: { play: LivePlay; scene: Scene }) {
  const { reward, observation, sensors } = useMemo(() => rowsOf(scene), [scene])
  return (
    <>
      <ActuatorPanel play={play} scene={scene} />
      <Panel title="Reward" actions={<span>last step</span>}>
        <LiveTable play={play} rows={reward} caption="Reward terms of the last step and their sum" />
      </Panel>
      <Panel title="Observation">
        <LiveTable play={play} rows={observation} caption="What the policy observes" />
      </Panel>
      <Panel title="Sensors">
        {sensors.map(({ title, rows }) => (
          <details key={title} class="sensor-group" open>
            <summary>
              {title} <span class="muted">{rows.length}</span>
            </summary>
            <LiveTable play={play} rows={rows} caption={`Sensors: ${title}`} />
          </details>
        ))}
      </Panel>
    </>
  )
}

function ScenePanel() {
  const current = entry.value
  const { name, description } = editor.draft.value
  const options = sceneEntries.value.map(({ id, name, source }) => ({
    value: id,
    label: source === 'file' ? `${name} (file)` : name,
  }))
  return (
    <Panel title="Scene" actions={editor.isDirty.value && <Badge tone="warning">not saved</Badge>}>
      <div class="scene-choice">
        <Select
          label="Scene"
          hideLabel
          value={current?.id ?? ''}
          options={current ? options : [{ value: '', label: `${String(name)} (new)` }, ...options]}
          onChange={(id) => {
            const chosen = sceneEntries.value.find((candidate) => candidate.id === id)
            return chosen && chooseScene(chosen)
          }}
        />
        <Button title="All scenes, with pictures" onClick={() => performNamed('scene.gallery')}>
          Scenes…
        </Button>
        <Button
          shortcut={shortcutText('$mod+S')}
          title="Save the scene"
          disabled={current !== undefined && !editor.isDirty.value}
          onClick={() => performNamed('scene.save')}
        >
          Save
        </Button>
      </div>
      {typeof description === 'string' && description !== '' && <p class="muted scene-description">{description}</p>}
    </Panel>
  )
}

function ActuatorPanel({ play, scene }: { play: LivePlay; scene: Scene }) {
  const springsBack = useSignal(false)
  const acted = play.frame.value?.action
  const byPolicy = isDemonstrating.value
  return (
    <Panel
      title={byPolicy ? 'Actuators' : 'Actuators by hand'}
      actions={byPolicy && <span>{play.action.value.includes(null) ? 'by the policy' : 'by hand'}</span>}
    >
      {scene.actuators.map((actuator, index) => (
        <Slider
          key={actuator.name}
          label={`${ACTUATOR_WORDS[actuator.type]} ${actuator.name}`}
          min={-1}
          max={1}
          step={0.05}
          centred
          value={play.action.value[index] ?? acted?.[index] ?? 0}
          format={(value) => `${formatSigned(value, 2)}  =  ${commandText(scene, actuator, value)}`}
          onInput={(value) => play.setAction(index, value)}
          onRelease={() => {
            if (byPolicy) play.setAction(index, null)
            else if (springsBack.value) play.setAction(index, 0)
          }}
        />
      ))}
      <div class="torque-options">
        <label class="checkbox">
          <input
            type="checkbox"
            checked={springsBack.value}
            onChange={(event) => {
              springsBack.value = event.currentTarget.checked
            }}
          />
          Spring back to 0
        </label>
        <Button
          kind="quiet"
          disabled={play.action.value.every((value) => value === 0)}
          onClick={() => play.clearActions()}
        >
          Set to 0
        </Button>
      </div>
    </Panel>
  )
}

function rowsOf(scene: Scene): {
  reward: LiveRow[]
  observation: LiveRow[]
  sensors: { title: string; rows: LiveRow[] }[]
} {
  return {
    reward: [
      ...scene.task.reward.map(
        ({ name }, index): LiveRow => ({
          name,
          unit: '1',
          kind: 'term',
          read: ({ terms, step }) => (step === 0 ? undefined : terms[index]),
        }),
      ),
      {
        name: 'sum',
        unit: '1',
        kind: 'term',
        read: ({ reward, step }) => (step === 0 ? undefined : reward),
        isTotal: true,
      },
    ],
    observation: specOf(scene).observation.map(
      ({ name, unit }, index): LiveRow => ({
        name,
        unit,
        kind: 'observation',
        read: ({ observation }) => observation[index]!,
      }),
    ),
    sensors: groupSensors(sensorsOf(scene)).map(({ title, sensors }) => ({
      title,
      rows: sensors.map(
        ({ name, unit, index }): LiveRow => ({ name, unit, kind: 'sensor', read: (frame) => frame.sensors[index]! }),
      ),
    })),
  }
}
