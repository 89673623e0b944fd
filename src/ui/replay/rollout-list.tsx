/** The rollouts on disk, newest first, and the form that records another.
 * A row opens its rollout. */
import { useSignal } from '@preact/signals'
import type { RolloutEntry } from '../../host/rpc/contract.ts'
import { Button } from '../controls/button.tsx'
import { NumberField, Select } from '../controls/field.tsx'
import { RecordIcon } from '../controls/icons.tsx'
import { EmptyState, Notice, Panel } from '../controls/layout.tsx'
import { formatMoment, formatReturn, formatSeconds } from './format.ts'
import { listProblem, messageOf, openRollout, player, recordRollout, rollouts, runs } from './state.ts'

const GREATEST_SEED = 4_294_967_295

export function RolloutList() {
  return (
    <aside class="replay-lists">
      <RecordForm />
      <section class="replay-rollouts" aria-label="Rollouts">
        <header class="panel-head">
          <h2>Rollouts</h2>
        </header>
        {listProblem.value && <Notice kind="error">{listProblem.value}</Notice>}
        <div class="replay-table">
          <Rollouts list={rollouts.value} />
        </div>
      </section>
    </aside>
  )
}

function Rollouts({ list }: { list: readonly RolloutEntry[] | undefined }) {
  if (!list) return null
  if (list.length === 0) {
    return (
      <EmptyState title="No rollouts yet">
        A run records its best episode as it trains; “Record” plays one more.
      </EmptyState>
    )
  }
  const state = player.value
  return (
    <table class="table">
      <thead>
        <tr>
          <th>Rollout</th>
          <th class="number">Return</th>
          <th class="number">Time</th>
        </tr>
      </thead>
      <tbody>
        {list.map((entry) => (
          <RolloutRow key={entry.id} entry={entry} isOpen={'id' in state && state.id === entry.id} />
        ))}
      </tbody>
    </table>
  )
}

function RolloutRow({ entry, isOpen }: { entry: RolloutEntry; isOpen: boolean }) {
  const { id, run, file, scene, seed, steps, duration, recordedAt } = entry
  return (
    <tr
      class={isOpen ? 'replay-row selected' : 'replay-row'}
      aria-selected={isOpen}
      onClick={() => void openRollout(id)}
    >
      <td>
        <button type="button" class="replay-name" title={`${run}/${file}`}>
          {run} <span class="muted">{file.replace(/\.mcap$/, '')}</span>
        </button>
        <div class="replay-details">
          {scene} · seed {seed}
        </div>
        <div class="replay-details">{formatMoment(recordedAt)}</div>
      </td>
      <td class="number">{formatReturn(entry.return)}</td>
      <td class="number">
        {formatSeconds(duration)}
        <div class="replay-details">{steps.toLocaleString('en')} steps</div>
      </td>
    </tr>
  )
}

/** One more episode of a run's best policy. */
function RecordForm() {
  const chosen = useSignal<string | undefined>(undefined)
  const seed = useSignal(1)
  const isRecording = useSignal(false)
  const problem = useSignal<string | undefined>(undefined)
  const options = runs.value
    .filter(({ status }) => status !== 'unreadable')
    .sort((a, b) => b.startedAt.localeCompare(a.startedAt))
    .map(({ name }) => ({ value: name, label: name }))
  const run = options.some(({ value }) => value === chosen.value) ? chosen.value! : options[0]?.value
  const record = async () => {
    if (run === undefined) return
    isRecording.value = true
    problem.value = undefined
    try {
      await recordRollout(run, seed.value)
    } catch (error) {
      problem.value = messageOf(error)
    } finally {
      isRecording.value = false
    }
  }
  return (
    <Panel title="Record an episode">
      <div class="replay-record">
        <Select
          label="Run"
          value={run ?? ''}
          options={options.length > 0 ? options : [{ value: '', label: 'no runs yet' }]}
          disabled={options.length === 0}
          onChange={(value) => {
            chosen.value = value
          }}
        />
        <NumberField
          label="Seed"
          value={seed.value}
          min={0}
          max={GREATEST_SEED}
          integer
          onCommit={(value) => {
            seed.value = value
          }}
        />
        <Button icon={RecordIcon} disabled={run === undefined || isRecording.value} onClick={() => void record()}>
          {isRecording.value ? 'Recording' : 'Record'}
        </Button>
      </div>
      {problem.value && (
        <Notice
          kind="error"
          onDismiss={() => {
            problem.value = undefined
          }}
        >
          {problem.value}
        </Notice>
      )}
    </Panel>
  )
}
