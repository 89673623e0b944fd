/** The library: the rollouts on disk with a picture each, searched and sorted. A row opens its rollout. */
import { useEffect, useRef } from 'preact/hooks'
import type { RolloutEntry } from '../../../host/rpc/contract.ts'
import { Button, IconButton } from '../../controls/button.tsx'
import { Select } from '../../controls/field.tsx'
import { CloseIcon, TrashIcon } from '../../controls/icons.tsx'
import { EmptyState, Notice } from '../../controls/layout.tsx'
import { scrollWithin } from '../../controls/scroll.ts'
import { formatMoment, formatReturn, formatSeconds } from '../format.ts'
import { listProblem, openRollout, player, rollouts } from '../state.ts'
import './library.css'
import { SORTINGS } from './listing.ts'
import { RecordForm } from './record-form.tsx'
import { deleted, deleteRollout, listed, search, sorting, undoDelete } from './state.ts'
import { Thumbnail } from './thumbnail.tsx'

/** Height of the table's head, which stays in view, px. */
const HEAD = 26

export function RolloutList() {
  return (
    <aside class="replay-lists" aria-label="Library">
      <RecordForm />
      <section class="replay-rollouts" aria-label="Rollouts">
        <header class="panel-head">
          <h2>Rollouts</h2>
          <div class="panel-actions">
            <Count />
          </div>
        </header>
        <Filter />
        {listProblem.value && <Notice kind="error">{listProblem.value}</Notice>}
        <div class="replay-table">
          <Rollouts />
        </div>
        <Deleted />
      </section>
    </aside>
  )
}

function Count() {
  const all = rollouts.value?.length ?? 0
  return <>{search.value === '' ? all : `${listed.value.length} of ${all}`}</>
}

function Filter() {
  return (
    <div class="library-filter">
      <input
        class="input"
        type="search"
        placeholder="Filter"
        title="Words of run, file, scene, seed 3, or how it ended"
        aria-label="Filter rollouts"
        spellcheck={false}
        value={search.value}
        onInput={(event) => {
          search.value = event.currentTarget.value
        }}
      />
      <Select
        label="Order of rollouts"
        hideLabel
        value={sorting.value}
        options={SORTINGS}
        onChange={(value) => {
          sorting.value = value
        }}
      />
    </div>
  )
}

function Rollouts() {
  if (!rollouts.value) return null
  if (rollouts.value.length === 0) {
    return (
      <EmptyState title="No rollouts yet">
        A run records its best episode as it trains; “Record” plays one more. A rollout file (.mcap) can be dropped on
        the window.
      </EmptyState>
    )
  }
  if (listed.value.length === 0) return <p class="library-none">No rollout has all of these words.</p>
  const state = player.value
  return (
    <table class="table">
      <thead>
        <tr>
          <th>Rollout</th>
          <th class="number">Return</th>
        </tr>
      </thead>
      <tbody>
        {listed.value.map((entry) => (
          <RolloutRow key={entry.id} entry={entry} isOpen={'id' in state && state.id === entry.id} />
        ))}
      </tbody>
    </table>
  )
}

function RolloutRow({ entry, isOpen }: { entry: RolloutEntry; isOpen: boolean }) {
  const { id, run, file, scene, seed, steps, duration, recordedAt, missing } = entry
  const element = useRef<HTMLTableRowElement>(null)
  // One that was opened elsewhere may be out of sight.
  useEffect(() => {
    const table = element.current?.closest('.replay-table')
    if (isOpen && table) scrollWithin(table, element.current!, HEAD)
  }, [isOpen])
  return (
    <tr
      ref={element}
      class={isOpen ? 'replay-row selected' : 'replay-row'}
      aria-selected={isOpen}
      onClick={() => void openRollout(id)}
      onKeyDown={(event) => {
        if (event.key === 'Delete') void deleteRollout(entry)
      }}
    >
      <td>
        <div class="library-entry">
          <Thumbnail entry={entry} />
          <div>
            <button type="button" class="replay-name" title={run === '' ? file : `${run}/${file}`}>
              {run === '' ? file : run} <span class="muted">{run === '' ? 'file' : file.replace(/\.mcap$/, '')}</span>
            </button>
            <div class="replay-details">
              {scene} · seed {seed}
            </div>
            <div class="replay-details">
              {steps.toLocaleString('en')} steps · {formatSeconds(duration)}
            </div>
            <div class="replay-details">{formatMoment(recordedAt)}</div>
            {missing !== undefined && <div class="replay-details warning">cut off</div>}
          </div>
        </div>
      </td>
      <td class="number">
        {formatReturn(entry.return)}
        {/* biome-ignore lint/a11y/useKeyWithClickEvents: the button inside has the keys; its click is not the row's */}
        {/* biome-ignore lint/a11y/noStaticElementInteractions: as above */}
        <span class="library-delete" onClick={(event) => event.stopPropagation()}>
          <IconButton
            icon={run === '' ? CloseIcon : TrashIcon}
            label={run === '' ? `Close ${file}` : `Delete ${run} ${file}`}
            kind="quiet"
            onClick={() => void deleteRollout(entry)}
          />
        </span>
      </td>
    </tr>
  )
}

function Deleted() {
  if (!deleted.value) return null
  const { run, file } = deleted.value.entry
  return (
    <div class="library-deleted" role="status">
      <span>
        Deleted {run} {file}.
      </span>
      <Button onClick={() => void undoDelete()}>Undo</Button>
      <IconButton
        icon={CloseIcon}
        label="Dismiss"
        kind="quiet"
        onClick={() => {
          deleted.value = undefined
        }}
      />
    </div>
  )
}
