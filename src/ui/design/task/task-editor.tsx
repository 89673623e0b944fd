/** The task of the scene as formulas: observation, reward terms, termination and reset, each with its value as the body moves. */
import { computed, signal, useComputed } from '@preact/signals'
import type { Scene } from '../../../scene/schema.ts'
import { coordinatesOf, sensorsOf } from '../../../scene/sensors.ts'
import { Button, IconButton } from '../../controls/button.tsx'
import { CloseIcon, DownIcon, PlusIcon, UpIcon } from '../../controls/icons.tsx'
import { Panel } from '../../controls/layout.tsx'
import type { LivePlay } from '../../play/live-play.ts'
import type { PlayFrame } from '../../play/messages.ts'
import { editor } from '../document.ts'
import { formatValue } from '../format.ts'
import { FormulaField } from './formula-field.tsx'
import type { TaskList } from './formula-names.ts'
import {
  addEntry,
  entriesOfTask,
  moveEntry,
  observeCoordinates,
  removeEntry,
  setEntry,
  type TaskEntry,
} from './task-edits.ts'
import './task.css'

const LISTS: readonly { list: TaskList; title: string; one: string; help: string }[] = [
  { list: 'reward', title: 'Reward', one: 'term', help: 'Terms of a control step; their sum is the reward.' },
  { list: 'observation', title: 'Observation', one: 'entry', help: 'What the policy sees.' },
  { list: 'terminate', title: 'Termination', one: 'condition', help: 'The episode ends when one of them is not 0.' },
  {
    list: 'reset',
    title: 'Reset',
    one: 'coordinate',
    help: 'Where an episode starts; as drawn and at rest otherwise.',
  },
]

/** It stays while bodies are dragged. */
const task = computed(() => editor.draft.value.task)

/** The entry that was added last: its formula is typed at once. */
const fresh = signal<{ list: TaskList; index: number } | undefined>(undefined)

function add(list: TaskList, scene: Scene): void {
  const index = entriesOfTask(editor.draft.peek(), list).length
  fresh.value = { list, index }
  addEntry(editor, list, scene)
}

/** `scene`: the last valid one, whose sensors formulas may name. */
export function TaskEditor({ play, scene }: { play: LivePlay; scene: Scene }) {
  return (
    <>
      {LISTS.map(({ list, title, one, help }) => {
        const entries = entriesOfTask({ task: task.value }, list)
        return (
          <Panel
            key={list}
            title={title}
            actions={
              <Button kind="quiet" icon={PlusIcon} title={`Add a ${one}`} onClick={() => add(list, scene)}>
                Add {one}
              </Button>
            }
          >
            <p class="field-help">{help}</p>
            {list === 'observation' && entries.length === 0 && coordinatesOf(scene).length > 0 && (
              <Button icon={PlusIcon} onClick={() => observeCoordinates(editor, scene)}>
                Observe every coordinate
              </Button>
            )}
            {entries.map((entry, index) => (
              // Entries have no identity but their place: a name is edited, and may come twice meanwhile.
              <Entry key={index} {...{ play, scene, list, entry, index }} isLast={index === entries.length - 1} />
            ))}
          </Panel>
        )
      })}
    </>
  )
}

function Entry({
  play,
  scene,
  list,
  entry,
  index,
  isLast,
}: {
  play: LivePlay
  scene: Scene
  list: TaskList
  entry: TaskEntry
  index: number
  isLast: boolean
}) {
  const value = useComputed(() => textOf(play.frame.value, scene, list, entry.name, index))
  const what = entry.name || `entry ${index + 1}`
  return (
    <fieldset class="task-entry" aria-label={`${list}: ${what}`}>
      <div class="task-entry-head">
        {list === 'reset' ? (
          <select
            class="select"
            aria-label={`Coordinate ${index + 1}`}
            value={entry.name}
            onChange={(event) => setEntry(editor, list, index, 'coordinate', event.currentTarget.value)}
          >
            {[...new Set([entry.name, ...coordinatesOf(scene)])].map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        ) : (
          <input
            class="task-name"
            type="text"
            aria-label={`Name of ${list} ${index + 1}`}
            spellcheck={false}
            value={entry.name}
            onInput={(event) => setEntry(editor, list, index, 'name', event.currentTarget.value)}
          />
        )}
        <output class="task-value" data-task-value={`${list}/${entry.name}`}>
          {value}
        </output>
        <IconButton
          icon={UpIcon}
          label={`Move ${what} up`}
          kind="quiet"
          disabled={index === 0}
          onClick={() => moveEntry(editor, list, index, -1)}
        />
        <IconButton
          icon={DownIcon}
          label={`Move ${what} down`}
          kind="quiet"
          disabled={isLast}
          onClick={() => moveEntry(editor, list, index, 1)}
        />
        <IconButton
          icon={CloseIcon}
          label={`Remove ${what}`}
          kind="quiet"
          onClick={() => removeEntry(editor, list, index)}
        />
      </div>
      <FormulaField
        label={`Formula of ${list} ${index + 1}`}
        text={entry.formula}
        list={list}
        scene={scene}
        takesFocus={fresh.peek()?.list === list && fresh.peek()?.index === index}
        onChange={(formula) => setEntry(editor, list, index, 'formula', formula)}
      />
    </fieldset>
  )
}

/** The value of an entry as a frame has it, found by its name: entries of a draft may be others than those in play. */
function textOf(frame: PlayFrame | undefined, scene: Scene, list: TaskList, name: string, index: number): string {
  if (!frame) return '–'
  const { task } = scene
  const numbered = (entries: readonly { name: string }[], values: ArrayLike<number>) => {
    const at = entries[index]?.name === name ? index : entries.findIndex((entry) => entry.name === name)
    return at < 0 || values[at] === undefined ? '–' : formatValue(values[at])
  }
  if (list === 'observation') return numbered(task.observation, frame.observation)
  if (list === 'reward') return frame.step === 0 ? '–' : numbered(task.reward, frame.terms)
  if (list === 'terminate') return frame.conditions.includes(name) ? 'holds' : 'no'
  return numbered(sensorsOf(scene), frame.sensors)
}
