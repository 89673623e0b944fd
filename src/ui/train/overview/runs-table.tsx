/** The table of runs: a click on a head sorts, a tick compares, a double click renames, tags and notes are written in place. */
import { useSignal } from '@preact/signals'
import type { RunEntry } from '../../../host/rpc/contract.ts'
import { notify } from '../../app/state.ts'
import { IconButton } from '../../controls/button.tsx'
import { LoopIcon } from '../../controls/icons.tsx'
import { Badge } from '../../controls/layout.tsx'
import { formatValue } from '../../plots/format.ts'
import { formatDuration, reportText, statusWords } from '../progress.ts'
import { algorithmLabel } from '../settings-form.ts'
import { chooseRun, template, view } from '../state.ts'
import { type ColumnId, columns, parseTags } from './columns.ts'
import { annotate, listed, renameRun, sorting, tick, ticked } from './state.ts'

const RUN_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/
const NAME_RULE = 'use letters, digits, _ . and -, beginning with a letter or digit, 100 at most.'

export function RunsTable() {
  const list = listed.value
  const areAllTicked = list.length > 0 && list.every(({ name }) => ticked.value.includes(name))
  return (
    <div class="runs-scroll">
      <table class="table runs-table">
        <thead>
          <tr>
            <th class="tick">
              <input
                type="checkbox"
                aria-label="Tick all"
                checked={areAllTicked}
                onChange={() => {
                  ticked.value = areAllTicked ? [] : list.map(({ name }) => name)
                }}
              />
            </th>
            {columns.map(({ id, title, isNumber, help }) => (
              <th key={id} class={isNumber ? 'number' : undefined} aria-sort={sortOf(id)}>
                <button type="button" class="runs-sort" title={help} onClick={() => sortBy(id)}>
                  {title}
                  <span aria-hidden="true">
                    {sorting.value.column === id ? (sorting.value.isDescending ? ' ↓' : ' ↑') : ''}
                  </span>
                </button>
              </th>
            ))}
            <th>
              <span class="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {list.map((run) => (
            <Row key={run.name} run={run} />
          ))}
        </tbody>
      </table>
      {list.length === 0 && <p class="muted runs-none">No run has all of these words.</p>}
    </div>
  )
}

function sortOf(column: ColumnId): 'ascending' | 'descending' | 'none' {
  if (sorting.value.column !== column) return 'none'
  return sorting.value.isDescending ? 'descending' : 'ascending'
}

function sortBy(column: ColumnId): void {
  const { column: now, isDescending } = sorting.peek()
  const { startsDescending = false } = columns.find(({ id }) => id === column)!
  sorting.value = { column, isDescending: now === column ? !isDescending : startsDescending }
}

function Row({ run }: { run: RunEntry }) {
  const {
    name,
    scene,
    algorithm,
    seed,
    status,
    meanReturn,
    reportReturn,
    steps,
    seconds,
    startedAt,
    tags = [],
    notes = '',
  } = run
  const isTicked = ticked.value.includes(name)
  const { word, tone } = statusWords[status]
  return (
    <tr class={isTicked ? 'selected' : undefined} aria-selected={isTicked} data-run={name}>
      <td class="tick">
        <input
          type="checkbox"
          aria-label={`Compare ${name}`}
          checked={isTicked}
          onChange={(event) => tick(name, event.currentTarget.checked)}
        />
      </td>
      <td>
        <NameCell run={run} />
      </td>
      <td>{scene}</td>
      <td>{algorithmLabel(algorithm)}</td>
      <td class="number">{status === 'unreadable' ? '–' : seed}</td>
      <td>
        <Badge tone={tone}>{word}</Badge>
        {run.archived && <Badge>archived</Badge>}
      </td>
      <td class="number">{formatValue(meanReturn)}</td>
      <td class="number" title={reportText(run)}>
        {formatValue(reportReturn)}
      </td>
      <td class="number">{steps === undefined ? '–' : steps.toLocaleString('en')}</td>
      <td class="number">{seconds === undefined ? '–' : formatDuration(seconds)}</td>
      <td class="runs-date" title={startedAt}>
        {startedAt === '' ? '–' : dateText(startedAt)}
      </td>
      <td>
        <TextCell
          label={`Tags of ${name}`}
          text={tags.join(', ')}
          onCommit={(text) => void annotate([name], { tags: parseTags(text) })}
        />
      </td>
      <td class="runs-notes">
        <TextCell
          label={`Notes on ${name}`}
          text={notes}
          onCommit={(text) => void annotate([name], { notes: text.slice(0, 10_000) })}
        />
      </td>
      <td>
        <IconButton
          icon={LoopIcon}
          kind="quiet"
          label="Train again with this run's scene and settings"
          disabled={status === 'unreadable'}
          onClick={() => {
            template.value = name
          }}
        />
      </td>
    </tr>
  )
}

const dateText = (time: string) =>
  new Date(time).toLocaleString('en-GB', { day: '2-digit', month: 'short', hour: '2-digit', minute: '2-digit' })

/** The name puts the run on show; a double click, or F2, renames it. */
function NameCell({ run: { name } }: { run: RunEntry }) {
  const draft = useSignal<string | undefined>(undefined)
  const begin = () => {
    draft.value = name
  }
  if (draft.value === undefined) {
    return (
      <button
        type="button"
        class="runs-name"
        title={`${name}: show it; double-click or F2 to rename`}
        onClick={(event) => {
          // The second click of a double click renames instead.
          if (event.detail > 1) return
          const timer = setTimeout(() => {
            if (draft.peek() !== undefined) return
            chooseRun(name)
            view.value = 'run'
          }, 250)
          event.currentTarget.addEventListener('dblclick', () => clearTimeout(timer), { once: true })
        }}
        onDblClick={begin}
        onKeyDown={(event) => {
          if (event.key === 'F2') begin()
        }}
      >
        {name}
      </button>
    )
  }
  const isWrong = !RUN_NAME.test(draft.value)
  const commit = async () => {
    const wanted = draft.peek()
    if (wanted === undefined) return
    if (isWrong) return notify('error', `“${wanted}” cannot name a run: ${NAME_RULE}`)
    draft.value = undefined
    if (wanted !== name) await renameRun(name, wanted)
  }
  return (
    <input
      class="runs-edit"
      aria-label={`New name of ${name}`}
      aria-invalid={isWrong}
      title={isWrong ? NAME_RULE : undefined}
      spellcheck={false}
      value={draft.value}
      ref={(element) => element?.focus()}
      onInput={(event) => {
        draft.value = event.currentTarget.value
      }}
      onBlur={() => void commit()}
      onKeyDown={(event) => {
        if (event.key === 'Enter') void commit()
        if (event.key === 'Escape') draft.value = undefined
      }}
    />
  )
}

/** A text in its cell, kept when it is left or on Enter; Escape brings the old one back. */
function TextCell({ label, text, onCommit }: { label: string; text: string; onCommit: (text: string) => void }) {
  const draft = useSignal<string | undefined>(undefined)
  const commit = () => {
    const wanted = draft.peek()
    draft.value = undefined
    if (wanted !== undefined && wanted !== text) onCommit(wanted)
  }
  return (
    <input
      class="runs-edit quiet"
      aria-label={label}
      placeholder="–"
      title={text}
      value={draft.value ?? text}
      onInput={(event) => {
        draft.value = event.currentTarget.value
      }}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === 'Enter') event.currentTarget.blur()
        if (event.key === 'Escape') draft.value = undefined
      }}
    />
  )
}
